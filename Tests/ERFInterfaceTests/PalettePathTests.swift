// Paths that are typed into the palette: what lies there says how it is opened.

import ERFEngine
import TestSupport
import Testing

@testable import ERFInterface

@Suite struct PalettePathTests {
  private func first(_ text: String) -> PaletteEntry? { makeModel().paletteEntries(text).first }

  @Test(arguments: ["/p/x.JPEG", "p/x.png", "x.jpg", "'/p/a b.png'"])
  func picturesAreShown(_ text: String) {
    #expect(first(text)?.action == .pictures(text))
    #expect(first(text)?.title == "show the picture \(text)")
  }

  @Test func severalPicturesAreAveragedOver() {
    let text = "'/p/a b.png' '/c.png'"
    #expect(first(text)?.action == .pictures(text))
    #expect(first(text)?.title.hasPrefix("average over") == true)
  }

  @Test func otherEndingsAreSessionsAndNetworks() {
    for text in ["s/one.json", "one.JSON"] { #expect(first(text)?.action == .sessionFile(text)) }
    // The parts of a checkpoint, and a saved map that is a picture, too.
    for text in ["m/model.safetensors.index.json", "/m/map.pgm"] {
      #expect(first(text)?.action == .file(text))
    }
  }

  /// What is left once the path was typed and Enter was pressed.
  private func opened(_ path: String) -> Model {
    var model = makeModel()
    for scalar in (":" + path).unicodeScalars { _ = model.type(scalar) }
    let effects = update(&model, .key(.enter))
    #expect(model.overlay == nil && model.isBusy)
    let mailbox = Mailbox<Message> {}
    let runner = EffectRunner(engine: LocalEngine(), mailbox: mailbox)
    for effect in effects {
      guard case .readSession = effect else { continue }
      #expect(runner.carryOut(effect, of: model) == nil)
    }
    runner.stop(seconds: 60)
    for message in mailbox.takeAll() { _ = update(&model, message) }
    return model
  }

  @Test func sessionsOpen() throws {
    let folder = try TemporaryFolder()
    var session = Session(models: ["replknet-3"])
    session.title = "mine"
    let path = try folder.write(session.encoded(), to: "s.json")
    let model = opened(path)
    #expect(model.session == session && model.sessionPath == path)
    #expect(model.notice == Notice(.note, "opened \(path)"))
  }

  @Test func otherFilesAreNoSessions() throws {
    let folder = try TemporaryFolder()
    let path = try folder.write(Array("{}".utf8), to: "s.json")
    let model = opened(path)
    #expect(model.session == makeModel().session && model.readingSession == nil)
    #expect(model.notice?.kind == .failure)
    #expect(model.notice?.lines.first?.hasSuffix("it lacks the field version") == true)
  }
}
