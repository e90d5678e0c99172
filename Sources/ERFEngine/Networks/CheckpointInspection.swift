/// What a checkpoint file is and holds; its tensors are read one at a time and let go of.
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

  /// One tensor; what is not finite does not count for the numbers.
  public struct TensorSummary: Sendable, Equatable, Encodable {
    public let name: String
    /// As safetensors headers call it.
    public let type: String
    public let shape: [Int]
    public let min: Float?
    public let mean: Double?
    public let max: Float?
    /// Elements that are NaN or infinite.
    public let nonFinite: Int
    /// FNV-1a of the float32 bits in order, 16 hexadecimal digits; nil: no real numbers.
    public let hash: String?
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
  private let file: Checkpoint

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
    let source = try CheckpointParameters(
      file: file, model: network.id, landmarks: type(of: network).landmarks,
      head: type(of: network).head, key: dictionary.name, allowsMissingHead: true
    ).settled(for: network)
    let blueprint = network.blueprint(source.optional)
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
  public func problems(_ tensors: [TensorSummary]) -> [CheckpointError] {
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

  /// Reads the tensor `name` for its numbers.
  ///
  /// - Throws: `CheckpointError`.
  public func tensor(_ name: String) throws -> TensorSummary {
    guard let entry = file.entries[name] else {
      throw CheckpointError.noTensor(path: path, key: name, available: names)
    }
    guard let tensor = try readable(name) else {
      return TensorSummary(
        name: name, type: entry.type, shape: entry.shape.extents, min: nil, mean: nil, max: nil,
        nonFinite: 0, hash: nil)
    }
    let range = tensor.finiteRange
    var hash = FNV1a()
    tensor.addBits(to: &hash)
    let finite = tensor.count - range.nonFinite
    return TensorSummary(
      name: name, type: entry.type, shape: entry.shape.extents,
      min: finite > 0 ? range.min : nil, mean: finite > 0 ? range.sum / Double(finite) : nil,
      max: finite > 0 ? range.max : nil, nonFinite: range.nonFinite, hash: hash.text)
  }

  /// nil for types that are no real numbers.
  private func readable(_ name: String) throws -> Tensor? {
    do {
      return try file.tensor(name)
    } catch CheckpointError.wrongType {
      return nil
    }
  }
}

extension Tensor {
  /// Smallest, largest and sum of the finite elements, and how many are not.
  fileprivate var finiteRange: (min: Float, max: Float, sum: Double, nonFinite: Int) {
    var range = (min: Float.infinity, max: -Float.infinity, sum: 0.0, nonFinite: 0)
    for index in 0..<count {
      let value = self[index]
      guard value.isFinite else {
        range.nonFinite += 1
        continue
      }
      range.min = Swift.min(range.min, value)
      range.max = Swift.max(range.max, value)
      range.sum += Double(value)
    }
    return range
  }
}
