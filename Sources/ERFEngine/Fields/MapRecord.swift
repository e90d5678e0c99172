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

  /// Of which units of which layer the map is; nil where the file does not say.
  public var place: Place? { self["stage"].flatMap { Place($0) } }

  /// Units and the layer that they lie in.
  public struct Place: Sendable, Equatable {
    public let layer: String
    /// Height and width of the layer's map.
    public let mapSize: InputSize
    /// At least one, each of them on that map.
    public let units: [Unit]

    /// - Parameter text: such as `stage4 (7 x 7), unit (3, 3)`. The layer may be called anything, so it is read
    ///   from its end.
    init?(_ text: String) {
      let words = [", unit (", ", units ("].compactMap { text.ranges(of: $0).last }
        .max { $0.lowerBound < $1.lowerBound }
      guard let words, text.hasSuffix(")") else { return nil }
      let head = text[..<words.lowerBound]
      guard let size = head.ranges(of: " (").last, head.hasSuffix(")"),
        let map = Self.pair(head[size.upperBound...].dropLast(), " x "),
        (1...16_384).contains(map.0), (1...16_384).contains(map.1)
      else { return nil }
      let pairs = text[words.upperBound...].dropLast().split(separator: "), (")
      let places = pairs.compactMap { Self.pair($0, ", ") }
      guard !places.isEmpty, places.count == pairs.count,
        places.allSatisfy({ (0..<map.0).contains($0.0) && (0..<map.1).contains($0.1) })
      else { return nil }
      layer = String(head[..<size.lowerBound])
      mapSize = InputSize(height: map.0, width: map.1)
      units = places.map { Unit(row: $0.0, column: $0.1) }
    }

    private static func pair(_ text: Substring, _ separator: String) -> (Int, Int)? {
      let numbers = text.split(separator: separator).map { Int($0) }
      guard numbers.count == 2, let first = numbers[0], let second = numbers[1] else { return nil }
      return (first, second)
    }
  }

  private subscript(_ key: String) -> String? {
    lines.first { $0.hasPrefix(key + ": ") }.map { String($0.dropFirst(key.count + 2)) }
  }
}
