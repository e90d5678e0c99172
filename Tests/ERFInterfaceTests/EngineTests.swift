// Effects reach the world through the engine alone: what it answers is what is shown.

import ERFEngine
import Foundation
import Synchronization
import Testing

@testable import ERFInterface

@Suite struct EngineTests {
  /// Answers every question with something that no file holds.
  private final class MadeUp: Engine {
    let calls = Mutex<[String]>([])

    struct Refusal: Error, CustomStringConvertible { let description: String }

    private func refuse(_ call: String) -> Refusal {
      calls.withLock { $0.append(call) }
      return Refusal(description: "made up: \(call)")
    }

    func facts(
      of network: NetworkSpec, size: InputSize, cancellation: Cancellation
    ) throws -> NetworkFacts { throw refuse("facts") }
    func design(of network: NetworkSpec, cancellation: Cancellation) throws -> NetworkDesign {
      throw refuse("design")
    }
    func compute(
      _ request: ERFRequest, cancellation: Cancellation, progress: (ERFProgress) -> Void
    ) throws -> ERFResult { throw refuse("compute") }
    func layerFields(
      _ request: ERFRequest, layers: [String], cancellation: Cancellation,
      report: (LayerField) -> Void
    ) throws { throw refuse("layerFields") }
    func probe(
      _ request: ShapeBiasRequest, of network: NetworkSpec, cancellation: Cancellation,
      progress: (ShapeBiasProgress) -> Void
    ) throws -> ShapeBiasReport { throw refuse("probe") }
    func predict(
      _ request: PredictionRequest, threads: Int?, cancellation: Cancellation
    ) throws -> Classification { throw refuse("predict") }
    func train(
      _ request: TrainingRequest, cancellation: Cancellation, report: (FineTuning.Report) -> Void
    ) throws { throw refuse("train") }
    func kernels(of network: NetworkSpec, cancellation: Cancellation) throws -> [StageKernels?] {
      throw refuse("kernels")
    }
    func map(at path: String) throws -> ERFResult { throw refuse("map") }
    func images(at path: String) throws -> (paths: [String], leftOut: ImageList.LeftOut) {
      throw refuse("images")
    }
    func picture(_ name: PictureName) -> Picture { .failed(refuse("picture").description) }
    func stimulus(_ index: Int) -> StimulusPicture {
      _ = refuse("stimulus")
      return StimulusPicture(index: 3)
    }
    func listing(of folder: String) throws -> CheckpointFolder { throw refuse("listing") }
    func contents(
      of path: String, cancellation: Cancellation
    ) throws -> (network: NetworkSpec, summary: String) { throw refuse("contents") }
    func read(_ path: String, limit: Int) throws -> [UInt8] { throw refuse("read") }
    func isFile(_ path: String) -> Bool { false }
    func isFolder(_ path: String) -> Bool { false }
    func complete(_ text: String, in folder: String) -> (longer: String, names: [String]) {
      (text + "-made-up", ["a", "b"])
    }
    func resolved(_ text: String, in folder: String) -> String {
      _ = refuse("resolved")
      return text
    }
    func export(_ files: [ExportedFile]) throws { throw refuse("export") }
    func write(_ bytes: [UInt8], to path: String) throws { throw refuse("write") }
    func copy(_ path: String, to other: String) throws { throw refuse("copy") }
    func exists(_ path: String) -> Bool { false }
  }

  @Test func everyEffectAsksTheEngine() throws {
    let engine = MadeUp()
    let mailbox = Mailbox<Message> {}
    let runner = EffectRunner(engine: engine, mailbox: mailbox, recentPath: "/nowhere/recent")
    let model = makeModel()
    let request = makeRequest()
    let network = request.network
    let item = ExportItem(result: makeResult(request), stem: "stem")
    let id = RequestID(90)
    let effects: [Effect] = [
      .open(id, network, request.size, wantsDesign: true), .compute(id, request, previews: []),
      .openMap(id, path: "/nowhere/map.npy"),
      .probe(id, ShapeBiasRequest(), network, afterSeconds: 0),
      .predict(id, PredictionRequest(network: network, image: .builtIn(0)), threads: 1),
      .train(id, TrainingRequest(network: network, folder: nil, threads: 1)),
      .keepWeights(id, path: "/nowhere/a.safetensors", stem: "stem"), .drawStimulus(0),
      .export(id, [item], .maps, colours: "ember"), .exportScreen(id, ending: "txt"),
      .list("/nowhere"), .look("/nowhere/x.pth"), .remember("/nowhere/x.pth"),
      .save(id, path: "/nowhere/s.json", Session(models: ["replknet-3"]), isSure: true),
      .complete("/no", in: ""),
      .visit("/nowhere/y.pth", in: ""),
      .listImages(id, path: "/nowhere"), .aggregateKernels(id, network), .computeMap(id, request),
      .computeDepth(id, request, layers: ["stage1"]),
      .writeText(id, stem: "stem", ending: "csv", "x"),
      .drawPicture(.file("/nowhere/p.png")), .find("/nowhere/x.pth"),
    ]
    for effect in effects { #expect(runner.carryOut(effect, of: model) == nil) }
    let all: Set = [
      "facts", "design", "compute", "layerFields", "probe", "predict", "train", "kernels", "map",
      "images",
      "picture",
      "stimulus",
      "listing", "contents", "resolved", "read", "export", "write", "copy",
    ]
    var calls: Set<String> { Set(engine.calls.withLock { $0 }) }
    let deadline = ContinuousClock.now + .seconds(60)
    while calls != all, ContinuousClock.now < deadline { Thread.sleep(forTimeInterval: 0.01) }
    runner.stop(seconds: 60)
    #expect(calls == all)
    var drawn: [StimulusPicture] = []
    var completed: [String] = []
    var found: [String: Bool] = [:]
    var refusals: [String] = []
    for message in mailbox.takeAll() {
      switch message {
      case .drawn(let picture): drawn.append(picture)
      case .completed(_, let longer, let names): completed.append("\(longer) \(names.count)")
      case .found(let path, let isThere): found[path] = isThere
      case .failed(_, let reason), .probeFailed(_, let reason), .predictionFailed(_, let reason):
        refusals.append(reason)
      default: break
      }
    }
    #expect(drawn == [StimulusPicture(index: 3)] && completed == ["/no-made-up 2"])
    #expect(found == ["/nowhere/x.pth": false])
    let expected = ["compute", "map", "predict", "probe"].map { "made up: \($0)" }
    #expect(refusals.sorted() == expected)
  }
}
