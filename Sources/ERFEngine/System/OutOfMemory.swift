// What happens where the system refuses memory in the middle of the work.

import Synchronization

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// The end of a process that gets no more memory, although the estimate had let it begin: others took
/// what was free, or a limit on the address space counts more than what is held.
public enum OutOfMemory {
  private static let ending = Mutex<(@Sendable (String) -> Never)?>(nil)
  /// Several threads may be refused at once; one of them says so.
  private static let isEnding = Atomic<Bool>(false)

  /// Ends the process by `end`, which is given one line about it, rather than by a trap.
  public static func endProcess(by end: @escaping @Sendable (String) -> Never) {
    ending.withLock { $0 = end }
  }

  /// - Parameter purpose: what the memory was for, `of a tensor`.
  static func end(_ purpose: String, bytes: Int? = nil) -> Never {
    let amount = bytes.map { "the \($0) bytes" } ?? "the memory"
    let line =
      "out of memory: the system refused \(amount) \(purpose): choose a smaller input, network or "
      + "batch, or allow more memory (see `ulimit -v`)"
    if let end = ending.withLock({ $0 }) {
      while isEnding.exchange(true, ordering: .relaxed) { sleep(1) }
      end(line)
    }
    fatalError(line)
  }
}
