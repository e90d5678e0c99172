/// Parameters out of a checkpoint file, under whatever wraps them (`state_dict.module.`).
struct CheckpointParameters: ParameterSource {
  let choice: WeightsChoice
  let weights: WeightDictionary
  private let file: Checkpoint
  private let model: String
  private let allowsMissingHead: Bool
  /// Prefixes of other networks in the file.
  private let others: [String]
  /// Whether the network's landmark is in the file at all.
  private let isFound: Bool
  /// Whether the tensors' shapes alone tell which network this is.
  private let isRecognised: Bool

  /// One of `landmarks` is a parameter that every checkpoint of the network holds; what stands before
  /// it in the file is the prefix, of which `key` chooses one.
  ///
  /// - Throws: `CheckpointError.noWeights` where `key` names none.
  init(
    file: Checkpoint, model: String, landmarks: [String], key: String? = nil,
    allowsMissingHead: Bool = false, isRecognised: Bool = false
  ) throws(CheckpointError) {
    self.file = file
    self.model = model
    self.allowsMissingHead = allowsMissingHead
    self.isRecognised = isRecognised
    let all = file.prefixes(of: landmarks)
    isFound = !all.isEmpty
    let prefix = try isFound ? file.chosen(all, by: key).first ?? "" : ""
    others = all.filter { $0 != prefix }
    weights = WeightDictionary(file, prefix: prefix)
    choice = WeightsChoice(
      chosen: WeightDictionary.name(of: prefix), others: others.map(WeightDictionary.name))
  }

  /// Which optional parameters the file has.
  var optional: OptionalParameters {
    OptionalParameters { [weights, allowsMissingHead] key, kind in
      weights[key] != nil || kind == .head && !allowsMissingHead
    }
  }

  func parameter(_ slot: Slot) throws -> Tensor {
    let (key, shape) = (slot.key, slot.shape)
    let full = weights.fullName(key)
    guard let found = weights[key] else {
      throw CheckpointError.mismatch(
        path: file.path, WeightsMismatch(model: model, missing: [full]))
    }
    guard found == shape else {
      throw CheckpointError.mismatch(
        path: file.path,
        WeightsMismatch(
          model: model, wrong: [.init(key: full, expected: shape, found: found)]))
    }
    let tensor = try file.tensor(full)
    guard ElementKernels.isFinite(tensor) else {
      throw CheckpointError.nonFinite(path: file.path, key: full)
    }
    if isRecognised && shape.rank == 4 && tensor.isZero {
      throw CheckpointError.onlyZeros(path: file.path, key: full, shape: shape)
    }
    return tensor
  }

  /// Compares all names and shapes with what `blueprint`, made by `architecture`, asks for, before
  /// anything is read.
  ///
  /// - Throws: `CheckpointError.mismatch` with everything that differs and, where there is one, the
  ///   network that fits instead.
  func requireFit(_ blueprint: Blueprint, of architecture: any Architecture) throws {
    let inventory = ParameterInventory(blueprint)
    var mismatch = mismatch(with: inventory, of: architecture)
    guard !mismatch.isEmpty else {
      try requireReal(inventory)
      return try requireSize(inventory)
    }
    try requireTensors(mismatch)
    mismatch.suggestion = suggestion()
    mismatch.lacksOnlyHead = lacksOnlyHead(mismatch, inventory)
    throw CheckpointError.mismatch(path: file.path, mismatch)
  }

  /// All parameters are of types whose elements can be read.
  private func requireReal(_ inventory: ParameterInventory) throws(CheckpointError) {
    for key in inventory.entries.keys.sorted() {
      let full = weights.fullName(key)
      guard let type = file.entries[full]?.type, !ElementType.isReal(type) else { continue }
      throw .wrongType(path: file.path, key: full, found: type)
    }
  }

  /// None of the missing parameters is there as an object that only running code could build.
  private func requireTensors(_ mismatch: WeightsMismatch) throws(CheckpointError) {
    for key in mismatch.missing {
      guard let found = file.objects[key] else { continue }
      throw .wrongType(path: file.path, key: key, found: found)
    }
  }

  /// A network may be twice as large in memory as its file tells elements apart by bytes: parameters
  /// that share all their storage could make any amount of memory out of a small file.
  private func requireSize(_ inventory: ParameterInventory) throws(CheckpointError) {
    let elements = inventory.entries.reduce(0) { $0 + $1.value.shape.count }
    guard elements <= 2 * file.bytes + 1 << 20 else {
      throw .malformed(
        path: file.path,
        reason: "its \(file.bytes) bytes cannot hold the \(elements) elements of the network")
    }
  }

  /// The other network whose parameters these are, to the last.
  private func suggestion() -> String? {
    guard isFound else { return try? ModelCatalogue.recognise(file).id }
    for candidate in ModelCatalogue.recognise(weights) where candidate.id != model {
      let other = ParameterInventory(candidate.blueprint(optional))
      if mismatch(with: other, of: candidate).isEmpty { return candidate.id }
    }
    return nil
  }

  private func mismatch(
    with inventory: ParameterInventory, of architecture: any Architecture
  ) -> WeightsMismatch {
    var mismatch = WeightsMismatch(model: model)
    for (key, entry) in inventory.entries {
      guard let found = weights[key] else {
        mismatch.missing.append(weights.fullName(key))
        continue
      }
      if found != entry.shape {
        mismatch.wrong.append(
          .init(key: weights.fullName(key), expected: entry.shape, found: found))
      }
    }
    let extra = weights.shapes.keys.filter(isExtra(inventory))
    let rest = extra.isEmpty ? [] : restOfHead(inventory, of: architecture)
    mismatch.extra = extra.filter { !rest.contains($0) }.map(weights.fullName)
    return mismatch.sorted()
  }

  /// What is left of a classifier that may be missing, such as the norm before it.
  private func restOfHead(
    _ inventory: ParameterInventory, of architecture: any Architecture
  ) -> Set<String> {
    guard allowsMissingHead && inventory.head.isEmpty else { return [] }
    let optional = optional
    let whole = architecture.blueprint(
      OptionalParameters { key, kind in kind == .head || optional.holds(key, kind) })
    return ParameterInventory(whole).head
  }

  /// Counters of batch norms aside, and other networks in the same file.
  private func isExtra(_ inventory: ParameterInventory) -> (String) -> Bool {
    { key in
      inventory.entries[key] == nil && !key.hasSuffix("num_batches_tracked")
        && !others.contains { !$0.isEmpty && (weights.prefix + key).hasPrefix($0) }
    }
  }

  private func lacksOnlyHead(
    _ mismatch: WeightsMismatch, _ inventory: ParameterInventory
  ) -> Bool {
    !allowsMissingHead && mismatch.wrong.isEmpty && mismatch.extra.isEmpty
      && inventory.entries.keys.allSatisfy { weights[$0] != nil || inventory.head.contains($0) }
  }
}

extension Tensor {
  /// Whether all elements are zero; ends at the first that is not.
  fileprivate var isZero: Bool {
    for index in 0..<count where self[index] != 0 { return false }
    return true
  }
}

/// Every parameter that a network asks for, by key.
struct ParameterInventory: Sendable {
  let entries: [String: Slot]
  /// The keys of the classifier.
  let head: Set<String>

  init(_ blueprint: Blueprint) {
    var entries: [String: Slot] = [:]
    var head: Set<String> = []
    for node in blueprint.nodes {
      for slot in node.parameters.flatMap(\.slots) {
        entries[slot.key] = slot
        if node.block == BlueprintBuilder.headBlock { head.insert(slot.key) }
      }
    }
    self.entries = entries
    self.head = head
  }
}
