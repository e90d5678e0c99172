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
  }

  /// Where the weights come from; an edited network is written as edited.
  public var network: NetworkSpec
  /// Whether parallel kernels become one each, as in the released code (`lkb_reparam`).
  public var merges = false
  /// Whether batch norms are folded into the convolutions before them.
  public var fuses = false
  public var precision = Precision.f32

  public init(network: NetworkSpec) { self.network = network }

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
  /// - Throws: `ModelError`, `CheckpointError`, `FileError`, `CancellationError`.
  public func write(
    to path: String, program: String, cancellation: Cancellation = Cancellation()
  ) throws -> Report {
    let architecture = try ModelCatalogue.architecture(of: network)
    let original = try Network.trained(network)
    var graph = original.graph
    if merges { graph = graph.mergingForCheckpoints() }
    if fuses { graph = graph.foldingBatchNormsIntoProducers() }
    let tensors = graph.stateDictionary
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
    return metadata
  }
}
