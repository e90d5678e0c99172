// What the system says about this process's memory.

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

enum ProcessMemory {
  /// Memory of the machine, in bytes.
  static let machineBytes = sysconf(Int32(_SC_PHYS_PAGES)) * sysconf(Int32(_SC_PAGESIZE))

  /// Largest resident set so far, in bytes.
  static var peakBytes: Int {
    var usage = rusage()
    #if canImport(Glibc)
      guard unsafe getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage) == 0 else { return 0 }
      return usage.ru_maxrss * 1024
    #else
      guard unsafe getrusage(RUSAGE_SELF, &usage) == 0 else { return 0 }
      return usage.ru_maxrss
    #endif
  }
}
