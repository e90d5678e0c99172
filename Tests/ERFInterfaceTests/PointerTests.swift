// The mouse: it finds what is drawn, wherever that is.

import ERFEngine
import Foundation
import Testing

@testable import ERFInterface

@Suite struct PointerTests {
  private let size = ScreenSize(rows: 40, columns: 120)

  private func listening() -> Model {
    var model = makeModel()
    _ = model.type("m")
    return model
  }

  @Test func isOnlyListenedToWhenAsked() {
    var model = makeModel()
    let before = model.session
    #expect(update(&model, .pointer(Pointer(.click, row: 10, column: 10), size)).isEmpty)
    #expect(model.session == before)
    guard case .listenToMouse(true)? = model.type("m").first else {
      Issue.record("m listens to the mouse")
      return
    }
    _ = update(&model, .mouseRefused)
    #expect(!model.hasMouse && model.notice?.lines == ["this terminal reports no mouse"])
  }

  @Test func aClickOnAMapLooksFromThere() throws {
    var model = listening()
    let layout = ScreenLayout(size: size, screen: model.session.screen)
    let parts = FieldsParts(model, in: try #require(layout.fields))
    let map = FieldDrawing(model: model, index: 1, area: parts.sides[1].area).layout.map
    let effects = update(&model, .pointer(Pointer(.click, row: map.row, column: map.column), size))
    #expect(model.session.target.units == [Unit(row: 0, column: 0)])
    #expect(model.active == 1 && model.focus == .fields && model.isComputing && !effects.isEmpty)
    // Unit 3 of 7 looks from 3/7 of the input; it is the central one, which is written as none.
    let middle = Pointer(
      .click, row: map.row + map.rows * 3 / 7, column: map.column + map.columns * 3 / 7)
    _ = update(&model, .pointer(middle, size))
    #expect(model.session.target.units.isEmpty)
    _ = update(&model, .pointer(Pointer(.wheelUp, row: map.row, column: map.column), size))
    #expect(model.session.screen.window.zoom == 2)
    _ = update(&model, .pointer(Pointer(.wheelDown, row: map.row, column: map.column), size))
    #expect(model.session.screen.window.zoom == 1)
  }

  @Test func aClickInTheDepthPlotSelectsALayer() throws {
    var model = listening()
    _ = update(&model, .resized(size))
    for key in "Gz".unicodeScalars { model.finish(model.type(key)) }
    let layout = ScreenLayout(size: size, screen: model.session.screen)
    let area = try #require(layout.slots.first { $0.panel == .depth }).area.belowTitle
    let last = model.depthLayers(model.active).count - 1
    let row = area.row + area.rows / 3
    for (column, layer) in [(area.column + 6, 0), (area.column + area.columns - 1, last)] {
      _ = update(&model, .pointer(Pointer(.click, row: row, column: column), size))
      #expect(model.depth.selection == layer)
    }
    // Beside the plot a click selects nothing.
    _ = update(&model, .pointer(Pointer(.click, row: area.row, column: area.column + 6), size))
    #expect(model.depth.selection == last)
  }

  @Test func aClickOnThePanelsChooses() throws {
    var model = listening()
    func slot(_ panel: PanelName) throws -> Slot {
      let layout = ScreenLayout(size: size, screen: model.session.screen)
      return try #require(layout.slots.first { $0.tabs.contains(panel) })
    }
    // Titles are tabs.
    let title = try slot(.unit).area
    let text = view(model, size: size).text.split(
      separator: "\n", omittingEmptySubsequences: false)[title.row]
    let place = try #require(text.range(of: "2 Unit"))
    let column = text.unicodeScalars.distance(from: text.startIndex, to: place.lowerBound)
    _ = update(&model, .pointer(Pointer(.click, row: title.row, column: column), size))
    #expect(model.focus == .unit)
    // The grid of units.
    let area = try slot(.unit).area.belowTitle
    let map = try #require(model.unitMap)
    let grid = try #require(UnitGrid(map, in: UnitGrid.area(in: area)))
    let cells = grid.cells(row: 5, column: 2)
    _ = update(&model, .pointer(Pointer(.click, row: cells.row, column: cells.column), size))
    #expect(model.session.target.units == [Unit(row: 5, column: 2)])
    // A value of the kernels table.
    _ = model.type("3")
    let table = try slot(.kernels).area.belowTitle
    let row = table.row + KernelColumns.headingRows + 2
    _ = update(&model, .pointer(Pointer(.click, row: row, column: table.column + 18), size))
    #expect(model.lists.stage == 2 && model.lists.field == .dilation)
    // The wheel scrolls lists.
    _ = model.type("5")
    let images = try slot(.images).area.belowTitle
    let wheel = Pointer(.wheelDown, row: images.row + 3, column: images.column + 3)
    _ = update(&model, .pointer(wheel, size))
    #expect(model.lists.image == 1)
  }

  @Test(arguments: ["MS", "MSz"]) func aClickOnAMapOfTheGallerySelectsIt(_ keys: String) throws {
    for size in [size, ScreenSize(rows: 24, columns: 80), ScreenSize(rows: 60, columns: 200)] {
      var model = listening()
      _ = update(&model, .resized(size))
      for key in keys.unicodeScalars { model.finish(model.type(key)) }
      let slot = try #require(model.layout(on: size).slots.first { $0.panel == .gallery })
      for _ in 0..<model.session.gallery.count {
        // Those around the selected one are drawn where not all fit.
        let places = GalleryParts(model, in: slot.area.belowTitle).layout.places
        let next = try #require(
          places.first { $0.index > model.gallery.selection } ?? places.first)
        let click = Pointer(.click, row: next.area.row + 1, column: next.area.column + 1)
        #expect(update(&model, .pointer(click, size)).isEmpty)
        #expect(model.gallery.selection == next.index, "\(next.index) of \(size)")
      }
      // Enter takes the one that was clicked on.
      let chosen = model.session.gallery[model.gallery.selection]
      _ = update(&model, .key(.enter))
      #expect(model.session.networks[model.active] == chosen)
    }
  }

  /// Wherever in the gallery: beside the other panels and alone, empty and full.
  @Test(arguments: ["M", "MS", "Mz", "MSz"]) func clicksInTheGalleryGoThere(_ keys: String) throws {
    for size in [size, ScreenSize(rows: 24, columns: 80), ScreenSize(rows: 60, columns: 200)] {
      var model = listening()
      _ = update(&model, .resized(size))
      for key in keys.unicodeScalars { model.finish(model.type(key)) }
      let slot = try #require(model.layout(on: size).slots.first { $0.panel == .gallery })
      let area = slot.area.belowTitle
      let before = model
      for row in stride(from: area.row, to: area.row + area.rows, by: 2) {
        for column in stride(from: area.column, to: area.column + area.columns, by: 7) {
          for action in [Pointer.Action.click, .wheelUp, .wheelDown] {
            let pointer = Pointer(action, row: row, column: column)
            #expect(update(&model, .pointer(pointer, size)).isEmpty)
            let isKept =
              model.session == before.session
              && (0..<max(1, model.session.gallery.count)).contains(model.gallery.selection)
            #expect(isKept && model.focus == .gallery, "\(action) at \(row), \(column) of \(size)")
          }
        }
      }
    }
  }

  /// Headings, numbers, curves and the verdict are no maps.
  @Test func clicksBesideTheMapsDoNothing() throws {
    for size in [size, ScreenSize(rows: 24, columns: 80), ScreenSize(rows: 60, columns: 200)] {
      var model = listening()
      model.finish(model.type("3"))
      model.size = size
      let fields = try #require(model.layout(on: size).fields)
      let parts = FieldsParts(model, in: fields)
      let maps = parts.sides.map {
        FieldDrawing(model: model, index: $0.index, area: $0.area).layout.map
      }
      let before = (model.session, model.focus, model.active)
      for row in fields.row..<fields.row + fields.rows {
        for column in stride(from: fields.column, to: fields.column + fields.columns, by: 3) {
          let click = Pointer(.click, row: row, column: column)
          guard !maps.contains(where: { $0.contains(click) }) else { continue }
          #expect(update(&model, .pointer(click, size)).isEmpty)
          let isSame = (model.session, model.focus, model.active) == before
          #expect(isSame, "\(row), \(column) of \(size)")
        }
      }
    }
  }

  @Test func nothingIsHitOutside() {
    for (row, column) in [(0, 0), (39, 119), (4000, 4000), (39, 0)] {
      for action in [Pointer.Action.click, .wheelUp, .wheelDown] {
        for panel in Panels.all {
          var model = listening()
          _ = model.type(panel.jump)
          let before = (model.session, model.focus, model.active)
          let effects = update(&model, .pointer(Pointer(action, row: row, column: column), size))
          let isSame = (model.session, model.focus, model.active) == before
          #expect(isSame && model.overlay == nil, "\(action) at \(row), \(column) in \(panel.jump)")
          #expect(effects.isEmpty, "\(action) at \(row), \(column) in \(panel.jump)")
        }
      }
    }
  }
}
