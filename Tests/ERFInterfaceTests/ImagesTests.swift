// The images panel: choosing, adding, thumbnails.

import ERFEngine
import TestSupport
import Testing

@testable import ERFInterface

@Suite struct ImagesTests {
  /// Each picture has the numbers of its own maps beside its name, not those of the mean.
  @Test(arguments: [(80, 24), (120, 40), (200, 60)])
  func eachPictureHasItsOwnAreas(_ size: (Int, Int)) {
    var model = makeModel(["RepLKNet-13-nano", "RepLKNet-31-nano"])
    let effects = model.type("5") + model.type(">") + model.type("z")
    model.finish(effects, images: 2)
    for side in 0..<2 {
      model.sides[side].shown?.result?.imageRatios = [0.123, 0.234].map { share in
        ERFMetrics.thresholds.map {
          AreaRatio(threshold: $0, side: 11, ratio: share + Double(side) / 10)
        }
      }
    }
    let text = view(model, size: ScreenSize(rows: size.1, columns: size.0)).text
    #expect(text.contains(/A 12\.3 % +B 22\.3 %/) && text.contains(/A 23\.4 % +B 33\.4 %/))
    // Numbers of other pictures than those in use are nobody's.
    _ = model.type("n")
    let next = view(model, size: ScreenSize(rows: size.1, columns: size.0)).text
    #expect(!next.contains("12.3 %"))
  }

  /// A run that was stopped is a mean over fewer than were chosen.
  @Test func stoppedRunsAreOverFewer() {
    var model = makeModel(["RepLKNet-13-nano"])
    model.session.images.count = 6
    model.finish(model.pursue(), images: 6)
    _ = model.type("5")
    func screen() -> String { view(model, size: ScreenSize(rows: 40, columns: 120)).text }
    let chosen = "6 of \(model.session.images.available)"
    #expect(screen().contains("mean over \(chosen)"))
    model.sides[0].shown?.result = nil
    model.sides[0].shown?.images = 4
    #expect(screen().contains("\(chosen) chosen") && !screen().contains("mean over \(chosen)"))
    // One that failed is over none.
    for case .compute(let id, _, _) in model.type("r") {
      _ = update(&model, .failed(id, "no memory"))
    }
    #expect(screen().contains("\(chosen) chosen") && !screen().contains("mean over \(chosen)"))
  }

  /// A model over three files of which a run skipped one.
  private func skipping(_ name: String, _ networks: [String]) -> Model {
    var model = makeModel(networks)
    model.session.images.source = .files(["/p/a.png", "/p/b.png", "/p/c.png"])
    model.session.images.count = 3
    for case .compute(let id, let request, _) in model.pursue() {
      var result = makeResult(request, images: 2)
      result.skipped = [SkippedImage(name: name, reason: .unreadable("/p/\(name): is no image"))]
      result.imageRatios = [0.123, 0.234].map { share in
        ERFMetrics.thresholds.map { AreaRatio(threshold: $0, side: 11, ratio: share) }
      }
      _ = update(&model, .finished(id, result, HeatField(result)))
    }
    return model
  }

  /// Pictures that a run skipped are not counted and have a mark of their own; the others keep their
  /// numbers.
  @Test(arguments: [(80, 24), (120, 40), (200, 60)])
  func skippedPicturesAreNotCounted(_ size: (Int, Int)) {
    var model = skipping("b.png", ["RepLKNet-13-nano", "RepLKNet-31-nano"])
    let line = "A: 1 of 3 pictures skipped: /p/b.png: is no image"
    #expect(model.log.contains(LogLine(kind: .warning, text: line)))
    _ = model.type("5")
    func screen() -> String { view(model, size: ScreenSize(rows: size.1, columns: size.0)).text }
    #expect(screen().contains(/mean over 2 of 3( chosen)?, 1 skipped/), "\(screen())")
    for entry in ["● 1 a.png", "! 2 b.png", "● 3 c.png"] {
      #expect(screen().contains(entry), "\(screen())")
    }
    _ = model.type("z")
    #expect(screen().contains(/A 12\.3 % +B 12\.3 %/), "\(screen())")
    for _ in 0..<2 { _ = model.type("j") }
    #expect(screen().contains(/A 23\.4 % +B 23\.4 %/), "\(screen())")
  }

  /// That a map is not over all of its pictures matters more than that the input cuts its field.
  @Test(arguments: [(80, 24), (120, 40), (200, 60)])
  func skippedPicturesAreSaidUnderTheMap(_ size: (Int, Int)) {
    var model = skipping("b.png", ["RepLKNet-13-nano"])
    let flat = ERFMap(height: 64, width: 64, values: [Double](repeating: 1, count: 4096))
    model.sides[0].shown?.metrics = ERFMetrics(flat)
    let screen = view(model, size: ScreenSize(rows: size.1, columns: size.0)).text
    #expect(screen.contains("! b.png skipped: cannot be read"), "\(screen)")
    #expect(size.0 < 200 || screen.contains("images   2 of 3"), "\(screen)")
  }

  /// Numbers and endings at the end of a name tell files apart.
  @Test(arguments: [(80, 24), (120, 40), (200, 60)], ["5", "5 z", "8"])
  func longNamesKeepTheirEnds(_ size: (Int, Int), _ keys: String) {
    let stem = String(repeating: "a-photograph-from-the-garden-", count: 6)
    var model = makeModel(["RepLKNet-13-nano", "RepLKNet-31-nano"])
    model.session.images.source = .files((1...3).map { "/p/\(stem)\($0).jpeg" })
    model.finish(model.pursue())
    for key in Key.script(keys) { model.finish(update(&model, .key(key))) }
    let screen = view(model, size: ScreenSize(rows: size.1, columns: size.0)).text
    #expect(screen.contains("1.jpeg"), "\(screen)")
    #expect(keys == "8" || screen.contains("3.jpeg"))
  }

  @Test func aFolderIsAdded() {
    var model = makeModel(["RepLKNet-13"])
    _ = model.type("5")
    _ = model.type("A")
    for scalar in "photos".unicodeScalars { _ = model.type(scalar) }
    guard case .listImages(let id, "photos")? = update(&model, .key(.enter)).first else {
      Issue.record("nothing is listed")
      return
    }
    #expect(model.isBusy)
    let effects = update(
      &model, .foundImages(id, paths: ["photos/a.png", "photos/b.png"], failure: nil))
    #expect(model.session.images.source == .files(["photos/a.png", "photos/b.png"]))
    guard case .compute(_, let request, _)? = effects.first else {
      Issue.record("nothing runs")
      return
    }
    #expect(request.images == .files(["photos/a.png"]))
    #expect(
      effects.filter { if case .drawPicture = $0 { true } else { false } }.count == 2)
    _ = update(&model, .key(.backspace))
    #expect(model.session.images == ImageChoice())
  }

  /// The first takes the place of the built-in ones, the next join it.
  @Test func imagesAddedOneByOneAreAveragedOver() {
    var model = makeModel(["RepLKNet-13"])
    _ = model.type("5")
    func add(_ paths: [String]) -> String? {
      _ = model.type("A")
      _ = model.type("x")
      guard case .listImages(let id, _)? = update(&model, .key(.enter)).first else { return nil }
      _ = update(&model, .foundImages(id, paths: paths, failure: nil))
      return model.notice?.lines.first
    }
    #expect(add(["a.png"]) == "1 image in place of the built-in ones: 1 of 1 chosen")
    #expect(add(["b.png"]) == "1 image added: 2 of 2 chosen")
    #expect(model.request(0).images == .files(["a.png", "b.png"]))
    // A folder's first ones, and then those before.
    #expect(add(["c.png", "d.png"]) == "2 images added: 2 of 4 chosen, > for more")
    #expect(model.request(0).images == .files(["c.png", "d.png"]))
    _ = model.type(">")
    #expect(model.request(0).images == .files(["b.png", "c.png", "d.png"]))
    _ = model.type(">")
    #expect(model.session.images.range == 0..<4)
    _ = model.type(">")
    #expect(model.notice?.lines == ["there are no more images"])
  }

  /// One picture by two paths is one.
  @Test func aPictureIsThereOnceHoweverItIsNamed() throws {
    let folder = try TemporaryFolder()
    let path = try folder.write(Fixtures.bytes("images/binary-16.ppm"), to: "a.ppm")
    let other = try folder.write(Fixtures.bytes("images/binary-16.ppm"), to: "b.ppm")
    let source = ImageChoice.Source.files([path])
    #expect(source.others(of: [folder.path + "/./a.ppm", other]) == [other])
    var model = makeModel(["RepLKNet-13"])
    model.session.images.source = source
    model.finish(model.pursue())
    _ = model.type("5")
    let mailbox = Mailbox<Message> {}
    let runner = EffectRunner(engine: LocalEngine(), mailbox: mailbox)
    for effect in model.addImages(at: folder.path + "/./a.ppm") {
      _ = runner.carryOut(effect, of: model)
    }
    runner.stop(seconds: 60)
    for message in mailbox.takeAll() { _ = update(&model, message) }
    #expect(model.session.images.source == source)
    #expect(model.notice?.lines == ["these images are there already"])
    _ = update(&model, .key(.backspace))
    #expect(model.notice?.lines == ["dropped 1 picture: the built-in ones again"])
  }

  @Test func aFolderThatIsNotThereIsSaid() {
    var model = makeModel(["RepLKNet-13"])
    _ = model.type("5")
    _ = model.type("A")
    _ = model.type("x")
    guard case .listImages(let id, _)? = update(&model, .key(.enter)).first else { return }
    let before = model.session
    _ = update(&model, .foundImages(id, paths: [], failure: "x does not exist"))
    guard case .prompt(let prompt)? = model.overlay else {
      Issue.record("what was typed is gone")
      return
    }
    #expect(model.session == before && prompt.text == "x")
    #expect(prompt.complaint == "x does not exist")
  }

  @Test func thumbnailsAreDrawnOnce() {
    var model = makeModel(["RepLKNet-13"])
    let effects = model.type("5")
    var names: [PictureName] = []
    for case .drawPicture(let name) in effects { names.append(name) }
    #expect(names.count == BuiltInImages.count)
    #expect(model.type("j").isEmpty)
    for name in names { _ = update(&model, .pictured(name, .failed("damaged"))) }
    #expect(!model.isBusy && model.type("k").isEmpty)
    #expect(
      view(model, size: ScreenSize(rows: 60, columns: 200)).text.contains("damaged"))
  }

  @Test func picturesKeepTheirProportions() {
    guard case .small(let image) = Picture.load(.builtIn(0)) else {
      Issue.record("no picture")
      return
    }
    let whole = BuiltInImages.image(at: 0)
    #expect(max(image.height, image.width) == Pictures.side)
    #expect(abs(image.height * whole.width - image.width * whole.height) <= whole.width)
    guard case .failed = Picture.load(.file("/nowhere.png")) else {
      Issue.record("a picture from nowhere")
      return
    }
  }

  /// Means and deviations as computed by hand: 10 and 20 % have mean 15 and deviation 7.07.
  @Test func theSpreadIsShown() {
    var model = makeModel(["RepLKNet-13"])
    _ = model.type("5")
    func ratios(_ share: Double) -> [AreaRatio] {
      ERFMetrics.thresholds.map { AreaRatio(threshold: $0, side: 3, ratio: share) }
    }
    model.sides[0].shown?.result?.imageRatios = [ratios(0.1), ratios(0.2)]
    let text = view(model, size: ScreenSize(rows: 60, columns: 200)).text
    #expect(text.contains("15.0 ± 7.1"))
    #expect(view(model, size: ScreenSize(rows: 24, columns: 80)).text.contains("15±7.1"))
    // 1.8 and 2.0 %: a small spread is none of zero.
    model.sides[0].shown?.result?.imageRatios = [ratios(0.018), ratios(0.02)]
    let narrow = view(model, size: ScreenSize(rows: 24, columns: 80)).text
    #expect(narrow.contains("1.9±.1") && narrow.firstMatch(of: /±0(?!\.)/) == nil, "\(narrow)")
  }

  @Test func theUnderlayShowsThroughWhereTheMapIsDark() {
    var model = makeModel(["RepLKNet-13"], display: Display())
    let plain = view(model, size: ScreenSize(rows: 24, columns: 80))
    for case .drawPicture(let name) in model.type("i") {
      _ = update(&model, .pictured(name, Picture.load(name)))
    }
    let under = view(model, size: ScreenSize(rows: 24, columns: 80))
    func pictures(_ frame: Frame) -> Int {
      frame.cells.filter { if case .picture = $0.background { true } else { false } }.count
    }
    #expect(pictures(plain) == 0 && pictures(under) > 300)
    #expect(plain.size == under.size)
  }

  /// A saved map was made from other pictures than the session's.
  @Test func noPictureLiesUnderASavedMap() {
    var model = makeModelBesideAMap()
    for case .drawPicture(let name) in model.type("i") {
      _ = update(&model, .pictured(name, Picture.load(name)))
    }
    let frame = view(model, size: ScreenSize(rows: 40, columns: 120))
    func pictures(_ columns: Range<Int>) -> Int {
      (0..<40).reduce(0) { sum, row in
        sum
          + columns.count { column in
            if case .picture = frame[row, column].background { true } else { false }
          }
      }
    }
    #expect(pictures(0..<38) == 0 && pictures(38..<120) > 100)
  }

  /// Where the first picture is damaged, it is the next.
  @Test func theUnderlayIsAPictureThatCounts() {
    var model = skipping("a.png", ["RepLKNet-13-nano"])
    let asked = model.type("i").contains { effect in
      if case .drawPicture(.file("/p/b.png")) = effect { true } else { false }
    }
    #expect(asked && model.session.screen.hasUnderlay)
  }

  /// Where no picture would be seen, the key says why; what is on can be turned off.
  @Test func underlaysThatNobodySeesAreRefused() {
    var model = makeModel(["RepLKNet-13-nano"], display: Display(depth: .mono))
    #expect(model.type("i").isEmpty && !model.session.screen.hasUnderlay)
    #expect(model.notice?.lines == ["maps drawn with characters have no room for a picture"])
    model.display.depth = .trueColour
    _ = model.type("i")
    model.session.rule = .signed
    _ = model.type("i")
    #expect(!model.session.screen.hasUnderlay)
    _ = model.type("i")
    #expect(
      model.notice?.lines == ["pictures do not show through signed maps; R changes the rule"])
  }
}
