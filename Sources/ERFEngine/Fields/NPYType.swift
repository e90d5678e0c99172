// Element types of NumPy's files, in all the spellings that NumPy takes.

/// A type of real numbers: its kind, size and byte order.
struct NPYType: Equatable {
  enum Kind: Equatable { case float, signed, unsigned, bool }

  let kind: Kind
  /// Bytes an element.
  let size: Int
  let isBigEndian: Bool

  /// `descr` is what `numpy.dtype` takes: `<f4`, `>i2`, `|b1`, `float32`, `d`, `1f4`, ... nil: another
  /// type, or none.
  init?(_ descr: String) {
    var descr = descr
    while Self.isRepeated(descr) {
      guard let once = Self.repeatedOnce(descr) else { return nil }
      descr = once
    }
    var name = descr[...]
    let isBigEndian = Self.takeOrder(&name) == ">"
    guard let (kind, size) = Self.coded(name) ?? Self.names[String(name)] else { return nil }
    self.kind = kind
    self.size = size
    self.isBigEndian = isBigEndian && size > 1
  }

  /// The byte order at the beginning, which is taken off.
  private static func takeOrder(_ name: inout Substring) -> Character? {
    guard let first = name.first, "<>=|".contains(first) else { return nil }
    name.removeFirst()
    return first
  }

  /// Whether NumPy looks for repetitions, or for fields of a record, in a spelling.
  private static func isRepeated(_ descr: String) -> Bool {
    var name = descr[...]
    _ = takeOrder(&name)
    return name.first.map { $0.isASCII && $0.isNumber } ?? false || name.hasPrefix("()")
      || descr.contains(",")
  }

  /// The type alone of one that is repeated once, such as `1f4`, `()f4` and `<(1,)f4`; nil: NumPy refuses it,
  /// or makes a record or an array of several elements of it.
  private static func repeatedOnce(_ descr: String) -> String? {
    var name = descr[...]
    let outer = takeOrder(&name)
    var rest = name.drop { $0 == " " }
    if rest.first == "(" { rest.removeFirst() }
    rest = rest.drop { " ,0123456789".contains($0) }
    if rest.first == ")" { rest.removeFirst() }
    rest = rest.drop { $0 == " " }
    let extents = name[..<rest.startIndex]
    let inner = takeOrder(&rest)
    let type = rest.prefix { $0.isASCII && ($0.isLetter || $0.isNumber) || ".?".contains($0) }
    guard rest.dropFirst(type.count).allSatisfy(\.isWhitespace), !extents.isEmpty,
      PythonLiteral("(\(extents))".utf8)?.holdsOne == true
    else { return nil }
    // One before and one behind the extents have to say the same.
    let orders = [outer, inner].compactMap { (order: Character?) in order == "=" ? "<" : order }
    guard Set(orders).count <= 1 else { return nil }
    return (orders.first == ">" ? ">" : "") + String(type)
  }

  /// A letter and the number of bytes: `f4`.
  private static func coded(_ name: Substring) -> (Kind, Int)? {
    // As C reads numbers: blanks before them are passed over.
    guard let letter = name.first, let size = Int(name.dropFirst().drop(while: \.isWhitespace))
    else { return nil }
    switch (letter, size) {
    case ("f", 2), ("f", 4), ("f", 8): return (.float, size)
    case ("i", 1), ("i", 2), ("i", 4), ("i", 8): return (.signed, size)
    case ("u", 1), ("u", 2), ("u", 4), ("u", 8): return (.unsigned, size)
    case ("b", 1): return (.bool, 1)
    default: return nil
    }
  }

  /// The letters and names of NumPy's reference, for 64-bit Unix where that matters.
  private static let names: [String: (Kind, Int)] = [
    "e": (.float, 2), "f": (.float, 4), "d": (.float, 8),
    "half": (.float, 2), "single": (.float, 4), "double": (.float, 8), "float": (.float, 8),
    "float16": (.float, 2), "float32": (.float, 4), "float64": (.float, 8),
    "b": (.signed, 1), "h": (.signed, 2), "i": (.signed, 4), "l": (.signed, 8), "q": (.signed, 8),
    "B": (.unsigned, 1), "H": (.unsigned, 2), "I": (.unsigned, 4), "L": (.unsigned, 8),
    "Q": (.unsigned, 8), "byte": (.signed, 1), "short": (.signed, 2), "intc": (.signed, 4),
    "int": (.signed, 8), "long": (.signed, 8), "longlong": (.signed, 8),
    "ubyte": (.unsigned, 1), "ushort": (.unsigned, 2), "uintc": (.unsigned, 4),
    "uint": (.unsigned, 8), "ulong": (.unsigned, 8), "ulonglong": (.unsigned, 8),
    "int8": (.signed, 1), "int16": (.signed, 2), "int32": (.signed, 4), "int64": (.signed, 8),
    "uint8": (.unsigned, 1), "uint16": (.unsigned, 2), "uint32": (.unsigned, 4),
    "uint64": (.unsigned, 8), "?": (.bool, 1), "bool": (.bool, 1), "bool_": (.bool, 1),
    "p": (.signed, 8), "n": (.signed, 8), "intp": (.signed, 8), "int_": (.signed, 8),
    "P": (.unsigned, 8), "N": (.unsigned, 8), "uintp": (.unsigned, 8),
  ]

  /// The same type of checkpoints, whose numbers are little-endian; nil: there is none.
  var stored: ElementType? {
    if isBigEndian { return nil }
    return switch (kind, size) {
    case (.float, 2): .float16
    case (.float, 4): .float32
    case (.float, 8): .float64
    case (.signed, 1): .int8
    case (.signed, 2): .int16
    case (.signed, 4): .int32
    case (.signed, 8): .int64
    case (.unsigned, 1): .uint8
    case (.unsigned, 2): .uint16
    case (.unsigned, 4): .uint32
    case (.unsigned, 8): .uint64
    case (.bool, _): .bool
    default: nil
    }
  }

  /// Whether a number of the `count` from `start` on is finite, but beyond float32.
  func overflows(_ bytes: [UInt8], from start: Int, count: Int) -> Bool {
    guard kind == .float, size == 8 else { return false }
    return (0..<count).contains { index in
      let offset = start + 8 * index
      let bits = (0..<8).reduce(UInt64(0)) {
        $0 << 8 | UInt64(bytes[offset + (isBigEndian ? $1 : 7 - $1)])
      }
      let value = Double(bitPattern: bits)
      return value.isFinite && !Float(value).isFinite
    }
  }

  /// The element at `offset` of `bytes`, which must hold it, rounded to float32.
  func element(_ bytes: [UInt8], at offset: Int) -> Float {
    var bits: UInt64 = 0
    for index in 0..<size {
      let byte = UInt64(bytes[offset + (isBigEndian ? index : size - 1 - index)])
      bits = bits << 8 | byte
    }
    switch (kind, size) {
    case (.float, 2): return ElementType.float(half: UInt16(bits))
    case (.float, 4): return Float(bitPattern: UInt32(bits))
    case (.float, _): return Float(Double(bitPattern: bits))
    case (.signed, _):
      let unused = UInt64(64 - 8 * size)
      return Float(Int64(bitPattern: bits << unused) >> Int64(unused))
    case (.unsigned, _): return Float(bits)
    case (.bool, _): return bits == 0 ? 0 : 1
    }
  }
}

extension PythonLiteral {
  /// Whether an array of these extents has one element.
  var holdsOne: Bool {
    switch self {
    case .int(let extent): extent == 1
    case .tuple(let each): each.allSatisfy { $0 == .int(1) }
    case .list(let each): !each.isEmpty && each.allSatisfy { $0 == .int(1) }
    default: false
    }
  }
}
