// What is said of the clipboard, by terminal.

import ERFEngine
import Testing

@testable import ERFInterface

@Suite struct ClipboardTests {
  @Test func saysSentOnlyWhereItArrives() {
    let cases: [(Clipboard, String)] = [
      (.taken, "the metrics sent to the clipboard"),
      (.tmux, "set -s set-clipboard on"), (.unknown, "e writes files instead"),
    ]
    for (clipboard, words) in cases {
      var display = Display()
      display.clipboard = clipboard
      var model = makeModel(display: display)
      let effects = model.type("y")
      #expect(effects.count == 1 && model.notice?.lines.joined().contains(words) == true)
      #expect(clipboard == .taken || model.notice?.lines.joined().contains("sent") == false)
    }
  }

  private static let environments: [([String: String], Clipboard)] = [
    (["TERM": "xterm-kitty"], .taken), (["TERM": "xterm-256color"], .unknown),
    (["TERM": "tmux-256color", "TMUX": "/tmp/x,1,0", "KITTY_WINDOW_ID": "1"], .tmux),
    (["TERM": "xterm", "WT_SESSION": "a"], .taken), ([:], .unknown),
    (["TERM": "foot", "STY": "1.pts"], .unknown),
  ]

  @Test(arguments: environments)
  func terminalsAreKnownByTheirEnvironment(_ environment: [String: String], _ known: Clipboard) {
    #expect(Clipboard(environment: environment) == known)
  }
}
