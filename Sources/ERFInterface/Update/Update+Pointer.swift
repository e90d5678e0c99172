// What the mouse does: it finds what is under it by the same geometry that draws it.

import ERFEngine

extension Model {
  /// Over an overlay the wheel moves the selection; everything else belongs to the panels.
  mutating func point(_ pointer: Pointer, _ size: ScreenSize) -> [Effect] {
    guard hasMouse, size.columns >= ScreenLayout.leastColumns, size.rows >= ScreenLayout.leastRows
    else { return [] }
    if overlay != nil {
      switch pointer.action {
      case .click: return press(.escape)
      case .wheelUp: return press(.up)
      case .wheelDown: return press(.down)
      }
    }
    notice = nil
    let layout = ScreenLayout(size: size, screen: session.screen)
    if let fields = layout.fields, fields.contains(pointer) {
      pointAtFields(pointer, in: fields)
      return []
    }
    guard let slot = layout.slots.first(where: { $0.area.contains(pointer) }) else { return [] }
    return point(pointer, at: slot)
  }

  // MARK: Fields

  /// A click looks from the unit there, the wheel comes closer to it.
  private mutating func pointAtFields(_ pointer: Pointer, in area: Area) {
    session.screen.moveFocus(to: .fields)
    for (index, place) in FieldsParts(self, in: area).sides where place.contains(pointer) {
      session.screen.side = index
      let drawing = FieldDrawing(model: self, index: index, area: place)
      let map = drawing.layout.map
      guard map.contains(pointer), let field = sides[index].shown?.field else { return }
      let row = (Double(pointer.row - map.row) + 0.5) / Double(map.rows)
      let column = (Double(pointer.column - map.column) + 0.5) / Double(map.columns)
      let window = drawing.window
      setCursor(
        PixelPlace(
          row: (window.row + row * window.height) / Double(field.height),
          column: (window.column + column * window.width) / Double(field.width)))
      switch pointer.action {
      case .click: aimAtCursor()
      case .wheelUp: if fieldsRefusal(.increase) == nil { changeFields(.increase) }
      case .wheelDown: if fieldsRefusal(.decrease) == nil { changeFields(.decrease) }
      }
      return
    }
  }

  // MARK: Panels

  private mutating func point(_ pointer: Pointer, at slot: Slot) -> [Effect] {
    guard pointer.action == .click else {
      session.screen.moveFocus(to: slot.panel)
      let direction: Direction = pointer.action == .wheelUp ? .up : .down
      return Command.forKey(direction.keys[0], in: slot.panel).map { run($0) } ?? []
    }
    if pointer.row == slot.area.row {
      session.screen.moveFocus(to: slot.tab(at: pointer.column) ?? slot.panel)
      return []
    }
    session.screen.moveFocus(to: slot.panel)
    let area = slot.area.belowTitle
    switch slot.panel {
    case .unit: clickUnit(pointer, in: area)
    case .images:
      let layout = ImagesLayout(self, in: area)
      guard layout.list.contains(pointer),
        let entry = layout.entries.last(where: { $0.row <= pointer.row })
      else { return [] }
      if lists.image == entry.index { changeImages(.choose) }
      lists.image = entry.index
    case .kernels: clickKernel(pointer, in: area)
    default: break
    }
    return []
  }

  private mutating func clickUnit(_ pointer: Pointer, in area: Area) {
    guard let map = unitMap, let grid = UnitGrid(map, in: unitGridArea(in: area)),
      let unit = grid.unit(row: pointer.row, column: pointer.column)
    else { return }
    setUnit(unit, marked: markedUnits)
  }

  /// The value that is drawn there becomes the selected one.
  private mutating func clickKernel(_ pointer: Pointer, in area: Area) {
    guard let design else { return }
    let stage = pointer.row - area.row - KernelColumns.headingRows
    guard design.stages.indices.contains(stage) else { return }
    lists.stage = stage
    if let field = KernelColumns.field(at: pointer.column - area.column, of: design) {
      lists.field = field
    }
  }
}

extension Slot {
  /// The panel whose name stands at a column of the title.
  func tab(at column: Int) -> PanelName? {
    var end = area.column
    guard tabs.reduce(0, { $0 + $1.title.unicodeScalars.count + 4 }) <= area.columns else {
      return nil
    }
    for tab in tabs {
      end += tab.title.unicodeScalars.count + 4
      if column < end { return tab }
    }
    return nil
  }
}
