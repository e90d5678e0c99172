// The aggregated kernels, and what tells A from B.

import ERFEngine
import Testing

@testable import ERFInterface

@Suite struct AggregatedKernelTests {
  private static func kernels(
    _ side: Int, middle: Double, reached: StageKernels.Reached? = nil
  ) -> StageKernels? {
    var values = [Double](repeating: 0.25, count: side * side)
    let before = KernelMap(side: side, values: values)
    values[side * side / 2] = middle
    return StageKernels(
      before: before, after: KernelMap(side: side, values: values), reached: reached)
  }

  /// Cells with dots of Braille, as outlines are drawn.
  private static func dots(_ frame: Frame) -> Int {
    frame.text.unicodeScalars.count { (0x2800...0x28ff).contains($0.value) }
  }

  @Test(arguments: [true, false]) func theReachedPartIsOutlined(_ isZoomed: Bool) throws {
    var model = makeModel()
    _ = model.type("3")
    if isZoomed { _ = model.type("z") }
    guard let id = model.kernelMaps.job else {
      Issue.record("nothing is summed")
      return
    }
    let part = StageKernels.Reached(rows: 7, columns: 7, trainedAt: 96)
    let stages = [
      Self.kernels(13, middle: 1), nil, Self.kernels(13, middle: 1, reached: part), nil,
    ]
    let size = ScreenSize(rows: 60, columns: 200)
    let before = Self.dots(view(model, size: size))
    _ = update(&model, .aggregated(id, stages, failure: nil))
    if !isZoomed {
      // All of the first stage was reached.
      let frame = view(model, size: size)
      #expect(!frame.text.contains("96 px") && Self.dots(frame) == before)
      _ = model.type("j")
      _ = model.type("j")
    }
    let frame = view(model, size: size)
    #expect(frame.text.contains("reached at 96 px") || frame.text.contains("met at 96 px"))
    #expect(Self.dots(frame) > before + 8)
  }

  /// With the screen to itself: how far weights spread stands under the kernels.
  @Test func wideScreensShowHowFarWeightsSpread() throws {
    var model = makeModel()
    _ = model.type("3")
    _ = model.type("z")
    let stages = (0..<4).map { _ in Self.kernels(13, middle: 30) }
    for _ in 0..<2 {
      guard let id = model.kernelMaps.job else { break }
      _ = update(&model, .aggregated(id, stages, failure: nil))
    }
    let size = ScreenSize(rows: 60, columns: 200)
    let frame = view(model, size: size)
    #expect(frame.text.components(of: "n = 13") == 8, "\(frame.text)")
    #expect(frame.text.components(of: ", before merging and after") == 2)
  }

  /// Where the other stages have two maps, the one of a stage says why there is no other.
  @Test(arguments: [(120, 40), (200, 60)])
  func stagesThatAreNotMergedSayWhy(_ size: (Int, Int)) {
    var model = makeModel()
    for key in "3z".unicodeScalars { _ = model.type(key) }
    model.session.networks[0].edits = [
      StageEdit(stage: 1, .dilation(2)), StageEdit(stage: 2, .smallKernel(nil)),
    ]
    let (merged, alone) = (Self.kernels(13, middle: 1), Self.kernels(13, middle: 0.25))
    model.kernelMaps.known[model.session.networks[0]] = [merged, alone, alone, merged]
    let text = view(model, size: ScreenSize(rows: size.1, columns: size.0)).text
    #expect(text.contains(/2(, not merged)?: dilated/), "\(text)")
    #expect(text.contains(/3(, no small kernel|: no small)/), "\(text)")
    #expect(text.contains("stage 1 ") && !text.contains("stage 1,"))
  }

  /// Of a network without small kernels there is nothing to merge.
  @Test func kernelsThatAreNotMergedAreOnlySummed() throws {
    var model = makeModel(["RepLKNet-13"])
    _ = model.type("3")
    _ = model.type("z")
    let id = try #require(model.kernelMaps.job)
    let stages = (0..<4).map { _ in Self.kernels(13, middle: 0.25) }
    _ = update(&model, .aggregated(id, stages, failure: nil))
    let text = view(model, size: ScreenSize(rows: 60, columns: 200)).text
    #expect(text.contains("|w| summed over channels") && !text.contains("before merging"))
  }

  @Test func areSummedOnceANetwork() {
    var model = makeModel()
    var effects = model.type("3")
    guard case .aggregateKernels(let id, let spec)? = effects.first else {
      Issue.record("nothing is summed")
      return
    }
    #expect(spec == model.session.networks[0] && model.isBusy)
    #expect(model.type("j").isEmpty)
    let stages = [Self.kernels(13, middle: 1), nil, Self.kernels(13, middle: 1), nil]
    effects = update(&model, .aggregated(id, stages, failure: nil))
    #expect(effects.isEmpty && !model.isBusy)
    _ = model.type("j")
    let text = view(model, size: ScreenSize(rows: 60, columns: 200)).text
    // 25 of 169 cells of 0.25; then the middle one is 1: 7 / 43.
    #expect(text.contains("|w| of stage 3") && text.contains(/before +15 % in (the middle )?5x5/))
    #expect(text.contains(/merged +16 % in (the middle )?5x5/))
    // An edit asks anew, after the field is there; undone, nothing is asked.
    effects = model.type(">")
    #expect(effects.allSatisfy { if case .aggregateKernels = $0 { false } else { true } })
    model.finish(effects)
    #expect(model.kernelMaps.job != nil)
  }

  /// The share in a middle as large as the kernel says nothing.
  @Test(arguments: [
    (3, "11 % in the centre"), (5, "36 % in the middle 3x3"), (7, "51 % in the middle 5x5"),
  ])
  func smallKernelsHaveASmallerMiddle(_ side: Int, _ caption: String) {
    var model = makeModel(["RepLKNet-3-nano"])
    _ = model.type("3")
    guard let id = model.kernelMaps.job else { return }
    // As heavy everywhere: 1 of 9, 9 of 25, 25 of 49.
    let flat = KernelMap(side: side, values: [Double](repeating: 1, count: side * side))
    let kernels = StageKernels(before: flat, after: flat)
    _ = update(
      &model, .aggregated(id, [kernels, kernels, kernels, kernels], failure: nil))
    for (columns, rows) in [(80, 24), (200, 60)] {
      let text = view(model, size: ScreenSize(rows: rows, columns: columns)).text
      #expect(text.contains("kernels  \(caption)"), "\(columns)")
    }
    _ = model.type("z")
    for (columns, rows) in [(80, 24), (120, 40), (200, 60)] {
      let text = view(model, size: ScreenSize(rows: rows, columns: columns)).text
      #expect(!text.contains("100 %"), "\(columns)")
    }
  }

  /// Whoever cancels the opening of a file does not want it read for its kernels instead.
  @Test func anUnopenedFileIsLeftAlone() {
    let network = NetworkSpec(file: "/nowhere/a.safetensors")
    var model = Model(session: Session(networks: [network]), display: Display())
    var effects = update(&model, .opened) + model.type("3") + update(&model, .key(.escape))
    #expect(effects.count == 2 && effects.cancelled.count == 1 && model.kernelMaps.asked == nil)
    // A file that was looked into is another matter, whatever was found.
    effects = model.type("r")
    guard case .open(let id, _, _, _)? = effects.first else {
      Issue.record("the file is not opened again")
      return
    }
    effects = update(&model, .known(id, nil, design: nil))
    #expect(effects.computed.count == 1 && model.kernelMaps.asked == nil)
    _ = update(&model, .failed(effects.ids[0], "it is damaged"))
    #expect(model.kernelMaps.asked == network)
  }

  @Test func anEditCancelsWhatItOvertakes() {
    var model = makeModel()
    guard case .aggregateKernels(let id, _)? = model.type("3").first else {
      Issue.record("nothing is summed")
      return
    }
    let effects = model.type(">")
    #expect(effects.contains { if case .cancel(id) = $0 { true } else { false } })
    #expect(model.kernelMaps.job == nil)
    // Its answer comes too late, and the edited network is asked about once its field is there.
    _ = update(&model, .aggregated(id, [], failure: nil))
    #expect(model.kernelMaps.known.isEmpty)
    model.finish(effects)
    #expect(model.kernelMaps.job != nil && model.kernelMaps.job != id)
  }

  /// Without a key it is seen in what the kernels of A and B differ.
  @Test(arguments: [(120, 40), (200, 60), (250, 70)])
  func bothNetworksAreReadAtOnce(_ size: (Int, Int)) {
    var model = makeModel(["RepLKNet-13-nano", "RepLKNet-31-nano"])
    let screen = ScreenSize(rows: size.1, columns: size.0)
    let text = view(model, size: screen).text
    #expect(text.components(of: "st kernel small") == 2)
    #expect(text.contains(/1 +13 +5/) && text.contains(/1 +31 +5/))
    // While one of them is edited its kernels have the room.
    _ = model.type("3")
    #expect(view(model, size: screen).text.components(of: "st kernel small") == 1)
  }

  /// With the screen to themselves both tables stand side by side, and a click chooses in either.
  @Test func bothTablesAreClicked() throws {
    var model = makeModel(["RepLKNet-13-nano", "RepLKNet-31-nano"])
    for key in "m3z".unicodeScalars { _ = model.type(key) }
    func click(_ pattern: Regex<Substring>, _ size: ScreenSize) throws {
      let lines = view(model, size: size).text.split(
        separator: "\n", omittingEmptySubsequences: false)
      let row = try #require(lines.firstIndex { $0.contains(pattern) })
      let place = try #require(lines[row].firstMatch(of: pattern)).range.upperBound
      let column = lines[row][..<place].unicodeScalars.count - 1
      _ = update(&model, .pointer(Pointer(.click, row: row, column: column), size))
    }
    try click(/13.*29/, ScreenSize(rows: 24, columns: 80))
    #expect(model.active == 1 && model.lists.stage == 1 && model.lists.field == .kernel)
    // Beside the maps A's table stands above B's, until one of them is clicked on.
    for key in "az1".unicodeScalars { _ = model.type(key) }
    try click(/3 +27 +5/, ScreenSize(rows: 40, columns: 120))
    #expect(model.active == 1 && model.lists.stage == 2 && model.lists.field == .smallKernel)
    #expect(model.focus == .kernels)
  }

  @Test func onlyWhatDiffersIsShown() {
    var model = makeModel(["replknet-13", "replknet-31"])
    for key in "3D" { _ = model.type(key.unicodeScalars.first!) }
    let text = view(model, size: ScreenSize(rows: 40, columns: 120)).text
    #expect(text.contains("what differs") && !text.contains("s4 kernel"))
    #expect(text.contains("s3 kernel") && !text.contains("s3 depth"))
    let wide = view(model, size: ScreenSize(rows: 60, columns: 250)).text
    #expect(wide.contains("what differs") && wide.contains(/(s|stage )3 kernel/))
    #expect(text.contains("73.68 M") && text.contains("79.39 M"))
    _ = model.type("X")
    #expect(
      view(model, size: ScreenSize(rows: 40, columns: 120)).text.contains("A and B are the same"))
  }

  /// Columns of A and B are as wide as each other, so that values can be compared.
  @Test(arguments: [(72, 20), (80, 24), (120, 40), (200, 60)])
  func differencesAreReadOfBoth(_ size: (Int, Int)) {
    var model = makeModel(["replknet-31-nano", "replknet-31-nano-noshortcut"])
    for key in "3D" { _ = model.type(key.unicodeScalars.first!) }
    let text = view(model, size: ScreenSize(rows: size.1, columns: size.0)).text
    #expect(text.contains(/what differs +A +B/), "\(size)")
    #expect(text.contains(/(s|stage )1 shortcuts +on +off/), "\(size)")
  }

  @Test func oneNetworkHasNoDifferences() {
    var model = makeModel(["replknet-13"])
    for key in "3D" { _ = model.type(key.unicodeScalars.first!) }
    #expect(model.notice?.lines == ["there is one network; give two to compare"])
  }
}
