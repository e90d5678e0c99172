// The command that makes the screen: the session that it names is written first.

import ERFEngine
import Testing

@testable import ERFInterface

@Suite struct CommandLineTests {
  @Test func isCopiedOnceItsSessionIsThere() throws {
    var model = makeModel()
    _ = update(&model, .resized(ScreenSize(rows: 60, columns: 200)))
    guard case .writeText(let id, "replk-tui-session", "json", let text)? = model.type("Y").first
    else {
      Issue.record("no session is written")
      return
    }
    #expect(try Session(decoding: Array(text.utf8)) == model.session)
    let effects = update(&model, .saved(id, path: "replk-tui-session-2.json", failure: nil))
    guard case .copy(let command)? = effects.first else {
      Issue.record("nothing is copied")
      return
    }
    #expect(
      command
        == "replk-tui snapshot replk-tui-session-2.json --screen 200x60 -o screen.png\n")
    let lines = try #require(model.notice?.lines)
    let wrote = "wrote the session into the current folder as replk-tui-session-2.json"
    #expect(lines[0].hasPrefix(wrote) && lines[1] + "\n" == command)
    // The user's own session keeps its name.
    #expect(model.sessionPath == nil && model.saving == nil)
  }

  /// What the terminal draws with is in no session.
  @Test func saysHowTheTerminalDraws() {
    let display = Display(depth: .indexed256, unicode: false, cellAspect: 1.5)
    var model = makeModel(display: display)
    _ = update(&model, .resized(ScreenSize(rows: 40, columns: 120)))
    guard case .writeText(let id, _, _, _)? = model.type("Y").first,
      case .copy(let command)? = update(&model, .saved(id, path: "a.json", failure: nil)).first
    else {
      Issue.record("nothing is copied")
      return
    }
    let options = "--screen 120x40 --color 256 --ascii --cell-aspect 1.5"
    #expect(command == "replk-tui snapshot a.json \(options) -o screen.png\n")
  }

  @Test func nothingIsCopiedOfWhatWasNotWritten() {
    var model = makeModel()
    guard case .writeText(let id, _, _, _)? = model.type("Y").first else { return }
    let effects = update(&model, .saved(id, path: "a.json", failure: "disk full"))
    #expect(effects.isEmpty && model.notice?.lines == ["disk full"] && model.commandOf == nil)
  }
}
