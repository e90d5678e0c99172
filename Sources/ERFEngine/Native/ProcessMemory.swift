// What the system says about this process's memory.

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

enum ProcessMemory {
  /// Largest resident set so far, in bytes.
  static var peakBytes: Int {
    var usage = rusage()
    guard unsafe getrusage(RUSAGE_SELF, &usage) == 0 else { return 0 }
    #if os(Linux)
      return usage.ru_maxrss * 1024
    #else
      return usage.ru_maxrss
    #endif
  }
}
