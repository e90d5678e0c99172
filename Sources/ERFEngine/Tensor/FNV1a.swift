/// The 64-bit FNV-1a hash (Fowler, Noll and Vo): names streams and tells weights apart.
struct FNV1a: Sendable {
  private(set) var value: UInt64 = 0xCBF2_9CE4_8422_2325

  mutating func add(_ bytes: some Sequence<UInt8>) {
    for byte in bytes { add(word: UInt64(byte)) }
  }

  /// Mixes in one word at a time: for large tensors, where bytes would be slow.
  @inline(__always)
  mutating func add(word: UInt64) {
    value = (value ^ word) &* 0x0000_0100_0000_01B3
  }

  /// Mixes in a word whose upper half counts as much, as that of eight bytes of a file. Its bits are scattered
  /// first, by the last steps of MurmurHash3 (Appleby): the product alone carries differences upwards only, so that
  /// changes of highest bits, as of signs, would cancel each other.
  @inline(__always)
  mutating func add(wide word: UInt64) {
    var scattered = (word ^ word >> 33) &* 0xFF51_AFD7_ED55_8CCD
    scattered = (scattered ^ scattered >> 33) &* 0xC4CE_B9FE_1A85_EC53
    add(word: scattered ^ scattered >> 33)
  }

  /// 16 hexadecimal digits.
  var text: String {
    let digits = String(value, radix: 16)
    return String(repeating: "0", count: 16 - digits.count) + digits
  }
}
