/// Writes a network's weights as safetensors, under the official names so that PyTorch loads them.
public struct NetworkConversion: Sendable {
  /// What elements are stored as.
  public enum Precision: String, Sendable, CaseIterable {
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
  public var precision = Precision.f32

  public init(network: NetworkSpec) { self.network = network }

  /// Why a network is not written; a file that was there stays as it was.
  public enum Failure: ExplainedError, Equatable {
    /// An element beyond the largest number of the precision.
    case overflow(key: String, value: Float, Precision)
    /// A pipe or a device, from which what was written could not be read back.
    case noRegularFile(path: String)

    public var explanation: String {
      switch self {
      case .overflow(let key, let value, let precision):
        "\(key) holds \(value), which is beyond the range of \(precision.rawValue): nothing is written; "
          + "bf16 and f32 reach farther"
      case .noRegularFile(let path):
        "\(path): cannot be written: it is not a regular file, and the result is read back to compare"
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
    guard FileKind(of: path) != .other else { throw Failure.noRegularFile(path: path) }
    let opened = try OpenedNetwork(network, cancellation: cancellation)
    try opened.requireWeights()
    let loader = opened.loader(cancellation: cancellation)
    let original = try Program(opened.blueprint, from: loader)
    var blueprint = opened.blueprint
    if merges { blueprint = blueprint.mergingForCheckpoints() }
    if fuses { blueprint = blueprint.foldingNormsIntoProducers() }
    let tensors = try Program(blueprint, from: loader).stateDictionary
    try requireRange(of: tensors)
    try cancellation.check()
    try SafetensorsWriter(
      tensors: tensors, type: precision.type,
      metadata: provenance(opened, hash: try loader.hash(of: opened.blueprint), program: program)
    ).write(to: path)
    try cancellation.check()
    var written = NetworkSpec(model: opened.id, weights: .file(path))
    written.allowsMissingHead = true
    let workers = Workers(cancellation: cancellation)
    let tap = original.tap("logits") ?? original.stages.last
    guard let tap else { preconditionFailure("networks have stages") }
    let before = try Self.output(original, tap, of: opened, workers)
    let after = try Self.output(OpenedNetwork(written).trainingForm(), tap, of: opened, workers)
    return Report(
      model: opened.id, weightsChoice: opened.weightsChoice, tensors: tensors.count,
      parameters: tensors.reduce(0) { $0 + $1.value.count }, output: tap.name,
      difference: zip(before, after).map { abs($0 - $1) }.max() ?? 0,
      largest: before.map(abs).max() ?? 0)
  }

  /// Checks that no element becomes infinite.
  private func requireRange(of tensors: [(key: String, value: Tensor)]) throws(Failure) {
    guard let limit = precision.limit else { return }
    for (key, tensor) in tensors {
      for index in 0..<tensor.count where tensor[index].magnitude >= limit {
        throw .overflow(key: key, value: tensor[index], precision)
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
    steps.append(precision.rawValue)
    var metadata = [
      "format": "pt", "program": program, "model": opened.id,
      "source": network.weights.description, "source_hash": hash.text,
      "steps": steps.joined(separator: ","),
    ]
    if let key = network.weightsKey { metadata["source_key"] = key }
    if case .file = network.weights, let file = opened.file {
      metadata.merge(file.metadata.filter { $0.key.hasPrefix("training.") }) { mine, _ in mine }
    }
    return metadata
  }
}
