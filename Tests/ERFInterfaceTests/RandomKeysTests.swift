// The explorer under random keys, words, clicks and sizes: REPLK_KEYS_ROUNDS rounds (3), each of a
// seed of its own; REPLK_KEYS_SEED names the first, and each is printed before it is played.

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

  /// The day, so that every day plays other rounds and a failure can be played again on the same.
  private static var today: UInt64 { UInt64(Date.now.timeIntervalSince1970 / 86400) }

  @Test func neitherTrapsNorSticksNorGarbles() throws {
    let environment = ProcessInfo.processInfo.environment
    let rounds = environment["REPLK_KEYS_ROUNDS"].flatMap(UInt64.init) ?? 3
    let first = environment["REPLK_KEYS_SEED"].flatMap(UInt64.init) ?? Self.today * 1000
    for seed in first..<first + max(1, rounds) {
      // Written before the round is played, so that a trap leaves its seed behind.
      FileHandle.standardError.write(Data("random keys: REPLK_KEYS_SEED=\(seed)\n".utf8))
      try play(seed: seed)
    }
  }

  private func play(seed: UInt64) throws {
    let folder = try TemporaryFolder()
    let exporting = FolderExporting(folder: folder.path)
    let moments = try TemporaryFolder()
    let computing = MixedComputing(moments: moments.path)
    let terminal = RandomTerminal(
      seed: seed, events: Self.eventsOfARound,
      display: seed % 3 == 0 ? Display(depth: .mono, unicode: false) : Display())
    var session = Session(models: Self.starts[Int(seed % UInt64(Self.starts.count))])
    session.size = InputSize(height: 64, width: 64)
    var options = ExplorerOptions()
    options.statePath = folder.file("state.json")
    options.recentPath = folder.file("recent")
    var loop = ExplorerLoop(
      session: session, options: options, terminal: terminal,
      engine: TestEngine(computing, exporting))
    loop.start()
    while loop.exitCode == nil, terminal.remaining > 0 {
      loop.step()
      let broken = loop.model.brokenInvariants
      #expect(broken.isEmpty, "seed \(seed), \(terminal.remaining) events before the end")
      if !broken.isEmpty { break }
    }
    // All that the last keys have set going comes to an end by itself.
    let patience = Deadline(minutes: 5)
    while loop.exitCode == nil, loop.model.isBusy, !patience.isOver { loop.step() }
    #expect(loop.exitCode != nil || !loop.model.isBusy, "a job is stuck after seed \(seed)")
    loop.finish()
    #expect(terminal.isClosed && terminal.frames > 0)
    while computing.isWorking, !patience.isOver { Thread.sleep(forTimeInterval: 0.01) }
    #expect(!computing.isWorking, "a computation is stuck after seed \(seed)")
    // A network that never opened is not kept for the next start.
    guard loop.model.unopened == nil else { return }
    let kept = try Session(decoding: folder.read("state.json"))
    let meant = loop.model.keptSession.written(
      to: Folder.whole(folder.path), from: try #require(Folder.current))
    #expect(kept == meant, "what is kept after seed \(seed) opens as something else")
  }
}

/// Guards against hanging alone.
private struct Deadline {
  private let end: ContinuousClock.Instant

  init(minutes: Int) { end = ContinuousClock.now + .seconds(60 * minutes) }

  var isOver: Bool { ContinuousClock.now > end }
}
