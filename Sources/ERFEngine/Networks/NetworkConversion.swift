/// Writes a network's weights as safetensors, under the official names so that PyTorch loads them.
public struct NetworkConversion: Sendable {
  /// What elements are stored as.
  public enum StoredType: String, Sendable, CaseIterable {
    case f32, f16, bf16

    var type: ElementType {
      switch self {
      case .f32: .float32
      case .f16: .float16
      case .bf16: .bfloat16
      }
    }

    /// The smallest magnitude that rounds to infinity; nil: none that float32 has.
    var limit: Float? {
      switch self {
      case .f32: nil
      case .f16: 65520
      case .bf16: 0x1.FFp127
      }
    }
  }

  /// Where the weights come from; an edited network is written as edited.
  public var network: NetworkSpec
  /// Whether parallel kernels become one each, as in the released code (`lkb_reparam`).
  public var merges = false
  /// Whether batch norms are folded into the convolutions before them.
  public var fuses = false
  public var storedType = StoredType.f32

  public init(network: NetworkSpec) { self.network = network }

  /// Why a network is not written; a file that was there stays as it was.
  public enum Failure: ExplainedError, Equatable {
    /// An element beyond the largest number of the type.
    case overflow(key: String, value: Float, StoredType)
    /// An exported graph, whose weights are written as its file has them.
    case exportedForm(path: String)
    /// An edited exported graph: the edits are of the graph, which is not written.
    case exportedEdits(path: String)
    /// An exported graph in which two layers bear one name.
    case sameNames(path: String, key: String)
    /// A pipe or a device, from which what was written could not be read back.
    case noRegularFile(path: String)
    /// Another program removed or replaced what was written before it was compared.
    case notKept(path: String)

    public var isUsageError: Bool {
      switch self {
      case .exportedForm, .exportedEdits: true
      case .overflow, .sameNames, .noRegularFile, .notKept: false
      }
    }

    public var explanation: String {
      switch self {
      case .exportedForm(let path):
        "\(path): --merge and --fuse are for built-in networks; the weights of an ONNX file are written "
          + "as it has them: leave these options out"
      case .sameNames(let path, let key):
        "\(path): two of its layers have weights called \(key): nothing is written"
      case .exportedEdits(let path):
        "\(path): an edited ONNX file cannot be written, only the weights that it has: name the file alone"
      case .overflow(let key, let value, let storedType):
        "\(key) holds \(value), which is beyond the range of \(storedType.rawValue): nothing is written; "
          + "bf16 and f32 reach farther"
      case .noRegularFile(let path):
        "\(path): cannot be written: it is not a regular file, and the result is read back to compare"
      case .notKept(let path):
        "\(path): was removed or replaced by another program before it could be compared with its source: "
          + "run the command again with another name"
      }
    }
  }

  /// What was written, and how far it is from what was read.
  public struct Report: Sendable, Equatable {
    public let model: String
    public let weightsChoice: WeightsChoice?
    public let tensors: Int
    public let parameters: Int
    /// What the outputs below are: `logits`, or the last stage of a network without a classifier.
    public let output: String
    /// Largest absolute difference of the outputs before and after, over a built-in picture.
    public let difference: Float
    /// Largest absolute output before.
    public let largest: Float
  }

  /// Reads, converts, writes to `path`, reads that back and compares.
  ///
  /// `program` goes into the metadata beside the source, its hash and what was done.
  ///
  /// - Throws: `Failure`, `ModelError`, `CheckpointError`, `FileError`, `CancellationError`.
  public func write(
    to path: String, program: String, cancellation: Cancellation = Cancellation()
  ) throws -> Report {
    try write(opened(), to: path, program: program, cancellation: cancellation)
  }

  /// The network, open.
  ///
  /// - Throws: `Failure` for a form that is not written, `ModelError`, `CheckpointError`.
  public func opened() throws -> OpenedNetwork {
    if let exported = network.exportedGraph {
      guard !network.isEdited else { throw Failure.exportedEdits(path: exported) }
      guard !merges, !fuses else { throw Failure.exportedForm(path: exported) }
    }
    return try OpenedNetwork(network)
  }

  /// The same of the network that ``opened()`` gave.
  ///
  /// - Parameter outputs: as ``AtomicFile`` takes them.
  public func write(
    _ opened: OpenedNetwork, to path: String, program: String, among outputs: OutputVersions? = nil,
    cancellation: Cancellation = Cancellation()
  ) throws -> Report {
    guard !AtomicFile.isStream(path) else { throw Failure.noRegularFile(path: path) }
    let outputs = outputs ?? OutputVersions([path], isForced: true)
    try opened.requireWeights()
    let loader = opened.loader(cancellation: cancellation)
    let original = try Program(opened.blueprint, from: loader)
    var blueprint = opened.blueprint
    if merges { blueprint = blueprint.mergingForCheckpoints() }
    if fuses { blueprint = blueprint.foldingNormsIntoProducers() }
    var tensors = try Program(blueprint, from: loader).stateDictionary
    if let exported = network.exportedGraph {
      tensors = try Self.distinct(tensors, of: blueprint, in: exported)
    }
    try requireRange(of: tensors)
    try cancellation.check()
    let writer = SafetensorsWriter(
      tensors: tensors, type: storedType.type,
      metadata: provenance(opened, hash: try opened.weightsHash(loader), program: program))
    try writer.write(to: path, among: outputs)
    try cancellation.check()
    let workers = Workers(cancellation: cancellation)
    let tap = original.logits ?? original.stages.last
    guard let tap else { preconditionFailure("networks have stages") }
    let before = try Self.output(original, tap, of: opened, workers)
    let found = Result { try reopened(path, opened) }
    // What another program put there may be no such network, or no network at all; touching it changes nothing.
    guard outputs.isOwn(path) || writer.isWritten(at: path) else {
      throw Failure.notKept(path: path)
    }
    let after = try Self.output(found.get(), tap, of: opened, workers)
    return Report(
      model: opened.id, weightsChoice: opened.weightsChoice, tensors: tensors.count,
      parameters: tensors.reduce(0) { $0 + $1.value.count }, output: tap.name,
      difference: zip(before, after).map { abs($0 - $1) }.max() ?? 0,
      largest: before.map(abs).max() ?? 0)
  }

  /// The weights of an exported graph, those of a layer that is used several times once.
  ///
  /// - Throws: `Failure.sameNames` where a layer's weights would take the place of another's.
  private static func distinct(
    _ tensors: [(key: String, value: Tensor)], of blueprint: Blueprint, in path: String
  ) throws(Failure) -> [(key: String, value: Tensor)] {
    let expressions = blueprint.nodes.flatMap { node in
      zip(node.op.parameterShapes, node.parameters).map { $1 }
    }
    var written: [(key: String, value: Tensor)] = []
    var keys: [String: ParameterExpression] = [:]
    var keysBySlot: [Slot: [String]] = [:]
    for (tensor, expression) in zip(tensors, expressions) {
      if keys[tensor.key] == expression { continue }
      if case .slot(let slot) = expression {
        if keysBySlot[slot, default: []].contains(where: { isAgain(tensor.key, $0) }) { continue }
        keysBySlot[slot, default: []].append(tensor.key)
      }
      guard keys.updateValue(expression, forKey: tensor.key) == nil else {
        throw .sameNames(path: path, key: tensor.key)
      }
      written.append(tensor)
    }
    return written
  }

  /// Whether `key` is `first` with numbers behind its modules, as exports call those that are used again:
  /// `blocks.0_1.conv.weight`. Weights that two modules share have two names in PyTorch, too.
  private static func isAgain(_ key: String, _ first: String) -> Bool {
    let (mine, its) = (key.split(separator: "."), first.split(separator: "."))
    return mine.count == its.count
      && zip(mine, its).allSatisfy { mine, its in
        guard mine != its else { return true }
        let number = mine.utf8.dropFirst(its.utf8.count + 1)
        return mine.hasPrefix("\(its)_") && !number.isEmpty
          && number.allSatisfy { (0x30...0x39).contains($0) }
      }
  }

  /// The network with the weights at `path`; the graph of an exported one is that of its file.
  private func reopened(_ path: String, _ opened: OpenedNetwork) throws -> Program {
    guard network.exportedGraph == nil else {
      return try Program(
        opened.blueprint,
        from: WrittenWeights(file: Safetensors(path: path), of: opened.blueprint))
    }
    var written = NetworkSpec(model: opened.id, weights: .file(path))
    written.allowsMissingHead = true
    return try OpenedNetwork(written).trainingForm()
  }

  /// Checks that no element becomes infinite.
  private func requireRange(of tensors: [(key: String, value: Tensor)]) throws(Failure) {
    guard let limit = storedType.limit else { return }
    for (key, tensor) in tensors {
      for index in 0..<tensor.count where tensor[index].magnitude >= limit {
        throw .overflow(key: key, value: tensor[index], storedType)
      }
    }
  }

  /// The output called like `tap` over a built-in picture.
  private static func output(
    _ program: Program, _ tap: Tap, of network: OpenedNetwork, _ workers: Workers
  ) throws -> [Float] {
    guard let value = program.tap(tap.name)?.value else {
      preconditionFailure("converting keeps the taps")
    }
    let input = network.preprocessing.tensor(
      BuiltInImages.image(at: 0), size: network.evaluation.size)
    return try program.forward(input, to: value, keep: .nothing, workers: workers).output.elements
  }

  private func provenance(
    _ opened: OpenedNetwork, hash: FNV1a, program: String
  ) -> [String: String] {
    var steps: [String] = []
    if merges { steps.append("merge") }
    if fuses { steps.append("fuse") }
    steps.append(storedType.rawValue)
    var metadata = [
      "format": "pt", "program": program, "model": opened.id,
      "source": network.weights.description, "source_hash": hash.text,
      "steps": steps.joined(separator: ","),
    ]
    if let doubts = opened.weightsChoice?.doubts, !doubts.isEmpty {
      metadata[FileHints.doubtsKey] = doubts.joined(separator: "\n")
    }
    if opened.weightsChoice?.lacksClassifier == true {
      let none = CheckpointParameters.noHead
      metadata[none.key] = none.value
    }
    if let key = network.weightsKey { metadata["source_key"] = key }
    if case .file = network.weights, let file = opened.file {
      metadata.merge(file.metadata.filter { $0.key.hasPrefix("training.") }) { mine, _ in mine }
    }
    return metadata
  }
}

/// Weights that were written under the names of the layers that have them.
private struct WrittenWeights: ParameterSource {
  private let file: Safetensors
  /// By the keys of slots.
  private var names: [String: String] = [:]

  init(file: Safetensors, of blueprint: Blueprint) {
    self.file = file
    for node in blueprint.nodes {
      for (shape, expression) in zip(node.op.parameterShapes, node.parameters) {
        guard case .slot(let slot) = expression, names[slot.key] == nil else { continue }
        names[slot.key] = node.scope + "." + shape.name
      }
    }
  }

  func parameter(_ slot: Slot) throws -> Tensor { try file.tensor(names[slot.key] ?? slot.key) }
}
