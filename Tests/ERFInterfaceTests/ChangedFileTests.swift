// Files of networks that are replaced while the explorer has them open.

import ERFEngine
import TestSupport
import Testing

@testable import ERFInterface

@Suite struct ChangedFileTests {
  private let words = "x.pth has changed since it was opened: read anew"

  /// A of x.pth, B of y.pth, with their maps.
  private func model() -> Model {
    let networks = [("RepLKNet-13", "x.pth"), ("RepLKNet-31", "y.pth")].map {
      NetworkSpec(shown: $0, weights: .file($1))
    }
    var model = Model(session: Session(networks: networks), display: Display())
    let effects = update(&model, .opened)
    model.finish(effects)
    return model
  }

  @Test func whatWasMadeOfAReplacedFileIsMadeAnew() {
    var model = model()
    for key in "G[]".unicodeScalars { model.finish(model.type(key)) }
    #expect(model.finishedMaps.entries.count == 4 && model.depth.series.count == 2)
    let effects = update(&model, .changed(path: "x.pth"))
    #expect(effects.computed.map(\.network.weights) == [.file("x.pth")])
    #expect(model.notice == Notice(.warning, words))
    #expect(model.finishedMaps.entries.allSatisfy { $0.network.weights == .file("y.pth") })
    #expect(model.depth.series.allSatisfy { $0.key.request.network.weights == .file("y.pth") })
    #expect(model.sides[0].isStale && !model.sides[1].isStale)
    model.finish(effects)
    #expect(!model.sides[0].isStale && !model.finishedMaps.entries.isEmpty)
  }

  /// A saved map in the place of a network is a file like any other.
  @Test func aReplacedMapIsReadAnew() {
    var model = Model(session: Session(models: ["a/map.npy"]), display: Display())
    func opened(_ effects: [Effect]) -> Bool {
      var isOpened = false
      for case .openMap(let id, let path) in effects {
        isOpened = effects.contains { $0.network?.ownFiles == [path] }
        let result = makeResult(makeRequest(size: 64))
        _ = update(&model, .finished(id, result, HeatField(result)))
      }
      return isOpened
    }
    #expect(opened(update(&model, .opened)))
    #expect(opened(update(&model, .changed(path: "a/map.npy"))))
    let line = "map.npy has changed since it was opened: read anew"
    #expect(model.log.contains { $0.text == line })
  }

  @Test func otherFilesAreNothingToTellOf() {
    var model = model()
    let kept = model.finishedMaps.entries.count
    #expect(update(&model, .changed(path: "z.pth")).computed.isEmpty)
    #expect(model.notice?.lines != [words] && model.finishedMaps.entries.count == kept)
  }

  /// A map that is remembered asks for nothing else that would open its file.
  @Test func theFilesOfRememberedMapsAreLookedAt() {
    var model = model()
    model.finish(model.type("["))
    let effects = model.type("]")
    let checked = effects.compactMap { effect -> WeightsSource? in
      guard case .check(let network) = effect else { return nil }
      return network.weights
    }
    #expect(effects.computed.isEmpty && checked == [.file("x.pth"), .file("y.pth")])
  }

  /// An explorer that knows the files from before opens a session as one that never had them.
  @Test func anOpenedSessionHasItsFilesReadAnew() {
    var model = model()
    var session = model.session
    for network in session.networks {
      session.weightsHashes[network.hashKey] = "fedcba9876543210"
    }
    model.readingSession = "s.json"
    let effects = update(&model, .sessionRead("s.json", .session(session, path: "s.json")))
    #expect(effects.computed.map(\.network.weights) == [.file("x.pth"), .file("y.pth")])
    _ = update(&model, .prepared(effects.ids[0], makeSubject(effects.computed[0])))
    let line = "x.pth is not the file that this session was saved with (#fedcba98, now #01234567)"
    #expect(model.notice == Notice(.warning, line))
  }

  /// The hashes that the session comes with are not those of the file that was replaced.
  @Test func aReplacedFileIsToldOfBeforeItsSessionIsRead() throws {
    let folder = try TemporaryFolder()
    let path = try folder.write([1], to: "x.pth")
    let session = Session(networks: [NetworkSpec(shown: "RepLKNet-13", weights: .file(path))])
    let sessionPath = try folder.write(session.encoded(), to: "s.json")
    let engine = LocalEngine()
    _ = engine.changes(of: [path])
    _ = try folder.write([1, 2], to: "x.pth")
    let mailbox = Mailbox<Message> {}
    let runner = EffectRunner(engine: engine, mailbox: mailbox)
    #expect(runner.carryOut(.readSession(sessionPath), of: makeModel()) == nil)
    runner.stop(seconds: 60)
    let messages = mailbox.takeAll()
    guard messages.count == 2, case .changed(path: path) = messages[0],
      case .sessionRead = messages[1]
    else {
      Issue.record("\(messages)")
      return
    }
    #expect(engine.changes(of: [path]).isEmpty)
  }

  @Test func theEngineTellsAFileFromTheOneBefore() throws {
    let folder = try TemporaryFolder()
    let engine = LocalEngine()
    let path = try folder.write([1], to: "x.pth")
    #expect(engine.changes(of: [path]).isEmpty && engine.changes(of: [path]).isEmpty)
    _ = try folder.write([1, 2], to: "x.pth")
    #expect(engine.changes(of: [folder.file("none.pth"), path]) == [path])
    #expect(engine.changes(of: [path]).isEmpty)
  }

  @Test(.timeLimit(.minutes(10))) func theExplorerSaysSo() throws {
    let folder = try TemporaryFolder()
    let path = try folder.write([1], to: "x.pth")
    var session = Session(networks: [NetworkSpec(shown: "RepLKNet-13", weights: .file(path))])
    session.size = InputSize(height: 64, width: 64)
    let computing = FakeComputing()
    let engine = TestEngine(computing, FakeExporting())
    _ = engine.changes(of: [path])
    let terminal = FakeTerminal([
      .until { $0.contains("border") }, .perform { _ = try? folder.write([1, 2], to: "x.pth") },
      .event(.key(.character("["))), .until { $0.contains("x.pth has changed") },
    ])
    #expect(Explorer.run(session: session, terminal: terminal, engine: engine).exitCode == 0)
    #expect(!terminal.timedOut)
  }
}
