/// Bytes that are read at offsets nobody has checked yet.
protocol ByteSource: Sendable {
  var count: Int { get }
  /// The bytes of `range`, copied; nil where it leaves the source.
  func bytes(_ range: Range<Int>) -> [UInt8]?
  /// The bytes of `range` as text, repaired where they are not UTF-8; nil where it leaves the source.
  func text(_ range: Range<Int>) -> String?
}

/// Bytes in memory.
struct ByteArray: ByteSource {
  let elements: [UInt8]

  var count: Int { elements.count }

  func bytes(_ range: Range<Int>) -> [UInt8]? {
    guard range.lowerBound >= 0 && range.upperBound <= count else { return nil }
    return Array(elements[range])
  }

  func text(_ range: Range<Int>) -> String? {
    guard range.lowerBound >= 0 && range.upperBound <= count else { return nil }
    return String(decoding: elements[range], as: UTF8.self)
  }
}

/// A position in a source that moves forward as numbers and text are read.
struct ByteCursor {
  let source: any ByteSource
  private(set) var position: Int
  /// Bytes that were read ahead, many at a time, and where they begin in the source.
  private var window: [UInt8] = []
  private var start = 0

  private static let ahead = 1 << 16

  init(_ source: any ByteSource, at position: Int = 0) {
    self.source = source
    self.position = position
  }

  mutating func byte() throws(PickleError) -> UInt8 {
    if position >= start + window.count { try readAhead() }
    let byte = window[position - start]
    position += 1
    return byte
  }

  private mutating func readAhead() throws(PickleError) {
    let end = min(position + Self.ahead, source.count)
    guard position < end, let bytes = source.bytes(position..<end) else { throw .endOfFile }
    window = bytes
    start = position
  }

  mutating func bytes(_ count: Int) throws(PickleError) -> [UInt8] {
    guard count >= 0, count <= source.count - position,
      let bytes = source.bytes(position..<position + count)
    else { throw .endOfFile }
    position += count
    return bytes
  }

  mutating func skip(_ count: Int) throws(PickleError) {
    guard count >= 0 && count <= source.count - position else { throw .endOfFile }
    position += count
  }

  /// A little-endian integer of `width` bytes without sign, at most 8.
  mutating func unsigned(_ width: Int) throws(PickleError) -> UInt64 {
    var value: UInt64 = 0
    for index in 0..<width { value |= UInt64(try byte()) << UInt64(8 * index) }
    return value
  }

  /// A length of `width` bytes.
  mutating func length(_ width: Int) throws(PickleError) -> Int {
    guard let length = Int(exactly: try unsigned(width)) else { throw .endOfFile }
    return length
  }

  /// UTF-8 of `count` bytes; what is not valid is replaced.
  mutating func text(_ count: Int) throws(PickleError) -> String {
    String(decoding: try bytes(count), as: UTF8.self)
  }

  /// The text up to the end of the line.
  mutating func line() throws(PickleError) -> String {
    var bytes: [UInt8] = []
    while true {
      let byte = try byte()
      if byte == UInt8(ascii: "\n") { return String(decoding: bytes, as: UTF8.self) }
      guard bytes.count < 1024 else { throw .malformed("a line of it is too long") }
      bytes.append(byte)
    }
  }
}
