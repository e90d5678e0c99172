// Tuples, lists, dictionaries and the memo of the pickle machine.

extension PickleMachine {
  mutating func pushContainer(_ code: UInt8) throws(PickleError) -> Bool {
    switch code {
    case UInt8(ascii: "("):
      if marks.count >= mostMarks {
        try charge(16)
        mostMarks += 1
      }
      marks.append(stack.count)
    case UInt8(ascii: ")"): try pushTuple([])
    case 0x85: try pushTuple(try pop(1))
    case 0x86: try pushTuple(try pop(2))
    case 0x87: try pushTuple(try pop(3))
    case UInt8(ascii: "t"): try pushTuple(try popToMark())
    case UInt8(ascii: "]"): try pushList([])
    case UInt8(ascii: "l"): try pushList(try popToMark())
    case UInt8(ascii: "}"): try push(try newDictionary())
    case UInt8(ascii: "d"):
      let values = try popToMark()
      let dictionary = try newDictionary()
      try add(values, to: dictionary)
      try push(dictionary)
    case 0x8F: try push(.inert)  // EMPTY_SET
    case 0x91:  // FROZENSET
      _ = try popToMark()
      try push(.inert)
    default: return false
    }
    return true
  }

  private mutating func pushTuple(_ values: [PickleValue]) throws(PickleError) {
    if let numbers = Self.integers(in: values) {
      // Twice its size while it grows.
      try charge(2 * PackedBytes.length(of: numbers))
      let start = integers.append(numbers)
      return try push(.numbers(try PickleRun(start..<start + numbers.count)))
    }
    try charge(16 * values.count)
    let start = pool.count
    for value in values { pool.append(value) }
    try push(.tuple(try PickleRun(start..<pool.count)))
  }

  /// The values as integers, none of them negative; nil: one is another, or there are no values.
  private static func integers(in values: [PickleValue]) -> [Int]? {
    guard !values.isEmpty else { return nil }
    var numbers: [Int] = []
    for value in values {
      guard case .int(let number) = value, number >= 0 else { return nil }
      numbers.append(number)
    }
    return numbers
  }

  private mutating func pushList(_ values: [PickleValue]) throws(PickleError) {
    try charge(16 * values.count + 48)
    lists.append(values)
    try push(.list(Int32(lists.count - 1)))
  }

  mutating func newDictionary() throws(PickleError) -> PickleValue {
    try charge(16)
    dictionaries.append([])
    return .dictionary(Int32(dictionaries.count - 1))
  }

  mutating func add(
    _ values: [PickleValue], to target: PickleValue
  ) throws(PickleError) {
    guard values.count % 2 == 0 else { throw .malformed("a dictionary has a key without value") }
    if case .filled(let place) = target { return try fill(Int(place), with: values) }
    guard case .dictionary(let place) = target else {
      guard target.isPlaceholder else {
        throw .malformed("it fills something that is not a dictionary")
      }
      if case .object = target { passesSettings = true }
      return
    }
    let index = Int(place)
    // Twice its size while it grows, but for what is put into an empty one.
    let isEmpty = dictionaries[index].isEmpty
    try charge((isEmpty ? 16 : 32) * values.count + (isEmpty ? 32 : 0))
    if isEmpty { dictionaries[index].reserveCapacity(values.count / 2) }
    for pair in stride(from: 0, to: values.count, by: 2) {
      dictionaries[index].append((values[pair], values[pair + 1]))
    }
  }

  mutating func fillContainer(_ code: UInt8) throws(PickleError) -> Bool {
    switch code {
    case UInt8(ascii: "s"):
      let values = try pop(2)
      let target = try top()
      try add(values, to: target)
    case UInt8(ascii: "u"):
      let values = try popToMark()
      let target = try top()
      try add(values, to: target)
    case UInt8(ascii: "a"), UInt8(ascii: "e"):
      let values = code == UInt8(ascii: "a") ? try pop(1) : try popToMark()
      let target = try top()
      switch target {
      case .list(let index):
        try charge(32 * values.count)
        lists[Int(index)] += values
      case _ where target.isPlaceholder: break
      default: throw .malformed("it fills something that is not a list")
      }
    case 0x90:  // ADDITEMS
      _ = try popToMark()
      guard try top().isPlaceholder else {
        throw .malformed("it fills something that is not a set")
      }
    default: return false
    }
    return true
  }

  // MARK: Memo

  mutating func moveValues(_ code: UInt8) throws(PickleError) -> Bool {
    switch code {
    case UInt8(ascii: "q"): try memorise(try cursor.length(1))
    case UInt8(ascii: "r"): try memorise(try cursor.length(4))
    case UInt8(ascii: "p"): try memorise(Int(try cursor.line()) ?? -1)
    case 0x94: try memorise(memo.count)  // MEMOIZE
    case UInt8(ascii: "h"): try recall(try cursor.length(1))
    case UInt8(ascii: "j"): try recall(try cursor.length(4))
    case UInt8(ascii: "g"): try recall(Int(try cursor.line()) ?? -1)
    case UInt8(ascii: "0"):
      if stack.count > (marks.last ?? 0) { _ = try pop() } else { _ = try popToMark() }
    case UInt8(ascii: "1"): _ = try popToMark()
    case UInt8(ascii: "2"):
      let value = try top()
      try push(value)
    default: return false
    }
    return true
  }

  /// Places are given out one after another, so that a list is enough.
  private mutating func memorise(_ index: Int) throws(PickleError) {
    let value = try top()
    guard index >= 0 && index <= cursor.position else {
      throw .malformed("it stores a value at \(index)")
    }
    if index >= memo.count {
      try charge(32 * (index + 1 - memo.count))
      memo.append(contentsOf: repeatElement(nil, count: index + 1 - memo.count))
    }
    memo[index] = value
  }

  private mutating func recall(_ index: Int) throws(PickleError) {
    guard memo.indices.contains(index), let value = memo[index] else {
      throw .malformed("it recalls what it never stored")
    }
    try push(value)
  }
}
