// What the header of a saved map says of it.

/// What a file says of the map in it: where it was computed from, if anything.
public struct MapRecord: Sendable, Equatable {
  /// The lines that this program wrote, without the first and the scale of the grey levels; none where the
  /// file is of another kind.
  public let lines: [String]

  /// - Parameter comments: of a PGM, in their order.
  init(comments: [String] = []) {
    let own = comments.first == HeatmapExport.title
    lines = own ? comments.dropFirst().filter { !$0.hasPrefix(HeatmapExport.scaleKey) } : []
  }

  /// Weights and their hash, such as `random:3 (hash 0123456789abcdef)`.
  public var weights: String? { self["weights"] }

  /// Over how many images.
  public var images: Int? { self["images"].flatMap { Int($0.prefix { $0.isNumber }) } }

  public var rule: ERFRule? { self["rule"].flatMap(ERFRule.init(rawValue:)) }

  var precision: Precision? { self["precision"].flatMap(Precision.init(rawValue:)) }

  private subscript(_ key: String) -> String? {
    lines.first { $0.hasPrefix(key + ": ") }.map { String($0.dropFirst(key.count + 2)) }
  }
}
