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

  /// Largest resident set so far, in bytes; 0 where the system does not tell.
  static var peakBytes: Int {
    #if canImport(Glibc)
      // `ru_maxrss` would be the parent's where that was larger when it started this process.
      guard let status = try? FileBytes.read("/proc/self/status", limit: 1 << 16) else { return 0 }
      let line = String(decoding: status, as: UTF8.self).split(separator: "\n")
        .first { $0.hasPrefix("VmHWM:") }
      let kilobytes = line?.split { $0 == " " || $0 == "\t" }.dropFirst().first.flatMap { Int($0) }
      return (kilobytes ?? 0) * 1024
    #else
      var usage = rusage()
      guard unsafe getrusage(RUSAGE_SELF, &usage) == 0 else { return 0 }
      return usage.ru_maxrss
    #endif
  }
}
