/// The tensors in a pickled object, found through nested dictionaries and lists.
struct TorchContents: Sendable {
  /// By the keys on the way to them, joined by dots.
  private(set) var tensors: [String: TensorRecord] = [:]
  /// Numbers and short texts at the top, such as `epoch`.
  private(set) var metadata: [String: String] = [:]
  let storages: [StorageRecord]

  /// What is left for names: dictionaries that stand in several places multiply.
  private var budget: Int

  private static let maxDepth = 32

  init(_ value: PickleValue, of machine: PickleMachine) throws(PickleError) {
    storages = machine.storages
    budget = 16 * machine.position + 1 << 20
    try collect(value, at: "", depth: 0, machine)
    guard !tensors.isEmpty else { throw .malformed("it holds no tensors") }
  }

  var entries: [String: CheckpointEntry] {
    tensors.mapValues { CheckpointEntry(type: $0.type.rawValue, shape: $0.shape) }
  }

  private mutating func collect(
    _ value: PickleValue, at key: String, depth: Int, _ machine: PickleMachine
  ) throws(PickleError) {
    budget -= 16 + key.utf8.count
    guard budget >= 0 else { throw .malformed("its dictionaries repeat each other too often") }
    guard depth <= Self.maxDepth else {
      throw .malformed("its dictionaries are nested more than \(Self.maxDepth) deep")
    }
    let prefix = key.isEmpty ? "" : key + "."
    switch value {
    case .tensor(let index):
      tensors[key.isEmpty ? "tensor" : key] = machine.tensors[index]
    case .dictionary(let index):
      for (name, value) in machine.dictionaries[index] {
        guard let name = Self.text(name) else { continue }
        try collect(value, at: prefix + name, depth: depth + 1, machine)
      }
    case .list(let index):
      try collect(machine.lists[index], at: prefix, depth: depth, machine)
    case .tuple(let index):
      try collect(machine.tuples[index], at: prefix, depth: depth, machine)
    default:
      guard depth == 1, metadata.count < 32, let text = Self.text(value) else { return }
      metadata[key] = String(text.prefix(200))
    }
  }

  private mutating func collect(
    _ values: [PickleValue], at prefix: String, depth: Int, _ machine: PickleMachine
  ) throws(PickleError) {
    for (index, value) in values.enumerated() {
      try collect(value, at: prefix + String(index), depth: depth + 1, machine)
    }
  }

  private static func text(_ value: PickleValue) -> String? {
    switch value {
    case .string(let text): text
    case .int(let number): String(number)
    case .float(let number): String(number)
    case .bool(let flag): String(flag)
    default: nil
    }
  }
}
