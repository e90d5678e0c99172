// The names that the benchmark gives its files: the one place that makes and reads them.

/// What the name of a cue-conflict stimulus says: `airplane1-bicycle2.png` has the shape of an
/// airplane and the texture of a bicycle.
public struct StimulusName: Sendable, Hashable {
  public let shape: ObjectCategory
  public let texture: ObjectCategory

  /// Whether shape and texture belong to different categories.
  public var isConflict: Bool { shape != texture }

  /// Reads `<shape><i>-<texture><j>.png`; folders, and a prefix up to the last underscore, as decision
  /// files put it in front, do not count. Nil where the name says something else.
  public init?(_ fileName: String) {
    let name = Self.short(fileName)
    let stem = name.split(separator: ".", omittingEmptySubsequences: false).first ?? ""
    let parts = stem.split(separator: "-", omittingEmptySubsequences: false)
    guard parts.count == 2, let shape = Self.category(parts[0]),
      let texture = Self.category(parts[1])
    else { return nil }
    self.shape = shape
    self.texture = texture
  }

  /// What follows the folders and the last underscore: files of the toolbox number their stimuli in
  /// front of it.
  static func short(_ name: String) -> Substring {
    let end = name.lastIndex { !$0.isWhitespace }.map { name.index(after: $0) } ?? name.startIndex
    let file = name[..<end].split { $0 == "/" || $0 == "\\" }.last ?? ""
    return file.split(separator: "_", omittingEmptySubsequences: false).last ?? ""
  }

  /// The file name of instance `i` of a shape with instance `j` of a texture, in the folder of the
  /// shape.
  static func file(
    shape: ObjectCategory, _ i: Int, texture: ObjectCategory, _ j: Int
  ) -> String {
    "\(shape.rawValue)\(i)-\(texture.rawValue)\(j).png"
  }

  /// `bicycle2` without its digits.
  private static func category(_ word: Substring) -> ObjectCategory? {
    guard let last = word.last, ("0"..."9").contains(last) else { return nil }
    return ObjectCategory(word: word.filter { !("0"..."9").contains($0) })
  }
}
