// How large stacks may be, below which the system ends the process without a word.

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// The limit on stacks (`ulimit -s`). It is not raised here: the C library has read it for the stacks of
/// threads when the process began.
public enum StackLimit {
  /// More than twice what commands were seen to take.
  static let least: rlim_t = 256 << 10

  /// Stacks may be no larger than a command may need.
  public struct Failure: ExplainedError, Equatable {
    let limit: rlim_t

    public var explanation: String {
      "stacks of \(limit >> 10) kB are too small, \(StackLimit.least >> 10) kB are needed: run it with "
        + "`ulimit -s 1024` or more"
    }
  }

  /// - Throws: ``Failure`` where the limit is too low.
  public static func require() throws(Failure) {
    #if canImport(Glibc)
      let resource = __rlimit_resource_t(RLIMIT_STACK.rawValue)
    #else
      let resource = RLIMIT_STACK
    #endif
    var limit = rlimit()
    guard unsafe getrlimit(resource, &limit) == 0, limit.rlim_cur < least else { return }
    throw Failure(limit: limit.rlim_cur)
  }
}
