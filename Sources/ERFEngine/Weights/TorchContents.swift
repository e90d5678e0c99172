/// The tensors in a pickled object, found through nested dictionaries and lists.
struct TorchContents: Sendable {
  /// By the keys on the way to them, joined by dots.
  private(set) var tensors: [String: TensorRecord] = [:]
  /// Tensors whose elements cannot be read, likewise.
  private(set) var unreadable: [String: UnreadableTensor] = [:]
  /// The classes of objects that stand where a tensor could, likewise.
  private(set) var objects: [String: String] = [:]
  /// Numbers and short texts at the top, such as `epoch`, and deeper ones that tell the
  /// architecture, such as `args.arch` and `cfg.MODEL.NAME`.
  private(set) var metadata: [String: String] = [:]
  /// The text of a configuration, as mmengine stores it under `meta`; usually empty.
  private(set) var configuration = ""
  let storages: [StorageRecord]
  /// Classes of other libraries that the pickle names; objects of them are not built.
  let classes: [ForeignClass]

  /// Memory that is left: dictionaries that stand in several places multiply.
  private var budget: Int
  /// Sizes and strides, each held once: thousands of tensors may have the same.
  private var numbers: Set<[Int]> = []

  private static let maxDepth = 32

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
    tensors.reserveCapacity(machine.tensors.count)
    try collect(value, at: "", depth: 0, machine)
    numbers = []
    guard tensors.isEmpty && unreadable.isEmpty else { return }
    if case .object(let place) = value {
      throw .holdsObject(machine.classes[Int(place)].name, at: "")
    }
    if let object = objects.min(by: { $0.key < $1.key }) {
      throw .holdsObject(object.value, at: object.key)
    }
    throw .malformed("it holds no tensors")
  }

  var entries: [String: CheckpointEntry] {
    var entries = tensors.mapValues { CheckpointEntry(type: $0.type.rawValue, shape: $0.shape) }
    for (key, tensor) in unreadable {
      entries[key] = CheckpointEntry(type: tensor.kind.rawValue, shape: tensor.shape)
    }
    return entries
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
      throw .malformed("its dictionaries are nested more than \(Self.maxDepth) deep")
    }
    let prefix = key.isEmpty ? "" : key + "."
    let name = key.isEmpty ? "tensor" : key
    switch value {
    case .tensor(let index):
      try charge(212)
      tensors[name] = try record(machine.tensors[Int(index)], machine)
    case .unreadable(let index):
      try charge(200)
      let (kind, size) = machine.unreadable[Int(index)]
      let extents = try size.map { (value) throws(PickleError) in
        try shared(try machine.numbers(value))
      }
      unreadable[name] = UnreadableTensor(kind: kind, shape: Shape(extents ?? []))
    case .object(let index):
      try charge(80)
      objects[name] = machine.classes[Int(index)].name
    case .dictionary(let index):
      for (name, value) in machine.dictionaries[Int(index)] {
        guard let name = Self.text(name, machine) else { continue }
        try collect(value, at: prefix + name, depth: depth + 1, machine)
      }
    case .list(let index):
      let list = machine.lists[Int(index)]
      let isSetting = Checkpoint.isSetting(list: key, of: list.count)
      for (index, value) in list.enumerated() {
        // Logs of a million losses leave nothing; a list may be there many times.
        if depth > 0, value.isNumber, !isSetting {
          try charge(1)
          continue
        }
        try collect(value, at: prefix + String(index), depth: depth + 1, machine)
      }
    case .tuple(let run):
      for (index, place) in run.range.enumerated() {
        try collect(machine.pool[place], at: prefix + String(index), depth: depth + 1, machine)
      }
    default:
      if depth == 2, ["meta.config", "meta.cfg"].contains(key), let text = Self.text(value, machine)
      {
        configuration = String(text.prefix(1 << 18))
      }
      // What names the network has room beside many other settings.
      let isName =
        (2...5).contains(depth)
        && (Checkpoint.namesArchitecture(key) || Checkpoint.isSetting(key)
          || Checkpoint.normalisationSetting(key) != nil)
      guard isName ? metadata.count < 48 : depth == 1 && metadata.count < 32,
        let text = Self.text(value, machine)
      else { return }
      metadata[key] = String(text.prefix(200))
    }
  }

  private mutating func record(
    _ tensor: PickledTensor, _ machine: PickleMachine
  ) throws(PickleError) -> TensorRecord {
    let extents = try machine.numbers(tensor.size)
    let strides = try machine.numbers(tensor.strides)
    let isContiguous = TensorRecord.isContiguous(extents, strides)
    return TensorRecord(
      type: tensor.type, isNegated: tensor.isNegated, shape: Shape(try shared(extents)),
      strides: isContiguous ? nil : try shared(strides), storage: Int(tensor.storage),
      byteOffset: tensor.byteOffset)
  }

  private mutating func shared(_ list: [Int]) throws(PickleError) -> [Int] {
    if let place = numbers.firstIndex(of: list) { return numbers[place] }
    // Beside the list, its place in a table that doubles as it grows.
    try charge(72 + 8 * list.count)
    numbers.insert(list)
    return list
  }

  private static func text(_ value: PickleValue, _ machine: PickleMachine) -> String? {
    switch value {
    case .string(let run): machine.text(run)
    case .int(let number): String(number)
    case .float(let number): String(number)
    case .bool(let flag): String(flag)
    default: nil
    }
  }
}

/// A class of another library that a file names: objects of it are not built.
public struct ForeignClass: Sendable, Equatable, Encodable {
  /// With its module: `mmengine.logging.history_buffer.HistoryBuffer`.
  public let name: String
  /// How many objects of it the file asks for.
  public let count: Int
}
