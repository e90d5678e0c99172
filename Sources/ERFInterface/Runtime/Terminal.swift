// What the explorer needs of a terminal; curses is one, tests have another.

/// Something that happened at the terminal.
public enum TerminalEvent: Sendable, Equatable {
  case key(Key)
  /// A character of text that was pasted rather than typed.
  case pasted(Unicode.Scalar)
  case pointer(Pointer)
  /// The terminal has a new size, or its contents were lost: draw all.
  case resized
  /// `wake` was called.
  case woken
  /// The user wants the shell (^Z): call `suspend`.
  case suspendRequested
  /// A signal asks the program to end.
  case terminated(signal: Int32)
  /// No more input will come.
  case closed
  /// Nothing happened in the time given.
  case timeout
}

/// A screen with a keyboard. Owned by one thread; only `wake` may be called from others.
public protocol Terminal: AnyObject {
  var size: ScreenSize { get }
  var display: Display { get }
  /// Something about the terminal that the user should know, for the first frame.
  var notice: String? { get }
  func present(_ frame: Frame)
  /// The next event; waits for at most so many milliseconds, for ever where nil.
  func nextEvent(milliseconds: Int?) -> TerminalEvent
  /// Ends the waiting in `nextEvent`, from any thread.
  var wake: @Sendable () -> Void { get }
  /// Forgets what is on the screen, so that the next frame is drawn whole.
  func redraw()
  /// Reports clicks and the wheel, or leaves them to the terminal; false where there is no mouse.
  func listenToMouse(_ isOn: Bool) -> Bool
  /// Puts text on the terminal's clipboard (OSC 52), where it has one.
  func copy(_ text: String)
  /// Gives the terminal to the shell until the process is continued.
  func suspend()
  /// Gives the terminal back for good; harmless when repeated.
  func close()
}
