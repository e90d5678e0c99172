// The explorer under random keys: 20 seconds, or as many as REPLK_KEYS_SECONDS says. REPLK_KEYS_SEED
// names the first seed; a trap is repeated by the seed printed last.

import ERFEngine
import Foundation
import Synchronization
import TestSupport
import Testing

@testable import ERFInterface

@Suite(.serialized) struct RandomKeysTests {
  private static let tiny = [
    "replknet:kernels=13,9:layers=1,1:channels=8,12:classes=5",
    "replknet:kernels=5,3:layers=1,1:channels=8,12:classes=5",
  ]
  private static let starts = [
    tiny, [tiny[0]], [tiny[1], "RepLKNet-31"], ["RepLKNet-13", "ResNet-101"], tiny, ["MobileNetV2"],
  ]
  private static let eventsOfARound = 600

  @Test func neitherTrapsNorSticksNorGarbles() throws {
    let environment = ProcessInfo.processInfo.environment
    let seconds = environment["REPLK_KEYS_SECONDS"].flatMap(Double.init) ?? 20
    var seed = environment["REPLK_KEYS_SEED"].flatMap(UInt64.init) ?? 1
    let clock = ContinuousClock()
    let end = clock.now + .seconds(seconds)
    repeat {
      try play(seed: seed)
      seed += 1
    } while clock.now < end
    print("random keys: seeds up to \(seed - 1)")
  }

  private func play(seed: UInt64) throws {
    let folder = try TemporaryFolder()
    let exporting = FolderExporting(folder: folder.path)
    let computing = MixedComputing()
    let terminal = RandomTerminal(
      seed: seed, events: Self.eventsOfARound,
      display: seed % 3 == 0 ? Display(depth: .mono, unicode: false) : Display())
    var session = Session(models: Self.starts[Int(seed % UInt64(Self.starts.count))])
    session.size = InputSize(height: 64, width: 64)
    var options = ExplorerOptions()
    options.statePath = folder.file("state.json")
    options.recentPath = folder.file("recent")
    var loop = ExplorerLoop(
      session: session, options: options, terminal: terminal, computing: computing,
      exporting: exporting)
    loop.start()
    while loop.exitCode == nil, terminal.remaining > 0 { loop.step() }
    // All that the last keys have set going comes to an end by itself.
    let patience = Deadline(minutes: 5)
    while loop.exitCode == nil, loop.model.isBusy, !patience.isOver { loop.step() }
    #expect(loop.exitCode != nil || !loop.model.isBusy, "a job is stuck after seed \(seed)")
    loop.finish()
    #expect(terminal.isClosed && terminal.frames > 0)
    while computing.isWorking, !patience.isOver { Thread.sleep(forTimeInterval: 0.01) }
    #expect(!computing.isWorking, "a computation is stuck after seed \(seed)")
    let kept = try Session(decoding: folder.read("state.json"))
    #expect(kept == loop.model.session, "what is kept after seed \(seed) opens as something else")
  }
}

/// Guards against hanging alone.
private struct Deadline {
  private let end: ContinuousClock.Instant

  init(minutes: Int) { end = ContinuousClock.now + .seconds(60 * minutes) }

  var isOver: Bool { ContinuousClock.now > end }
}

/// The engine where a network is tiny; made maps for others, and a refusal of large inputs.
private final class MixedComputing: ERFComputing {
  private let working = Atomic(0)

  var isWorking: Bool { working.load(ordering: .sequentiallyConsistent) > 0 }

  private func isTiny(_ network: NetworkSpec) -> Bool {
    network.model?.contains("channels=8,12") == true
  }

  private func count<Result>(_ body: () throws -> Result) rethrows -> Result {
    working.add(1, ordering: .sequentiallyConsistent)
    defer { working.subtract(1, ordering: .sequentiallyConsistent) }
    return try body()
  }

  func compute(
    _ request: ERFRequest, cancellation: Cancellation, progress: (ERFProgress) -> Void
  ) throws -> ERFResult {
    try count {
      if isTiny(request.network), request.size.height * request.size.width <= 96 * 96 {
        return try EngineComputing().compute(
          request, cancellation: cancellation, progress: progress)
      }
      guard request.size.height * request.size.width <= 256 * 256 else {
        throw FakeComputing.Failure(description: "too large for this run")
      }
      return try FakeComputing().compute(
        request, cancellation: cancellation, progress: progress)
    }
  }

  func probe(
    _ request: ShapeBiasRequest, of network: NetworkSpec, cancellation: Cancellation,
    progress: (ShapeBiasProgress) -> Void
  ) throws -> ShapeBiasReport {
    try count {
      try FakeComputing().probe(
        request, of: network, cancellation: cancellation, progress: progress)
    }
  }

  func predict(
    _ request: PredictionRequest, threads: Int?, cancellation: Cancellation
  ) throws -> Classification {
    try count {
      isTiny(request.network)
        ? try EngineComputing().predict(request, threads: threads, cancellation: cancellation)
        : try FakeComputing().predict(request, threads: threads, cancellation: cancellation)
    }
  }

  func train(
    _ network: NetworkSpec, threads: Int?, cancellation: Cancellation,
    progress: (FineTuning.Progress) -> Void
  ) throws {
    try count {
      try FakeComputing().train(
        network, threads: threads, cancellation: cancellation, progress: progress)
    }
  }
}

/// Really writes, but never outside one folder.
private struct FolderExporting: HeatmapExporting {
  let folder: String

  private func inside(_ path: String) -> String {
    "\(folder)/\(path.split(separator: "/").last ?? "")"
  }

  func export(result: ERFResult, path: String, variant: PGMVariant, colours: String) throws {
    try FileExporter().export(
      result: result, path: inside(path), variant: variant, colours: colours)
  }

  func write(_ bytes: [UInt8], to path: String) throws {
    try FileExporter().write(bytes, to: inside(path))
  }

  /// What fakes trained is nowhere.
  func copy(_ path: String, to other: String) throws {
    try FileExporter().copy(path, to: inside(other))
  }

  func exists(_ path: String) -> Bool { FileManager.default.fileExists(atPath: inside(path)) }
}
