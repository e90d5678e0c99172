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
        "\(path): cannot be written: it is no regular file, and the result is read back to compare"
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
    let architecture = try ModelCatalogue.architecture(of: network)
    let original = try Network.trained(network)
    var graph = original.graph
    if merges { graph = graph.mergingForCheckpoints() }
    if fuses { graph = graph.foldingBatchNormsIntoProducers() }
    let tensors = graph.stateDictionary
    try requireRange(of: tensors)
    try cancellation.check()
    try SafetensorsWriter(
      tensors: tensors, type: precision.type,
      metadata: provenance(architecture, original.graph, program: program)
    ).write(to: path)
    try cancellation.check()
    var written = NetworkSpec(model: architecture.id, weights: .file(path))
    written.allowsMissingHead = true
    let workers = Workers(cancellation: cancellation)
    let tap = original.graph.tap("logits") ?? original.graph.stages.last
    guard let tap else { preconditionFailure("networks have stages") }
    let before = try Self.output(original.graph, tap, of: architecture, workers)
    let after = try Self.output(try Network.trained(written).graph, tap, of: architecture, workers)
    return Report(
      model: architecture.id, weightsChoice: original.choice, tensors: tensors.count,
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
    _ graph: Graph, _ tap: Tap, of architecture: any Architecture, _ workers: Workers
  ) throws -> [Float] {
    guard let value = graph.tap(tap.name)?.value else {
      preconditionFailure("converting keeps the taps")
    }
    let input = architecture.preprocessing.tensor(
      BuiltInImages.image(at: 0), size: architecture.evaluation.size)
    return try graph.forward(input, to: value, keep: .nothing, workers: workers).output.elements
  }

  private func provenance(
    _ architecture: any Architecture, _ graph: Graph, program: String
  ) -> [String: String] {
    var steps: [String] = []
    if merges { steps.append("merge") }
    if fuses { steps.append("fuse") }
    steps.append(precision.rawValue)
    var metadata = [
      "format": "pt", "program": program, "model": architecture.id,
      "source": network.weights.description, "source_hash": graph.weightsHash,
      "steps": steps.joined(separator: ","),
    ]
    if let key = network.weightsKey { metadata["source_key"] = key }
    if case .file(let path) = network.weights, let file = try? Checkpoint(path: path) {
      metadata.merge(file.metadata.filter { $0.key.hasPrefix("training.") }) { mine, _ in mine }
    }
    return metadata
  }
}
