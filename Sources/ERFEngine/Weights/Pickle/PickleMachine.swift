/// Just enough of Python's pickle machine to read what `torch.save` writes.
///
/// It has no way to call anything: names are looked up in a list (see `PickleGlobal`), and what is
/// not on it becomes a placeholder that has a name, and of what fills it settings alone. Time is
/// linear in the number of operations, each of which takes at least one byte of the file, and memory
/// is counted and bounded by the file's size; values are flat, so that no nest is too deep.
struct PickleMachine {
  /// A class or function that the pickle names and that is not known here.
  struct Class: Sendable, Equatable {
    let name: String
    /// How many objects of it the pickle asks for.
    var count = 0
  }

  var cursor: ByteCursor
  /// The elements of tuples, of those of numbers alone as such.
  var pool = Chunks()
  var integers = PackedBytes()
  var lists: [[PickleValue]] = []
  /// Pairs in the order of writing; a later pair of the same key counts.
  var dictionaries: [[(key: PickleValue, value: PickleValue)]] = []
  /// Dictionaries whose items are attributes.
  var namespaces: Set<Int32> = []
  var storages: [PickledStorage] = []
  var tensors: [PickledTensor] = []
  /// Tensors whose elements cannot be read: their kinds and sizes.
  var unreadable: [(kind: UnreadableTensor.Kind, size: PickleValue?)] = []
  var classes: [Class] = []
  /// Objects of other libraries, the first of them.
  var objects: [Object] = []
  /// Pairs of theirs that were looked at.
  var filled = 0
  /// Whether there were more objects or pairs than are looked at, which may be settings.
  var passesSettings = false

  var stack: [PickleValue] = []
  /// The most values that the stack ever held, and the most marks.
  private var deepest = 0
  var mostMarks = 0
  var marks: [Int] = []
  var memo: [PickleValue?] = []
  private var classPlaces: [String: Int32] = [:]
  /// Whether a pickle told its protocol, as all do since the second.
  private var hasProtocol = false
  /// Items that dictionaries took over from others: no more than the file has bytes.
  var copied = 0
  /// Bytes of memory that are left.
  private(set) var budget: Int
  private let whole: Int
  private var spentWhenAsked = 0
  /// After so many bytes it is asked whether there are more.
  private static let askedEvery = 1 << 20
  private let cancellation: Cancellation?

  /// A training state with ten thousand tensors takes about a million.
  private static let maxOperations = 64 << 20

  /// - Parameters:
  ///   - fileSize: of the file that the pickle stands in, if not `source` itself.
  ///   - spare: bytes of memory that it may take beside three times that size.
  init(
    _ source: any ByteSource, at position: Int = 0, fileSize: Int? = nil, spare: Int = 48 << 20,
    cancellation: Cancellation? = nil
  ) {
    cursor = ByteCursor(source, at: position)
    // The file itself lies in memory once, and a source that was copied out of it again.
    whole = 3 * (fileSize ?? source.count) - (fileSize == nil ? 0 : source.count) + spare
    budget = whole
    self.cancellation = cancellation
  }

  /// Where the pickle ended.
  var position: Int { cursor.position }

  /// Reads one pickle and leaves the cursor behind it; what earlier pickles built stays.
  mutating func run() throws(PickleError) -> PickleValue {
    stack = []
    marks = []
    memo = []
    for operation in 0..<Self.maxOperations {
      if operation % 4096 == 0, cancellation?.isCancelled == true { throw .cancelled }
      let code = try cursor.byte()
      if code == UInt8(ascii: ".") { return try pop() }
      if try pushConstant(code) { continue }
      if try pushContainer(code) { continue }
      if try moveValues(code) { continue }
      if try fillContainer(code) { continue }
      try construct(code)
    }
    throw .malformed("it has more than \(Self.maxOperations) operations")
  }

  /// Counts memory that stays until the end.
  mutating func charge(_ bytes: Int) throws(PickleError) {
    budget -= bytes
    guard budget >= 0 else { throw .tooLarge }
    guard spent - spentWhenAsked > Self.askedEvery else { return }
    spentWhenAsked = spent
    // By the time that their network is recognised tensors have taken as much again.
    guard ProcessMemory.hasRoom(for: spent) else {
      throw .tooLittleMemory(
        needed: ProcessMemory.residentBytes + spent, available: ProcessMemory.availableBytes)
    }
  }

  /// Bytes of memory that are taken.
  private var spent: Int { whole - budget }

  /// The text of a string; nil: another value.
  func text(_ value: PickleValue) -> String? {
    guard case .string(let run) = value else { return nil }
    return text(run)
  }

  func text(_ run: PickleRun) -> String {
    cursor.source.text(run.range) ?? ""
  }

  // MARK: Stack

  mutating func push(_ value: PickleValue) throws(PickleError) {
    if stack.count >= deepest {
      // Twice its size while it grows, and once more while its values move elsewhere.
      try charge(48)
      deepest += 1
    }
    stack.append(value)
  }

  mutating func pop() throws(PickleError) -> PickleValue {
    guard stack.count > (marks.last ?? 0), let value = stack.popLast() else {
      throw .malformed("it takes a value where there is none")
    }
    return value
  }

  func top() throws(PickleError) -> PickleValue {
    guard stack.count > (marks.last ?? 0), let value = stack.last else {
      throw .malformed("it takes a value where there is none")
    }
    return value
  }

  mutating func popToMark() throws(PickleError) -> [PickleValue] {
    guard let mark = marks.popLast(), mark <= stack.count else {
      throw .malformed("it takes a mark where there is none")
    }
    // One by one: a slice would share the stack, and removing many at once would copy what is left.
    var values: [PickleValue] = []
    values.reserveCapacity(stack.count - mark)
    while stack.count > mark { values.append(stack.removeLast()) }
    values.reverse()
    return values
  }

  mutating func pop(_ count: Int) throws(PickleError) -> [PickleValue] {
    var values: [PickleValue] = []
    for _ in 0..<count { values.append(try pop()) }
    return values.reversed()
  }

  // MARK: Numbers, text, bytes

  private mutating func pushConstant(_ code: UInt8) throws(PickleError) -> Bool {
    switch code {
    case 0x80:  // PROTO
      try cursor.skip(1)
      hasProtocol = true
    case 0x95: try cursor.skip(8)  // FRAME
    case UInt8(ascii: "N"): try push(.none)
    case 0x88: try push(.bool(true))
    case 0x89: try push(.bool(false))
    case UInt8(ascii: "J"):
      try push(.int(Int(Int32(truncatingIfNeeded: try cursor.unsigned(4)))))
    case UInt8(ascii: "K"): try push(.int(try cursor.length(1)))
    case UInt8(ascii: "M"): try push(.int(try cursor.length(2)))
    case 0x8A: try pushInteger(bytes: try cursor.length(1))  // LONG1
    case 0x8B: try pushInteger(bytes: try cursor.length(4))  // LONG4
    case UInt8(ascii: "I"), UInt8(ascii: "L"):
      try push(try Self.integer(text: try cursor.line()))
    case UInt8(ascii: "F"): try push(.float(Double(try cursor.line()) ?? .nan))
    case UInt8(ascii: "G"):
      try push(.float(Double(bitPattern: try cursor.unsigned(8).byteSwapped)))
    case UInt8(ascii: "X"), UInt8(ascii: "T"): try pushText(lengthOf: 4)
    case 0x8C, UInt8(ascii: "U"): try pushText(lengthOf: 1)
    case 0x8D: try pushText(lengthOf: 8)  // BINUNICODE8
    case UInt8(ascii: "B"): try pushBytes(lengthOf: 4)
    case UInt8(ascii: "C"): try pushBytes(lengthOf: 1)
    case 0x8E, 0x96: try pushBytes(lengthOf: 8)  // BINBYTES8, BYTEARRAY8
    default: return false
    }
    return true
  }

  private mutating func pushBytes(lengthOf width: Int) throws(PickleError) {
    let count = try cursor.length(width)
    let start = cursor.position
    try cursor.skip(count)
    let run = try? PickleRun(start..<start + count)
    try push(run.map { PickleValue.bytes($0, isSpelt: false) } ?? .inert)
  }

  private mutating func pushText(lengthOf width: Int) throws(PickleError) {
    try push(.string(try skipped(try cursor.length(width))))
  }

  /// The place of the next `count` bytes, which the cursor steps over.
  private mutating func skipped(_ count: Int) throws(PickleError) -> PickleRun {
    let start = cursor.position
    try cursor.skip(count)
    return try PickleRun(start..<start + count)
  }

  private mutating func pushInteger(bytes count: Int) throws(PickleError) {
    guard count <= 8 else { return try push(.long(try skipped(count))) }
    let bytes = try cursor.bytes(count)
    var value: UInt64 = (bytes.last ?? 0) & 0x80 == 0 ? 0 : .max
    for byte in bytes.reversed() { value = value << 8 | UInt64(byte) }
    try push(.int(Int(truncatingIfNeeded: value)))
  }

  private static func integer(text: String) throws(PickleError) -> PickleValue {
    if text == "00" { return .bool(false) }
    if text == "01" { return .bool(true) }
    guard let value = Int(text.hasSuffix("L") ? String(text.dropLast()) : text) else {
      throw .malformed("one of its numbers is none")
    }
    return .int(value)
  }

  // MARK: Names and constructors

  private mutating func construct(_ code: UInt8) throws(PickleError) {
    switch code {
    case UInt8(ascii: "c"):
      let module = try cursor.line()
      let name = try cursor.line()
      let found = try global(module, name)
      try push(found)
    case 0x93:  // STACK_GLOBAL
      let names = try pop(2)
      guard let module = text(names[0]), let name = text(names[1]) else {
        throw .malformed("a name of it is not text")
      }
      let found = try global(module, name)
      try push(found)
    case UInt8(ascii: "i"):  // INST
      let module = try cursor.line()
      let name = try cursor.line()
      let target = try global(module, name)
      let values = try popToMark()
      let arguments = values.map { unfilled($0) }
      let made = try make(target, arguments)
      try push(made)
    case UInt8(ascii: "o"):  // OBJ
      let values = try popToMark()
      guard let target = values.first else { throw .malformed("it builds nothing") }
      let arguments = values.dropFirst().map { unfilled($0) }
      let made = try make(target, arguments)
      try push(made)
    case UInt8(ascii: "R"), 0x81:  // REDUCE, NEWOBJ
      let values = try pop(2)
      // A statement each, here and below: one that reads and changes the machine would hold a copy
      // of it meanwhile, and the change would copy whole arrays.
      let arguments = try arguments(values[1])
      let made = try make(values[0], arguments)
      try push(made)
    case 0x92:  // NEWOBJ_EX
      let values = try pop(3)
      let arguments = try arguments(values[1])
      let made = try make(values[0], arguments)
      try push(made)
    case UInt8(ascii: "Q"):
      let tuple = try pop()
      let fields = try arguments(tuple)
      let made = try reference(fields)
      try push(made)
    case UInt8(ascii: "b"):  // BUILD
      let state = try pop()
      let target = try top()
      try setAttributes(of: target, to: state)
    default: throw unknown(code)
    }
  }

  /// What is wrong with an operation that is none of those that are carried out.
  private func unknown(_ code: UInt8) -> PickleError {
    let isOfText = "VSP".utf8.contains(code)  // UNICODE, STRING, PERSID
    return isOfText && !hasProtocol
      ? .protocolZero : .malformed("operation 0x\(String(code, radix: 16)) is unknown")
  }

  private mutating func global(
    _ module: String, _ name: String
  ) throws(PickleError) -> PickleValue {
    if let known = PickleGlobal(module: module, name: name) { return .global(known) }
    let full = "\(module).\(name)"
    guard !PickleGlobal.runsCode(module: module, name: name) else { throw .refused(full) }
    if let place = classPlaces[full] { return .global(.foreign(place)) }
    try charge(128 + 2 * full.utf8.count)
    let place = Int32(classes.count)
    classes.append(Class(name: full))
    classPlaces[full] = place
    return .global(.foreign(place))
  }

  /// The first elements of a tuple of numbers.
  func first(_ limit: Int, of run: PickleRun) -> [Int] {
    integers.numbers(from: Int(run.start), count: min(Int(run.count), limit))
  }

  /// The first elements of a tuple of arguments, as many as any constructor looks at: a long one that
  /// is recalled again and again would take time beyond the file's size.
  func arguments(_ value: PickleValue) throws(PickleError) -> [PickleValue] {
    switch value {
    case .tuple(let run): return run.range.prefix(Self.maxArguments).map { unfilled(pool[$0]) }
    case .numbers(let run):
      return first(Self.maxArguments, of: run).map { .int($0) }
    default: throw .malformed("arguments of it are not a tuple")
    }
  }
}

extension PickleValue {
  var isTuple: Bool {
    switch self {
    case .tuple, .numbers: true
    default: false
    }
  }

  /// Whether it stands for an object whose contents are left alone.
  var isPlaceholder: Bool {
    switch self {
    case .inert, .object, .filled, .bytes: true
    default: false
    }
  }
}
