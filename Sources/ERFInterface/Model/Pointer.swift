// The mouse as the update sees it.

/// Something done with the mouse, at a cell of the screen.
public struct Pointer: Sendable, Equatable {
  public enum Action: Sendable, Equatable {
    case click, wheelUp, wheelDown
  }

  public var action: Action
  /// From 0, as all cells.
  public var row: Int
  public var column: Int

  public init(_ action: Action, row: Int, column: Int) {
    self.action = action
    self.row = row
    self.column = column
  }
}

extension Area {
  func contains(_ pointer: Pointer) -> Bool {
    (row..<row + rows).contains(pointer.row) && (column..<column + columns).contains(pointer.column)
  }

  /// Without the row of the title and the column before the text.
  var belowTitle: Area {
    Area(row: row + 1, column: column + 1, rows: rows - 1, columns: columns - 1)
  }
}
