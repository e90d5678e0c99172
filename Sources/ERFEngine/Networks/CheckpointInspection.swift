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
  let file: Checkpoint

  /// Names of all tensors, sorted.
  public var names: CheckpointEntries.Names { file.entries.keys }

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
    classes = file.classes
    let ordered = file.prefixesOfNetworks
    weights = ordered.map { [file] in Self.weights(in: file, prefix: $0) }
  }

  private static func weights(in file: Checkpoint, prefix: String) -> Weights {
    let dictionary = WeightDictionary(file, prefix: prefix)
    let shapes = dictionary.shapes.lazy.filter { !$0.key.hasSuffix("num_batches_tracked") }
    let isForeign = ForeignNetwork(relativeIn: dictionary.shapes) != nil
    let network = isForeign ? nil : ModelCatalogue.recognise(dictionary, in: file)
    return Weights(
      key: dictionary.name, network: network?.id,
      tensors: shapes.count, parameters: shapes.reduce(0) { $0 + $1.value.count })
  }
}
