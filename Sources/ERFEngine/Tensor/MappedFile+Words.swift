// Hashes of parts of files, as they lie there.

extension MappedFile {
  /// What a hash over several parts of files mixes in for `range`: the number of its bytes, and a hash of
  /// each piece of a fixed size; nil where the range leaves the file, or the file was cut.
  func contentWords(_ range: Range<Int>, workers: Workers = Workers()) -> [UInt64]? {
    guard range.lowerBound >= 0, range.upperBound <= count else { return nil }
    let size = 1 << 18
    let pieces = (range.count + size - 1) / size
    var words = [UInt64](repeating: 0, count: pieces)
    let from = unsafe memory
    unsafe words.withUnsafeMutableBufferPointer { buffer in
      let results = buffer.baseAddress
      workers.forEach(pieces) { index in
        let start = range.lowerBound + index * size
        let end = min(range.upperBound, start + size)
        // Four sums side by side: each word waits for the one before it in its own sum alone.
        var sums = (FNV1a(), FNV1a(), FNV1a(), FNV1a())
        var place = start
        while place + 32 <= end {
          unsafe sums.0.add(wide: from.loadUnaligned(fromByteOffset: place, as: UInt64.self))
          unsafe sums.1.add(wide: from.loadUnaligned(fromByteOffset: place + 8, as: UInt64.self))
          unsafe sums.2.add(wide: from.loadUnaligned(fromByteOffset: place + 16, as: UInt64.self))
          unsafe sums.3.add(wide: from.loadUnaligned(fromByteOffset: place + 24, as: UInt64.self))
          place += 32
        }
        while place < end {
          unsafe sums.0.add(word: UInt64(from[place]))
          place += 1
        }
        // One by one into another: what they have in common would cancel in one of them.
        var whole = FNV1a()
        for sum in [sums.0, sums.1, sums.2, sums.3] { whole.add(wide: sum.value) }
        unsafe results?[index] = whole.value
      }
    }
    return isWhole ? [UInt64(range.count)] + words : nil
  }
}
