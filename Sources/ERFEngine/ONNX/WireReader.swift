// The wire format of protocol buffers, as much of it as ONNX uses, read from a mapped file.

/// What stands behind the number of a field.
enum WireValue {
  /// A variable-length integer.
  case varint(UInt64)
  /// Eight bytes, little-endian.
  case fixed64(UInt64)
  /// Four bytes, little-endian.
  case fixed32(UInt32)
  /// The place of a text, of packed numbers or of a message.
  case bytes(Range<Int>)
}

/// A position in one message of a file, which moves field by field.
///
/// Nothing is copied, and what a message does not hold is never looked at: a tensor's gigabyte costs as
/// much as its two bytes of head.
struct WireReader {
  let file: MappedFile
  let path: String
  private(set) var position: Int
  let end: Int

  init(_ file: MappedFile, path: String, range: Range<Int>) {
    self.file = file
    self.path = path
    position = range.lowerBound
    end = min(range.upperBound, file.count)
  }

  /// The message, text or packed numbers at `range` of the same file.
  func inside(_ range: Range<Int>) -> WireReader { WireReader(file, path: path, range: range) }

  var isAtEnd: Bool { position >= end }

  /// The next field's number and value; nil behind the last.
  mutating func field() throws(ONNXError) -> (number: Int, value: WireValue)? {
    if isAtEnd { return nil }
    let start = position
    let key = try varint()
    let number = key >> 3
    guard number > 0, number < 1 << 29 else { throw flaw("field number \(number)", at: start) }
    switch key & 7 {
    case 0: return (Int(number), .varint(try varint()))
    case 1: return (Int(number), .fixed64(try fixed64()))
    case 2:
      let length = try varint()
      guard length <= UInt64(end - position) else {
        let bytes = Int(clamping: length).counted("byte")
        let rest = (end - position).counted("is left", "are left")
        throw flaw("a field of \(bytes) where \(rest)", at: start)
      }
      let first = position
      position += Int(length)
      return (Int(number), .bytes(first..<position))
    case 5: return (Int(number), .fixed32(try fixed32()))
    case let kind: throw flaw("a field of the unknown kind \(kind)", at: start)
    }
  }

  /// Seven bits a byte, the lowest first.
  mutating func varint() throws(ONNXError) -> UInt64 {
    let start = position
    var value: UInt64 = 0
    for shift in stride(from: UInt64(0), to: 70, by: 7) {
      guard position < end, let byte = file.byte(at: position) else {
        throw flaw("a number that does not end", at: start)
      }
      position += 1
      value |= UInt64(byte & 0x7F) << shift
      if byte < 0x80 { return value }
    }
    throw flaw("a number of more than 64 bits", at: start)
  }

  mutating func fixed32() throws(ONNXError) -> UInt32 {
    guard end - position >= 4, let bytes = file.word32(at: position) else {
      throw flaw("a number that does not end", at: position)
    }
    position += 4
    return bytes
  }

  mutating func fixed64() throws(ONNXError) -> UInt64 {
    guard end - position >= 8, let bytes = file.word(at: position) else {
      throw flaw("a number that does not end", at: position)
    }
    position += 8
    return bytes
  }

  func flaw(_ what: String, at position: Int) -> ONNXError {
    .damaged(path: path, reason: "\(what) at byte \(position)")
  }

  /// What is not UTF-8 in a text comes out as replacement characters.
  func text(_ range: Range<Int>) throws(ONNXError) -> String {
    guard range.count <= Self.longestText, let text = file.text(range) else {
      throw flaw("a name of \(range.count) bytes", at: range.lowerBound)
    }
    return text
  }

  /// Names are what people and exporters write.
  private static let longestText = 1 << 20

  // MARK: Values of known kinds

  func integer(_ value: WireValue) throws(ONNXError) -> Int {
    guard case .varint(let bits) = value else { throw flaw("no number", at: position) }
    return Int(truncatingIfNeeded: bits)
  }

  func float(_ value: WireValue) throws(ONNXError) -> Float {
    guard case .fixed32(let bits) = value else { throw flaw("no real number", at: position) }
    return Float(bitPattern: bits)
  }

  func text(_ value: WireValue) throws(ONNXError) -> String { try text(range(value)) }

  func range(_ value: WireValue) throws(ONNXError) -> Range<Int> {
    guard case .bytes(let range) = value else { throw flaw("no text or message", at: position) }
    return range
  }

  func message(_ value: WireValue) throws(ONNXError) -> WireReader { inside(try range(value)) }

  /// Appends one integer, or a packed row of them.
  func append(_ value: WireValue, to integers: inout [Int]) throws(ONNXError) {
    guard case .bytes(let range) = value else {
      integers.append(try integer(value))
      return
    }
    var packed = inside(range)
    while !packed.isAtEnd { integers.append(Int(truncatingIfNeeded: try packed.varint())) }
  }

  /// Appends one float, or a packed row of them.
  func append(_ value: WireValue, to floats: inout [Float]) throws(ONNXError) {
    guard case .bytes(let range) = value else {
      floats.append(try float(value))
      return
    }
    var packed = inside(range)
    while !packed.isAtEnd { floats.append(Float(bitPattern: try packed.fixed32())) }
  }
}
