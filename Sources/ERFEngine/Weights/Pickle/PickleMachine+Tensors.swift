/// What the constructors on the list stand for: dictionaries, storages, and views of them, all of
/// whose numbers are checked here, once.
extension PickleMachine {
  /// As many arguments as any of the constructors looks at.
  static let maxArguments = 16

  /// The record that `target` called with `arguments` would be.
  mutating func call(
    _ target: PickleValue, _ arguments: [PickleValue]
  ) throws(PickleError) -> PickleValue {
    // A class that a placeholder holds, such as a partial function, is called like any other.
    if case .object = target { return target }
    if target == .inert { return .inert }
    guard case .global(let global) = target else {
      throw .malformed("it calls something that is not a name")
    }
    switch global {
    case .rebuildTensor, .rebuildTypedTensor:
      return try tensor(global, arguments)
    case .rebuildParameter, .tensorType:
      switch arguments.first {
      case .tensor?, .unreadable?, .object?: return arguments[0]
      default: throw .malformed("a parameter has no tensor")
      }
    case .rebuildFromType:
      guard arguments.count >= 3, case .global(let function) = arguments[0] else {
        throw .malformed("a tensor of its own type is not rebuilt from a tensor")
      }
      guard function != .rebuildFromType else {
        throw .malformed("a tensor of its own type is rebuilt from another")
      }
      let inner = try self.arguments(arguments[2])
      return try call(arguments[0], inner)
    case .rebuildUnreadable(let kind):
      return try unreadable(kind, arguments)
    case .dictionary:
      return try dictionary(arguments)
    case .namespace:
      let made = try newDictionary()
      if case .dictionary(let place) = made { namespaces.insert(place) }
      return made
    case .size:
      guard let size = arguments.first, size.isTuple else {
        throw .malformed("a size is not a tuple")
      }
      return size
    case .inert:
      return .inert
    case .reconstructor:
      guard case .global(.foreign(let name))? = arguments.first else { return .inert }
      return object(name)
    case .foreign(let name):
      return object(name)
    case .storage, .elementType:
      throw .malformed("it calls a type")
    }
  }

  private mutating func object(_ name: Int32) -> PickleValue {
    classes[Int(name)].count += 1
    return .object(name)
  }

  /// Where the size stands among the arguments of the constructors of tensors without plain elements:
  /// PyTorch's `torch/_utils.py`.
  private mutating func unreadable(
    _ kind: UnreadableTensor.Kind, _ arguments: [PickleValue]
  ) throws(PickleError) -> PickleValue {
    var size: PickleValue?
    switch kind {
    case .quantised: size = arguments.count > 2 ? arguments[2] : nil
    case .meta: size = arguments.count > 1 ? arguments[1] : nil
    case .sparse:
      if arguments.count > 1, arguments[1].isTuple {
        let parts = (try? self.arguments(arguments[1])) ?? []
        // (indices, values, size, ...), or (rows, columns, values, size) of compressed ones.
        size = parts.first(where: \.isTuple)
      }
    case .nested, .numpy, .expanded: size = nil
    }
    return try unreadable(kind, size: size)
  }

  /// A tensor without elements, of a size that so many could have.
  private mutating func unreadable(
    _ kind: UnreadableTensor.Kind, size: PickleValue?
  ) throws(PickleError) -> PickleValue {
    let count = size.flatMap { try? numbers($0) }.flatMap(Self.count)
    let isPossible = count.map { $0 <= UnreadableTensor.mostElements } ?? false
    // Twice its size while it grows.
    try charge(64)
    unreadable.append((kind, isPossible ? size : nil))
    return .unreadable(Int32(unreadable.count - 1))
  }

  /// `OrderedDict()`, `OrderedDict([[key, value], ...])`, `Counter({...})`, `defaultdict(type)`.
  private mutating func dictionary(
    _ arguments: [PickleValue]
  ) throws(PickleError) -> PickleValue {
    let made = try newDictionary()
    guard case .dictionary(let place) = made else { return made }
    let index = Int(place)
    switch arguments.first {
    case .dictionary(let other)?:
      let pairs = dictionaries[Int(other)]
      try charge(pairs.count * 32)
      try chargeCopies(pairs.count)
      dictionaries[index] = pairs
    case .list(let list)?:
      let pairs = lists[Int(list)]
      try charge(pairs.count * 32)
      try chargeCopies(pairs.count)
      for pair in pairs {
        var values: [PickleValue] = []
        switch pair {
        case .list(let place) where lists[Int(place)].count == 2: values = lists[Int(place)]
        case .tuple, .numbers: values = try self.arguments(pair)
        default: break
        }
        guard values.count == 2 else { throw .malformed("an item of a dictionary is not a pair") }
        dictionaries[index].append((values[0], values[1]))
      }
    default: break
    }
    return made
  }

  mutating func chargeCopies(_ items: Int) throws(PickleError) {
    copied += items
    guard copied <= cursor.source.count else { throw .malformed("it copies too many items") }
  }

  /// What a persistent id stands for: a storage, or of ('module', class, file, source), as PyTorch wrote
  /// whole modules before 1.6, the class.
  mutating func reference(_ fields: [PickleValue]) throws(PickleError) -> PickleValue {
    if fields.count >= 2, text(fields[0]) == "module", case .global = fields[1] { return fields[1] }
    return try storage(fields)
  }

  /// The persistent id ('storage', type, key, location, elements, view), where view is None or absent,
  /// or (key, first element, elements) of a part.
  private mutating func storage(_ fields: [PickleValue]) throws(PickleError) -> PickleValue {
    guard fields.count >= 5, text(fields[0]) == "storage",
      case .global(.storage(let type)) = fields[1], case .string(let key) = fields[2],
      case .int(let count) = fields[4], count >= 0
    else { throw .malformed("a reference to a storage is broken") }
    guard !count.multipliedReportingOverflow(by: type.size).overflow else {
      throw .malformed("a storage claims \(count) elements")
    }
    var record = PickledStorage(type: type, key: key, count: count, part: 0..<count)
    if fields.count > 5, fields[5].isTuple {
      let view = try arguments(fields[5])
      guard view.count == 3, case .int(let first) = view[1], case .int(let length) = view[2],
        first >= 0, length >= 0, first <= count, length <= count - first
      else { throw .malformed("a part of a storage leaves it") }
      record.part = first..<first + length
    }
    try charge(2 * MemoryLayout<PickledStorage>.stride)
    storages.append(record)
    return .storage(Int32(storages.count - 1))
  }

  /// (storage, first element, size, strides, requires gradient, hooks[, type][, bits]).
  private mutating func tensor(
    _ global: PickleGlobal, _ arguments: [PickleValue]
  ) throws(PickleError) -> PickleValue {
    // `pickle.dump` has the storage be made by code, and not lie in a place of its own.
    if arguments.count >= 4, arguments[0] == .inert { throw .notPyTorch }
    if arguments.count >= 4, case .object = arguments[0] { throw .notPyTorch }
    guard arguments.count >= 4, case .storage(let index) = arguments[0],
      case .int(let offset) = arguments[1], offset >= 0
    else { throw .malformed("a tensor has no storage") }
    let storage = storages[Int(index)]
    var type = storage.type
    var available = storage.part.count
    if global == .rebuildTypedTensor {
      guard arguments.count >= 7, case .global(.elementType(let named)) = arguments[6] else {
        throw .malformed("a tensor has no type")
      }
      available = available * storage.type.size / named.size
      type = named
    }
    let (extents, strides) = (try numbers(arguments[2]), try numbers(arguments[3]))
    guard extents.count == strides.count else {
      throw .malformed("a tensor has a size and strides that do not match")
    }
    try Self.check(extents, strides, offset: offset, within: available)
    // Axes of stride 0 repeat elements, which a file of bytes could turn into any amount of memory.
    if let count = Self.count(extents), count > max(available, UnreadableTensor.mostRepeated) {
      return try unreadable(.expanded, size: arguments[2])
    }
    try charge(2 * MemoryLayout<PickledTensor>.stride)
    let isNegated = try isNegated(
      arguments.dropFirst(global == .rebuildTypedTensor ? 7 : 6).first)
    tensors.append(
      PickledTensor(
        type: type, isNegated: isNegated, size: arguments[2], strides: arguments[3], storage: index,
        byteOffset: storage.part.lowerBound * storage.type.size + offset * type.size))
    return .tensor(Int32(tensors.count - 1))
  }

  /// Whether a view's bits, such as {'neg': True}, say that its elements have the other sign than those of
  /// the storage; complex ones ('conj') are not read.
  private mutating func isNegated(_ bits: PickleValue?) throws(PickleError) -> Bool {
    guard case .dictionary(let place)? = bits else { return false }
    let pairs = dictionaries[Int(place)]
    try chargeCopies(pairs.count)
    for (key, value) in pairs where value == .bool(true) {
      // Long names, which could stand in all of them, are not looked at.
      if case .string(let run) = key, run.count == 3, text(run) == "neg" { return true }
    }
    return false
  }

  /// Elements of a tensor; nil: more than there are numbers for.
  private static func count(_ extents: [Int]) -> Int? {
    var count = 1
    for extent in extents {
      let (product, tooMany) = count.multipliedReportingOverflow(by: extent)
      guard !tooMany else { return nil }
      count = product
    }
    return count
  }

  /// Checks that all elements lie within `available`.
  private static func check(
    _ extents: [Int], _ strides: [Int], offset: Int, within available: Int
  ) throws(PickleError) {
    var last = offset
    var failed = offset > available || count(extents) == nil
    for (extent, stride) in zip(extents, strides) where !failed {
      let (reach, tooFar) = max(0, extent - 1).multipliedReportingOverflow(by: stride)
      let (end, beyond) = last.addingReportingOverflow(reach)
      last = end
      failed = tooFar || beyond
    }
    if failed || !extents.contains(0) && last >= available {
      throw .malformed(
        "a tensor \(extents) with strides \(strides) leaves its storage of "
          + available.counted("element"))
    }
  }

  /// A tuple of numbers, none of them negative: a size or strides.
  func numbers(_ value: PickleValue) throws(PickleError) -> [Int] {
    switch value {
    case .numbers(let run) where run.count <= CheckpointEntry.mostAxes:
      return first(CheckpointEntry.mostAxes, of: run)
    case .tuple(let run) where run.count <= CheckpointEntry.mostAxes:
      var numbers: [Int] = []
      for index in run.range {
        guard case .int(let number) = pool[index], number >= 0 else {
          throw .malformed("a size or stride of a tensor is not a number")
        }
        numbers.append(number)
      }
      return numbers
    case .numbers, .tuple:
      throw .unsupported("a tensor in it has more than \(CheckpointEntry.mostAxes) axes")
    default: throw .malformed("a tensor has no size")
    }
  }
}
