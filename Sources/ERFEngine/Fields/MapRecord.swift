// What the header of a saved map says of it.

/// What a file says of the map in it: where it was computed from, if anything.
public struct MapRecord: Sendable, Equatable {
  /// The lines that this program wrote, without the first and the scale of the grey levels; none where the
  /// file is of another kind. Others may have written more: what has no known key is left out.
  public let lines: [String]

  private static let keys: Set = [
    "model", "weights", "input", "images", "stage", "rule", "precision", "preparation", "note",
  ]

  /// - Parameter comments: of a PGM, in their order.
  init(comments: [String] = []) {
    let own = comments.first == HeatmapExport.title
    let known = comments.dropFirst().filter { line in
      line.firstIndex(of: ":").map { Self.keys.contains(String(line[..<$0])) } ?? false
    }
    lines = own ? Array(known) : []
  }

  /// Weights and their hash, such as `random:3 (hash 0123456789abcdef)`.
  public var weights: String? { self["weights"] }

  /// Over how many images, one at least.
  public var images: Int? {
    let count = self["images"].flatMap { Int($0.prefix { $0.isNumber }) }
    return count.flatMap { $0 > 0 ? $0 : nil }
  }

  public var rule: ERFRule? { self["rule"].flatMap(ERFRule.init(rawValue:)) }

  var precision: Precision? { self["precision"].flatMap(Precision.init(rawValue:)) }

  private subscript(_ key: String) -> String? {
    lines.first { $0.hasPrefix(key + ": ") }.map { String($0.dropFirst(key.count + 2)) }
  }
}
