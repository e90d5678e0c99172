// The share of one process in a run that is cut into several.

/// Share `index` (from 1) of `count`: a block of the list of inputs.
public struct Shard: Sendable, Hashable, Comparable {
  /// More processes than any cluster starts for one run.
  public static let most = 100_000

  /// The only share of a run that is not cut.
  public static let whole = Shard(index: 1, count: 1)

  public let index: Int
  public let count: Int

  /// nil unless 1 <= index <= count <= ``most``.
  public init?(_ index: Int, of count: Int) {
    guard (1...Self.most).contains(count) && (1...count).contains(index) else { return nil }
    self.init(index: index, count: count)
  }

  private init(index: Int, count: Int) {
    self.index = index
    self.count = count
  }

  /// `2/4`; nil for anything else.
  public init?(_ text: String) {
    let parts = text.split(separator: "/", omittingEmptySubsequences: false)
    guard parts.count == 2, let index = Int(parts[0]), let count = Int(parts[1]) else { return nil }
    self.init(index, of: count)
  }

  public var text: String { "\(index)/\(count)" }

  /// Its block of 0 ..< `inputs`: blocks follow each other and differ by one in length at most; with
  /// fewer inputs than shards some are empty.
  public func block(of inputs: Int) -> Range<Int> {
    (index - 1) * inputs / count..<index * inputs / count
  }

  public static func < (left: Shard, right: Shard) -> Bool {
    (left.count, left.index) < (right.count, right.index)
  }
}
