// Whether text sent to the terminal (OSC 52) reaches its clipboard: no terminal answers, so that all
// there is to go by is which one it is.

/// What is known of the terminal's clipboard.
public enum Clipboard: Sendable, Hashable {
  /// The terminal takes such text.
  case taken
  /// tmux stands between, and passes it on only where it is told to.
  case tmux
  case unknown

  /// From what terminals leave in the environment.
  public init(environment: [String: String]) {
    if environment["TMUX"]?.isEmpty == false {
      self = .tmux
      return
    }
    let marks = [
      "KITTY_WINDOW_ID", "WEZTERM_PANE", "ALACRITTY_WINDOW_ID", "GHOSTTY_RESOURCES_DIR",
      "WT_SESSION",
    ]
    let terms = ["xterm-kitty", "xterm-ghostty", "alacritty", "foot", "wezterm"]
    let isKnown =
      environment["STY"] == nil
      && (marks.contains { environment[$0]?.isEmpty == false }
        || terms.contains { environment["TERM"]?.hasPrefix($0) == true })
    self = isKnown ? .taken : .unknown
  }
}
