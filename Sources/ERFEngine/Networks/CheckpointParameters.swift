/// Parameters out of a checkpoint file, under whatever wraps them (`state_dict.module.`).
struct CheckpointParameters: ParameterSource {
  var choice: WeightsChoice
  let weights: WeightDictionary
  let file: Checkpoint
  let model: String
  /// The first convolution, whose inputs may be others than red, green and blue.
  let stem: String
  private(set) var allowsMissingHead: Bool
  private(set) var ignoresExtra: Bool
  /// Whether the classifier in the file is another one, and left out.
  private var dropsHead = false
  /// Prefixes of other networks in the file.
  let others: [String]
  /// What is added to variances before their roots are taken, by their keys.
  private(set) var epsilons: [String: Double] = [:]
  /// The bias that the classifier in the file is without, which is zero; nil: it has one, or is not there.
  private(set) var zeroBias: String?
  /// Whether the network's landmark is in the file at all.
  private let isFound: Bool
  /// Whether the tensors' shapes alone tell which network this is.
  private let isRecognised: Bool

  /// One of `landmarks` is a parameter that every checkpoint of the network holds; what stands before
  /// it in the file is the prefix, of which `key` chooses one. The first of them is the first
  /// convolution's weight.
  ///
  /// - Throws: `CheckpointError.noWeights` where `key` names none.
  init(
    file: Checkpoint, model: String, landmarks: [String], head: String = "", key: String? = nil,
    allowsMissingHead: Bool = false, ignoresExtra: Bool = false, isRecognised: Bool = false
  ) throws(CheckpointError) {
    self.file = file
    self.model = model
    self.allowsMissingHead = allowsMissingHead
    self.ignoresExtra = ignoresExtra
    self.isRecognised = isRecognised
    stem = landmarks.first ?? ""
    let all = file.prefixes(of: landmarks)
    isFound = !all.isEmpty
    let prefix = try isFound ? file.chosen(all, by: key).first ?? "" : ""
    others = all.filter { $0 != prefix }
    let weights = WeightDictionary(file, prefix: prefix)
    self.weights = head.isEmpty ? weights : weights.naming(head: head)
    choice = WeightsChoice(
      chosen: WeightDictionary.name(of: prefix), others: others.map(WeightDictionary.name))
  }

  /// Which optional parameters are taken from the file.
  var optional: OptionalParameters {
    OptionalParameters { [weights, allowsMissingHead, dropsHead] key, kind in
      guard kind == .head else { return weights[key] != nil }
      return !allowsMissingHead || weights[key] != nil && !dropsHead
    }
  }

  func parameter(_ slot: Slot) throws -> Tensor {
    let (key, shape) = (slot.key, slot.shape)
    let full = weights.fullName(key)
    guard let found = weights[key] else {
      if key == zeroBias { return Tensor(zeros: shape) }
      throw CheckpointError.mismatch(
        path: file.path, WeightsMismatch(model: model, missing: [full]))
    }
    guard found == shape || isOtherInput(key, found, shape) else {
      throw CheckpointError.mismatch(
        path: file.path,
        WeightsMismatch(
          model: model, wrong: [.init(key: full, expected: shape, found: found)]))
    }
    var tensor = try weights.parameter(key, read: file.tensor)
    if found != shape { tensor = tensor.acceptingColours() }
    guard ElementKernels.isFinite(tensor) else { throw try notFinite(key) }
    if epsilons[key] != nil { try requireRoots(key, lowest: tensor.elements.min() ?? 0) }
    if isRecognised && shape.rank == 4 && tensor.isZero {
      throw CheckpointError.onlyZeros(path: file.path, key: full, shape: shape)
    }
    return tensor
  }

  /// What is wrong with the parameter `key`, which holds NaN or Inf: a tensor of the file, or what PyTorch
  /// does with them.
  private func notFinite(_ key: String) throws -> CheckpointError {
    for tensor in weights.tensors(of: key)
    where !ElementKernels.isFinite(try file.tensor(tensor)) {
      return .nonFinite(path: file.path, key: tensor)
    }
    guard let reason = try weights.division(key, read: file.tensor) else {
      return .nonFinite(path: file.path, key: weights.prefix + key)
    }
    return .division(path: file.path, key: weights.prefix + key, reason: reason)
  }

  /// Whether the first convolution takes grey pictures.
  var takesGrey: Bool {
    weights[stem].map { $0.rank == 4 && $0[1] == 1 } ?? false
  }

  /// Whether the first convolution takes grey pictures, or a fourth channel.
  private func isOtherInput(_ key: String, _ found: Shape, _ expected: Shape) -> Bool {
    key == stem && found.rank == 4 && expected.rank == 4 && expected[1] == 3
      && [1, 4].contains(found[1]) && found[0] == expected[0]
      && found.extents.suffix(2) == expected.extents.suffix(2)
  }
}

// MARK: Comparing with a network

extension CheckpointParameters {
  /// The parameters as `architecture` takes them, and the blueprint that asks for them: without a
  /// classifier where that may be missing and the file has another one, where the network is a whole part of
  /// a larger one, or where it was written without; what is left out is noted.
  ///
  /// - Parameter preparation: what is said of how pictures are prepared.
  func settled(
    for architecture: any Architecture, preparation: PreprocessingChoice = .own
  ) -> (parameters: CheckpointParameters, blueprint: Blueprint) {
    var settled = self
    var (blueprint, comparison) = compared(with: architecture)
    if !allowsMissingHead, comparison.concernsHead, isPartOfMore || isWrittenWithoutHead {
      var part = self
      part.allowsMissingHead = true
      let alone = part.compared(with: architecture)
      // What else of its own is not used may be its classifier.
      if alone.comparison.mismatch.isEmpty, alone.comparison.ignored == comparison.ignored {
        settled = part
        (blueprint, comparison) = alone
      }
    } else if allowsMissingHead, comparison.concernsHead {
      // Another classifier than the network's is as good as none.
      settled.dropsHead = true
      (blueprint, comparison) = settled.compared(with: architecture)
    }
    settled.epsilons = blueprint.epsilons
    settled.zeroBias = absentBias(comparison.inventory, of: architecture)
    settled.addNotes(comparison, architecture, preparation)
    return (settled, blueprint)
  }

  /// Compares all names, shapes and types with what `blueprint`, made by `architecture`, asks for,
  /// before anything is read.
  ///
  /// - Throws: `CheckpointError.mismatch` with everything that differs and, where there is one, the
  ///   network that fits instead; `CheckpointError.wrongType`.
  func requireFit(_ blueprint: Blueprint, of architecture: any Architecture) throws {
    let comparison = comparison(with: ParameterInventory(blueprint), of: architecture)
    guard comparison.mismatch.isEmpty else { throw explained(comparison, architecture) }
    // Without a classifier the first of several files may look like a network of fewer stages, and a bias may
    // lie in another one.
    if comparison.inventory.head.isEmpty || zeroBias != nil, let refusal = file.shardRefusal {
      throw refusal
    }
    try requireReal(comparison.inventory)
    try requireSize(comparison.inventory)
  }

  /// What a network asks for beside what the file has.
  struct Comparison {
    let inventory: ParameterInventory
    var mismatch: WeightsMismatch
    /// Whether a parameter of the classifier is missing or has another shape, whatever the file calls it.
    let concernsHead: Bool
    /// Tensors that are left out.
    var ignored: [String]
  }

  private func compared(
    with architecture: any Architecture
  ) -> (blueprint: Blueprint, comparison: Comparison) {
    let blueprint = architecture.blueprint(optional)
    return (blueprint, comparison(with: ParameterInventory(blueprint), of: architecture))
  }

  private func comparison(
    with inventory: ParameterInventory, of architecture: any Architecture
  ) -> Comparison {
    var mismatch = WeightsMismatch(model: model)
    var concernsHead = false
    let absent = absentBias(inventory, of: architecture)
    for (key, entry) in inventory.entries where key != absent {
      let found = weights[key]
      if found == entry.shape || found.map({ isOtherInput(key, $0, entry.shape) }) == true {
        continue
      }
      concernsHead = concernsHead || inventory.head.contains(key)
      let name = weights.fullName(key)
      if let found {
        mismatch.wrong.append(.init(key: name, expected: entry.shape, found: found))
      } else {
        mismatch.missing.append(name)
      }
    }
    let extra = weights.shapes.keys.filter(isExtra(inventory))
    let isHeadless = allowsMissingHead && inventory.head.isEmpty
    let body = Set(inventory.entries.keys.map(Self.module))
    let (ignored, kept) = extra.reduce(into: ([String](), [String]())) { parts, key in
      let isIgnored = ignoresExtra || isHeadless && !body.contains(Self.module(key))
      isIgnored ? parts.0.append(key) : parts.1.append(key)
    }
    let rest = kept.isEmpty || !isHeadless ? [] : restOfHead(architecture)
    mismatch.extra = kept.filter { !rest.contains($0) }.flatMap(weights.tensors)
    return Comparison(
      inventory: inventory, mismatch: mismatch.sorted(), concernsHead: concernsHead,
      ignored: (ignored + kept.filter(rest.contains)).flatMap(weights.tensors).sorted())
  }

  /// The module at the top of the tree that a parameter belongs to.
  static func module(_ key: String) -> Substring { key.prefix { $0 != "." } }

  /// What is left of a classifier that may be missing, such as the norm before it.
  func restOfHead(_ architecture: any Architecture) -> Set<String> {
    ParameterInventory(architecture.blueprint(optional.withHead)).head
  }

  /// Counters of batch norms aside, and other networks in the same file.
  private func isExtra(_ inventory: ParameterInventory) -> (String) -> Bool {
    { key in
      inventory.entries[key] == nil && !TrainingTensors.isCount(key)
        && !others.contains { !$0.isEmpty && (weights.prefix + key).hasPrefix($0) }
    }
  }

  // MARK: What is wrong, and what helps

  private func explained(
    _ comparison: Comparison, _ architecture: any Architecture
  ) -> CheckpointError {
    var mismatch = comparison.mismatch
    // The place of the first convolution may be what tells where the network lies.
    if let impostor = file.impostor(behind: weights.prefix) ?? file.adapters { return impostor }
    if !mismatch.missing.isEmpty || !mismatch.wrong.isEmpty, let refusal = file.shardRefusal {
      return refusal
    }
    mismatch.suggestion = suggestion()
    if mismatch.suggestion == nil, let foreign = foreign(comparison) {
      return .foreign(path: file.path, foreign.name)
    }
    if mismatch.suggestion == nil { mismatch.remedies = remedies(architecture) }
    // Of what is kept in a way that is not known, a name alone is missing.
    if !mismatch.missing.isEmpty, let unmade = weights.unmade(in: file) {
      guard mismatch.lacksOnlyHead else { return unmade }
      mismatch.cause = unmade.cause
    } else if !mismatch.missing.isEmpty {
      mismatch.cause = unreadable(among: mismatch.extra)?.cause
    }
    return .mismatch(path: file.path, mismatch)
  }

  /// What is wrong with the first of `tensors` that is kept in a way that is not read, such as a quantised
  /// layer's weight.
  private func unreadable(among tensors: [String]) -> CheckpointError? {
    for key in tensors {
      guard let type = file.entries[key]?.type, UnreadableTensor.Kind(rawValue: type) != nil else {
        continue
      }
      return .wrongType(path: file.path, key: key, found: type)
    }
    return nil
  }

  /// The kind of network that the file holds instead, where that is no built-in one.
  private func foreign(_ comparison: Comparison) -> ForeignNetwork? {
    if let relative = ForeignNetwork(relativeIn: weights.shapes) { return relative }
    let differences = comparison.mismatch.missing.count + comparison.mismatch.wrong.count
    // Where little differs it is damaged rather than another one.
    guard 2 * differences > comparison.inventory.entries.count else { return nil }
    return ForeignNetwork(in: file.entries)
  }

  /// The least that has to be allowed for the file to open.
  private func remedies(
    _ architecture: any Architecture
  ) -> Set<WeightsMismatch.Remedy> {
    let trials: [Set<WeightsMismatch.Remedy>] = [
      [.withoutHead], [.ignoringExtra], [.withoutHead, .ignoringExtra],
    ]
    for trial in trials {
      var trying = self
      trying.allowsMissingHead = allowsMissingHead || trial.contains(.withoutHead)
      trying.ignoresExtra = ignoresExtra || trial.contains(.ignoringExtra)
      let settled = trying.settled(for: architecture).parameters
      if settled.compared(with: architecture).comparison.mismatch.isEmpty { return trial }
    }
    return []
  }

  /// All parameters are of types whose elements can be read.
  private func requireReal(_ inventory: ParameterInventory) throws(CheckpointError) {
    for key in inventory.entries.keys.sorted() {
      let full = weights.fullName(key)
      guard let type = file.entries[full]?.type, !ElementType.isReal(type) else { continue }
      throw .wrongType(path: file.path, key: full, found: type)
    }
  }

  /// A network may have at most twice as many elements as its file has bytes, and a million more:
  /// parameters that share all their storage could make any amount of memory out of a small file.
  private func requireSize(_ inventory: ParameterInventory) throws(CheckpointError) {
    let elements = inventory.entries.reduce(0) { $0 + $1.value.shape.count }
    guard elements <= 2 * file.bytes + 1 << 20 else {
      throw .malformed(
        path: file.path,
        reason: "its \(file.bytes.counted("byte")) cannot hold the "
          + "\(elements.counted("element")) of the network")
    }
  }

  /// The other network whose parameters these are, to the last.
  private func suggestion() -> String? {
    guard isFound else { return otherFamily() }
    for candidate in ModelCatalogue.recognise(weights) where candidate.id != model {
      var trying = self
      trying.dropsHead = false
      if trying.compared(with: candidate).comparison.mismatch.isEmpty { return candidate.id }
    }
    return nil
  }

  /// The network of another family that the file holds, with its classifier or without.
  private func otherFamily() -> String? {
    guard let found = try? ModelCatalogue.recognise(file),
      let trying = try? CheckpointParameters(
        file: file, model: found.id, landmarks: type(of: found).landmarks,
        head: type(of: found).head, allowsMissingHead: true)
    else { return nil }
    let settled = trying.settled(for: found).parameters
    return settled.compared(with: found).comparison.mismatch.isEmpty ? found.id : nil
  }
}
