// Ctrl-C as a wish to end, rather than the end.

internal import CMapping
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
  /// When the first signal came, in nanoseconds; 0 before any.
  private static let first = Atomic<Int64>(0)
  /// Signals that follow the first so soon repeat it: `timeout` sends one to the process and one to its
  /// group, batch systems one to each process of a task.
  private static let repeats: Int64 = 1_000_000_000

  /// The signal that came; 0 before any.
  public static var signalNumber: Int32 { number.load(ordering: .relaxed) }

  /// From now on the first SIGINT, SIGTERM or SIGHUP cancels `cancellation`, and another that comes more
  /// than a second later ends the process. Signals that whoever started the process had ignored, as
  /// `nohup` does, stay so.
  public static func catchSignals() {
    // A handler must not be the first to touch them.
    _ = cancellation
    _ = signalNumber
    _ = first.load(ordering: .relaxed)
    _ = repeats
    // Programs that start others from worker threads hand down that these are blocked.
    var signals = sigset_t()
    unsafe sigemptyset(&signals)
    for number in [SIGINT, SIGTERM, SIGHUP] {
      unsafe sigaddset(&signals, number)
      let before = signal(number) { Interruption.note($0) }
      if unsafe unsafeBitCast(before, to: Int.self) == unsafeBitCast(SIG_IGN, to: Int.self) {
        _ = signal(number, SIG_IGN)
      }
    }
    _ = unsafe pthread_sigmask(SIG_UNBLOCK, &signals, nil)
  }

  /// In a handler: only what may be called there.
  private static func note(_ number: Int32) {
    var time = timespec()
    _ = unsafe clock_gettime(CLOCK_MONOTONIC, &time)
    let now = Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
    let (isFirst, earlier) = first.compareExchange(
      expected: 0, desired: now, ordering: .relaxed)
    if isFirst {
      Interruption.number.store(number, ordering: .relaxed)
      cancellation.cancel()
    } else if now - earlier > repeats {
      cmap_end_plainly(number)
      // Held back until the handler returns.
      _ = raise(number)
    }
  }
}
