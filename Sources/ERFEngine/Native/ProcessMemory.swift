// What the system says about this process's memory.

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

enum ProcessMemory {
  /// Memory that this process may use, in bytes: the machine's, or the least limit set for it by
  /// control groups (containers) or the shell.
  static let machineBytes: Int = {
    let installed = sysconf(Int32(_SC_PHYS_PAGES)) * sysconf(Int32(_SC_PAGESIZE))
    let machine = min(installed, ControlGroups.memoryLimit() ?? installed)
    var limit = rlimit()
    #if canImport(Glibc)
      let resource = __rlimit_resource_t(RLIMIT_AS.rawValue)
    #else
      let resource = RLIMIT_AS
    #endif
    guard unsafe getrlimit(resource, &limit) == 0, limit.rlim_cur < UInt64(machine) else {
      return machine
    }
    return Int(limit.rlim_cur)
  }()

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
