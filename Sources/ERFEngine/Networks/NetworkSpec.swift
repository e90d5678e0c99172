/// Which network to open: an architecture, and where its weights come from.
public struct NetworkSpec: Sendable, Hashable {
  /// A catalogue id or free variant, such as `replknet-31` (case-insensitive); nil: the one that the
  /// weights' file holds.
  public var model: String?
  public var weights: WeightsSource
  /// Which of several dictionaries of weights in the file: `model_ema`; nil: the likeliest.
  public var weightsKey: String?
  /// Whether the file may lack the classifier.
  public var allowsMissingHead = false
  /// Whether the file may hold tensors that are no parameters of the network; they are left out.
  public var ignoresExtra = false
  /// The network that the weights belong to, where `model` is an edited form of it; nil: `model`.
  public var weightsModel: String?
  /// What is changed of the network that `model` or the file says.
  public var edits: [StageEdit] = []
  /// How weights are brought to the shapes of an edited network.
  public var fit = WeightFit.crop
  /// The input size that an exported graph is bound to; nil: the one that it was exported for. Built-in
  /// networks take any.
  public var inputSize: InputSize?
  /// How pictures are prepared, where that is said.
  public var preprocessing = PreprocessingChoice.own
  /// The file that names the classes, one a line; nil: those that one would expect.
  public var classes: String?
  /// A value of an exported graph to be shown besides, by its name in the file; nil: none.
  public var exportedValue: String?
  /// The input whose unreached kernel weights become zeros (`KernelReach`); nil: all stay as they are.
  public var zeroesUnreached: InputSize?

  /// - Parameter weights: nil for those that one would expect: `WeightsSource.usual`.
  public init(model: String?, weights: WeightsSource? = nil) {
    self.model = model
    self.weights = weights ?? .usual(for: model)
  }

  /// An exported graph with edits of it: `net.onnx:kernels=7,7,5`, with the file's own weights.
  public init(editedExport id: String) {
    self.init(model: id, weights: ExportedID(id).map { .file($0.path) })
  }

  /// Whether `word` names an exported graph with edits: `net.onnx:kernels=7,7,5`.
  public static func isEditedExport(_ word: String) -> Bool {
    ExportedID(word) != nil && !ONNXModel.isONNX(word)
  }

  /// Whether `word` is the path of a file rather than a model's id, be the file there or not.
  public static func isCheckpoint(_ word: String) -> Bool {
    do {
      _ = try ModelCatalogue.architecture(word)
      return false
    } catch {
      let name = word.lowercased()
      return word.contains("/") || Checkpoint.extensions.contains { name.hasSuffix("." + $0) }
        || FileKind(of: word) != .absent
    }
  }

  /// The canonical id of the network: the one that is named, or else the one that the file holds.
  ///
  /// - Throws: `ModelError`, `CheckpointError`.
  public func modelID() throws -> String {
    if let exportedGraph { return model ?? exportedGraph }
    if let model { return try ModelCatalogue.architecture(model).id }
    return try OpenedNetwork(self).id
  }

  /// Checks that the weights' file holds the network, by names and shapes alone.
  ///
  /// - Throws: `ModelError`, `CheckpointError`, as opening the network would.
  public func requireWeights() throws { try OpenedNetwork(self).requireWeights() }

  /// The ONNX file that the network comes from; nil: it is a built-in one.
  public var exportedGraph: String? {
    if let model { return ExportedID(model)?.path }
    if case .file(let path) = weights, ONNXModel.isONNX(path) { return path }
    return nil
  }

  /// The input size that its ONNX file was exported for; nil: none, or it takes any.
  public var exportedSize: InputSize? {
    guard let exportedGraph, let model = try? ONNXModel(path: exportedGraph) else { return nil }
    return (try? ONNXInput(model))?.exportedSize
  }

  /// The same network for inputs of `size`, where that matters.
  public func bound(to size: InputSize) -> NetworkSpec {
    guard exportedGraph != nil else { return self }
    var spec = self
    spec.inputSize = size
    return spec
  }

  /// For people: the model as it was asked for, or the file.
  public var name: String { model ?? weights.description }
}

/// Where the weights come from.
public enum WeightsSource: Sendable, Hashable, CustomStringConvertible {
  /// Those that ship with the program, for the networks in `ShippedWeights.models`.
  case trained
  /// Seeded random initialisation, as the network's official code initialises.
  case random(seed: UInt64)
  /// A checkpoint file.
  case file(String)

  /// What is meant where nothing is said: trained weights where the program has some for the network
  /// `model`, and random ones else.
  public static func usual(for model: String?) -> WeightsSource {
    guard let model, let id = try? ModelCatalogue.architecture(model).id,
      ShippedWeights.models.contains(id)
    else { return .random(seed: 0) }
    return .trained
  }

  public var description: String {
    switch self {
    case .trained: "trained"
    case .random(let seed): "random:\(seed)"
    case .file(let path): path
    }
  }
}

extension FileVersion {
  /// Of the file that an exported graph, or the weights, come from; nil: there is none.
  init?(of spec: NetworkSpec) {
    guard let path = spec.exportedGraph else {
      self.init(of: spec.weights)
      return
    }
    self.init(path: path)
  }

  /// nil for weights that are no file, or one that is not there.
  init?(of weights: WeightsSource) {
    guard case .file(let path) = weights else { return nil }
    self.init(path: path)
  }
}
