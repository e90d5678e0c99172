// Runs over several pictures that were stopped: what they had done can be exported.

import ERFEngine
import Synchronization
import TestSupport
import Testing

@testable import ERFInterface

@Suite struct StoppedRunTests {
  /// The messages of a real run that is stopped as soon as the map of its first picture is there.
  private final class Listener: Sendable {
    private let cancellation = Cancellation()
    private let heard = Mutex<[Message]>([])
    private let box = Mutex<Mailbox<Message>?>(nil)

    func messages(_ id: RequestID, _ request: ERFRequest) -> [Message] {
      let mailbox = Mailbox<Message> { [self] in hear() }
      box.withLock { $0 = mailbox }
      MapRun(
        id: id, request: request, previews: [], cancellation: cancellation, mailbox: mailbox
      ).carryOut(LocalEngine())
      box.withLock { $0 = nil }
      return heard.withLock { $0 }
    }

    private func hear() {
      for message in box.withLock({ $0 })?.takeAll() ?? [] {
        if case .image = message { cancellation.cancel() }
        heard.withLock { $0.append(message) }
      }
    }
  }

  @Test func whatWasDoneIsExported() throws {
    var session = Session(
      models: ["replknet:kernels=3,3,3,3:layers=1,1,1,1:channels=4,8,8,8:classes=5"])
    session.size = InputSize(height: 64, width: 64)
    session.images.count = 3
    var model = Model(session: session, display: Display())
    let runs = update(&model, .opened).filter { if case .compute = $0 { true } else { false } }
    guard case .compute(let id, let request, _)? = runs.first else {
      Issue.record("nothing is computed")
      return
    }
    let messages = Listener().messages(id, request)
    let last = try #require(messages.last)
    for message in messages.dropLast() { _ = update(&model, message) }
    _ = update(&model, .key(.escape))
    #expect(
      model.exportRefusal(.maps) == "the run of A is still ending: try again in a moment")
    _ = update(&model, last)
    #expect(model.sides[0].ending == nil)
    for kind in ExportKind.all { #expect(model.exportRefusal(kind) == nil, "\(kind.title)") }
    #expect(model.sides[0].shown?.isComplete == false)
    guard case .export(_, let items, _, colours: _)? = model.export(.maps).first else {
      Issue.record("nothing is exported")
      return
    }
    // It is the map of the first picture, and says that it is one of three.
    let item = try #require(items.first)
    var first = request
    first.images = .builtIn(1)
    let whole = try LocalEngine().compute(first, cancellation: Cancellation()) { _ in }
    #expect(item.result.map == whole.map && item.stem.hasSuffix("_64_stage4_1-of-3"))
    let folder = try TemporaryFolder()
    let path = folder.file("m.pgm")
    try HeatmapExport.write(item.result, to: path)
    let lines = try SavedMap.load(path: path).record?.lines ?? []
    #expect(lines.contains("images: 1 of 3, partial: \(BuiltInImages.name(at: 0))"), "\(lines)")
  }

  /// Two networks whose runs are over four of nine pictures.
  private func underWay() -> Model {
    var session = Session(models: ["RepLKNet-13-nano", "RepLKNet-31-nano"])
    session.images.count = 9
    var model = Model(session: session, display: Display())
    for case .compute(let id, let request, _) in update(&model, .opened) {
      let map = makeResult(request, images: 4).map
      _ = update(&model, .began(id))
      _ = update(
        &model,
        .image(id, of: 9, PartialMap(field: HeatField(map), metrics: ERFMetrics(map), images: 4)))
    }
    return model
  }

  /// The map of a stopped run says how much of it was done, whatever is asked for in its place.
  @Test(arguments: [(80, 24), (120, 40), (200, 60)], ["[", "+", "3 > b >", "r"])
  func aStaleMapKeepsItsPart(_ size: (Int, Int), _ keys: String) {
    var model = underWay()
    func screen() -> String { view(model, size: ScreenSize(rows: size.1, columns: size.0)).text }
    // It is not over as long as its run goes on.
    #expect(model.sides.allSatisfy { $0.stopped == nil })
    _ = update(&model, .key(.escape))
    #expect(screen().contains("4 of 9"))
    for key in Key.script(keys) { _ = update(&model, .key(key)) }
    let text = screen()
    #expect(text.contains(/stale(, 4 of 9| 4\/9)/), "\(text)")
    #expect(model.verdict?.caveats.first?.contains("stopped at 4 of 9 pictures") == true)
  }

  @Test func aFailedRunSaysWhatWasDone() throws {
    var model = underWay()
    let id = try #require(model.sides[0].job?.id)
    _ = update(&model, .failed(id, "no memory"))
    let text = view(model, size: ScreenSize(rows: 60, columns: 200)).text
    #expect(text.contains("failed after 4 of 9 pictures"), "\(text)")
  }
}

@Suite struct StoppedDepthTests {
  /// Numbers by layer over the first pictures alone say so in their file, in its name, and in the legend.
  @Test func partialNumbersByLayerSaySo() throws {
    var model = makeModel(["RepLKNet-13-nano"], finished: false)
    model.session.images.count = 9
    model.finish(model.pursue(), images: 9)
    for case .computeDepth(let id, let request, let layers) in model.type("G") {
      for layer in layers {
        let metrics = makeResult(request).metrics
        _ = update(
          &model, .deepened(id, DepthPoint(LayerField(layer: layer, metrics: metrics, images: 1))))
      }
    }
    guard case .writeText(_, let stem, "csv", let text)? = model.type("x").first else {
      Issue.record("nothing is written")
      return
    }
    #expect(stem == "replknet-13-nano_224_depth_1-of-9")
    let rows = text.split(separator: "\n").map {
      $0.split(separator: ",", omittingEmptySubsequences: false)
    }
    #expect(rows.count == 1 + model.depthLayers(0).count && rows[0].last == "partial_of")
    #expect(rows.dropFirst().allSatisfy { $0[3] == "1" && $0.last == "9" })
    _ = model.type("z")
    let screen = view(model, size: ScreenSize(rows: 60, columns: 200)).text
    #expect(screen.contains(" · 224 px · 1 of 9 pictures · rule paper"), "\(screen)")
  }
}
