/// A path as a key: equal where the bytes are.
///
/// Strings are equal where Unicode takes them for the same text, such as an ü of one scalar and one of two. File
/// systems may hold both, as two files.
public struct PathKey: Hashable, Comparable, Sendable {
  public let path: String

  public init(_ path: String) { self.path = path }

  /// Whether two paths have the same bytes.
  public static func areSame(_ one: String, _ other: String) -> Bool {
    one.utf8.count == other.utf8.count && one.utf8.elementsEqual(other.utf8)
  }

  public static func == (left: PathKey, right: PathKey) -> Bool { areSame(left.path, right.path) }

  public static func < (left: PathKey, right: PathKey) -> Bool {
    left.path.utf8.lexicographicallyPrecedes(right.path.utf8)
  }

  /// Of the text: those of the same bytes have the same.
  public func hash(into hasher: inout Hasher) { hasher.combine(path) }
}
