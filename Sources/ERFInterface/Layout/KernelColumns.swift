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

/// Where the tables of the networks lie.
struct KernelsLayout {
  /// Columns of a table with its costs.
  private static let leastColumns = 36
  let sides: [(side: Int, area: Area)]
  /// Whether they are tables and costs alone, A above B.
  let isBrief: Bool

  /// With the screen to itself A and B stand side by side; beside the maps one above the other, or the
  /// first screen would not say in what they differ, but for the network that somebody edits.
  init(_ model: Model, in area: Area) {
    let count = model.sides.count
    let gap = area.columns >= 100 ? 4 : 3
    let width = (area.columns - gap * (count - 1)) / count
    let showsBoth = !model.session.screen.showsDifferences && count > 1
    let rows = model.session.networks.map { Self.briefRows($0, model) ?? area.rows }
    if showsBoth, width < Self.leastColumns, model.focus != .kernels, rows.max() ?? 0 < area.rows,
      rows.reduce(count - 1, +) <= area.rows
    {
      isBrief = true
      let first = Area(
        row: area.row, column: area.column, rows: rows[0], columns: area.columns)
      sides = [(0, first), (1, area.below(rows[0] + 1))]
      return
    }
    isBrief = false
    guard showsBoth, width >= Self.leastColumns else {
      sides = Self.ofActive(model, rows: rows, showsBoth: showsBoth, in: area)
      return
    }
    sides = (0..<count).map { side in
      let column = area.column + side * (width + gap)
      return (side, Area(row: area.row, column: column, rows: area.rows, columns: width))
    }
  }
}

extension KernelsLayout {
  /// Title, heading, stages, and two lines of costs; of a saved map the title and that it has none.
  /// Nil where the stages are not known.
  private static func briefRows(_ network: NetworkSpec, _ model: Model) -> Int? {
    guard network.savedMap == nil else { return 2 }
    return model.designs[network].map { KernelColumns.headingRows + $0.stages.count + 2 }
  }

  /// The active network alone. A saved map leaves the room to the network beside it, and all of it
  /// where there is little.
  private static func ofActive(
    _ model: Model, rows: [Int], showsBoth: Bool, in area: Area
  ) -> [(side: Int, area: Area)] {
    let (active, other) = (model.active, 1 - model.active)
    guard showsBoth, model.session.networks[active].savedMap != nil,
      model.session.networks[other].savedMap == nil
    else { return [(active, area)] }
    guard rows[active] + 1 + rows[other] <= area.rows else { return [(other, area)] }
    let top = Area(
      row: area.row, column: area.column, rows: rows[active], columns: area.columns)
    return [(active, top), (other, area.below(rows[active] + 1))]
  }
}
