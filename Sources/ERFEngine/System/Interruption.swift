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

  private static let number = Atomic<Int32>(0)

  /// The signal that came; 0 before any.
  public static var signalNumber: Int32 { number.load(ordering: .relaxed) }

  /// From now on the first SIGINT, SIGTERM or SIGHUP cancels `cancellation`, and the second ends the
  /// process. Signals that whoever started the process had ignored, as `nohup` does, stay so.
  public static func catchSignals() {
    // A handler must not be the first to touch them.
    _ = cancellation
    _ = signalNumber
    // Programs that start others from worker threads hand down that these are blocked.
    var signals = sigset_t()
    unsafe sigemptyset(&signals)
    for number in [SIGINT, SIGTERM, SIGHUP] {
      unsafe sigaddset(&signals, number)
      let before = signal(number) { number in
        Interruption.number.store(number, ordering: .relaxed)
        Interruption.cancellation.cancel()
        _ = signal(number, SIG_DFL)
      }
      if unsafe unsafeBitCast(before, to: Int.self) == unsafeBitCast(SIG_IGN, to: Int.self) {
        _ = signal(number, SIG_IGN)
      }
    }
    _ = unsafe pthread_sigmask(SIG_UNBLOCK, &signals, nil)
  }
}
