// The loop, the worker and the mailbox against a terminal in memory.

import ERFEngine
import Synchronization
import Testing

@testable import ERFInterface

@Suite(.timeLimit(.minutes(10))) struct RuntimeTests {
  private func run(
    _ terminal: FakeTerminal, _ computing: FakeComputing = FakeComputing(),
    exporting: FakeExporting = FakeExporting(), names: [String] = ["RepLKNet-13", "RepLKNet-31"]
  ) -> Int32 {
    var session = Session(models: names)
    session.size = InputSize(height: 64, width: 64)
    let ending = Explorer.run(
      session: session, terminal: terminal, engine: TestEngine(computing, exporting))
    #expect(ending.unkept == nil)
    return ending.exitCode
  }

  @Test func firstFrameComesBeforeTheFirstComputation() {
    let computing = FakeComputing()
    let terminal = FakeTerminal([])
    #expect(run(terminal, computing) == 0)
    #expect(terminal.frames[0].text.contains("RepLKNet-13"))
    #expect(terminal.frames[0].text.contains("no map yet"))
    #expect(terminal.isClosed)
  }

  /// A first map does not wait for its frame as layers and further images do.
  @Test func mapsAreDrawnAtOnce() {
    var session = Session(models: ["RepLKNet-13"])
    session.size = InputSize(height: 64, width: 64)
    var options = ExplorerOptions()
    options.frameMilliseconds = 30_000
    let terminal = FakeTerminal([.until { $0.contains("border") }])
    let start = ContinuousClock.now
    let code = Explorer.run(
      session: session, options: options, terminal: terminal,
      engine: TestEngine(FakeComputing(), FakeExporting())
    ).exitCode
    #expect(code == 0 && !terminal.timedOut)
    #expect(start.duration(to: .now) < .milliseconds(options.frameMilliseconds))
  }

  @Test func mapsArriveAndAreExported() {
    let exporting = FakeExporting(present: ["replknet-13_random0_64_stage4.npy"])
    let terminal = FakeTerminal([
      .until { $0.contains("computing") || $0.contains("image") },
      .until { $0.components(of: "2 images") == 2 },
      .event(.key(.character("e"))), .event(.key(.enter)),
      .until { $0.contains("wrote") },
    ])
    #expect(run(terminal, exporting: exporting) == 0)
    #expect(!terminal.timedOut)
    #expect(
      exporting.written.withLock { $0 } == [
        "replknet-13_random0_64_stage4-2.pgm", "replknet-13_random0_64_stage4-2.png",
        "replknet-13_random0_64_stage4-2.npy", "replknet-31_random0_64_stage4.pgm",
        "replknet-31_random0_64_stage4.png", "replknet-31_random0_64_stage4.npy",
      ])
    #expect(terminal.screen.contains("replknet-31_random0_64_stage4.npy"))
  }

  /// A state that cannot be kept is told of once the terminal is given back.
  @Test func aStateThatIsNotKeptIsToldOf() {
    var options = ExplorerOptions()
    options.statePath = "state.json"
    for failure in [nil, "no space left on the device"] {
      let exporting = FakeExporting(failure: failure)
      let ending = Explorer.run(
        session: Session(models: ["RepLKNet-13"]), options: options, terminal: FakeTerminal([]),
        engine: TestEngine(FakeComputing(), exporting))
      #expect(ending == ExplorerEnding(exitCode: 0, unkept: failure))
    }
  }

  /// What is told with the first frame is told by the help until the end, and is among the messages.
  @Test func whatIsToldAtFirstCanBeFound() {
    var options = ExplorerOptions()
    options.notices = ["this screen will not be kept", "left out 2 files"]
    let told = ["TERM is unknown"] + options.notices
    let terminal = FakeTerminal(
      [
        .event(.key(.character("c"))), .event(.key(.character("?"))),
        .until { screen in (told + ["This time"]).allSatisfy { screen.contains($0) } },
      ], notice: "TERM is unknown")
    var loop = ExplorerLoop(
      session: Session(models: ["RepLKNet-13"]), options: options, terminal: terminal,
      engine: TestEngine(FakeComputing(), FakeExporting()))
    #expect(loop.model.notice == Notice(.warning, told))
    #expect(loop.model.log.map(\.text) == told)
    loop.start()
    for text in told { #expect(terminal.frames[0].text.contains(text)) }
    while loop.exitCode == nil { loop.step() }
    loop.finish()
    #expect(!terminal.timedOut)
    let other = loop.model.successor(Session(models: ["RepLKNet-31"]))
    #expect(other.standing == told)
  }

  @Test func cancellingEndsTheComputationAtItsNextLayer() {
    let computing = FakeComputing(layers: 1_000_000)
    let terminal = FakeTerminal([
      .until { $0.contains("image 1/2") },
      .event(.key(.escape)),
      .until { $0.contains("cancelled") },
      .perform {
        // The worker answers without being asked again.
        let cancelled = { computing.calls.cancelled.load(ordering: .sequentiallyConsistent) }
        for _ in 0..<300_000 where cancelled() == 0 { Pokes().wait() }
      },
    ])
    #expect(run(terminal, computing) == 0)
    #expect(!terminal.timedOut)
    #expect(computing.calls.cancelled.load(ordering: .sequentiallyConsistent) == 1)
    #expect(computing.calls.finished.load(ordering: .sequentiallyConsistent) == 0)
    // The run that waited for its turn was never begun.
    #expect(computing.calls.requests.withLock { $0.count } == 1)
  }

  @Test func oldMapsAreStaleWhileNewOnesAreComputed() {
    let computing = FakeComputing()
    let areHeld = { (are: Bool) in
      computing.calls.areHeld.store(are, ordering: .sequentiallyConsistent)
    }
    let terminal = FakeTerminal([
      .until { $0.components(of: "2 images") == 2 },
      .perform { areHeld(true) },
      .event(.key(.character("["))),
      .until { $0.components(of: "stale") == 2 },
      .perform { areHeld(false) },
      .until { $0.components(of: "stage3") == 2 && !$0.contains("stale") },
    ])
    #expect(run(terminal, computing) == 0)
    #expect(!terminal.timedOut)
  }

  /// What was typed for a prompt that its answer closes in the meantime runs as no command.
  @Test func keysTypedAheadOfAClosedPromptAreDropped() {
    let ahead = FakeTerminal.Step.event(.key(.character("[")))
    let terminal = FakeTerminal([
      .until { $0.components(of: "2 images") == 2 },
      .event(.key(.character("w"))), .event(.key(.enter)),
      .until { $0.contains("wrote session.json") }, ahead, ahead,
    ])
    #expect(run(terminal) == 0 && !terminal.timedOut)
    #expect(!terminal.frames.contains { $0.text.contains("stage3") })
  }

  @Test func failuresAreShown() {
    let terminal = FakeTerminal([.until { $0.contains("input too small for") }])
    #expect(run(terminal, FakeComputing(failure: "input too small for stage4")) == 0)
    #expect(!terminal.timedOut)
    #expect(terminal.screen.contains("failed"))
  }

  @Test func failedExportsAreShown() {
    let terminal = FakeTerminal([
      .until { $0.components(of: "2 images") == 2 },
      .event(.key(.character("e"))), .event(.key(.enter)),
      .until { $0.contains("disk full") },
    ])
    #expect(run(terminal, exporting: FakeExporting(failure: "disk full")) == 0)
    #expect(!terminal.timedOut)
  }

  @Test func everySizeIsDrawn() {
    let sizes = [(1, 1), (2, 10), (12, 40), (11, 200), (24, 80), (60, 20), (60, 200), (200, 400)]
    let storm = sizes.map { FakeTerminal.Step.resize(ScreenSize(rows: $0.0, columns: $0.1)) }
    let terminal = FakeTerminal(
      [.until { $0.components(of: "2 images") == 2 }] + storm + [
        .until { $0.split(separator: "\n", omittingEmptySubsequences: false).count == 200 }
      ], notice: "TERM is unknown")
    #expect(run(terminal) == 0)
    #expect(!terminal.timedOut)
    #expect(terminal.frames[0].text.contains("TERM is unknown"))
    #expect(terminal.frames.last?.size == ScreenSize(rows: 200, columns: 400))
  }

  @Test func signalsAndTheEndOfInputEndTheProgram() {
    #expect(run(FakeTerminal([.event(.terminated(signal: 15))])) == 143)
    #expect(run(FakeTerminal([.event(.closed)])) == 1)
    // Keys that were typed before the signal are part of what is kept.
    var loop = ExplorerLoop(
      session: Session(models: ["RepLKNet-13", "RepLKNet-31"]), options: ExplorerOptions(),
      terminal: FakeTerminal([
        .event(.key(.character("g"))), .event(.terminated(signal: 15)),
        .event(.key(.character("g"))), .event(.key(.character("3"))), .event(.timeout),
      ]), engine: TestEngine(FakeComputing(), FakeExporting()))
    loop.start()
    while loop.exitCode == nil { loop.step() }
    #expect(loop.exitCode == 143)
    loop.finish()
    let first = Session(models: ["RepLKNet-13"]).screen.curve
    #expect(loop.model.session.screen.curve == first.next.next)
    #expect(loop.model.focus == .kernels)
    let terminal = FakeTerminal([
      .event(.suspendRequested), .event(.key(.control("z"))), .event(.key(.control("l"))),
    ])
    #expect(run(terminal) == 0)
    #expect(terminal.suspensions == 2 && terminal.redraws == 1)
  }

  /// While the program is stopped, nothing is computed.
  @Test func stopsAreNoComputingTime() {
    var loop = ExplorerLoop(
      session: Session(models: ["RepLKNet-13"]), options: ExplorerOptions(),
      terminal: StoppingTerminal(), engine: TestEngine(FakeComputing(), FakeExporting()))
    let start = ContinuousClock.now
    loop.handle(.resized)
    let before = loop.model.now
    loop.handle(.suspendRequested)
    let counted = loop.model.now - before
    let whole = start.duration(to: ContinuousClock.now).inSeconds
    loop.finish()
    #expect(whole - counted >= StoppingTerminal.seconds)
  }

  /// Pasted text comes a character at a time, and is one edit and one frame.
  @Test func longTextsArePastedAtOnce() {
    let text = String(repeating: "a", count: 100_000)
    let pasted = text.unicodeScalars.map { FakeTerminal.Step.event(.pasted($0)) }
    var loop = ExplorerLoop(
      session: Session(models: ["RepLKNet-13"]), options: ExplorerOptions(),
      terminal: FakeTerminal(
        [.event(.key(.character(":")))] + pasted + [.event(.key(.backspace)), .event(.timeout)]),
      engine: TestEngine(FakeComputing(), FakeExporting()))
    loop.start()
    loop.step()
    loop.finish()
    let kept = String(repeating: "a", count: EditedLine.limit - 1)
    #expect(loop.model.overlay == .palette(query: kept, selection: 0))
  }

  @Test func linesArePastedAsWords() {
    let pasted = "/s/a.json\nq\n".unicodeScalars.map { FakeTerminal.Step.event(.pasted($0)) }
    var loop = ExplorerLoop(
      session: Session(models: ["RepLKNet-13"]), options: ExplorerOptions(),
      terminal: FakeTerminal(
        [.event(.key(.character(":")))] + pasted + [.event(.timeout), .event(.timeout)]),
      engine: TestEngine(FakeComputing(), FakeExporting()))
    loop.start()
    loop.step()
    loop.finish()
    #expect(loop.model.overlay == .palette(query: "/s/a.json q", selection: 0))
  }

  /// Enter that comes with the text finds what lies there, as it does once somebody has looked.
  @Test func enterWaitsForTheLookAtWhatWasTyped() {
    let keys = ":st".unicodeScalars.map { Key.character($0) } + [.enter]
    var loop = ExplorerLoop(
      session: Session(models: ["RepLKNet-13"]), options: ExplorerOptions(),
      terminal: FakeTerminal(
        keys.map { FakeTerminal.Step.event(.key($0)) } + [.until { _ in false }]),
      engine: TestEngine(FakeComputing(), FakeExporting(present: ["st"])))
    loop.start()
    loop.step()
    while loop.exitCode == nil, case .palette? = loop.model.overlay { loop.step() }
    loop.finish()
    guard case .prompt(let prompt)? = loop.model.overlay else {
      Issue.record("the path is not opened: \(String(describing: loop.model.overlay))")
      return
    }
    #expect(prompt.purpose == .addImages && prompt.text == "st")
  }

  @Test func keysInABurstMakeFewFrames() {
    let burst = (0..<60).map { _ in FakeTerminal.Step.event(.key(.character("c"))) }
    let terminal = FakeTerminal(burst)
    #expect(run(terminal) == 0)
    #expect(terminal.frames.count < 10)
  }
}

@Suite struct MailboxTests {
  @Test func messagesOfAThreadKeepTheirOrder() async {
    let pokes = Atomic(0)
    let box = Mailbox<(Int, Int)> { pokes.add(1, ordering: .sequentiallyConsistent) }
    await withTaskGroup(of: Void.self) { group in
      for sender in 0..<4 {
        group.addTask { for number in 0..<500 { box.post((sender, number)) } }
      }
    }
    let all = box.takeAll()
    #expect(all.count == 2000)
    for sender in 0..<4 {
      #expect(all.filter { $0.0 == sender }.map(\.1) == Array(0..<500))
    }
    #expect(pokes.load(ordering: .sequentiallyConsistent) == 1)
    #expect(box.takeAll().isEmpty)
  }

  @Test func namesOfFilesAreShortAndPlain() {
    var model = makeModel(["RepLKNet-13-nano"])
    for scalar in "3>>>".unicodeScalars { _ = model.type(scalar) }
    #expect(
      ExportNaming.stem(
        model.session.networks[0], makeSubject(makeRequest(size: 1024)), model.designs)
        == "replknet-13-nano_s1k19_1024_stage4")
    let opened = NetworkSpec(
      model: "RepLKNet-31", weights: .file("/data/../My Weights\u{1b}.pth.tar"))
    var subject = makeSubject(makeRequest())
    subject.unit = Unit(row: 1, column: 2)
    #expect(
      ExportNaming.stem(opened, subject, Designs()) == "replknet-31_my-weights_224_stage4_at-1-2")
  }

  /// Weights that are kept are called as their maps are, whatever the training began with, and have their step.
  @Test func namesOfKeptWeightsAreShortAndPlain() throws {
    let trained = try ModelCatalogue.id(of: "RepLKNet-3-nano", classes: 16)
    for path in ["/training/run-1/step-27.safetensors", "/training/run-2/step-27.safetensors"] {
      let network = NetworkSpec(shown: trained, weights: .file(path))
      #expect(ExportNaming.weightsStem(network) == "replknet-3-nano-classes-16_step-27")
    }
    let exporting = FakeExporting()
    let session = Session(models: ["RepLKNet-3-nano"])
    _ = Headless.play(
      Key.script("t Enter Enter"), on: session, display: Display(),
      engine: TestEngine(FakeComputing(), exporting))
    #expect(exporting.written.withLock { $0 } == ["replknet-3-nano_step-300.safetensors"])
  }
}

/// A terminal whose shell takes its time.
private final class StoppingTerminal: Terminal {
  static let seconds = 0.1
  let size = ScreenSize(rows: 24, columns: 80)
  let display = Display()
  let notice: String? = nil

  var wake: @Sendable () -> Void { {} }
  func present(_ frame: Frame) {}
  func redraw() {}
  func copy(_ text: String) {}
  func listenToMouse(_ isOn: Bool) -> Bool { true }
  func close() {}
  func nextEvent(milliseconds: Int?) -> TerminalEvent { .timeout }

  func suspend() {
    let end = ContinuousClock.now + .seconds(Self.seconds)
    while ContinuousClock.now < end {}
  }
}

extension String {
  /// How often `part` occurs.
  func components(of part: String) -> Int {
    ranges(of: part).count
  }
}
