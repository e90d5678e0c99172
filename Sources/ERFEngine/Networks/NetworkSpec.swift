/// Which network to open: the one identity that requests, sessions and memories of results share.
public struct NetworkSpec: Sendable, Hashable {
  public var source: NetworkSource
  public var weights: WeightsSource
  /// Which of several dictionaries of weights in the file: `model_ema`; nil: the likeliest.
  public var weightsKey: String?
  /// Whether the file may lack the classifier.
  public var allowsMissingHead = false
  /// Whether the file may hold tensors that are no parameters of the network; they are left out.
  public var ignoresExtra = false
  /// What is changed of the network that `source` names.
  public var edits: [StageEdit] = []
  /// How weights are brought to the shapes of an edited network.
  public var fit = WeightFit.crop
  /// The network that the weights belong to, where training begins with those of another one: what fits
  /// is taken over; nil: the one that `source` names.
  public var weightsModel: String?
  /// The input size that an exported graph is bound to; nil: the one that it was exported for. Built-in
  /// networks take any.
  public var inputSize: InputSize?
  /// How pictures are prepared, where that is said.
  public var preprocessing = PreprocessingChoice.own
  private var classesKey: PathKey?
  /// The file that names the classes, one a line; nil: those that one would expect.
  public var classes: String? {
    get { classesKey?.path }
    set { classesKey = newValue.map(PathKey.init) }
  }
  /// A value of an exported graph to be shown besides, by its name in the file; nil: none.
  public var exportedValue: String?
  /// The input whose unreached kernel weights become zeros (`KernelReach`); nil: all stay as they are.
  public var zeroesUnreached: InputSize?

  public init(_ source: NetworkSource, weights: WeightsSource) {
    self.source = source
    self.weights = weights
  }

  /// - Parameters:
  ///   - model: as it is named on the command line: a catalogue id or free variant, or an ONNX file.
  ///   - weights: nil for those that one would expect: `WeightsSource.usual`.
  public init(model: String, weights: WeightsSource? = nil) {
    self.init(
      ONNXModel.isONNX(model) ? .file(model) : .catalogue(model),
      weights: weights ?? .usual(for: model))
  }

  /// The network in the file at `path`, with the weights that it holds.
  public init(file path: String) { self.init(.file(path), weights: .file(path)) }

  /// The source as text: an id as it was asked for, or a path. Edits do not change it.
  public var model: String {
    switch source {
    case .catalogue(let id): id
    case .file(let path): path
    }
  }

  /// An exported graph with edits of it: `net.onnx:kernels=7,7,5`, with the file's own weights, interpolated.
  ///
  /// - Throws: what opening the file throws, `ModelError` for edits that do not fit.
  public init(editedExport id: String) throws {
    guard let exported = ExportedID(id) else { throw ModelError.unknown(id: id, nearest: nil) }
    self.init(file: exported.path)
    edits = try ExportedDesign(exported).edits
    fit = .interpolate
  }

  /// Whether `word` names an exported graph, as it is or edited.
  public static func isExport(_ word: String) -> Bool { ExportedID(word) != nil }

  /// Whether `word` names an exported graph with edits: `net.onnx:kernels=7,7,5`.
  public static func isEditedExport(_ word: String) -> Bool {
    ExportedID(word) != nil && !ONNXModel.isONNX(word)
  }

  /// Whether `word` is the path of a file rather than a model's id, whether or not the file exists.
  public static func isCheckpoint(_ word: String) -> Bool {
    do {
      _ = try ModelCatalogue.architecture(word)
      return false
    } catch {
      // No id has a #, which stands before what is meant of a file, or an array's ending.
      return word.contains("/") || word.contains("#")
        || [".npy", ".npz"].contains(where: word.lowercased().hasSuffix)
        || Checkpoint.hasExtension(word) || FileKind(of: word) != .absent
    }
  }

  /// The canonical id of the network, edits included: the one that is named, or else the one that the
  /// file holds.
  ///
  /// - Throws: `ModelError`, `EditError`, `CheckpointError`.
  public func modelID() throws -> String {
    if let exportedGraph, !isEdited { return exportedGraph }
    if case .file = source, exportedGraph == nil { return try OpenedNetwork(self).id }
    return try NetworkDesign(self).id
  }

  /// Checks that the weights' file holds the network, by names and shapes alone.
  ///
  /// - Throws: `ModelError`, `CheckpointError`, as opening the network would.
  public func requireWeights() throws { try OpenedNetwork(self).requireWeights() }

  /// The ONNX file that the network comes from; nil: it is a built-in one.
  public var exportedGraph: String? {
    guard case .file(let path) = source, ONNXModel.isONNX(path) else { return nil }
    return path
  }

  /// The file that the weights come from; nil: they come from none.
  public var weightsFile: String? {
    guard case .file(let path) = weights else { return nil }
    return path
  }

  /// The input size that its ONNX file was exported for; nil: none, or it takes any.
  public var exportedSize: InputSize? {
    guard let exportedGraph, let model = try? ONNXGraphs.shared.model(path: exportedGraph) else {
      return nil
    }
    return (try? ONNXInput(model))?.exportedSize
  }

  /// The input size that the ONNX file was exported for which `word` names, edits of it or not; nil: as
  /// above.
  public static func exportedSize(ofModel word: String) -> InputSize? {
    ExportedID(word).flatMap { NetworkSpec(file: $0.path).exportedSize }
  }

  /// The same network for inputs of `size`, where that matters.
  public func bound(to size: InputSize) -> NetworkSpec {
    guard exportedGraph != nil else { return self }
    var spec = self
    spec.inputSize = size
    return spec
  }
}

extension NetworkSpec {
  public var isEdited: Bool { !edits.isEmpty }

  /// For people: the network as it was asked for, or the id that edits make of it.
  public var text: String {
    guard isEdited else { return model }
    return (try? modelID()) ?? model
  }

  /// For records: where the weights come from, and what became of them where the network is edited, whose
  /// id may be that of another one that ships: `trained, edited from replknet-31-nano (kernels cropped)`.
  public var weightsText: String {
    guard isEdited else { return weights.description }
    let origin = if case .catalogue(let id) = source { " from \(id)" } else { "" }
    let changes = StageField.allCases.compactMap { field -> String? in
      guard edits.contains(where: { $0.change.field == field }) else { return nil }
      return switch field {
      case .kernel, .smallKernel: fit.text
      case .dilation: "dilation changed"
      case .shortcuts: "shortcuts changed"
      case .depth: "depth changed"
      }
    }
    var named: [String] = []
    for change in changes where !named.contains(change) { named.append(change) }
    return "\(weights.description), edited\(origin) (\(named.joined(separator: ", ")))"
  }

  /// The same as it was opened.
  public var unedited: NetworkSpec {
    var spec = self
    spec.edits = []
    return spec
  }

  /// The same with its network named, where a file says which one it is; an exported graph stays a file.
  ///
  /// - Parameter open: opens it, or has it open already.
  /// - Throws: `ModelError`, `CheckpointError`, `CancellationError`.
  public func named(
    opening open: (NetworkSpec) throws -> OpenedNetwork = { try OpenedNetwork($0) }
  ) throws -> NetworkSpec {
    guard case .file = source, exportedGraph == nil else { return self }
    var spec = self
    spec.source = .catalogue(try open(unedited).id)
    return spec
  }
}

/// Where it is written what a network computes.
public enum NetworkSource: Sendable, Hashable {
  /// A catalogue id or free variant, such as `replknet-31` (case-insensitive).
  case catalogue(String)
  /// A file that holds the network: a checkpoint that tells it by names and shapes, or an exported graph.
  case file(String)

  /// Files are compared by the bytes of their paths.
  public static func == (left: NetworkSource, right: NetworkSource) -> Bool {
    switch (left, right) {
    case (.catalogue(let id), .catalogue(let other)): id == other
    case (.file(let path), .file(let other)): PathKey.areSame(path, other)
    default: false
    }
  }
}

/// Where the weights come from.
public enum WeightsSource: Sendable, Hashable, CustomStringConvertible {
  /// Those that ship with the program, for the networks in `ShippedWeights.models`.
  case trained
  /// Seeded random initialisation, as the network's official code initialises.
  case random(seed: UInt64)
  /// A checkpoint file.
  case file(String)

  /// Files are compared by the bytes of their paths.
  public static func == (left: WeightsSource, right: WeightsSource) -> Bool {
    switch (left, right) {
    case (.trained, .trained): true
    case (.random(let seed), .random(let other)): seed == other
    case (.file(let path), .file(let other)): PathKey.areSame(path, other)
    default: false
    }
  }

  /// The weights of a network that is named without any: trained ones where the program has them for
  /// `model`, else random ones.
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
