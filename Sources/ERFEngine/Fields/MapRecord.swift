// What the header of a saved map says of it.

/// What a file says of the map in it: where it was computed from, if anything.
public struct MapRecord: Sendable, Equatable {
  /// The lines that this program wrote, without the first and the scale of the grey levels; none where the
  /// file is of another kind, or where they name an input of another size than the map's. Others may have written
  /// more: what has no known key is left out.
  public let lines: [String]
  /// What came to light when it was read, beyond its header: exports of the map note that, too.
  public let found: [String]

  private static let keys: Set = [
    "model", "weights", "input", "images", "stage", "rule", "precision", "preparation", "note",
  ]

  /// Of a file that holds `map` and says nothing.
  init(_ map: ERFMap) { (lines, found) = ([], map.hasGreyLevels ? [Self.coarse] : []) }

  /// With what the header of a PGM says.
  init(_ picture: PGM) {
    let comments = picture.comments
    let isOwn = comments.first == HeatmapExport.title
    let known = (isOwn ? comments : []).dropFirst().filter { line in
      line.firstIndex(of: ":").map { Self.keys.contains(String(line[..<$0])) } ?? false
    }
    let size = "input: \(picture.height) x \(picture.width)"
    let others = known.filter {
      $0.hasPrefix("input: ") && $0 != size && !$0.hasPrefix(size + " ")
    }
    // Whoever cut the picture, or pasted the header, left none of it true for certain.
    let lines = others.isEmpty ? known : []
    var found = others.map { Self.foreign + $0 }
    // Other programs write 8 bits as multiples of 257, too. What is black and white alone is not rounded.
    if let maximum = picture.maximum, picture.values.contains(where: { $0 > 0 && $0 < 1 }),
      maximum <= 256 || picture.values.allSatisfy({ ($0 * 255).rounded() / 255 == $0 })
    {
      found.append(Self.coarse)
    }
    self.lines = lines
    self.found = found.filter { !lines.contains("note: " + $0) }
  }

  /// What is noted of a header that names an input of another size, before that line.
  private static let foreign = "the header is of another map: "

  /// Whether its file's header is that of another map, so that nothing of it was taken.
  public var isOfAnother: Bool { found.contains { $0.hasPrefix(Self.foreign) } }

  /// What is noted of grey levels of 8 bits.
  private static let coarse = "read from 8 bits, large thresholds come out too small"

  /// Whether its grey levels had 8 bits, of this file or of the one that it was made from: what is fainter than half
  /// a level counts as 0, so that squares that hold nearly all of the field come out too small.
  public var isCoarse: Bool { notes.contains(Self.coarse) }

  /// All that is to be said of the map: the lines of its file, and what came to light when it was read.
  public var allLines: [String] { lines + found.map { "note: " + $0 } }

  /// The network's id; nil also where the file says that it is not recorded.
  public var model: String? {
    self["model"].flatMap { $0.hasPrefix(Self.unrecorded) ? nil : $0 }
  }

  /// What the header of a map says for its model where nobody knows that.
  static let unrecorded = "not recorded in "

  /// Weights and their hash, such as `random:3 (hash 0123456789abcdef)`.
  public var weights: String? { self["weights"] }

  /// The weights without their hash: `random:3`.
  public var weightsName: String? { weights.map { Self.parted($0).name } }

  /// The hash of the weights alone.
  public var weightsHash: String? { weights.flatMap { Self.parted($0).hash } }

  private static func parted(_ weights: String) -> (name: String, hash: String?) {
    guard weights.hasSuffix(")"), let mark = weights.ranges(of: " (hash ").last else {
      return (weights, nil)
    }
    let hash = weights[mark.upperBound...].dropLast()
    return (String(weights[..<mark.lowerBound]), hash.isEmpty ? nil : String(hash))
  }

  /// Over how many images, one at least.
  public var images: Int? { pictures.flatMap { $0.count > 0 ? $0.count : nil } }

  /// Over which images; nil where the file does not say.
  public var pictures: Pictures? { self["images"].flatMap { Pictures($0) } }

  /// What there was to note of the network's file, and of this one.
  public var notes: [String] {
    allLines.filter { $0.hasPrefix("note: ") }.map { String($0.dropFirst(6)) }
  }

  public var rule: ERFRule? { self["rule"].flatMap(ERFRule.init(rawValue:)) }

  /// How pictures were prepared, in words, where not as the network is known to take them.
  public var preparation: String? { self["preparation"] }

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

  /// The images that a map is the mean over.
  public struct Pictures: Sendable, Equatable {
    /// As the file says it: `4 of 9, partial: cat, coffee, rocket, page`.
    public let text: String
    /// One at least, unless more were to come.
    public let count: Int
    /// How many the whole run has, where the map is of some of them only.
    public let partialOf: Int?
    /// All of their names; nil where the file names the first ones alone, or where they cannot be told apart.
    public let names: [String]?

    /// - Parameter text: as ``HeatmapExport/images(_:partialOf:)`` writes it.
    public init?(_ text: String) {
      let head = text.prefix { $0 != ":" }
      guard let count = Int(head.prefix { $0.isNumber }) else { return nil }
      let (start, end) = ("\(count) of ", ", partial")
      let whole =
        head.hasPrefix(start) && head.hasSuffix(end)
        ? Int(head.dropFirst(start.count).dropLast(end.count)) : nil
      partialOf = whole.flatMap { $0 > count ? $0 : nil }
      guard count > 0 || partialOf != nil else { return nil }
      self.text = text
      self.count = count
      names = Self.names(String(text.dropFirst(head.count + 1).drop { $0 == " " }), count)
    }

    private static func names(_ text: String, _ count: Int) -> [String]? {
      // Longer names were cut.
      guard !(text.count == HeatmapExport.longest && text.hasSuffix("...")) else { return nil }
      if text.isEmpty || count == 0 { return text.isEmpty && count == 0 ? [] : nil }
      // A single name may be anything.
      if count == 1 { return [text] }
      let names = text.split(separator: ", ", omittingEmptySubsequences: false).map(String.init)
      let end = (names.last ?? "").split(separator: " ").suffix(3)
      let isCut = end.count == 3 && end.first == "and" && end.last == "more"
      guard names.count == count, !isCut, !names.contains("") else { return nil }
      return names
    }
  }

  private subscript(_ key: String) -> String? {
    lines.first { $0.hasPrefix(key + ": ") }.map { String($0.dropFirst(key.count + 2)) }
  }
}
