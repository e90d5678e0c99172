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
  /// Numbers and short texts at the top, such as `epoch`, and deeper ones that tell the
  /// architecture, such as `args.arch` and `cfg.MODEL.NAME`.
  private(set) var metadata: [String: String] = [:]
  /// The text of a configuration, as mmengine stores it under `meta`, or a dictionary of settings as Python
  /// writes it; usually empty.
  private(set) var configuration = ""
  /// What stands before the names of what nested dictionaries, lists and tuples hold, each with a dot
  /// behind it.
  private(set) var containers: Set<String> = []
  let storages: [StorageRecord]
  /// Classes of other libraries that the pickle names; objects of them are not built.
  let classes: [ForeignClass]

  /// Memory that is left: dictionaries that stand in several places multiply.
  private var budget: Int

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
    records.reserveCapacity(machine.tensors.count)
    try collect(value, at: "", depth: 0, machine)
    // The keys on the way to a tensor make its name: {"a.b": x, "a": {"b": y}} has two of one name.
    if let name = entries.sort() {
      throw .malformed("two of its tensors are named \(WeightsMismatch.printable(name))")
    }
    guard entries.isEmpty else { return }
    if case .object(let place) = value {
      throw .holdsObject(machine.classes[Int(place)].name, at: "")
    }
    if let object = objects.min(by: { $0.key < $1.key }) {
      throw .holdsObject(object.value, at: object.key)
    }
    throw .noTensors
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
    case .object(let index):
      try charge(80)
      objects[name] = machine.classes[Int(index)].name
      note(value, at: key, depth: depth, machine)
    case .dictionary(let index):
      try note(container: prefix)
      note(settings: value, at: key, machine)
      for (name, value) in machine.dictionaries[Int(index)] {
        guard let name = Self.text(name, machine) else { continue }
        try collect(value, at: prefix + name, depth: depth + 1, machine)
      }
    case .list(let index):
      let list = machine.lists[Int(index)]
      try note(container: prefix)
      note(settings: value, at: key, machine)
      if NetworkSetting.isList(key) { note(value, at: key, depth: depth, machine) }
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
      note(value, at: key, depth: depth, machine)
    }
  }

  /// Takes down a number or text of what training goes on with, or of a configuration.
  private mutating func note(
    _ value: PickleValue, at key: String, depth: Int, _ machine: PickleMachine
  ) {
    if Self.configurations.contains(key), configuration.utf8.count < Self.longestConfiguration,
      let text = machine.text(value)
    {
      configuration += "\(text.prefix(Self.longestConfiguration))\n"
    }
    // What names the network has room beside many other settings; losses that are numbers are those of a log.
    let isName =
      (2...5).contains(depth)
      && (Checkpoint.namesArchitecture(key) || Checkpoint.isSetting(key)
        || Checkpoint.normalisationSetting(key) != nil)
      && !(value.isNumber && NetworkSetting.isOfAngles(key))
    guard isName ? metadata.count < 48 : depth == 1 && metadata.count < 32,
      let text = Self.text(value, machine)
        ?? Self.listed(value, at: key, machine)
        ?? Self.className(value, at: key, machine)
    else { return }
    let isConfiguration = Checkpoint.configurationKeys.contains(key) && text.hasPrefix("{")
    metadata[key] = String(text.prefix(isConfiguration ? Self.longestConfiguration : 200))
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

  private static func text(_ value: PickleValue, _ machine: PickleMachine) -> String? {
    switch value {
    case .string(let run): machine.text(run)
    case .int(let number): String(number)
    case .float(let number): String(number)
    case .bool(let flag): String(flag)
    default: nil
    }
  }

  /// The name, without its module, of the class or function that a setting is, such as `nn.GELU`, or that its
  /// object is of; a `partial` hides what it calls.
  private static func className(
    _ value: PickleValue, at key: String, _ machine: PickleMachine
  ) -> String? {
    guard Checkpoint.isSetting(key) else { return nil }
    switch value {
    case .global(.foreign(let place)), .object(let place):
      let name = machine.classes[Int(place)].name.split(separator: ".").last.map { String($0) }
      return name == "partial" ? nil : name
    default: return nil
    }
  }
}

// MARK: Settings

extension TorchContents {
  /// Where programs keep the settings of a network, as a text, a dictionary or a list of dictionaries.
  private static let configurations: Set = [
    "cfg", "config", "hyper_parameters", "meta.cfg", "meta.config", "img_norm_cfg",
    "train_pipeline", "test_pipeline",
  ]
  fileprivate static let longestConfiguration = 1 << 18
  /// Dictionaries of settings below one another that are looked into, and what is taken of each.
  private static let deepestSetting = 8
  private static let mostSettings = 64

  /// Takes down the dictionary, or list of them, of a network's settings under `key`.
  fileprivate mutating func note(
    settings: PickleValue, at key: String, _ machine: PickleMachine
  ) {
    guard Self.configurations.contains(key),
      configuration.utf8.count < Self.longestConfiguration
    else { return }
    configuration += "\(key)="
    Self.write(settings, to: &configuration, machine)
    configuration += "\n"
  }

  /// The text of a tuple of whole numbers that is a mean or deviation of pictures, or of a list or tuple of
  /// stages' strides or dilations.
  fileprivate static func listed(
    _ value: PickleValue, at key: String, _ machine: PickleMachine
  ) -> String? {
    let isSetting = NetworkSetting.isList(key)
    switch value {
    case .numbers where isSetting || Checkpoint.normalisationSetting(key) != nil: break
    case .list where isSetting: break
    default: return nil
    }
    var text = ""
    write(value, to: &text, machine)
    return text
  }

  /// Adds a value as Python writes it, as far as settings of networks go: of what cannot be told, `None`, and
  /// no more than has room, however often dictionaries stand in others.
  private static func write(
    _ value: PickleValue, to text: inout String, _ machine: PickleMachine, depth: Int = 0
  ) {
    guard text.utf8.count < longestConfiguration else { return }
    switch value {
    case .dictionary(let index) where depth < deepestSetting:
      text += "{"
      for (name, value) in machine.dictionaries[Int(index)].prefix(mostSettings) {
        text += quoted(name, machine) + ": "
        write(value, to: &text, machine, depth: depth + 1)
        text += ", "
      }
      text += "}"
    case .list(let index) where depth < deepestSetting:
      text += "["
      for value in machine.lists[Int(index)].prefix(mostSettings) {
        write(value, to: &text, machine, depth: depth + 1)
        text += ", "
      }
      text += "]"
    case .tuple(let run) where depth < deepestSetting:
      text += "("
      for place in run.range.prefix(mostSettings) {
        write(machine.pool[place], to: &text, machine, depth: depth + 1)
        text += ", "
      }
      text += ")"
    case .numbers(let run):
      let numbers = machine.first(mostSettings, of: run).map { String($0) }
      text += "(" + numbers.joined(separator: ", ") + ")"
    case .bool(let flag): text += flag ? "True" : "False"
    case .string: text += quoted(value, machine)
    default: text += Self.text(value, machine) ?? "None"
    }
  }

  /// A text in quotes, such as a line has room for; anything else is an empty one.
  private static func quoted(_ value: PickleValue, _ machine: PickleMachine) -> String {
    guard case .string(let run) = value, run.count <= 1000 else { return "''" }
    return "'" + machine.text(run).filter { !$0.isNewline && $0 != "'" } + "'"
  }
}

/// A class of another library that a file names: objects of it are not built.
public struct ForeignClass: Sendable, Equatable, Encodable {
  /// With its module: `mmengine.logging.history_buffer.HistoryBuffer`.
  public let name: String
  /// How many objects of it the file asks for.
  public let count: Int
}
