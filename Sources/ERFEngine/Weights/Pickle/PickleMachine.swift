/// Just enough of Python's pickle machine to read what `torch.save` writes.
///
/// It has no way to call anything: names are looked up in a list (see `PickleGlobal`), and what is
/// not on it ends the reading. Memory is bounded by the number of operations, each of which takes at
/// least one byte of the file; values are flat, so that no nest is too deep.
struct PickleMachine {
  private(set) var cursor: ByteCursor
  var tuples: [[PickleValue]] = []
  var lists: [[PickleValue]] = []
  /// Pairs in the order of writing; a later pair of the same key counts.
  var dictionaries: [[(key: PickleValue, value: PickleValue)]] = []
  var storages: [StorageRecord] = []
  var tensors: [TensorRecord] = []

  private var stack: [PickleValue] = []
  private var marks: [Int] = []
  private var memo: [Int: PickleValue] = [:]
  /// Items that dictionaries took over from others: no more than the file has bytes.
  var copied = 0

  /// A training state with ten thousand tensors takes about a million.
  private static let maxOperations = 4 << 20

  init(_ source: any ByteSource, at position: Int = 0) {
    cursor = ByteCursor(source, at: position)
  }

  /// Where the pickle ended.
  var position: Int { cursor.position }

  /// Reads one pickle and leaves the cursor behind it; what earlier pickles built stays.
  mutating func run() throws(PickleError) -> PickleValue {
    stack = []
    marks = []
    memo = [:]
    for _ in 0..<Self.maxOperations {
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

  // MARK: Stack

  private mutating func push(_ value: PickleValue) { stack.append(value) }

  private mutating func pop() throws(PickleError) -> PickleValue {
    guard stack.count > (marks.last ?? 0), let value = stack.popLast() else {
      throw .malformed("it takes a value where there is none")
    }
    return value
  }

  private func top() throws(PickleError) -> PickleValue {
    guard stack.count > (marks.last ?? 0), let value = stack.last else {
      throw .malformed("it takes a value where there is none")
    }
    return value
  }

  private mutating func popToMark() throws(PickleError) -> [PickleValue] {
    guard let mark = marks.popLast(), mark <= stack.count else {
      throw .malformed("it takes a mark where there is none")
    }
    let values = Array(stack[mark...])
    stack.removeLast(stack.count - mark)
    return values
  }

  private mutating func pop(_ count: Int) throws(PickleError) -> [PickleValue] {
    var values: [PickleValue] = []
    for _ in 0..<count { values.append(try pop()) }
    return values.reversed()
  }

  // MARK: Numbers, text, bytes

  private mutating func pushConstant(_ code: UInt8) throws(PickleError) -> Bool {
    switch code {
    case 0x80: try cursor.skip(1)  // PROTO
    case 0x95: try cursor.skip(8)  // FRAME
    case UInt8(ascii: "N"): push(.none)
    case 0x88: push(.bool(true))
    case 0x89: push(.bool(false))
    case UInt8(ascii: "J"): push(.int(Int(Int32(truncatingIfNeeded: try cursor.unsigned(4)))))
    case UInt8(ascii: "K"): push(.int(try cursor.length(1)))
    case UInt8(ascii: "M"): push(.int(try cursor.length(2)))
    case 0x8A: push(Self.integer(try cursor.bytes(try cursor.length(1))))  // LONG1
    case 0x8B: push(Self.integer(try cursor.bytes(try cursor.length(4))))  // LONG4
    case UInt8(ascii: "I"), UInt8(ascii: "L"): push(try Self.integer(text: try cursor.line()))
    case UInt8(ascii: "F"): push(.float(Double(try cursor.line()) ?? .nan))
    case UInt8(ascii: "G"):
      push(.float(Double(bitPattern: try cursor.unsigned(8).byteSwapped)))
    case UInt8(ascii: "X"), UInt8(ascii: "T"): push(.string(try cursor.text(try cursor.length(4))))
    case 0x8C, UInt8(ascii: "U"): push(.string(try cursor.text(try cursor.length(1))))
    case 0x8D: push(.string(try cursor.text(try cursor.length(8))))  // BINUNICODE8
    case UInt8(ascii: "B"): try pushBytes(lengthOf: 4)
    case UInt8(ascii: "C"): try pushBytes(lengthOf: 1)
    case 0x8E, 0x96: try pushBytes(lengthOf: 8)  // BINBYTES8, BYTEARRAY8
    default: return false
    }
    return true
  }

  private mutating func pushBytes(lengthOf width: Int) throws(PickleError) {
    try cursor.skip(try cursor.length(width))
    push(.inert)
  }

  private static func integer(_ bytes: [UInt8]) -> PickleValue {
    guard bytes.count <= 8 else { return .long(bytes) }
    var value: UInt64 = (bytes.last ?? 0) & 0x80 == 0 ? 0 : .max
    for byte in bytes.reversed() { value = value << 8 | UInt64(byte) }
    return .int(Int(truncatingIfNeeded: value))
  }

  private static func integer(text: String) throws(PickleError) -> PickleValue {
    if text == "00" { return .bool(false) }
    if text == "01" { return .bool(true) }
    guard let value = Int(text.hasSuffix("L") ? String(text.dropLast()) : text) else {
      throw .malformed("one of its numbers is none")
    }
    return .int(value)
  }

  // MARK: Containers

  private mutating func pushContainer(_ code: UInt8) throws(PickleError) -> Bool {
    switch code {
    case UInt8(ascii: "("): marks.append(stack.count)
    case UInt8(ascii: ")"): pushTuple([])
    case 0x85: pushTuple(try pop(1))
    case 0x86: pushTuple(try pop(2))
    case 0x87: pushTuple(try pop(3))
    case UInt8(ascii: "t"): pushTuple(try popToMark())
    case UInt8(ascii: "]"): pushList([])
    case UInt8(ascii: "l"): pushList(try popToMark())
    case UInt8(ascii: "}"): push(newDictionary())
    case UInt8(ascii: "d"):
      let values = try popToMark()
      let dictionary = newDictionary()
      try add(values, to: dictionary)
      push(dictionary)
    case 0x8F: push(.inert)  // EMPTY_SET
    case 0x91:  // FROZENSET
      _ = try popToMark()
      push(.inert)
    default: return false
    }
    return true
  }

  private mutating func pushTuple(_ values: [PickleValue]) {
    tuples.append(values)
    push(.tuple(tuples.count - 1))
  }

  private mutating func pushList(_ values: [PickleValue]) {
    lists.append(values)
    push(.list(lists.count - 1))
  }

  mutating func newDictionary() -> PickleValue {
    dictionaries.append([])
    return .dictionary(dictionaries.count - 1)
  }

  private mutating func add(
    _ values: [PickleValue], to target: PickleValue
  ) throws(PickleError) {
    guard values.count % 2 == 0 else { throw .malformed("a dictionary has a key without value") }
    guard case .dictionary(let index) = target else {
      guard target == .inert else { throw .malformed("it fills what is no dictionary") }
      return
    }
    for pair in stride(from: 0, to: values.count, by: 2) {
      dictionaries[index].append((values[pair], values[pair + 1]))
    }
  }

  private mutating func fillContainer(_ code: UInt8) throws(PickleError) -> Bool {
    switch code {
    case UInt8(ascii: "s"):
      let values = try pop(2)
      try add(values, to: try top())
    case UInt8(ascii: "u"):
      let values = try popToMark()
      try add(values, to: try top())
    case UInt8(ascii: "a"), UInt8(ascii: "e"):
      let values = code == UInt8(ascii: "a") ? try pop(1) : try popToMark()
      switch try top() {
      case .list(let index): lists[index] += values
      case .inert: break
      default: throw .malformed("it fills what is no list")
      }
    case 0x90:  // ADDITEMS
      _ = try popToMark()
      guard try top() == .inert else { throw .malformed("it fills what is no set") }
    default: return false
    }
    return true
  }

  // MARK: Memo

  private mutating func moveValues(_ code: UInt8) throws(PickleError) -> Bool {
    switch code {
    case UInt8(ascii: "q"): memo[try cursor.length(1)] = try top()
    case UInt8(ascii: "r"): memo[try cursor.length(4)] = try top()
    case UInt8(ascii: "p"): memo[Int(try cursor.line()) ?? -1] = try top()
    case 0x94: memo[memo.count] = try top()  // MEMOIZE
    case UInt8(ascii: "h"): try recall(try cursor.length(1))
    case UInt8(ascii: "j"): try recall(try cursor.length(4))
    case UInt8(ascii: "g"): try recall(Int(try cursor.line()) ?? -1)
    case UInt8(ascii: "0"):
      if stack.count > (marks.last ?? 0) { _ = try pop() } else { _ = try popToMark() }
    case UInt8(ascii: "1"): _ = try popToMark()
    case UInt8(ascii: "2"): push(try top())
    default: return false
    }
    return true
  }

  private mutating func recall(_ index: Int) throws(PickleError) {
    guard let value = memo[index] else { throw .malformed("it recalls what it never stored") }
    push(value)
  }

  // MARK: Names and constructors

  private mutating func construct(_ code: UInt8) throws(PickleError) {
    switch code {
    case UInt8(ascii: "c"):
      let module = try cursor.line()
      push(try Self.global(module, try cursor.line()))
    case 0x93:  // STACK_GLOBAL
      let names = try pop(2)
      guard case .string(let module) = names[0], case .string(let name) = names[1] else {
        throw .malformed("a name of it is no text")
      }
      push(try Self.global(module, name))
    case UInt8(ascii: "i"):  // INST
      let module = try cursor.line()
      let target = try Self.global(module, try cursor.line())
      push(try call(target, try popToMark()))
    case UInt8(ascii: "o"):  // OBJ
      let values = try popToMark()
      guard let target = values.first else { throw .malformed("it builds nothing") }
      push(try call(target, Array(values.dropFirst())))
    case UInt8(ascii: "R"), 0x81:  // REDUCE, NEWOBJ
      let values = try pop(2)
      push(try call(values[0], try elements(values[1])))
    case 0x92:  // NEWOBJ_EX
      let values = try pop(3)
      push(try call(values[0], try elements(values[1])))
    case UInt8(ascii: "Q"): push(try storage(try elements(try pop())))
    case UInt8(ascii: "b"):  // BUILD: attributes, none of which matters
      _ = try pop()
      switch try top() {
      case .dictionary, .tensor, .inert: break
      default: throw .malformed("it gives attributes to what has none")
      }
    default:
      throw .malformed("operation 0x\(String(code, radix: 16)) is unknown")
    }
  }

  private static func global(_ module: String, _ name: String) throws(PickleError) -> PickleValue {
    guard let known = PickleGlobal(module: module, name: name) else {
      throw .refused("\(module).\(name)")
    }
    return .global(known)
  }

  func elements(_ value: PickleValue) throws(PickleError) -> [PickleValue] {
    guard case .tuple(let index) = value else { throw .malformed("arguments of it are no tuple") }
    return tuples[index]
  }
}
