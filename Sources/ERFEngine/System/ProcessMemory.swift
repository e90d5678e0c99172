// What the system says about this process's memory.

import CMapping

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

public enum ProcessMemory {
  /// Memory that this process may use, in bytes: the machine's, or the least limit set for it by
  /// control groups (containers) or the shell.
  static let machineBytes: Int = {
    let installed = sysconf(Int32(_SC_PHYS_PAGES)) * sysconf(Int32(_SC_PAGESIZE))
    let machine = min(installed, ControlGroups.memoryLimit() ?? installed)
    return min(machine, addressSpaceLimit ?? machine)
  }()

  /// Bytes that this process can hold in memory at most from now on: what the machine has, or what a
  /// limit on its address space (`ulimit -v`) leaves beside libraries, stacks and reserved space.
  static var availableBytes: Int {
    guard let limit = addressSpaceLimit, let mapped = status("VmSize"),
      let resident = status("VmRSS")
    else { return machineBytes }
    let stacks = Workers.coreCount << 23
    return min(machineBytes, max(0, limit - mapped - stacks - reserveBytes) + resident)
  }

  /// Bytes that this process holds in memory now; 0 where the system does not tell.
  static var residentBytes: Int { status("VmRSS") ?? 0 }

  /// Address space that large blocks leave, where it is limited: for what cannot be refused in words, such
  /// as compiled kernels, stacks and small objects.
  private static let reserveBytes = 48 << 20

  /// Whether `bytes` more can be had, by what is known beforehand.
  ///
  /// - Parameter isSmall: whether they may be taken from what large blocks leave.
  static func hasRoom(for bytes: Int, isSmall: Bool = false) -> Bool {
    guard isLimited else { return bytes < machineBytes }
    guard let limit = addressSpaceLimit, let mapped = status("VmSize") else { return true }
    return limit - mapped - bytes >= (isSmall ? reserveBytes / 3 : reserveBytes)
  }

  /// Whether the address space is limited (`ulimit -v`); as it was when that was first asked.
  static let isLimited = addressSpaceLimit != nil

  /// Checks that there is address space for a command at all, where that is limited, and sees to it that
  /// what the system's libraries do for lack of it ends the process with a line too.
  ///
  /// - Throws: ``TooLittle``.
  public static func requireRoom() throws {
    guard let limit = addressSpaceLimit, let mapped = status("VmSize") else { return }
    let needed = mapped + Workers.coreCount << 23 + reserveBytes
    guard limit >= needed else { throw TooLittle(needed: needed, limit: limit) }
    let line =
      "replk-tui: failed while its address space is limited, most likely for lack of memory: allow more "
      + "(see `ulimit -v`), or choose a smaller input or network\n"
    unsafe line.withCString { unsafe cmap_explain_faults($0) }
  }

  /// The address space is limited to less than any command needs.
  public struct TooLittle: ExplainedError {
    let needed: Int
    let limit: Int

    public var isUsageError: Bool { true }

    public var explanation: String {
      "replk-tui needs about \((needed + 999_999) / 1_000_000) MB of address space beside what it "
        + "works on, this process may have \(limit / 1_000_000): allow more memory (see `ulimit -v`)"
    }
  }

  /// Keeps the C library from reserving 64 MB of address space for each thread, where that is limited:
  /// it would be taken from what tensors need. To be called before there are threads.
  public static func spareAddressSpace() {
    if addressSpaceLimit != nil { cmap_share_heap() }
  }

  /// The limit on the address space in bytes; nil: none.
  private static var addressSpaceLimit: Int? {
    var limit = rlimit()
    #if canImport(Glibc)
      let resource = __rlimit_resource_t(RLIMIT_AS.rawValue)
    #else
      let resource = RLIMIT_AS
    #endif
    guard unsafe getrlimit(resource, &limit) == 0, limit.rlim_cur < UInt64(1) << 60 else {
      return nil
    }
    return Int(limit.rlim_cur)
  }

  /// A number of kilobytes that Linux tells of this process, in bytes; nil on other systems.
  private static func status(_ field: String) -> Int? {
    guard let status = try? FileBytes.read("/proc/self/status", limit: 1 << 16) else { return nil }
    let line = String(decoding: status, as: UTF8.self).split(separator: "\n")
      .first { $0.hasPrefix(field + ":") }
    let kilobytes = line?.split { $0 == " " || $0 == "\t" }.dropFirst().first.flatMap { Int($0) }
    return kilobytes.map { $0 * 1024 }
  }

  /// Largest resident set so far, in bytes; 0 where the system does not tell.
  static var peakBytes: Int {
    #if canImport(Glibc)
      // `ru_maxrss` would be the parent's where that was larger when it started this process.
      return status("VmHWM") ?? 0
    #else
      var usage = rusage()
      guard unsafe getrusage(RUSAGE_SELF, &usage) == 0 else { return 0 }
      return usage.ru_maxrss
    #endif
  }
}
