// One name for one thing, and numbers that say what they are of.

import ERFEngine
import TestSupport
import Testing

@testable import ERFInterface

private func text(_ model: Model, _ columns: Int, _ rows: Int) -> String {
  view(model, size: ScreenSize(rows: rows, columns: columns)).text
}

@Suite struct LayerNameTests {
  private var model = makeModel(["RepLKNet-13-nano", "RepLKNet-31-nano"])

  private mutating func press(_ keys: String) {
    for scalar in keys.unicodeScalars { model.finish(model.type(scalar)) }
  }

  /// Stems and transitions are no blocks, wherever layers are named.
  @Test(arguments: [
    ("{", "s4.1", "stages.3.blocks.0", "block 1 of 2"), ("{{", "t3", "transitions.2", "transition"),
    ("[[[{{", "stem", "stem", "stem"), ("[[[{", "s1.1", "stages.0.blocks.0", "block 1 of 2"),
    ("", "s4", "stage4", "its output"),
  ])
  func layersHaveOneName(_ keys: String, _ label: String, _ name: String, _ words: String) throws {
    var test = self
    test.press(keys + "2")
    let unit = text(test.model, 120, 40)
    #expect(unit.contains(words))
    if label != name, label != "s4" {
      #expect(unit.contains("\(label) \(name)"), "\(unit)")
      #expect(text(test.model, 200, 60).contains("· \(label) \(name)"))
      #expect(text(test.model, 80, 24).contains(label))
    }
    test.press("Gz")
    let depth = text(test.model, 120, 40)
    #expect(depth.contains(/stem +s1.1 +s1 +t1 +s2.1 +s2 +t2 +s3.1/), "\(depth)")
  }

  /// With fewer blocks the last one stands for those that are missing: it is what the stage gives out.
  @Test func lastBlocksAreOutputs() {
    var model = makeModel(["resnet-18", "RepLKNet-31-nano"], weights: .random(seed: 0))
    model.finish(model.type("{"))
    #expect(model.request(0).tap == "layer4.1" && model.request(1).tap == "stages.3.blocks.0")
    #expect(text(model, 200, 60).contains("s4 layer4.1"))
    #expect(model.layerLabel(0, model.request(0)) == nil)
    #expect(model.layerLabel(1, model.request(1)) == "s4.1")
  }

  /// Two layers of one network never share a label.
  @Test(arguments: ModelCatalogue.ids) func labelsAreUnique(_ id: String) throws {
    let model = makeModel([id], finished: false)
    let labels = model.depthLayers(0).map(\.label)
    #expect(labels.count > 1 && Set(labels).count == labels.count, "\(labels)")
  }

  /// The name of a network does not depend on how somebody typed it.
  @Test(arguments: [
    ("replknet-13-NANO", "RepLKNet-13-nano"), ("RepLKNet-31b", "RepLKNet-31B"),
    ("ResNet-18", "resnet-18"),
  ])
  func networksAreSpeltInOneWay(_ id: String, _ name: String) {
    #expect(NetworkSpec(shown: id).shownModel == name)
  }
}

@Suite struct CutSquareTests {
  /// A mass far from the unit, which sits in a corner.
  private func cornered(_ size: (Int, Int)) throws -> (Model, ERFMetrics) {
    var model = makeModel()
    var values = [Double](repeating: 0, count: 224 * 224)
    values[0] = 1
    values[120 * 224 + 200] = 9
    let metrics = ERFMetrics(ERFMap(height: 224, width: 224, values: values), around: (100, 10))
    for side in model.sides.indices { model.sides[side].shown?.metrics = metrics }
    return (model, metrics)
  }

  /// The side before it is cut is longer than the input.
  @Test(arguments: [(80, 24), (120, 40), (200, 60), (250, 70)])
  func sidesAreOfWhatLiesInside(_ size: (Int, Int)) throws {
    let (model, metrics) = try cornered(size)
    let side = try #require(metrics.ratios.last?.side)
    #expect(side > 224)
    for keys in ["", "3"] {
      var model = model
      for scalar in keys.unicodeScalars { _ = model.type(scalar) }
      let screen = text(model, size.0, size.1)
      #expect(!screen.contains("\(side)"), "\(screen)")
      #expect(screen.contains("224×201") || screen.contains("cut"), "\(screen)")
    }
  }
}

@Suite struct SameNetworkTests {
  @Test func aCopyIsSaidToBeOne() {
    var model = makeModel(["RepLKNet-13-nano", "RepLKNet-31-nano"])
    #expect(model.verdict?.headline.contains("the same") == false)
    for scalar in "3bX".unicodeScalars { model.finish(model.type(scalar)) }
    #expect(model.session.networks[0] == model.session.networks[1])
    #expect(model.verdict?.headline == "A and B are the same network.")
    #expect(text(model, 80, 24).contains("A and B are the same network."))
    _ = model.type("[")
    // However it was typed.
    let typed = makeModel(["replknet-13-nano", "RepLKNet-13-nano"])
    #expect(typed.verdict?.headline == "A and B are the same network.")
    let twice = makeModel(["RepLKNet-13-nano", "RepLKNet-13-nano"], weights: .random(seed: 0))
    var other = twice
    other.session.networks[1].weights = .random(seed: 1)
    other.finish(other.pursue())
    #expect(other.verdict?.headline.contains("the same") == false)
  }

  /// A file of the weights that ship with the program is as good as those.
  @Test func aFileOfShippedWeightsIsTheSame() {
    let model = makeModel(["RepLKNet-13-nano", "RepLKNet-13-nano"])
    for side in [0, 1] {
      var filed = model
      filed.sides[side].shown?.network.weights = .file("/m/ck.safetensors")
      #expect(filed.verdict?.headline == "A and B are the same network.")
      filed.sides[side].shown?.subject?.weightsHash = "fedcba9876543210"
      #expect(filed.verdict?.headline.hasPrefix("One network, other weights") == true)
    }
  }

  /// With one of two maps on screen its own verdict stands below it.
  @Test(arguments: [(80, 24), (120, 40)]) func oneMapHasItsOwnVerdict(_ size: (Int, Int)) {
    var model = makeModel()
    for scalar in "vv".unicodeScalars { _ = model.type(scalar) }
    #expect(model.session.screen.arrangement == .one)
    let screen = text(model, size.0, size.1)
    #expect(screen.contains("Half of A's field lies in 3.0 %") && !screen.contains("B sees"))
    _ = model.type("b")
    #expect(text(model, size.0, size.1).contains("Half of B's field lies in 14.4 %"))
  }

  /// However little room there is, it says over how many pictures and at which size.
  @Test(arguments: [36, 41, 46, 60, 100], ["RepLKNet-13-nano", "RepLKNet-13"])
  func oneMapSaysItsBasis(_ width: Int, _ name: String) throws {
    let isTrained = name.hasSuffix("nano")
    // That weights are random takes the place of the spread, and a few columns.
    let width = isTrained ? width : max(41, width)
    var model = makeModel([name])
    model.session.images.count = 2
    model.finish(model.pursue(), images: 2)
    model.sides[0].shown?.result?.imageRatios = [0.4, 0.5].map { share in
      ERFMetrics.thresholds.map { AreaRatio(threshold: $0, side: 11, ratio: share) }
    }
    let lines = try #require(model.verdict?.lines(rows: 1, width: width))
    try #require(lines.count == 1)
    let line = lines[0].headline + lines[0].rest
    #expect(line.columns <= width && (line.contains("±") || !isTrained), "\(line)")
    #expect(line.contains("n=2, 224 px") || line.contains("2 pictures, 224 px"), "\(line)")
    #expect(line.contains("untrained") != isTrained, "\(line)")
  }
}

@Suite struct TrainingStepTests {
  private let path = "/home/me/.local/state/replk-tui/training/run-3/step-50.safetensors"

  /// Nobody named the file of a moment: it is called by its step.
  @Test(arguments: [(80, 24), (120, 40), (200, 60)])
  func momentsAreNamedByTheirStep(_ size: (Int, Int)) {
    let model = makeModel(["RepLKNet-13-nano", "RepLKNet-31-nano"], weights: .file(path))
    let screen = text(model, size.0, size.1)
    #expect(screen.contains("step 50") && !screen.contains("step-50"), "\(screen)")
  }
}

@Suite struct NarrowTests {
  /// Beside a panel a long name of a file leaves room for the other network and the size.
  @Test(arguments: ["2z", "4z", "5z"]) func longNamesAreCutFirst(_ keys: String) {
    var model = makeModel(weights: .file("/models/my-own-long-name-of-weights-epoch-120.pth"))
    for scalar in keys.unicodeScalars { model.finish(model.type(scalar)) }
    let lines = text(model, 80, 24).split(separator: "\n").map(String.init)
    #expect(lines[1].components(of: "#01234567") == 2 && lines[1].contains("224 px"), "\(lines[1])")
  }

  /// Beside any panel the warning says whose fields the input cuts.
  @Test func aSmallInputIsSaidOfBoth() {
    var model = makeModel()
    var values = [Double](repeating: 0.01, count: 224 * 224)
    values[112 * 224 + 112] = 100
    let metrics = ERFMetrics(ERFMap(height: 224, width: 224, values: values))
    #expect(metrics.borderShare > Model.borderLimit)
    for side in model.sides.indices { model.sides[side].shown?.metrics = metrics }
    _ = model.type("4")
    let shares = Format.fixed(metrics.borderShare * 100, 1)
    #expect(text(model, 80, 24).contains("Input too small: border A \(shares), B \(shares) %"))
    #expect(text(model, 200, 60).contains("\(shares) % of A's and \(shares) % of B's field lie"))
  }
}

/// Maps out of files that name their unit, or do not: it is then taken to be the middle.
@Suite struct AssumedMiddleTests {
  /// A flat map, of which more lies at the border than of a field that the input has room for.
  private func files() throws -> TemporaryFolder {
    let folder = try TemporaryFolder()
    var result = makeResult(makeRequest(size: 64))
    result.map = ERFMap(height: 64, width: 64, values: [Double](repeating: 1, count: 64 * 64))
    for name in ["m.npy", "m.pgm"] { try HeatmapExport.write(result, to: folder.file(name)) }
    return folder
  }

  @Test(arguments: [("m.npy", false), ("m.pgm", true)])
  func bordersWarnAroundKnownUnits(_ name: String, _ warns: Bool) throws {
    let folder = try files()
    var model = try makeModel(ofMap: folder.file(name))
    _ = model.type("4")
    let frame = view(model, size: ScreenSize(rows: 24, columns: 80))
    let lines = frame.text.split(separator: "\n", omittingEmptySubsequences: false)
    let row = try #require(lines.firstIndex { $0.contains(/border {5,}/) })
    let percent = (0..<80).map { frame[row, $0] }.last { $0.scalar == "%" }
    #expect(percent?.foreground == .role(warns ? .warning : .text))
    _ = model.type("z")
    #expect(text(model, 200, 60).contains("above 5 % the input is too small") == warns)
  }

  /// Beside the map or below it, and where the areas of squares stand in a row.
  @Test(arguments: [(80, 24), (120, 40), (200, 60)])
  func assumedMiddlesAreSaid(_ size: (Int, Int)) throws {
    let folder = try files()
    for (name, isSaid) in [("m.npy", true), ("m.pgm", false)] {
      var model = try makeModel(ofMap: folder.file(name))
      let screen = text(model, size.0, size.1)
      #expect(screen.contains("middle assumed") == isSaid, "\(screen)")
      _ = model.type("4")
      let lines = text(model, size.0, size.1).split(separator: "\n")
      let areas = lines.contains { $0.contains(/square.*, middle assumed/) }
      #expect(areas == isSaid, "\(lines)")
    }
    var both = try makeModel(ofMap: folder.file("m.npy"), beside: ["RepLKNet-13-nano"])
    _ = both.type("4")
    #expect(text(both, size.0, size.1).contains(/square.*, A's middle assumed/))
  }
}

@Suite struct InkTests {
  /// Light on a map that is mostly dark, wherever the outline passes a bright place that leaves it visible.
  @Test func outlinesKeepTheirInk() {
    let area = Area(row: 0, column: 0, rows: 1, columns: 8)
    let colours = HeatColours(scale: .rising(map: 0), top: 1)
    func inks(_ levels: [Double]) -> [Paint] {
      var marks = PixelMarks(cells: area, unicode: true)
      for column in 0..<16 { marks[1, column] = .text }
      var frame = Frame(size: ScreenSize(rows: 1, columns: 8))
      let values = levels + levels
      frame.drawHeat(
        values, in: area, colours: colours, style: .halfBlocks,
        marks: marks.inked(over: values, of: area, colours, .halfBlocks))
      return (0..<8).map { frame[0, $0].foreground }
    }
    let light = inks([0.1, 0.7, 0.1, 0.7, 0.3, 0.7, 0.2, 0.7])
    #expect(light == [Paint](repeating: .role(.text), count: 8))
    let dark = inks([0.5, 0.9, 0.5, 0.9, 0.7, 0.9, 0.8, 0.9])
    #expect(dark == [Paint](repeating: .role(.background), count: 8))
    // Where it would not be seen at all it changes.
    #expect(inks([0, 0, 0, 0, 0, 0, 0, 1])[7] == .role(.background))
  }
}

@Suite struct TogetherTests {
  /// Published marks stand beside A's and B's where those lie over them.
  @Test func shapeBiasMarksHideNoneOfTheOthers() throws {
    var model = makeModel()
    model.finish(model.type("7"))
    model.finish(model.type("z"))
    let screen = text(model, 200, 60)
    for category in ["boat", "clock", "truck"] {
      let line = try #require(screen.split(separator: "\n").first { $0.contains(category) })
      for mark in ["h", "r", "x", "A", "B"] {
        let cells = line.drop { $0 == " " }.dropFirst(category.count)
        #expect(cells.contains(mark) || cells.contains("*"), "\(mark) of \(line)")
      }
    }
  }

  /// What a star stands for where curves meet.
  @Test(arguments: [(80, 24), (120, 40), (200, 60)]) func starsAreExplained(_ size: (Int, Int)) {
    var model = makeModel()
    model.finish(model.type("G"))
    #expect(text(model, size.0, size.1).contains("* both"))
  }

  /// Numbers of a row never touch.
  @Test func ratiosStandApart() {
    var model = makeModel()
    var values = [Double](repeating: 0, count: 1024 * 1024)
    for pixel in [512 * 1024 + 512, 0, 1024 * 1024 - 1] { values[pixel] = 1 }
    let metrics = ERFMetrics(ERFMap(height: 1024, width: 1024, values: values))
    for side in model.sides.indices { model.sides[side].shown?.metrics = metrics }
    _ = model.type("4")
    let screen = text(model, 80, 24)
    #expect(!screen.contains(/%\d|%\.\d/), "\(screen)")
  }

  /// Shares below a tenth of a percent keep a digit in three columns.
  @Test func smallSharesKeepADigit() {
    var model = makeModel()
    var values = [Double](repeating: 0, count: 224 * 224)
    values[112 * 224 + 112] = 1
    let metrics = ERFMetrics(ERFMap(height: 224, width: 224, values: values))
    #expect(metrics.ratios[0].ratio.map { $0 < 0.001 } == true)
    for side in model.sides.indices { model.sides[side].shown?.metrics = metrics }
    for scalar in "3".unicodeScalars { _ = model.type(scalar) }
    #expect(text(model, 80, 24).contains(".02"))
  }
}

@Suite struct TrueWordTests {
  /// Random weights are not offered to a network that has them already.
  @Test func randomWeightsAreOfferedToOthersAlone() {
    func offer(_ weights: WeightsSource?) -> String {
      var model = makeModel(["RepLKNet-13-nano"], weights: weights)
      for scalar in "9z".unicodeScalars { _ = model.type(scalar) }
      return text(model, 250, 60)
    }
    let isOffered = "after W from random ones, which shows best"
    #expect(offer(nil).contains(isOffered))
    let random = offer(.random(seed: 3))
    #expect(random.contains("from the random weights it has, which shows best"), "\(random)")
    #expect(!random.contains("after W"))
  }

  /// What is right in training are pictures: no batch is.
  @Test func picturesAreRightAndNotBatches() {
    var fresh = makeModel(["RepLKNet-13-nano"])
    for scalar in "9z".unicodeScalars { _ = fresh.type(scalar) }
    #expect(text(fresh, 200, 60).contains("the share of the pictures in each hundredth"))
    for state in [ScreenState.training, .trained, .trainedZoomed] {
      for (columns, rows) in [(80, 24), (120, 40), (200, 60)] {
        let screen = text(state.model(Display()), columns, rows)
        #expect(!screen.contains("batches"), "\(screen)")
      }
    }
  }

  /// Esc has one word, in the footer and above it: what it does.
  @Test func escapeHasOneWord() {
    func words(_ model: Model) -> Set<String> {
      Set(text(model, 120, 40).matches(of: /Esc ([a-z]+)/).map { String($0.1) })
    }
    var model = makeModel()
    model.overlay = .question(Question(purpose: .leave(.quit), text: "Quit?", action: "quit"))
    #expect(words(model) == ["close"])
    // All of the help comes back before it closes.
    for (isSearching, query) in [(true, ""), (true, "stage"), (false, "stage")] {
      model.overlay = .help(query: query, isSearching: isSearching, scroll: 0)
      #expect(words(model).contains("all") && !words(model).contains("close"))
    }
    model.overlay = .help(query: "", isSearching: false, scroll: 0)
    #expect(words(model).contains("close"))
  }

  /// The menu of exports says what 8 bits cost, and has room to.
  @Test func eightBitsAreCalledCoarse() {
    let model = ScreenState.exportMenu.model(Display())
    for (columns, rows) in [(80, 24), (120, 40)] {
      #expect(text(model, columns, rows).contains("8 bits: coarse, 256 grey levels"))
    }
  }
}

@Suite struct ZoomedSubjectTests {
  /// A probe and a prediction are of inputs of their own, not of the maps' size and pictures.
  @Test(arguments: [(80, 24), (120, 40), (200, 60)])
  func otherInputsAreNotTheMaps(_ size: (Int, Int)) throws {
    var model = makeModel(["RepLKNet-13-nano", "RepLKNet-31-nano"])
    model.session.images.count = 4
    model.finish(model.pursue(), images: 4)
    for (key, words) in [("7", "128 px · 256 stimuli"), ("8", "1 picture")] {
      var model = model
      for scalar in (key + "z").unicodeScalars { model.finish(model.type(scalar), images: 4) }
      let lines = text(model, size.0, size.1).split(separator: "\n").map(String.init)
      let title = try #require(
        lines.first { $0.contains(key == "7" ? "7 Shape bias" : "8 Predict") })
      #expect(title.contains(words) && !title.contains("224 px"), "\(title)")
    }
  }
}
