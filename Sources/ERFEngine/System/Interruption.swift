// Ctrl-C as a wish to end, rather than the end.

import Synchronization

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Lets long runs end cleanly when somebody presses Ctrl-C or the system asks them to.
public enum Interruption {
  /// Raised by the first signal; there is one for the whole process, as signals are.
  public static let cancellation = Cancellation()

  /// From now on the first SIGINT or SIGTERM cancels `cancellation`, and the second ends the process.
  public static func catchSignals() {
    // A handler must not be the first to touch it.
    _ = cancellation
    for number in [SIGINT, SIGTERM] {
      _ = signal(number) { number in
        Interruption.cancellation.cancel()
        _ = signal(number, SIG_DFL)
      }
    }
  }
}
