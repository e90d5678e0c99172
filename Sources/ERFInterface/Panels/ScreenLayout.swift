// Where the parts of the screen lie: the fields, and slots beside them that panels take turns in.
//
//     narrow (80 x 24)          normal (120 x 40)            wide (200 x 60)
//     +----------+-------+      +---------------+-------+    +-----------------------+--------+
//     | A  | B   | panel |      |  A   |   B    | 3 2   |    |    A     |     B      | 3      |
//     | numbers  | with  |      |  numbers      +-------+    |       numbers         +--------+
//     |          | focus |      |  profiles     | 4 5 6 |    |                       | 2 5    |
//     +----------+-------+      +---------------+-------+    |       profiles        +--------+
//     fields alone where they                                |                       | 4      |
//     have the focus                                         +-----------------------+--------+

/// A place beside the fields.
struct Slot: Equatable {
  /// The panel that is seen.
  let panel: PanelName
  /// All that share the place.
  let tabs: [PanelName]
  /// With the row of the title.
  let area: Area
}

struct ScreenLayout {
  static let leastColumns = 40
  static let leastRows = 12
  /// Below this many columns the focused panel has the screen to itself.
  static let leastColumnsForSlots = 72

  let size: ScreenSize
  /// Between title bar and footer.
  let body: Area
  /// Nil where another panel has the screen.
  let fields: Area?
  let slots: [Slot]

  /// Rows that a message above the footer leaves to the panels, however long it is.
  private static let leastBody = 8

  /// - Parameter noticeRows: of a message that stands above the footer, for which the panels give way.
  init(size: ScreenSize, screen: ScreenChoice, noticeRows: Int = 0) {
    self.size = size
    let spacing = size.rows >= 30 ? 1 : 0
    let margin = size.columns >= 100 ? 2 : 1
    let rows = size.rows - 2 - 2 * spacing
    let body = Area(
      row: 1 + spacing, column: margin,
      rows: max(min(rows, Self.leastBody), rows - max(0, noticeRows - spacing)),
      columns: size.columns - 2 * margin)
    self.body = body
    let kind = ScreenKind(size)
    let isAlone = screen.isZoomed || size.columns < Self.leastColumnsForSlots
    guard !isAlone, !(kind == .narrow && screen.focus == .fields) else {
      fields = screen.focus == .fields ? body : nil
      slots =
        screen.focus == .fields ? [] : [Slot(panel: screen.focus, tabs: [screen.focus], area: body)]
      return
    }
    let width = kind.slotColumns
    let gap = kind == .narrow ? 1 : 3
    fields = Area(
      row: body.row, column: body.column, rows: body.rows, columns: body.columns - width - gap)
    slots = Self.slots(
      kind,
      in: Area(
        row: body.row, column: body.column + body.columns - width, rows: body.rows,
        columns: width),
      screen: screen)
  }

  /// Slots share the column in proportion to what their first panel, or the one that is seen, has to
  /// say.
  private static func slots(
    _ kind: ScreenKind, in column: Area, screen: ScreenChoice
  ) -> [Slot] {
    let groups = kind.groups
    let shown = groups.map { group in
      ([screen.focus] + screen.recent).first { group.contains($0) } ?? group[0]
    }
    let weights = zip(groups, shown).map {
      max(Panels.named($0[0]).likedRows, Panels.named($1).likedRows)
    }
    let total = weights.reduce(0, +)
    let gaps = groups.count - 1
    var row = column.row
    return groups.enumerated().map { index, group in
      let isLast = index == groups.count - 1
      let rows =
        isLast
        ? column.row + column.rows - row
        : (column.rows - gaps) * weights[index] / max(1, total)
      defer { row += rows + 1 }
      return Slot(
        panel: shown[index], tabs: group,
        area: Area(row: row, column: column.column, rows: rows, columns: column.columns))
    }
  }
}

extension Model {
  /// Where everything lies on a screen, with what is told at the moment.
  func layout(on size: ScreenSize) -> ScreenLayout {
    var model = self
    model.size = size
    return ScreenLayout(
      size: size, screen: session.screen, noticeRows: model.noticeBand.count)
  }
}

/// How much room there is.
enum ScreenKind {
  case narrow, normal, wide

  init(_ size: ScreenSize) {
    if size.columns >= 150 && size.rows >= 45 {
      self = .wide
    } else if size.columns >= 110 && size.rows >= 30 {
      self = .normal
    } else {
      self = .narrow
    }
  }

  var slotColumns: Int {
    switch self {
    case .narrow: 35
    case .normal: 42
    case .wide: 52
    }
  }

  /// Panels that share a place, the one that is seen first in front.
  var groups: [[PanelName]] {
    switch self {
    case .narrow: [Panels.group([.network, .input, .results, .progress])]
    case .normal: [Panels.group([.network, .input]), Panels.group([.results, .progress])]
    case .wide:
      [PanelPlace.network, .input, .results, .progress].map { Panels.group([$0]) }
    }
  }
}
