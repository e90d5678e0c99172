// Threads that wait for work beside the one that has it.

internal import CKernels
import Dispatch
import Synchronization

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// The threads that help to compute: one for each core but that of the caller.
///
/// A layer of a small network takes no longer than it takes to wake a thread, so a helper that has
/// done its share looks out for the next one for some microseconds before it sleeps.
@safe
final class WorkerTeam: @unchecked Sendable {
  static let shared = WorkerTeam()

  /// Whether some caller has the team: one at a time does.
  private let isTaken = Atomic(false)
  private let state = Atomic(State().word)
  /// What is being done; written by the caller alone, and while no helper is at work.
  private var share: (() -> Void)?
  /// Helpers that wait at the bell, or are about to, and have not been called.
  private let sleepers = Atomic(0)
  private let bell = DispatchSemaphore(value: 0)
  private var hasStarted = false

  /// How often a helper looks for work before it sleeps: some tens of microseconds.
  private static let patience = 1000

  private struct State {
    /// Counts what was handed out.
    var round: UInt32 = 0
    /// How many more helpers may join.
    var places: UInt16 = 0
    /// How many are at work.
    var busy: UInt16 = 0

    init() {}

    init(_ word: UInt64) {
      round = UInt32(truncatingIfNeeded: word >> 32)
      places = UInt16(truncatingIfNeeded: word >> 16)
      busy = UInt16(truncatingIfNeeded: word)
    }

    var word: UInt64 { UInt64(round) << 32 | UInt64(places) << 16 | UInt64(busy) }
  }

  private init() {}

  /// Runs `share` on the calling thread and on up to `helpers` others at the same time, and returns
  /// once all have; false, and nothing done, where another caller has the team.
  func run(helpers: Int, _ share: () -> Void) -> Bool {
    guard isTaken.compareExchange(expected: false, desired: true, ordering: .acquiring).exchanged
    else { return false }
    defer { isTaken.store(false, ordering: .releasing) }
    start()
    withoutActuallyEscaping(share) { share in
      self.share = share
      var next = State()
      next.round = State(state.load(ordering: .relaxed)).round &+ 1
      next.places = UInt16(clamping: helpers)
      state.store(next.word, ordering: .sequentiallyConsistent)
      call(helpers)
      share()
      finish()
      self.share = nil
    }
    return true
  }

  /// Wakes up to so many of those that sleep.
  private func call(_ helpers: Int) {
    var asleep = sleepers.load(ordering: .sequentiallyConsistent)
    while asleep > 0 {
      let called = min(asleep, helpers)
      let (exchanged, found) = sleepers.compareExchange(
        expected: asleep, desired: asleep - called, ordering: .sequentiallyConsistent)
      if exchanged {
        for _ in 0..<called { bell.signal() }
        return
      }
      asleep = found
    }
  }

  /// Lets nobody join any more, and waits for those at work.
  private func finish() {
    var word = state.load(ordering: .relaxed)
    while true {
      var closed = State(word)
      closed.places = 0
      let (exchanged, found) = state.compareExchange(
        expected: word, desired: closed.word, ordering: .acquiringAndReleasing)
      if exchanged { break }
      word = found
    }
    var rounds = 0
    while State(state.load(ordering: .acquiring)).busy > 0 {
      rounds += 1
      if rounds < Self.patience { ck_pause() } else { sched_yield() }
    }
  }
}

// MARK: Helpers

extension WorkerTeam {
  private func start() {
    guard !hasStarted else { return }
    hasStarted = true
    // Signals are for the threads that wait for them; those that a fault raises cannot be put off.
    var signals = sigset_t()
    var former = sigset_t()
    unsafe sigfillset(&signals)
    for fault in [SIGBUS, SIGSEGV, SIGILL, SIGFPE, SIGTRAP, SIGABRT] {
      unsafe sigdelset(&signals, fault)
    }
    unsafe pthread_sigmask(SIG_SETMASK, &signals, &former)
    for _ in 1..<max(2, Workers.coreCount) where Workers.coreCount > 1 {
      #if canImport(Glibc)
        var thread = pthread_t()
      #else
        var thread: pthread_t?
      #endif
      let failure = unsafe pthread_create(&thread, nil, { _ in WorkerTeam.shared.help() }, nil)
      guard failure == 0 else { break }
    }
    unsafe pthread_sigmask(SIG_SETMASK, &former, nil)
  }

  /// What a helper does until the process ends.
  private func help() -> Never {
    var done: UInt32 = 0
    while true {
      done = join(after: done)
      share?()
      state.wrappingSubtract(1, ordering: .acquiringAndReleasing)
    }
  }

  /// Waits for work other than that of round `done`, and takes a place in it.
  private func join(after done: UInt32) -> UInt32 {
    var looks = 0
    while true {
      let word = state.load(ordering: .acquiring)
      var state = State(word)
      if state.places > 0, state.round != done {
        state.places -= 1
        state.busy += 1
        let joined = self.state.compareExchange(
          expected: word, desired: state.word, ordering: .acquiringAndReleasing)
        if joined.exchanged { return state.round }
        continue
      }
      looks += 1
      if looks < Self.patience {
        ck_pause()
      } else {
        sleep(after: done)
        looks = 0
      }
    }
  }

  private func sleep(after done: UInt32) {
    sleepers.wrappingAdd(1, ordering: .sequentiallyConsistent)
    // Work may have come since the last look, from a caller that saw no sleeper.
    let state = State(state.load(ordering: .sequentiallyConsistent))
    if state.places > 0, state.round != done {
      var asleep = sleepers.load(ordering: .sequentiallyConsistent)
      while asleep > 0 {
        let (exchanged, found) = sleepers.compareExchange(
          expected: asleep, desired: asleep - 1, ordering: .sequentiallyConsistent)
        if exchanged { return }
        asleep = found
      }
      // All were called, this one too: the bell has rung for it.
    }
    bell.wait()
  }
}
