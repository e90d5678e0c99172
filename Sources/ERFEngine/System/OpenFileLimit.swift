// How many files the process may have open, below which the system's libraries end it without a word.

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// The limit on open files (`ulimit -n`).
public enum OpenFileLimit {
  /// Of files, pipes and what the system's libraries open themselves, as many as any command needs.
  static let least: rlim_t = 16

  /// Fewer files may be open than a command needs.
  public struct Failure: ExplainedError, Equatable {
    let limit: rlim_t

    public var explanation: String {
      "this process may have \(Int(clamping: limit).counted("file")) open, and needs "
        + "\(OpenFileLimit.least): "
        + "raise the limit with `ulimit -n`"
    }
  }

  /// Raises the limit as far as it takes, where the user may.
  ///
  /// - Throws: ``Failure`` where it stays too low.
  public static func require() throws(Failure) {
    #if canImport(Glibc)
      let resource = __rlimit_resource_t(RLIMIT_NOFILE.rawValue)
    #else
      let resource = RLIMIT_NOFILE
    #endif
    var limit = rlimit()
    guard unsafe getrlimit(resource, &limit) == 0, limit.rlim_cur < least else { return }
    let found = limit.rlim_cur
    limit.rlim_cur = least
    guard limit.rlim_max >= least, unsafe setrlimit(resource, &limit) == 0 else {
      throw Failure(limit: found)
    }
  }
}
