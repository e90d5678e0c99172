// Maps that were finished before, so that undo, stages and sizes gone through come back at once.

import ERFEngine

/// Finished maps by what was asked for, those used last first.
struct FinishedMaps: Sendable {
  struct Entry: Sendable {
    let request: ERFRequest
    let network: NetworkSpec
    let result: ERFResult
    let field: HeatField

    /// About what it takes in memory: the map, its sums and the features.
    var bytes: Int { 8 * result.map.height * result.map.width * 4 + 4 * result.features.count }
  }

  private(set) var entries: [Entry] = []
  /// Most that they take: a dozen maps of 1024 x 1024 pixels, or hundreds of 224 x 224.
  static let limit = 400 << 20

  var bytes: Int { entries.reduce(0) { $0 + $1.bytes } }

  mutating func keep(_ entry: Entry) {
    forget(entry.request)
    entries.insert(entry, at: 0)
    while bytes > Self.limit, entries.count > 1 { entries.removeLast() }
  }

  subscript(request: ERFRequest) -> Entry? { entries.first { $0.request == request } }

  /// The map of a request; it counts as used.
  mutating func take(_ request: ERFRequest) -> Entry? {
    guard let place = entries.firstIndex(where: { $0.request == request }) else { return nil }
    let entry = entries.remove(at: place)
    entries.insert(entry, at: 0)
    return entry
  }

  /// Whatever lies in files may have changed.
  mutating func forget(_ request: ERFRequest) { entries.removeAll { $0.request == request } }

  /// Forgets those of networks of which `isOutdated` holds.
  mutating func forget(where isOutdated: (NetworkSpec) -> Bool) {
    entries.removeAll { isOutdated($0.network) }
  }
}
