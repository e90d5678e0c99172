// How long something was computed: a laptop's sleep and a job that was stopped in its shell do not count.

import Synchronization

/// A clock for what computing takes. It stands still while the machine sleeps and within ``pause(_:)``.
public enum ComputingClock {
  private static let time = Mutex(PausedTime(since: SuspendingClock.now))

  /// The time since the clock was first asked.
  public static var now: Duration { time.withLock { $0.reading(at: SuspendingClock.now) } }

  /// Does what stops the process until somebody continues it. Threads that go on before this
  /// returns find the clock still standing, so that nothing takes less than no time.
  public static func pause(_ stop: () -> Void) {
    time.withLock { $0.pause(at: SuspendingClock.now) }
    stop()
    time.withLock { $0.goOn(at: SuspendingClock.now) }
  }
}

/// Time without pauses, of which several may overlap.
struct PausedTime {
  private let beginning: SuspendingClock.Instant
  private var paused = Duration.zero
  private var pauses = 0
  private var pausedAt: SuspendingClock.Instant?

  init(since beginning: SuspendingClock.Instant) { self.beginning = beginning }

  func reading(at instant: SuspendingClock.Instant) -> Duration {
    beginning.duration(to: pausedAt ?? instant) - paused
  }

  mutating func pause(at instant: SuspendingClock.Instant) {
    if pauses == 0 { pausedAt = instant }
    pauses += 1
  }

  mutating func goOn(at instant: SuspendingClock.Instant) {
    pauses -= 1
    guard pauses == 0, let since = pausedAt else { return }
    paused += since.duration(to: instant)
    pausedAt = nil
  }
}
