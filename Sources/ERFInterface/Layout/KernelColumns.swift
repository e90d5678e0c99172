// The table of stages in the kernels panel.

import ERFEngine

/// The columns of the table of stages.
enum KernelColumns {
  static let all: [(field: StageField, title: String, width: Int)] = [
    (.kernel, "kernel", 7), (.smallKernel, "small", 6), (.dilation, "dil", 5),
    (.shortcuts, "short", 7), (.depth, "depth", 6),
  ]
  /// Cells of the stage's number.
  private static let labelWidth = 2
  /// Rows before that of the first stage.
  static let headingRows = 2

  /// The column that holds a cell of the table.
  static func field(at cell: Int, of design: NetworkDesign) -> StageField? {
    var end = labelWidth
    for column in all where design.openFields.contains(column.field) {
      end += column.width
      if cell < end { return cell >= labelWidth ? column.field : nil }
    }
    return nil
  }
}
