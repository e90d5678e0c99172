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
    // As it was drawn, with what was told.
    let layout = self.layout(on: size)
    notice = nil
    if let fields = layout.fields, fields.contains(pointer) {
      // Beside the maps a click means nothing.
      guard let effects = FieldsPanel.point(pointer, in: fields, &self) else { return [] }
      session.screen.moveFocus(to: .fields)
      return effects
    }
    guard let slot = layout.slots.first(where: { $0.area.contains(pointer) }) else { return [] }
    return point(pointer, at: slot)
  }

  private mutating func point(_ pointer: Pointer, at slot: Slot) -> [Effect] {
    let isTitle = pointer.row == slot.area.row && pointer.action == .click
    let panel = isTitle ? slot.tab(at: pointer.column) ?? slot.panel : slot.panel
    // A panel may draw something else once it has the focus than what was clicked on.
    let effects =
      isTitle ? [] : Panels.named(panel).point(pointer, in: slot.area.belowTitle, &self)
    session.screen.moveFocus(to: panel)
    if let effects { return effects }
    switch pointer.action {
    case .click: return []
    case .wheelUp: return Command.forKey(.up, in: panel).map { run($0) } ?? []
    case .wheelDown: return Command.forKey(.down, in: panel).map { run($0) } ?? []
    }
  }
}
