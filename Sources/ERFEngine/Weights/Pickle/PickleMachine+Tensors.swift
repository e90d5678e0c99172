/// What the constructors on the list stand for: dictionaries, storages, and views of them, all of
/// whose numbers are checked here, once.
extension PickleMachine {
  /// The record that `target` called with `arguments` would be.
  mutating func call(
    _ target: PickleValue, _ arguments: [PickleValue]
  ) throws(PickleError) -> PickleValue {
    guard case .global(let global) = target else { throw .malformed("it calls what is no name") }
    switch global {
    case .rebuildTensor, .rebuildTypedTensor:
      return try tensor(global, arguments)
    case .rebuildParameter, .tensorType:
      guard case .tensor? = arguments.first else { throw .malformed("a parameter has no tensor") }
      return arguments[0]
    case .rebuildFromType:
      guard arguments.count >= 3, case .global(let inner) = arguments[0],
        inner == .rebuildTensor || inner == .rebuildTypedTensor
      else { throw .malformed("a tensor of its own type is not rebuilt from a tensor") }
      return try tensor(inner, try elements(arguments[2]))
    case .dictionary:
      return try dictionary(arguments)
    case .size:
      guard case .tuple? = arguments.first else { throw .malformed("a size is no tuple") }
      return arguments[0]
    case .inert:
      return .inert
    case .storage, .elementType:
      throw .malformed("it calls a type")
    }
  }

  /// `OrderedDict()`, `OrderedDict([[key, value], ...])`, `Counter({...})`, `defaultdict(type)`.
  private mutating func dictionary(
    _ arguments: [PickleValue]
  ) throws(PickleError) -> PickleValue {
    let made = newDictionary()
    guard case .dictionary(let index) = made else { return made }
    switch arguments.first {
    case .dictionary(let other)?:
      try charge(dictionaries[other].count)
      dictionaries[index] = dictionaries[other]
    case .list(let pairs)?:
      try charge(lists[pairs].count)
      for pair in lists[pairs] {
        let values: [PickleValue]
        switch pair {
        case .list(let place): values = lists[place]
        case .tuple(let place): values = tuples[place]
        default: values = []
        }
        guard values.count == 2 else { throw .malformed("an item of a dictionary is no pair") }
        dictionaries[index].append((values[0], values[1]))
      }
    default: break
    }
    return made
  }

  private mutating func charge(_ items: Int) throws(PickleError) {
    copied += items
    guard copied <= cursor.source.count else { throw .malformed("it copies too many items") }
  }

  /// The persistent id ('storage', type, key, location, elements, view), where view is None or absent,
  /// or (key, first element, elements) of a part.
  mutating func storage(_ fields: [PickleValue]) throws(PickleError) -> PickleValue {
    guard fields.count >= 5, fields[0] == .string("storage"),
      case .global(.storage(let type)) = fields[1], case .string(let key) = fields[2],
      case .int(let count) = fields[4], count >= 0
    else { throw .malformed("a reference to a storage is broken") }
    guard !count.multipliedReportingOverflow(by: type.size).overflow else {
      throw .malformed("a storage claims \(count) elements")
    }
    var record = StorageRecord(type: type, key: key, count: count, part: 0..<count)
    if fields.count > 5, case .tuple(let place) = fields[5] {
      let view = tuples[place]
      guard view.count == 3, case .int(let first) = view[1], case .int(let length) = view[2],
        first >= 0, length >= 0, first <= count, length <= count - first
      else { throw .malformed("a part of a storage leaves it") }
      record.part = first..<first + length
    }
    storages.append(record)
    return .storage(storages.count - 1)
  }

  /// (storage, first element, size, strides, requires gradient, hooks[, type]).
  private mutating func tensor(
    _ global: PickleGlobal, _ arguments: [PickleValue]
  ) throws(PickleError) -> PickleValue {
    guard arguments.count >= 4, case .storage(let index) = arguments[0],
      case .int(let offset) = arguments[1], offset >= 0
    else { throw .malformed("a tensor has no storage") }
    let storage = storages[index]
    var type = storage.type
    var available = storage.part.count
    if global == .rebuildTypedTensor {
      guard arguments.count >= 7, case .global(.elementType(let named)) = arguments[6] else {
        throw .malformed("a tensor has no type")
      }
      available = available * storage.type.size / named.size
      type = named
    }
    let extents = try numbers(arguments[2])
    let strides = try numbers(arguments[3])
    guard extents.count == strides.count, extents.count <= 64 else {
      throw .malformed("a tensor has \(extents.count) axes and \(strides.count) strides")
    }
    try Self.check(extents, strides, offset: offset, within: available)
    tensors.append(
      TensorRecord(
        type: type, shape: Shape(extents), strides: strides, storage: index,
        byteOffset: storage.part.lowerBound * storage.type.size + offset * type.size))
    return .tensor(tensors.count - 1)
  }

  /// Whether all elements lie within `available`, and are not many more than that: axes of stride 0
  /// repeat elements, which a file of bytes could turn into any amount of memory.
  private static func check(
    _ extents: [Int], _ strides: [Int], offset: Int, within available: Int
  ) throws(PickleError) {
    var count = 1
    var last = offset
    var failed = offset > available
    for (extent, stride) in zip(extents, strides) where !failed {
      let (product, tooMany) = count.multipliedReportingOverflow(by: extent)
      let (reach, tooFar) = max(0, extent - 1).multipliedReportingOverflow(by: stride)
      let (end, beyond) = last.addingReportingOverflow(reach)
      count = product
      last = end
      failed = tooMany || tooFar || beyond
    }
    let empty = extents.contains(0)
    failed = failed || (!empty && (last >= available || count > max(available, 1 << 16)))
    if failed {
      throw .malformed(
        "a tensor \(extents) with strides \(strides) leaves its storage of \(available) elements")
    }
  }

  private func numbers(_ value: PickleValue) throws(PickleError) -> [Int] {
    var numbers: [Int] = []
    for element in try elements(value) {
      guard case .int(let number) = element, number >= 0 else {
        throw .malformed("a size or stride of a tensor is no number")
      }
      numbers.append(number)
    }
    return numbers
  }
}
