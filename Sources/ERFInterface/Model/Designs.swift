// What can be chosen of networks: of those in files once they were opened, of others from their names.

import ERFEngine

/// The designs of networks; values, so that drawing never opens a file.
struct Designs: Sendable {
  /// As the files have them.
  private var files: [NetworkSource: NetworkDesign] = [:]

  var count: Int { files.count }
  var sources: Set<NetworkSource> { Set(files.keys) }

  /// What can be chosen of a network, as chosen now; nil for maps, what names or holds no network, files
  /// that are not open yet, and edits that do not fit.
  subscript(network: NetworkSpec) -> NetworkDesign? {
    if network.savedMap != nil { return nil }
    guard network.needsOpening else { return try? NetworkDesign(network) }
    return try? files[network.source]?.edited(by: network.edits)
  }

  func isKnown(_ source: NetworkSource) -> Bool { files[source] != nil }

  mutating func keep(_ design: NetworkDesign?, of source: NetworkSource) {
    files[source] = design
  }

  mutating func keep(only sources: Set<NetworkSource>) {
    files = files.filter { sources.contains($0.key) }
  }

  /// The network that a design makes of one; edits that lead back to it as opened are none.
  func network(_ network: NetworkSpec, designed design: NetworkDesign) -> NetworkSpec {
    var next = network
    if let edits = self[network.unedited].flatMap({ design.edits(from: $0) }) { next.edits = edits }
    return next
  }
}

extension Model {
  var designs: Designs { facts.designs }

  /// What can be chosen of a side's network, as chosen now.
  func design(_ side: Int) -> NetworkDesign? { designs[session.networks[side]] }

  /// The same as it was opened.
  func originalDesign(_ side: Int) -> NetworkDesign? { designs[session.networks[side].unedited] }

  /// The active network's design; nil where it has none.
  var design: NetworkDesign? { design(active) }
}
