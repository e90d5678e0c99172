// Whether the system lets this process start threads.

import Synchronization

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// The limit on processes and threads (`ulimit -u`), or one on memory that leaves no room for stacks.
///
/// Dispatch waits, for ever where nobody else ends a thread, when it cannot start one: so it is tried
/// once, before anything depends on it.
public enum ThreadLimit {
  /// Whether there cannot be a thread a core beside this one: all is then computed on this one.
  public static let isReached: Bool = {
    // One a core, and the one that Dispatch keeps for itself.
    let wanted = Workers.coreCount > 1 ? Workers.coreCount + 1 : 0
    return started(wanted) < wanted
  }()

  public static let explanation =
    "no further threads can be started (see `ulimit -u` and `ulimit -v`)"

  /// How many of so many threads could be started at once; all have ended on return.
  private static func started(_ count: Int) -> Int {
    stop.store(false, ordering: .sequentiallyConsistent)
    var threads: [pthread_t] = []
    for _ in 0..<count {
      #if canImport(Glibc)
        var thread = pthread_t()
        let failure = unsafe pthread_create(&thread, nil, { _ in unsafe ThreadLimit.wait() }, nil)
        guard failure == 0 else { break }
        threads.append(thread)
      #else
        var thread: pthread_t?
        let failure = unsafe pthread_create(&thread, nil, { _ in unsafe ThreadLimit.wait() }, nil)
        guard failure == 0, let thread else { break }
        threads.append(thread)
      #endif
    }
    stop.store(true, ordering: .sequentiallyConsistent)
    for thread in threads { pthread_join(thread, nil) }
    return threads.count
  }

  private static let stop = Atomic(false)

  private static func wait() -> UnsafeMutableRawPointer? {
    while !stop.load(ordering: .sequentiallyConsistent) { usleep(100) }
    return nil
  }
}
