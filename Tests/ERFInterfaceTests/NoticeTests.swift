// Messages that the footer has no room for: what they say is seen, and nothing lies behind them.

import ERFEngine
import Testing

@testable import ERFInterface

@Suite struct NoticeTests {
  private static let long =
    "something that takes more than a line of eighty columns to say, and that has to be read in full"

  /// Captions, the verdict and the keys stay in sight beside a message of two lines.
  @Test(arguments: [(80, 24), (120, 40), (200, 60), (250, 70)])
  func panelsGiveWay(_ size: (Int, Int)) {
    var model = ScreenState.kernelsReached.model(Display())
    let screen = ScreenSize(rows: size.1, columns: size.0)
    _ = update(&model, .resized(screen))
    for lines in [[Self.long], [Self.long, Self.long], ["one", "two"]] {
      model.notice = Notice(.warning, lines)
      let text = view(model, size: screen).text
      let keys = model.noticeBand.isEmpty ? [] : [" more  <"]
      for part in ["before ", "merged ", "B sees 4.8 times"] + keys {
        #expect(text.contains(part), "\(part) with \(lines.count) lines")
      }
      #expect(text.contains(lines.count == 2 && lines[0] == "one" ? "two" : "in full"))
    }
  }

  /// What is too long keeps its beginning.
  @Test func longMessagesLoseTheirEnds() {
    var model = makeModel()
    model.size = ScreenSize(rows: 24, columns: 80)
    let words = (1...200).map { "word\($0)" }.joined(separator: " ")
    model.notice = Notice(.failure, "x.pth does not fit: " + words)
    #expect(model.noticeBand.count == 6)
    #expect(model.noticeBand.first?.hasPrefix("x.pth does not fit: word1 ") == true)
    #expect(model.noticeBand.last?.hasSuffix("…") == true)
    model.notice = Notice(.failure, ["A: " + words, "B: " + words])
    let starts = model.noticeBand.filter { $0.hasPrefix("A:") || $0.hasPrefix("B:") }
    #expect(starts.count == 2)
    #expect(model.noticeBand.allSatisfy { $0.columns <= 78 })
  }

  /// Rows of the panels and of the message are never the same, but where there are very few.
  @Test func nothingLiesBehindAMessage() {
    var model = makeModel()
    model.notice = Notice(.failure, [Self.long, Self.long, Self.long])
    for rows in 20...70 {
      for columns in [60, 80, 120, 200] {
        let size = ScreenSize(rows: rows, columns: columns)
        model.size = size
        let body = model.layout(on: size).body
        #expect(body.row + body.rows <= rows - 1 - model.noticeBand.count, "\(columns) x \(rows)")
      }
    }
    // Panels keep some rows on the smallest screens.
    #expect(model.layout(on: ScreenSize(rows: 12, columns: 40)).body.rows == 8)
  }

  /// A click means what was drawn where it was, before the message went.
  @Test func clicksMeanWhatWasDrawn() throws {
    var model = makeModel(["RepLKNet-13-nano", "RepLKNet-31-nano"])
    let size = ScreenSize(rows: 24, columns: 80)
    for key in "m2".unicodeScalars { model.finish(model.type(key)) }
    _ = update(&model, .resized(size))
    model.notice = Notice(.failure, [Self.long, Self.long])
    let slot = try #require(model.layout(on: size).slots.first)
    let map = try #require(model.unitMap)
    let grid = try #require(UnitGrid(map, in: UnitGrid.area(in: slot.area.belowTitle)))
    let place = grid.cells(row: 1, column: 2)
    _ = update(&model, .pointer(Pointer(.click, row: place.row, column: place.column), size))
    let unit = try #require(grid.unit(row: place.row, column: place.column))
    #expect(model.session.target.units == [unit] && model.notice == nil)
  }
}

@Suite struct TileGridTests {
  private let tile = TileGrid.Tile(leastRows: 4, leastColumns: 10, words: 2)

  @Test func tilesLieApartAndWithin() throws {
    for count in 1...9 {
      for (rows, columns) in [(6, 10), (20, 34), (50, 200), (12, 120)] {
        let area = Area(row: 3, column: 5, rows: rows, columns: columns)
        let grid = try #require(TileGrid(count, of: tile, in: area, gap: 2, aspect: 2))
        let places = (0..<grid.shown).map(grid.place)
        #expect((1...count).contains(grid.shown))
        for (index, place) in places.enumerated() {
          #expect(place.rows >= 6 && place.columns >= 10)
          #expect(place.row >= 3 && place.row + place.rows <= 3 + rows)
          #expect(place.column >= 5 && place.column + place.columns <= 5 + columns)
          for other in places.dropFirst(index + 1) {
            #expect(
              place.row + place.rows <= other.row
                || place.column + place.columns + 2 <= other.column
                || other.column + other.columns + 2 <= place.column)
          }
        }
      }
    }
  }

  /// Of six squares in 30 x 100 cells of half a square: 3 x 2 of 13 rows, 26 columns, which cover more than
  /// 6 x 1 of 15 columns or 2 x 3 of 8 rows.
  @Test func mapsAreAsLargeAsCanBe() throws {
    let area = Area(row: 0, column: 0, rows: 30, columns: 100)
    let grid = try #require(TileGrid(6, of: tile, in: area, gap: 2, aspect: 2))
    #expect(grid.across == 3 && grid.shown == 6 && grid.place(4).row == 15)
    #expect(grid.place(4).column == 34 && grid.place(4).columns == 32)
    // Where not all have room, as many as have.
    let few = Area(row: 0, column: 0, rows: 6, columns: 22)
    #expect(TileGrid(6, of: tile, in: few, gap: 2, aspect: 2)?.shown == 2)
    let none = Area(row: 0, column: 0, rows: 5, columns: 100)
    #expect(TileGrid(6, of: tile, in: none, gap: 2, aspect: 2) == nil)
  }
}

/// Words that have no room give way to shorter ones: none is cut where something shorter says the same.
@Suite struct RoomTests {
  @Test(arguments: [
    (ScreenState.difference, "own maxima"), (.contours, "own maxima"),
    (.images, "mean over 3 of 13  built-in"), (.kernelsReached, "new sizes  interpolate"),
    (.training, "step 200/300  12 s left"), (.trained, "step 200: 66.7 % right on others"),
    (.trainingFolder, " waiting "),
  ])
  func wordsAreNotCut(_ state: ScreenState, _ words: String) {
    let model = state.model(Display())
    let text = view(model, size: ScreenSize(rows: 24, columns: 80)).text
    #expect(text.contains(words), "\(state)")
  }

  /// What is in points is said where there is room for a word.
  @Test func differencesSayWhatIsInPoints() {
    let model = ScreenState.difference.model(Display())
    let text = view(model, size: ScreenSize(rows: 40, columns: 120)).text
    #expect(text.contains(", areas in pts"))
  }

  @Test func zoomedPanelsAreNotCut() {
    for state in [ScreenState.unitZoomed, .shapeBiasZoomed] {
      let model = state.model(Display())
      for (columns, rows) in [(80, 24), (120, 40), (200, 60)] {
        let text = view(model, size: ScreenSize(rows: rows, columns: columns)).text
        #expect(!text.contains("…"), "\(state) at \(columns)")
      }
    }
  }

  /// A field is told by its number where its network's name would be cut.
  @Test func fieldsOfAUnitHaveTheirNumber() {
    var model = makeModel(["RepLKNet-13-nano", "RepLKNet-31-nano"])
    for key in "2z".unicodeScalars { model.finish(model.type(key)) }
    let text = view(model, size: ScreenSize(rows: 24, columns: 80)).text
    #expect(text.contains(/A +half in 3\.0 %/) && text.contains(/B half in 14\.4 %/))
    #expect(!text.contains("…"))
  }

  /// So it is of both where only one of the names leaves room for it.
  @Test func fieldsBesideASavedMapHaveTheirNumbers() {
    var model = makeModelBesideAMap()
    for key in "2z".unicodeScalars { model.finish(model.type(key)) }
    let text = view(model, size: ScreenSize(rows: 24, columns: 80)).text
    #expect(text.contains(/A half in [0-9.]+ % +B half in [0-9.]+ %/), "\(text)")
  }

  /// The selected layer's label does not run into that of its stage.
  @Test func labelsOfLayersStandApart() {
    let model = ScreenState.depthZoomed.model(Display())
    for (columns, rows) in [(80, 24), (120, 40), (200, 60)] {
      let lines = view(model, size: ScreenSize(rows: rows, columns: columns)).text.split(
        separator: "\n")
      let labels = lines.first { $0.contains(/s1 +s2 +s3 +s4\.3/) }
      #expect(labels?.contains(/s4\.3($| )/) == true, "\(columns)")
    }
  }

  /// How an overlay is left is said once.
  @Test(arguments: ["e", ":", "o", "w", "?"])
  func closingIsSaidOnce(_ key: String) {
    var model = makeModel()
    for scalar in key.unicodeScalars { _ = model.type(scalar) }
    let lines = view(model, size: ScreenSize(rows: 24, columns: 80)).text.split(separator: "\n")
    let footer = String(lines.last ?? "")
    #expect(footer.components(of: "Esc") == 1, "\(key)")
  }

  /// What is wrong with a path is said to its end, below what was typed.
  @Test func complaintsAreSaidToTheirEnd() {
    let reason =
      "/home/user/photos/2026/somewhere/else holds pictures of one class: give a folder with one "
      + "folder of pictures per class, at least two, or one with the folders train and val, each of "
      + "which has one folder of pictures per class, and nothing beside these, lastly"
    var prompt = Prompt(purpose: .train(letter: "A"), text: "~/photos")
    prompt.complaint = reason
    var browser = Browser(path: "")
    browser.query = "~/photos"
    browser.complaint = reason
    for overlay in [Overlay.prompt(prompt), .browser(browser)] {
      var model = makeModel()
      model.overlay = overlay
      for (columns, rows) in [(80, 24), (120, 40)] {
        let text = view(model, size: ScreenSize(rows: rows, columns: columns)).text
        #expect(text.contains("lastly") && text.contains("> ~/photos"), "\(columns)")
      }
    }
  }
}
