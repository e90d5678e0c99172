// What headings say of networks and weights, at any width and of any length of name.

import ERFEngine
import Testing

@testable import ERFInterface

private func text(_ model: Model, _ columns: Int, _ rows: Int) -> String {
  view(model, size: ScreenSize(rows: rows, columns: columns)).text
}

private let sizes = [(80, 24), (120, 40), (200, 60), (250, 70)]

@Suite struct TitleTests {
  /// Names that leave no room, and edits.
  @Test(arguments: [(40, 12), (60, 20), (80, 24), (100, 30), (120, 40), (200, 60)])
  func weightsAreNeverDropped(_ size: (Int, Int)) {
    let long = "replknet:kernels=31,29,27,13:layers=2,2,18,2:channels=128,256,512,1024"
    for names in [["RepLKNet-13", "RepLKNet-31"], [long, long]] {
      let count = size.0 < 72 ? 1 : 2
      let screen = text(makeModel(names), size.0, size.1)
      #expect(screen.matches(of: /random/).count >= count, "\(names)")
    }
    var model = makeModel(weights: .file("/models/replknet31.pth"))
    #expect(text(model, size.0, size.1).contains("replknet31.pth"))
    _ = model.type("3")
    model.finish(model.type(">"))
    _ = model.type("1")
    let edited = text(model, size.0, size.1)
    #expect(edited.contains("edited: s1 k15") || size.0 < 200)
  }

  /// A file's name gives way to the size of the input, and its hash does not.
  @Test(arguments: [(80, 24), (120, 40), (200, 60)], ["1", "5", "v"])
  func theInputIsAlwaysSaid(_ size: (Int, Int), _ key: String) {
    var model = makeModel(weights: .file("/models/resnet20-12fca82f-of-long-ago.pth"))
    for scalar in key.unicodeScalars { _ = model.type(scalar) }
    let screen = text(model, size.0, size.1)
    #expect(screen.matches(of: /224 (px|× 224) ·|· 224 px|224 × 224/).count >= 2, "\(size) \(key)")
    #expect(screen.components(of: "#01234567") >= 2, "\(size) \(key)")
  }

  /// The size, which the verdict has as well, and the layer go before the hash of a file.
  @Test func hashesGoLast() {
    let model = makeModel(weights: .file("/models/backbone.pth"))
    let heading = MapHeading(model, index: 0)
    func facts(_ width: Int) -> String { heading.facts(width).map(\.text).joined() }
    for width in 22...60 {
      #expect(facts(width).contains("#01234567"), "\(width): \(facts(width))")
    }
    #expect(facts(26) == "backbone.pth #01234567")
    #expect(facts(48).hasSuffix("stage4"))
  }

  /// Where there is no room for what was edited, that something was still stands beside the weights.
  @Test(arguments: sizes, [WeightsSource.random(seed: 0), .trained, .file("/models/nano.pth")])
  func editsAreNeverDropped(_ size: (Int, Int), _ weights: WeightsSource) throws {
    var model = makeModel(["RepLKNet-13-nano", "RepLKNet-31-nano"], weights: weights)
    let name = ["random:0", "trained", "nano.pth"].first { weights.description.hasSuffix($0) }
    _ = model.type("3")
    model.finish(model.type(">"))
    _ = model.type("1")
    let screen = text(model, size.0, size.1).split(separator: "\n")
    let heading = try #require(screen.first { $0.contains(name ?? "?") })
    #expect(heading.contains("edited"), "\(size) \(weights)")
  }

  @Test func citationsOverRandomWeightsSayUntrained() throws {
    let sweep = ReadyMadeSession.all.first { $0.session.title.contains("Table 11") }
    let session = try #require(sweep).session
    let model = Model(session: session, display: Display())
    for (columns, rows) in sizes {
      let top = text(model, columns, rows).split(separator: "\n").first ?? ""
      #expect(top.contains("untrained:"), "\(columns)")
    }
    var trained = session
    for index in trained.networks.indices { trained.networks[index].weights = .file("a.pth") }
    #expect(trained.shownTitle == session.title)
    // A network among the small maps counts as well.
    trained.gallery = session.networks
    #expect(trained.shownTitle == "untrained: " + session.title)
    // And a title that speaks of training, once somebody put random weights in their place.
    let shipped = ReadyMadeSession.all.first { $0.session.title.contains("kernels of 3, 7") }
    var miniature = try #require(shipped).session
    #expect(miniature.shownTitle.hasPrefix("Trained in miniature"))
    miniature.networks[0].weights = .random(seed: 0)
    #expect(miniature.shownTitle.hasPrefix("now untrained: Trained in miniature"))
  }

  /// A map that was made by another rule than is asked for keeps it, in the title bar and under its name.
  @Test func aStaleMapKeepsItsRule() {
    var model = makeModel()
    #expect(!MapHeading(model, index: 0).facts(120).contains { $0.text.hasPrefix("rule") })
    _ = model.type("R")
    let bar = text(model, 160, 40).prefix { $0 != "\n" }
    #expect(model.session.rule != .paper && bar.contains("rule paper"), "\(bar)")
    for width in [60, 120] {
      let facts = MapHeading(model, index: 0).facts(width).map(\.text)
      #expect(facts.contains("rule paper"), "\(facts)")
    }
  }

  @Test func aStaleMapKeepsItsOwnSubtitle() {
    var model = makeModel()
    _ = model.type("[")
    _ = model.type("+")
    _ = model.type(")")
    let screen = text(model, 120, 40)
    #expect(screen.contains("stale") && screen.contains("A  RepLKNet-13"))
    #expect(screen.matches(of: /random:0 · 224 px · stage4/).count == 2)
    #expect(!screen.contains("256 px · ") && !screen.contains("· stage3"))
  }
}

/// Two maps of one network, of which A or both were edited.
@Suite struct TwinTests {
  private let twins = ["RepLKNet-13-nano", "RepLKNet-13-nano"]

  private func model(_ keys: String, weights: WeightsSource) -> Model {
    var model = makeModel(twins, weights: weights)
    for key in Key.script(keys) { model.finish(update(&model, .key(key))) }
    return model
  }

  private func isSaid(_ words: [String], _ model: Model, _ size: (Int, Int)) -> Bool {
    text(model, size.0, size.1).split(separator: "\n").contains { line in
      words.allSatisfy { line.contains($0) }
    }
  }

  @Test(arguments: sizes, ["1", "3", "4", "2 K"])
  func editsAreToldApart(_ size: (Int, Int), _ panel: String) {
    for weights in [WeightsSource.random(seed: 0), .trained, .file("/models/nano.pth")] {
      let one = model("3 > b Down > \(panel)", weights: weights)
      #expect(isSaid(["s1 k15", "s2 k15"], one, size), "\(size) \(weights) \(panel)")
      // What both have in common goes last.
      let more = model("3 > X Down > b Down > \(panel)", weights: weights)
      #expect(isSaid(["s2 k15", "s3 k15"], more, size), "\(size) \(weights) \(panel)")
    }
  }

  @Test(arguments: sizes, ["1", "3"])
  func waysToFitWeightsAreToldApart(_ size: (Int, Int), _ panel: String) {
    let model = model("3 > X b f \(panel)", weights: .trained)
    #expect(isSaid(["interp.", "random:0"], model, size), "\(size) \(panel)")
  }

  /// The title of a panel that has the screen to itself speaks of both.
  @Test(arguments: sizes, ["2", "4", "G"])
  func zoomedTitlesTellEditsApart(_ size: (Int, Int), _ panel: String) {
    for weights in [WeightsSource.trained, .random(seed: 0)] {
      let model = model("3 > b Down > \(panel) z", weights: weights)
      #expect(isSaid(["s1 k15", "s2 k15"], model, size), "\(size) \(weights) \(panel)")
    }
  }

  /// Around another unit, too, which takes room.
  @Test(arguments: sizes, ["1", "2", "3"])
  func whichOneIsEditedIsSaid(_ size: (Int, Int), _ panel: String) throws {
    let model = model("2 K K 3 > \(panel)", weights: .random(seed: 0))
    let lines = text(model, size.0, size.1).split(separator: "\n")
    let facts = try #require(lines.firstIndex { $0.contains("random:0") })
    #expect(lines[facts].ranges(of: "random:0, edited").count == 1, "\(lines[facts])")
    let heading = "\(lines[facts - 1])\n\(lines[facts])"
    #expect(heading.matches(of: /off-c|unit row/).count == 2, "\(heading)")
  }
}

@Suite struct NamesTests {
  /// What was edited beside the kernels, and edits of a network beside itself.
  @Test func namesOfAGalleryAreApart() {
    var model = makeModel(["RepLKNet-13-nano"])
    let before = model.session.networks[0]
    for key in Key.script("3 Right Right >") { model.finish(update(&model, .key(key))) }
    func names(_ gallery: [NetworkSpec]) -> [String] {
      model.session.gallery = gallery
      return model.galleryNames
    }
    let edits = [before, model.session.networks[0]]
    #expect(names(edits) == ["K = 13", "K = 13, s1 d2"])
    #expect(
      names(edits + [NetworkSpec(shown: "RepLKNet-31-nano")])
        == ["RepLKNet-13-nano", "RepLKNet-13-nano, s1 d2", "RepLKNet-31-nano"])
  }

  /// Networks without an id of their own are told by the nearest one.
  @Test func longNamesAreShort() {
    let id =
      "replknet:kernels=13,13,13,13:layers=1,1,2,1:channels=16,32,64,128:small=5:dw=1:classes=16"
    #expect(NetworkSpec(shown: id).shownModel == "RepLKNet-13-nano, classes 16")
    let model = makeModel([id, "RepLKNet-31-nano"])
    for (columns, rows) in [(80, 24), (120, 40), (200, 60)] {
      #expect(text(model, columns, rows).contains("RepLKNet-13-nano, classes 16"), "\(columns)")
    }
    #expect(NetworkSpec(shown: "resnet-18").shownModel == "resnet-18")
    #expect(NamedNetwork.isOne(id, "RepLKNet-13-nano"))
    #expect(!NamedNetwork.isOne(id, "RepLKNet-31-nano"))
  }

  @Test func cutsKeepBothEnds() {
    #expect("checkpoint-of-epoch-12.pth".cutInside(columns: 11, "~") == "chec~12.pth")
    #expect("RepLKNet-13-nano".cutInside(columns: 13, "~") == "RepLK~13-nano")
    #expect("a.pth".cutInside(columns: 11, "~") == "a.pth")
  }

  /// What is left of a name could not be left of another.
  @Test(arguments: [
    ("RepLKNet-31-nano", 16, "RepLKNet-31-nano"),
    ("RepLKNet-31-nano-noshortcut", 16, "RepLKNet~hortcut"),
    ("RepLKNet-31-nano", 10, "RepLK~nano"), ("RepLKNet-13-nano", 10, "~t-13-nano"),
    ("RepLKNet-13-nano", 8, "~13-nano"), ("RepLKNet-13-nano", 7, "~13-na~"),
    ("a-name-of-its-own", 10, "a-name-of~"), ("RepLKNet-31-nano", 1, "~"),
  ])
  func cutsTellNamesApart(_ name: String, _ columns: Int, _ cut: String) {
    let others =
      name == "RepLKNet-13-nano"
      ? ["RepLKNet-31-nano"] : ["RepLKNet-31-nano", "RepLKNet-31-nano-noshortcut"]
    #expect(name.cut(columns: columns, "~", apartFrom: others) == cut)
  }
}

@Suite struct ThreeColumnsTests {
  /// The size stands in the verdict, too; that the unit is not the central one weakens what is seen.
  @Test(arguments: [(80, 24), (120, 40), (200, 60)], ["1", "2"])
  func offCentreIsNeverDropped(_ size: (Int, Int), _ panel: String) throws {
    var model = makeModel(["RepLKNet-13-nano", "RepLKNet-31-nano"])
    for key in Key.script("3 > 2 K v \(panel)") { model.finish(update(&model, .key(key))) }
    let lines = text(model, size.0, size.1).split(separator: "\n")
    let facts = try #require(lines.firstIndex { $0.contains("trained") })
    // Where the facts leave no room, the row of the names has.
    let heading = "\(lines[facts - 1])\n\(lines[facts])"
    #expect(heading.matches(of: /off-c|unit row/).count == 2, "\(heading)")
    #expect(heading.contains("edited"), "\(heading)")
  }

  /// Numbers that touch are read as one.
  @Test(arguments: [(80, 24), (120, 40), (200, 60)])
  func labelsDoNotTouch(_ size: (Int, Int)) {
    var session = Session(models: ["RepLKNet-13", "RepLKNet-31"])
    session.size = InputSize(height: 1024, width: 1024)
    var model = Model(session: session, display: Display())
    model.finish(update(&model, .opened))
    _ = model.type("v")
    let screen = text(model, size.0, size.1)
    #expect(!screen.contains("5121024") && !screen.contains(/\d-\d/))
    if size.0 >= 120 { #expect(screen.components(of: "1024 px") >= 3) }
  }
}
