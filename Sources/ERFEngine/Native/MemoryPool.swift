// Large blocks of memory that were used once and will be used again.

import Synchronization

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Keeps freed blocks for the next tensor of about the same size.
///
/// Memory fresh from the system costs a page fault for every page, which is a third of the time of a
/// run over several images; layers, images and edits ask for the same sizes over and over. Blocks that
/// are kept never add to the most that was ever in use at once.
enum MemoryPool {
  /// Smaller blocks are the allocator's business.
  static let smallest = 1 << 16
  /// Most that is kept unused, in bytes.
  static let limit = 512 << 20
  /// From here on blocks are mapped one by one.
  private static let smallestMapped = 1 << 20
  /// From here on in huge pages, where the system has them.
  private static let smallestHuge = 24 << 20
  private static let hugePage = 2 << 20

  private struct Block {
    let address: UInt
    /// What was asked of the system.
    let bytes: Int
  }

  private struct Shelves {
    /// Unused, least recently given back first.
    var blocks: [Block] = []
    var unused = 0
    var used = 0
    var mostUsed = 0

    /// Removes the least recently used blocks until no more than `bytes` are unused.
    mutating func shrink(to bytes: Int) -> [Block] {
      var stale: [Block] = []
      while unused > bytes {
        let oldest = blocks.removeFirst()
        unused -= oldest.bytes
        stale.append(oldest)
      }
      return stale
    }
  }

  private static let shelves = Mutex(Shelves())

  /// Bytes in blocks that were given back and are kept.
  static var unusedBytes: Int { shelves.withLock { $0.unused } }

  /// 64-byte aligned memory with undefined contents; nil where the system has none left.
  static func take(_ wanted: Int) -> UnsafeMutableRawPointer? {
    guard wanted >= smallest else { return unsafe aligned(wanted) }
    let bytes = rounded(wanted)
    let (found, stale): (UInt?, [Block]) = shelves.withLock { shelves in
      shelves.used += bytes
      shelves.mostUsed = max(shelves.mostUsed, shelves.used)
      if let index = shelves.blocks.lastIndex(where: { $0.bytes == bytes }) {
        shelves.unused -= bytes
        return (shelves.blocks.remove(at: index).address, [])
      }
      return (nil, shelves.shrink(to: shelves.mostUsed - shelves.used))
    }
    release(stale)
    if let found { return unsafe UnsafeMutableRawPointer(bitPattern: found) }
    if let fresh = unsafe fresh(bytes) { return unsafe fresh }
    release(shelves.withLock { $0.shrink(to: 0) })
    guard let fresh = unsafe fresh(bytes) else {
      shelves.withLock { $0.used -= bytes }
      return nil
    }
    return unsafe fresh
  }

  /// Gives back what `take(wanted)` gave.
  static func give(_ memory: UnsafeMutableRawPointer, _ wanted: Int) {
    guard wanted >= smallest else {
      unsafe free(memory)
      return
    }
    let block = Block(address: UInt(bitPattern: memory), bytes: rounded(wanted))
    release(
      shelves.withLock { shelves in
        shelves.used -= block.bytes
        shelves.blocks.append(block)
        shelves.unused += block.bytes
        return shelves.shrink(to: limit)
      })
  }

  /// Up to the next eighth of a power of two, so that blocks of nearly one size serve each other; the
  /// end that is never touched costs nothing.
  static func rounded(_ bytes: Int) -> Int {
    let step = max(1, (1 << (Int.bitWidth - 1 - bytes.leadingZeroBitCount)) >> 3)
    return (bytes + step - 1) / step * step
  }

  private static func fresh(_ bytes: Int) -> UnsafeMutableRawPointer? {
    bytes < smallestMapped ? unsafe aligned(bytes) : unsafe mapped(bytes)
  }

  private static func release(_ blocks: [Block]) {
    for block in blocks {
      let memory = unsafe UnsafeMutableRawPointer(bitPattern: block.address)
      if block.bytes < smallestMapped {
        unsafe free(memory)
      } else {
        unsafe munmap(memory, mappedBytes(block.bytes))
      }
    }
  }

  private static func aligned(_ bytes: Int) -> UnsafeMutableRawPointer? {
    var memory: UnsafeMutableRawPointer?
    return unsafe posix_memalign(&memory, 64, bytes) == 0 ? unsafe memory : nil
  }

  private static func mappedBytes(_ bytes: Int) -> Int {
    (bytes + hugePage - 1) / hugePage * hugePage
  }

  /// Memory that starts where a huge page may.
  private static func mapped(_ bytes: Int) -> UnsafeMutableRawPointer? {
    let bytes = mappedBytes(bytes)
    guard
      let start = unsafe mmap(
        nil, bytes + hugePage, PROT_READ | PROT_WRITE, MAP_PRIVATE | anonymousMapping, -1, 0),
      unsafe start != MAP_FAILED
    else { return nil }
    let before = (hugePage - Int(bitPattern: start) % hugePage) % hugePage
    let memory = unsafe start + before
    if before > 0 { unsafe munmap(start, before) }
    unsafe munmap(memory + bytes, hugePage - before)
    #if os(Linux)
      // Fewer page faults. Not for small blocks: what a virtual machine has to ask its host for is
      // slow in large pieces. Where there are no huge pages it is merely slower.
      if bytes >= smallestHuge { unsafe madvise(memory, bytes, Int32(MADV_HUGEPAGE)) }
    #endif
    return unsafe memory
  }
}

#if os(Linux)
  let anonymousMapping = MAP_ANONYMOUS
#else
  let anonymousMapping = MAP_ANON
#endif
