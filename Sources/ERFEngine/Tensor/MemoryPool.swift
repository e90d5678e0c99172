// Large blocks of memory that were used once and will be used again.

import Synchronization

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Keeps freed memory for the next tensors.
///
/// Memory fresh from the system costs a page fault for every page, which is a third of the time of a
/// run over several images. Each layer of a network asks for another size, so what was freed is cut
/// and joined again as they need it. What is kept never adds to the most that was in use at once.
enum MemoryPool {
  /// Smaller blocks are the allocator's business.
  static let smallest = 1 << 16
  /// Most that is kept unused, in bytes.
  static let limit = min(2 << 30, max(512 << 20, ProcessMemory.machineBytes / 8))
  /// From here on in huge pages, where the system has them.
  private static let smallestHuge = 8 << 20
  private static let hugePage = 2 << 20

  /// While one is there, all that one step freed is kept for the next one, which needs as much.
  ///
  /// A step of training frees several gigabytes; beyond `limit` the system would take them back, only
  /// to clear the same pages again: an eighth of a step's time.
  final class Hold: Sendable {
    init() { shelves.withLock { $0.holds += 1 } }

    deinit {
      release(
        shelves.withLock { shelves in
          shelves.holds -= 1
          return shelves.surplus()
        })
    }
  }

  struct Shelves {
    var free = FreeRanges()
    /// How many hold on to all that is freed.
    var holds = 0
    var used = 0
    var mostUsed = 0

    /// Takes out what is to go back to the system.
    mutating func surplus() -> [FreeRanges.Range] { holds > 0 ? [] : free.shrink(to: limit) }
  }

  private static let shelves = Mutex(Shelves())

  /// Bytes that were given back and are kept.
  static var unusedBytes: Int { shelves.withLock { $0.free.bytes } }

  /// 64-byte aligned memory with undefined contents; nil where the system has none left.
  static func take(_ wanted: Int) -> UnsafeMutableRawPointer? {
    unsafe takeBlock(wanted)?.memory
  }

  /// 64-byte aligned memory of zeros; nil where the system has none left. The system has not backed yet
  /// what it gave anew: address space, until it is touched.
  static func takeZeros(_ wanted: Int) -> UnsafeMutableRawPointer? {
    guard let block = unsafe takeBlock(wanted) else { return nil }
    if unsafe !block.isFresh { unsafe memset(block.memory, 0, wanted) }
    return unsafe block.memory
  }

  /// Memory, and whether it comes from the system and nobody has written to it.
  private static func takeBlock(
    _ wanted: Int
  ) -> (memory: UnsafeMutableRawPointer, isFresh: Bool)? {
    guard wanted >= smallest else {
      return unsafe aligned(wanted).map { unsafe (memory: $0, isFresh: false) }
    }
    let bytes = rounded(wanted)
    let (found, stale, before): (UInt?, [FreeRanges.Range], Int) = shelves.withLock { shelves in
      let before = shelves.mostUsed
      shelves.used += bytes
      shelves.mostUsed = max(before, shelves.used)
      if let start = shelves.free.take(bytes) { return (start, [], before) }
      return (nil, shelves.free.shrink(to: max(0, shelves.mostUsed - shelves.used)), before)
    }
    release(stale)
    if let found, let memory = unsafe UnsafeMutableRawPointer(bitPattern: found) {
      return unsafe (memory, isFresh: false)
    }
    if let fresh = unsafe fresh(bytes) { return unsafe (fresh, isFresh: true) }
    giveBackUnused()
    guard let fresh = unsafe fresh(bytes) else {
      shelves.withLock { shelves in
        shelves.used -= bytes
        shelves.mostUsed = max(before, shelves.used)
      }
      return nil
    }
    return unsafe (fresh, isFresh: true)
  }

  /// Gives back what `take(wanted)` gave.
  static func give(_ memory: UnsafeMutableRawPointer, _ wanted: Int) {
    guard wanted >= smallest else {
      unsafe free(memory)
      return
    }
    let bytes = rounded(wanted)
    release(
      shelves.withLock { shelves in
        shelves.used -= bytes
        shelves.free.give(UInt(bitPattern: memory), bytes)
        return shelves.surplus()
      })
  }

  /// Gives all that is kept unused back to the system.
  static func giveBackUnused() { release(shelves.withLock { $0.free.shrink(to: 0) }) }

  /// Up to a multiple of the smallest block, which whole pages divide on every system.
  static func rounded(_ bytes: Int) -> Int { (bytes + smallest - 1) / smallest * smallest }

  private static func release(_ ranges: [FreeRanges.Range]) {
    for range in ranges {
      if let start = unsafe UnsafeMutableRawPointer(bitPattern: range.start) {
        unsafe munmap(start, range.bytes)
      }
    }
  }

  private static func aligned(_ bytes: Int) -> UnsafeMutableRawPointer? {
    var memory: UnsafeMutableRawPointer?
    return unsafe posix_memalign(&memory, 64, bytes) == 0 ? unsafe memory : nil
  }

  /// New memory of the system that starts where a huge page may; what it is longer than asked for is
  /// kept for others.
  private static func fresh(_ bytes: Int) -> UnsafeMutableRawPointer? {
    let whole = (bytes + hugePage - 1) / hugePage * hugePage
    guard !ProcessMemory.isLimited || ProcessMemory.hasRoom(for: whole + hugePage),
      let start = unsafe mmap(
        nil, whole + hugePage, PROT_READ | PROT_WRITE, MAP_PRIVATE | anonymousMapping, -1, 0),
      unsafe start != MAP_FAILED
    else { return nil }
    let before = (hugePage - Int(bitPattern: start) % hugePage) % hugePage
    let memory = unsafe start + before
    if before > 0 { unsafe munmap(start, before) }
    unsafe munmap(memory + whole, hugePage - before)
    #if os(Linux)
      // Fewer page faults. Not for small blocks: what a virtual machine has to ask its host for is
      // slow in large pieces. Where there are no huge pages it is merely slower.
      if bytes >= smallestHuge { unsafe madvise(memory, whole, Int32(MADV_HUGEPAGE)) }
    #endif
    if whole > bytes {
      shelves.withLock { $0.free.give(UInt(bitPattern: memory) + UInt(bytes), whole - bytes) }
    }
    return unsafe memory
  }
}

/// Unused memory, as ranges of addresses that do not touch.
struct FreeRanges {
  struct Range: Equatable {
    var start: UInt
    var bytes: Int
    /// When its youngest part was given back.
    var age: Int

    var end: UInt { start + UInt(bytes) }
  }

  /// By address.
  private(set) var ranges: [Range] = []
  private(set) var bytes = 0
  private var clock = 0

  /// The start of `wanted` bytes out of the smallest range that holds them; nil: none does.
  mutating func take(_ wanted: Int) -> UInt? {
    var smallest: Int?
    for index in ranges.indices where ranges[index].bytes >= wanted {
      if let known = smallest, ranges[known].bytes <= ranges[index].bytes { continue }
      smallest = index
    }
    guard let best = smallest else { return nil }
    let start = ranges[best].start
    ranges[best].start += UInt(wanted)
    ranges[best].bytes -= wanted
    if ranges[best].bytes == 0 { ranges.remove(at: best) }
    bytes -= wanted
    return start
  }

  /// Adds a range, joined with those that it touches.
  mutating func give(_ start: UInt, _ count: Int) {
    clock += 1
    bytes += count
    var range = Range(start: start, bytes: count, age: clock)
    var place = ranges.firstIndex { $0.start > start } ?? ranges.count
    if place < ranges.count && ranges[place].start == range.end {
      range.bytes += ranges.remove(at: place).bytes
    }
    if place > 0 && ranges[place - 1].end == start {
      place -= 1
      let before = ranges.remove(at: place)
      range.start = before.start
      range.bytes += before.bytes
    }
    ranges.insert(range, at: place)
  }

  /// Removes what was given back longest ago until at most `most` bytes are left; of the last range
  /// only as much as it takes, in multiples of the smallest block.
  mutating func shrink(to most: Int) -> [Range] {
    var stale: [Range] = []
    while bytes > most, let oldest = ranges.indices.min(by: { ranges[$0].age < ranges[$1].age }) {
      var range = ranges[oldest]
      let excess = MemoryPool.rounded(bytes - most)
      if excess < range.bytes {
        range.bytes = excess
        ranges[oldest].start += UInt(excess)
        ranges[oldest].bytes -= excess
      } else {
        ranges.remove(at: oldest)
      }
      bytes -= range.bytes
      stale.append(range)
    }
    return stale
  }
}

#if os(Linux)
  let anonymousMapping = MAP_ANONYMOUS
#else
  let anonymousMapping = MAP_ANON
#endif
