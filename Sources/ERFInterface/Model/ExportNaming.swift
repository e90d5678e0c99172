// Names of exported files: short, and the same for the same map.

public import ERFEngine

/// A finished map with the name of its files, before their endings.
public struct ExportItem: Sendable {
  public let result: ERFResult
  public let stem: String
}

enum ExportNaming {
  /// `replknet-13-nano_s1k19_1024_stage4`: the network as it was opened, weights other than its own,
  /// edits, input, layer and a unit other than the central one.
  static func stem(
    _ network: NetworkSpec, _ subject: ERFSubject, _ designs: Designs
  ) -> String {
    if let map = network.savedMap { return plain("\(map.fileName) \(subject.input)") }
    var parts = [plain(network.shownModel)]
    switch network.weights {
    case .trained: break
    case .random(let seed): parts.append("random\(seed)")
    case .file(let path):
      let name = path.fileName
      parts.append(plain(name.split(separator: ".").first.map(String.init) ?? name))
    }
    let edits = designs.shortEdits(network).map { edit in
      String(edit.unicodeScalars.filter { $0 != " " }.map(Character.init))
    }
    if edits.count > 3 {
      parts.append("edited")
    } else if !edits.isEmpty {
      parts.append(edits.joined(separator: "-"))
    }
    parts += ["\(subject.input)", subject.tap].map(plain)
    if !subject.isCentral { parts.append("at-\(subject.unit.row)-\(subject.unit.column)") }
    return parts.filter { !$0.isEmpty }.joined(separator: "_")
  }

  /// `replknet-13-nano_replknet-31-nano_1024_stage4`: the networks of a figure, input and layer.
  static func figureStem(_ networks: [ComparedNetwork]) -> String {
    let names = networks.map { plain($0.network.shownModel) }
    var parts: [String] = []
    for name in names where !parts.contains(name) { parts.append(name) }
    if parts.count > 2 { parts = [parts[0], "and-\(networks.count - 1)-more"] }
    if let subject = networks.compactMap(\.result).first?.subject {
      parts += ["\(subject.input)", subject.tap].map(plain)
    }
    return parts.joined(separator: "_")
  }

  /// A name that no file has yet.
  static func free(_ stem: String, _ endings: [String], _ exists: (String) -> Bool) -> String {
    var candidate = stem
    var number = 1
    while endings.contains(where: { exists("\(candidate).\($0)") }) {
      number += 1
      candidate = "\(stem)-\(number)"
    }
    return candidate
  }

  /// Letters, digits, dots and hyphens; runs of anything else become one hyphen.
  static func plain(_ text: String) -> String {
    var result = ""
    for scalar in text.lowercased().unicodeScalars {
      let isPlain =
        ("a"..."z").contains(scalar) || ("0"..."9").contains(scalar) || scalar == "."
      if isPlain {
        result.unicodeScalars.append(scalar)
      } else if !result.isEmpty, !result.hasSuffix("-") {
        result += "-"
      }
    }
    while result.hasSuffix("-") { result.removeLast() }
    return String(result.prefix(80))
  }
}
