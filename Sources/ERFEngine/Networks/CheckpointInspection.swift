/// What a checkpoint file is and holds.
public struct CheckpointInspection: Sendable {
  /// A dictionary of weights that one of the known networks stores.
  public struct Weights: Sendable, Equatable, Encodable {
    /// What `NetworkSpec.weightsKey` calls it; empty: it lies at the top.
    public let key: String
    /// Id of the network by names and shapes; nil: none that is known.
    public let network: String?
    public let tensors: Int
    public let parameters: Int
  }

  public let path: String
  /// `safetensors`, `PyTorch zip` or `PyTorch legacy`.
  public let format: String
  public let bytes: Int
  /// What the file says of itself beside tensors.
  public let metadata: [String: String]
  /// Classes of other libraries that the file names; objects of them are left alone.
  public let classes: [ForeignClass]
  /// Dictionaries of weights, the one that would be opened first.
  public let weights: [Weights]
  /// Names of all tensors, sorted.
  public let names: [String]
  /// What keeps the weights from opening as their networks, by names and shapes.
  private let mismatches: [CheckpointError]
  /// Names of all tensors that belong to the networks.
  private let parameters: Set<String>
  let file: Checkpoint

  /// Reads names, types and shapes alone.
  ///
  /// - Throws: `CheckpointError`.
  public init(path: String, cancellation: Cancellation? = nil) throws {
    file =
      ONNXModel.isONNX(path)
      ? try Checkpoint(exported: path) : try Checkpoint(path: path, cancellation: cancellation)
    self.path = path
    format = file.format
    bytes = file.bytes
    metadata = file.metadata
    names = file.keys
    classes = file.classes
    let ordered = file.prefixesOfNetworks
    weights = ordered.map { [file] in Self.weights(in: file, prefix: $0) }
    guard !ONNXModel.isONNX(path) else {
      // A graph says itself what its weights are for, whatever network's they look like.
      mismatches = []
      parameters = []
      return
    }
    let checks = try ordered.compactMap { [file] in try Self.check(file, prefix: $0) }
    mismatches = checks.compactMap(\.mismatch)
    parameters = Set(checks.flatMap(\.parameters))
  }

  /// The parameters of the network behind `prefix`, and what keeps it from opening, a missing
  /// classifier aside; nil: no network that is known.
  private static func check(
    _ file: Checkpoint, prefix: String
  ) throws -> (parameters: [String], mismatch: CheckpointError?)? {
    let dictionary = WeightDictionary(file, prefix: prefix)
    guard
      let network = ModelCatalogue.recognise(dictionary).first?
        .adopting(FileHints(file, prefix: prefix))
    else { return nil }
    let (source, blueprint) = try CheckpointParameters(
      file: file, model: network.id, landmarks: type(of: network).landmarks,
      head: type(of: network).head, key: dictionary.name, allowsMissingHead: true
    ).settled(for: network)
    let inventory = ParameterInventory(blueprint)
    let parameters = inventory.entries.keys.map(source.weights.fullName)
    do {
      try source.requireFit(blueprint, of: network)
      return (parameters, nil)
    } catch let error as CheckpointError {
      return (parameters, error)
    }
  }

  /// What keeps the weights from opening as their networks, a missing classifier aside: names, shapes,
  /// and numbers that are none.
  ///
  /// - Parameter tensors: the summaries of all `names`.
  public func problems(_ tensors: some Sequence<TensorSummary>) -> [CheckpointError] {
    let values = tensors.compactMap { tensor -> CheckpointError? in
      guard parameters.contains(tensor.name) else { return nil }
      if tensor.nonFinite > 0 { return .nonFinite(path: path, key: tensor.name) }
      guard tensor.shape.count == 4, tensor.min == 0, tensor.max == 0 else { return nil }
      return .onlyZeros(path: path, key: tensor.name, shape: Shape(tensor.shape))
    }
    return mismatches + values
  }

  private static func weights(in file: Checkpoint, prefix: String) -> Weights {
    let dictionary = WeightDictionary(file, prefix: prefix)
    let shapes = dictionary.shapes.filter { !$0.key.hasSuffix("num_batches_tracked") }
    let network = ModelCatalogue.recognise(dictionary).first?
      .adopting(FileHints(file, prefix: prefix))
    return Weights(
      key: dictionary.name, network: network?.id,
      tensors: shapes.count, parameters: shapes.reduce(0) { $0 + $1.value.count })
  }
}
