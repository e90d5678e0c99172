// Large blocks of memory that were used once and will be used again.

import Synchronization

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Keeps freed blocks for the next tensor of the same size.
///
/// Memory fresh from the system costs a page fault for every 4 KiB, which is a third of the time of a
/// run over several images; layers, images and edits ask for the same sizes over and over.
enum MemoryPool {
  /// Smaller blocks are the allocator's business.
  private static let smallest = 1 << 16
  /// Most that is kept unused, in bytes.
  private static let limit = 256 << 20

  private struct Block {
    let address: UInt
    let bytes: Int
  }

  private struct Shelves {
    /// Least recently given back first.
    var blocks: [Block] = []
    var bytes = 0
  }

  private static let shelves = Mutex(Shelves())

  /// 64-byte aligned memory with undefined contents; nil where the system has none left.
  static func take(_ bytes: Int) -> UnsafeMutableRawPointer? {
    if bytes >= smallest {
      let kept: UInt? = shelves.withLock { shelves in
        guard let index = shelves.blocks.lastIndex(where: { $0.bytes == bytes }) else {
          return nil
        }
        shelves.bytes -= bytes
        return shelves.blocks.remove(at: index).address
      }
      if let kept { return unsafe UnsafeMutableRawPointer(bitPattern: kept) }
    }
    if let fresh = unsafe fresh(bytes) { return unsafe fresh }
    empty()
    return unsafe fresh(bytes)
  }

  private static func fresh(_ bytes: Int) -> UnsafeMutableRawPointer? {
    var memory: UnsafeMutableRawPointer?
    return unsafe posix_memalign(&memory, 64, bytes) == 0 ? unsafe memory : nil
  }

  /// Gives all that is kept back to the system.
  private static func empty() {
    let blocks = shelves.withLock { shelves in
      defer { shelves = Shelves() }
      return shelves.blocks
    }
    for block in blocks { unsafe free(UnsafeMutableRawPointer(bitPattern: block.address)) }
  }

  /// Gives back what `take(bytes)` gave.
  static func give(_ memory: UnsafeMutableRawPointer, _ bytes: Int) {
    guard bytes >= smallest && bytes <= limit else {
      unsafe free(memory)
      return
    }
    let stale: [UInt] = shelves.withLock { shelves in
      shelves.blocks.append(Block(address: UInt(bitPattern: memory), bytes: bytes))
      shelves.bytes += bytes
      var stale: [UInt] = []
      while shelves.bytes > limit {
        let oldest = shelves.blocks.removeFirst()
        shelves.bytes -= oldest.bytes
        stale.append(oldest.address)
      }
      return stale
    }
    for address in stale { unsafe free(UnsafeMutableRawPointer(bitPattern: address)) }
  }
}
