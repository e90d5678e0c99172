/// The tensors in a pickled object, found through nested dictionaries and lists.
struct TorchContents: Sendable {
  /// The tensors by the keys on the way to them, joined by dots, each with the number of its record;
  /// those whose elements cannot be read have none.
  private(set) var entries = CheckpointEntries()
  private(set) var records: [TensorRecord] = []
  /// Of the records of tensors whose elements do not follow each other.
  private(set) var packedStrides = PackedBytes()
  /// The classes of objects that stand where a tensor could, by the keys on the way to them.
  private(set) var objects: [String: String] = [:]
  /// What it says of the network beside tensors.
  private(set) var settings = TorchSettings()
  /// What stands before the names of what nested dictionaries, lists and tuples hold, each with a dot
  /// behind it.
  private(set) var containers: Set<String> = []
  let storages: [StorageRecord]
  /// Classes of other libraries that the pickle names; objects of them are not built.
  let classes: [ForeignClass]

  /// Tensors that are left out, since only code could tell what they are called: by the keys on the way to them
  /// the dictionary that they lie in, which is of a class of its own, and under keys that are no names.
  private var hidden: [String: (type: String, tensors: Int)] = [:]
  private var unnamed = 0
  /// Whether the file holds more settings than are looked at.
  private var passesSettings = false
  /// Values that were looked at while such tensors were counted.
  private var counted = 0

  /// Memory that is left: dictionaries that stand in several places multiply.
  private var budget: Int

  private static let maxDepth = 32
  private static let mostCounted = 1 << 20

  init(_ value: PickleValue, of machine: PickleMachine) throws(PickleError) {
    var storages: [StorageRecord] = []
    storages.reserveCapacity(machine.storages.count)
    for storage in machine.storages {
      storages.append(
        StorageRecord(type: storage.type, key: machine.text(storage.key), count: storage.count))
    }
    self.storages = storages
    classes = machine.classes.filter { $0.count > 0 }.map {
      ForeignClass(name: $0.name, count: $0.count)
    }
    budget = machine.budget - 48 * storages.count
    // Growing would copy what is there.
    records.reserveCapacity(machine.tensors.count)
    try collect(value, at: "", depth: 0, machine)
    // The keys on the way to a tensor make its name: {"a.b": x, "a": {"b": y}} has two of one name.
    if let name = entries.sort() {
      throw .unsupported("two of its tensors are named \(WeightsMismatch.printable(name))")
    }
    if entries.isEmpty { throw absence(of: value, machine) }
    passesSettings = machine.passesSettings || settings.isCutOff
  }

  /// Why there are no tensors in `value`.
  private func absence(of value: PickleValue, _ machine: PickleMachine) -> PickleError {
    if let type = machine.className(of: value) {
      return machine.isDictionary(value)
        ? .holdsDictionary(type, at: "") : .holdsObject(type, at: "")
    }
    if let dictionary = hidden.min(by: { $0.key < $1.key }) {
      return .holdsDictionary(dictionary.value.type, at: dictionary.key)
    }
    if unnamed > 0 { return .unnamedTensors(unnamed) }
    guard let object = objects.min(by: { $0.key < $1.key }) else { return .noTensors }
    return .holdsObject(object.value, at: object.key)
  }

  /// What is said of tensors that are left out, and of settings that nobody looked at.
  var notes: [String] {
    let dictionaries = hidden.sorted { $0.key < $1.key }.prefix(4).map { key, value -> String in
      "left out \(value.tensors.counted("tensor")) in \(WeightsMismatch.printable(key)), an object "
        + "of \(WeightsMismatch.printable(value.type)), a dictionary that only running code could "
        + "build: save dict(...) of it to have them read"
    }
    let keys = Self.namelessKeys(unnamed)
    return dictionaries
      + (unnamed > 0 ? ["left out \(unnamed.counted("tensor")) under \(keys)"] : [])
      + (passesSettings ? [Self.passedSettings] : [])
  }

  private static let passedSettings =
    "the file holds more settings than are looked through: what the rest of them says of the network is "
    + "not known"

  /// Where so many tensors are that have no names.
  static func namelessKeys(_ count: Int) -> String {
    count == 1 ? "a key that is no text" : "keys that are no text"
  }

  private mutating func charge(_ bytes: Int) throws(PickleError) {
    budget -= bytes
    guard budget >= 0 else { throw .tooManyTensors }
  }

  private mutating func collect(
    _ value: PickleValue, at key: String, depth: Int, _ machine: PickleMachine
  ) throws(PickleError) {
    try charge(48 + key.utf8.count)
    guard depth <= Self.maxDepth else {
      throw .unsupported("its dictionaries are nested more than \(Self.maxDepth) deep")
    }
    let prefix = key.isEmpty ? "" : key + "."
    // A tensor that was saved alone has none.
    let name = depth == 0 ? "tensor" : key
    switch value {
    case .tensor(let index):
      try add(machine.tensors[Int(index)], as: name, machine)
    case .unreadable(let index):
      let (kind, size) = machine.unreadable[Int(index)]
      let extents = try size.map { (value) throws(PickleError) in try machine.numbers(value) }
      let shape = Shape(extents ?? [])
      try charge(name, packed: PackedBytes.length(of: shape.extents))
      entries.append(name, CheckpointEntry(type: kind.rawValue, shape: shape))
    case .object, .filled:
      try add(objectAt: name, value, machine)
      settings.look(into: value, at: key, depth: depth, machine)
    case .dictionary(let index):
      try note(container: prefix)
      settings.note(configuration: value, at: key, machine)
      for (name, value) in machine.dictionaries[Int(index)] {
        guard let name = TorchSettings.text(name, machine) ?? machine.utf8(name) else {
          unnamed += tensors(in: value, machine)
          continue
        }
        try collect(value, at: prefix + name, depth: depth + 1, machine)
      }
    case .list(let index):
      let list = machine.lists[Int(index)]
      try note(container: prefix)
      settings.note(configuration: value, at: key, machine)
      if NetworkSetting.isList(key) { settings.note(value, at: key, depth: depth, machine) }
      let isSetting =
        Checkpoint.isSetting(list: key, of: list.count) && !NetworkSetting.isOfAngles(key)
      for (index, value) in list.enumerated() {
        // Logs of a million losses leave nothing; a list may be there many times.
        if depth > 0, value.isNumber, !isSetting {
          try charge(1)
          continue
        }
        try collect(value, at: prefix + String(index), depth: depth + 1, machine)
      }
    case .tuple(let run):
      try note(container: prefix)
      for (index, place) in run.range.enumerated() {
        try collect(machine.pool[place], at: prefix + String(index), depth: depth + 1, machine)
      }
    default:
      settings.note(value, at: key, depth: depth, machine)
    }
  }

  /// Takes down an object of another library, and how many tensors it holds as a dictionary.
  private mutating func add(
    objectAt name: String, _ value: PickleValue, _ machine: PickleMachine
  ) throws(PickleError) {
    try charge(80)
    guard let type = machine.className(of: value) else { return }
    objects[name] = type
    let tensors = tensors(in: value, machine)
    guard tensors > 0 else { return }
    try charge(80 + name.utf8.count)
    hidden[name] = (type, tensors)
  }

  /// The tensors in a value that is passed by, as far as they are soon counted.
  private mutating func tensors(
    in value: PickleValue, _ machine: PickleMachine, depth: Int = 0
  ) -> Int {
    guard depth <= Self.maxDepth, counted < Self.mostCounted else { return 0 }
    counted += 1
    if value.isTensor { return 1 }
    var sum = 0
    switch value {
    case .dictionary,
      .filled where machine.isDictionary(value):
      if case .filled(let place) = value { sum = machine.objects[Int(place)].tensors }
      for (_, value) in machine.pairs(of: value) {
        sum += tensors(in: value, machine, depth: depth + 1)
      }
    case .list(let index):
      for value in machine.lists[Int(index)] {
        sum += tensors(in: value, machine, depth: depth + 1)
      }
    case .tuple(let run):
      for place in run.range { sum += tensors(in: machine.pool[place], machine, depth: depth + 1) }
    default: break
    }
    return sum
  }

  private mutating func note(container prefix: String) throws(PickleError) {
    guard !prefix.isEmpty else { return }
    try charge(48 + prefix.utf8.count)
    containers.insert(prefix)
  }

  private mutating func add(
    _ tensor: PickledTensor, as name: String, _ machine: PickleMachine
  ) throws(PickleError) {
    let extents = try machine.numbers(tensor.size)
    let steps = try machine.numbers(tensor.strides)
    let isContiguous = TensorRecord.isContiguous(extents, steps)
    try charge(
      name,
      packed: PackedBytes.length(of: extents) + (isContiguous ? 0 : PackedBytes.length(of: steps)))
    let place = records.count..<records.count + 1
    entries.append(
      name, CheckpointEntry(type: tensor.type.rawValue, shape: Shape(extents), place: place))
    records.append(
      TensorRecord(
        type: tensor.type, isNegated: tensor.isNegated,
        strides: isContiguous ? nil : packedStrides.append(steps), storage: Int(tensor.storage),
        byteOffset: tensor.byteOffset))
  }

  /// Counts a tensor of which so many bytes are held beside its name, with what recognising its
  /// network takes.
  private mutating func charge(_ name: String, packed: Int) throws(PickleError) {
    // Twice its size while it grows.
    try charge(100 + name.utf8.count + 2 * packed)
  }

  /// The strides of a tensor of `rank` axes; nil: its elements follow each other.
  func strides(of record: TensorRecord, rank: Int) -> [Int]? {
    record.strides.map { packedStrides.numbers(from: $0, count: rank) }
  }
}

/// A class of another library that a file names: objects of it are not built.
public struct ForeignClass: Sendable, Equatable, Encodable {
  /// With its module: `mmengine.logging.history_buffer.HistoryBuffer`.
  public let name: String
  /// How many objects of it the file asks for.
  public let count: Int
}
