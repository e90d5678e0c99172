/// The header of a safetensors file: a JSON object of names, types, shapes and places, and texts under
/// `__metadata__`.
///
/// Read in one pass that nothing nested can deepen. A name that comes twice is refused, as no two
/// readers would agree on it.
struct SafetensorsHeader {
  private(set) var tensors = CheckpointEntries()
  private(set) var metadata: [String: String] = [:]

  /// Programs leave some dozens; the texts of very many would take more memory than is meant for a file.
  static let mostTexts = 65_536
  /// Of what tells of a tensor, beside what the format has.
  private static let mostOtherFields = 64

  /// What is wrong, to stand behind "its header".
  enum Flaw: Error, Equatable {
    case notJSON(at: Int)
    case repeated(String)
    case incomplete(String)
    case backwards(String)
    case tooManyTexts
    case tooManyAxes(String)
    case tooManyFields(String)

    var words: String {
      switch self {
      case .notJSON(let place): "is not valid JSON at byte \(place)"
      case .repeated(let name): "names \(WeightsMismatch.printable(name)) twice"
      case .backwards(let name): "has \(WeightsMismatch.printable(name)) end before it begins"
      case .tooManyTexts: "holds more than \(mostTexts) texts under __metadata__"
      case .tooManyAxes(let name):
        "gives \(WeightsMismatch.printable(name)) more than \(CheckpointEntry.mostAxes) axes"
      case .tooManyFields(let name): "says too much of \(WeightsMismatch.printable(name))"
      case .incomplete(let name):
        "does not give type, shape and place of \(WeightsMismatch.printable(name))"
      }
    }

    /// Whether the header is sound, and beyond what is read.
    var isLimit: Bool {
      switch self {
      case .tooManyTexts, .tooManyAxes, .tooManyFields: true
      case .notJSON, .repeated, .incomplete, .backwards: false
      }
    }
  }

  init(_ bytes: [UInt8]) throws(Flaw) {
    var json = JSONScanner(bytes)
    var hasMetadata = false
    try json.object { name, json throws(Flaw) in
      if name == "__metadata__" {
        guard !hasMetadata else { throw .repeated(name) }
        hasMetadata = true
        metadata = try Self.texts(&json)
      } else {
        let entry = try Self.entry(name, &json)
        tensors.append(name, entry)
      }
    }
    try json.end()
    if let name = tensors.sort() { throw .repeated(name) }
  }

  private static func entry(_ name: String, _ json: inout JSONScanner) throws(Flaw)
    -> CheckpointEntry
  {
    var type: String?
    var shape: [Int]?
    var offsets: [Int]?
    var others: Set<String> = []
    try json.object { field, json throws(Flaw) in
      switch field {
      case "dtype" where type == nil: type = try json.string()
      case "shape" where shape == nil:
        shape = try json.integers(atMost: CheckpointEntry.mostAxes, else: .tooManyAxes(name))
      case "data_offsets" where offsets == nil:
        offsets = try json.integers(atMost: 2, else: .incomplete(name))
      case "dtype", "shape", "data_offsets": throw .repeated("\(field) of \(name)")
      default:
        guard others.count < mostOtherFields else { throw .tooManyFields(name) }
        guard others.insert(field).inserted else { throw .repeated("\(field) of \(name)") }
        try json.skip()
      }
    }
    guard let type, let shape, let offsets, offsets.count == 2 else { throw .incomplete(name) }
    guard offsets[0] <= offsets[1] else { throw .backwards(name) }
    return CheckpointEntry(type: type, shape: Shape(shape), place: offsets[0]..<offsets[1])
  }

  /// The entries whose values are texts.
  private static func texts(_ json: inout JSONScanner) throws(Flaw) -> [String: String] {
    var texts: [String: String] = [:]
    guard json.isAtObject else {
      try json.skip()
      return [:]
    }
    try json.object { name, json throws(Flaw) in
      if json.isAtString { texts[name] = try json.string() } else { try json.skip() }
      guard texts.count <= mostTexts else { throw .tooManyTexts }
    }
    return texts
  }
}

/// As much of JSON as headers need.
struct JSONScanner {
  typealias Flaw = SafetensorsHeader.Flaw

  private let bytes: [UInt8]
  private var position = 0

  init(_ bytes: [UInt8]) { self.bytes = bytes }

  private var flaw: Flaw { .notJSON(at: position) }
  private var next: UInt8? { position < bytes.count ? bytes[position] : nil }
  var isAtObject: Bool { next == UInt8(ascii: "{") }
  var isAtString: Bool { next == UInt8(ascii: "\"") }

  private mutating func skipBlanks() {
    while let byte = next, byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 {
      position += 1
    }
  }

  /// Takes `character` and the blanks around it, where it comes next.
  private mutating func take(_ character: Unicode.Scalar) -> Bool {
    skipBlanks()
    guard next == UInt8(ascii: character) else { return false }
    position += 1
    skipBlanks()
    return true
  }

  private mutating func expect(_ character: Unicode.Scalar) throws(Flaw) {
    guard take(character) else { throw flaw }
  }

  /// Nothing but blanks is left.
  mutating func end() throws(Flaw) {
    skipBlanks()
    guard position == bytes.count else { throw flaw }
  }

  /// `{"name": value, ...}`; `value` is to read just that.
  mutating func object(
    _ value: (String, inout JSONScanner) throws(Flaw) -> Void
  ) throws(Flaw) {
    try expect("{")
    if take("}") { return }
    repeat {
      let name = try string()
      try expect(":")
      try value(name, &self)
    } while take(",")
    try expect("}")
  }

  /// `[1, 2, ...]`, none of them negative; `flaw` is thrown where there are more than `limit`.
  mutating func integers(atMost limit: Int, else flaw: Flaw) throws(Flaw) -> [Int] {
    try expect("[")
    var integers: [Int] = []
    if take("]") { return [] }
    repeat {
      guard integers.count < limit else { throw flaw }
      integers.append(try integer())
    } while take(",")
    try expect("]")
    return integers
  }

  private mutating func integer() throws(Flaw) -> Int {
    var value: Int?
    while let byte = next, (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) {
      let (tens, tooLarge) = (value ?? 0).multipliedReportingOverflow(by: 10)
      let (sum, tooMuch) = tens.addingReportingOverflow(Int(byte - UInt8(ascii: "0")))
      guard !tooLarge && !tooMuch else { throw flaw }
      value = sum
      position += 1
    }
    guard let value else { throw flaw }
    return value
  }

  mutating func string() throws(Flaw) -> String {
    guard isAtString else { throw flaw }
    position += 1
    // Most texts stand there as they are.
    let start = position
    while let byte = next, byte >= 0x20, byte != UInt8(ascii: "\""), byte != UInt8(ascii: "\\") {
      position += 1
    }
    if isAtString, let string = String(validating: bytes[start..<position], as: UTF8.self) {
      position += 1
      return string
    }
    var text = Array(bytes[start..<position])
    while let byte = next, byte != UInt8(ascii: "\"") {
      // Control characters have to be escaped.
      guard byte >= 0x20 else { throw flaw }
      position += 1
      if byte == UInt8(ascii: "\\") { text += try escaped() } else { text.append(byte) }
    }
    guard position < bytes.count, let string = String(validating: text, as: UTF8.self) else {
      throw flaw
    }
    position += 1
    return string
  }

  /// What stands behind a backslash, as UTF-8.
  private mutating func escaped() throws(Flaw) -> [UInt8] {
    guard let byte = next else { throw flaw }
    position += 1
    switch byte {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): return [byte]
    case UInt8(ascii: "b"): return [8]
    case UInt8(ascii: "f"): return [12]
    case UInt8(ascii: "n"): return [10]
    case UInt8(ascii: "r"): return [13]
    case UInt8(ascii: "t"): return [9]
    case UInt8(ascii: "u"):
      var units = [try unit()]
      if UTF16.isLeadSurrogate(units[0]), bytes[position...].starts(with: [0x5C, 0x75]) {
        position += 2
        units.append(try unit())
      }
      guard let text = String(validating: units, as: UTF16.self) else { throw flaw }
      return Array(text.utf8)
    default: throw flaw
    }
  }

  /// Four hexadecimal digits.
  private mutating func unit() throws(Flaw) -> UInt16 {
    var value: UInt16 = 0
    for _ in 0..<4 {
      guard let byte = next, let digit = Character(Unicode.Scalar(byte)).hexDigitValue else {
        throw flaw
      }
      value = value << 4 | UInt16(digit)
      position += 1
    }
    return value
  }

  /// A text, or a number or a word such as `true` as it stands; nil: a list or an object, which is stepped
  /// over.
  mutating func scalar() throws(Flaw) -> String? {
    let isNested = isAtObject || next == UInt8(ascii: "[")
    let text = try text()
    return isNested ? nil : text
  }

  /// A text, or a value of any other kind as it stands, in one line.
  mutating func text() throws(Flaw) -> String {
    if isAtString { return try string() }
    let start = position
    try skip()
    return String(decoding: bytes[start..<position], as: UTF8.self)
      .split(whereSeparator: \.isWhitespace).joined(separator: " ")
  }

  /// Steps over a value of any kind.
  mutating func skip() throws(Flaw) {
    var depth = 0
    repeat {
      guard let byte = next else { throw flaw }
      switch byte {
      case UInt8(ascii: "\""): _ = try string()
      case UInt8(ascii: "{"), UInt8(ascii: "["):
        depth += 1
        position += 1
      case UInt8(ascii: "}"), UInt8(ascii: "]"):
        depth -= 1
        position += 1
      default: position += 1
      }
      guard depth >= 0 else { throw flaw }
    } while depth > 0 || !isAtEndOfValue
    skipBlanks()
  }

  private var isAtEndOfValue: Bool {
    next == nil || next == UInt8(ascii: ",") || next == UInt8(ascii: "}")
      || next == UInt8(ascii: "]")
  }
}
