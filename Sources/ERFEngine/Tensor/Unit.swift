/// A position (row, column) on a feature map.
public struct Unit: Sendable, Hashable, CustomStringConvertible {
  public var row: Int
  public var column: Int

  public init(row: Int, column: Int) {
    self.row = row
    self.column = column
  }

  public var description: String { "\(row),\(column)" }
}
