/// What every format of checkpoints offers.
protocol CheckpointReader: Sendable {
  /// What the file is, for people.
  var format: String { get }
  var entries: CheckpointEntries { get }
  /// What the file says of itself beside tensors.
  var metadata: [String: String] { get }
  /// The text of a configuration, as mmengine and its kin store it; usually empty.
  var configuration: String { get }
  /// What stands before the names of tensors that lie in nested dictionaries, lists and tuples, each with a
  /// dot behind it: `state_dict.`; usually one or none.
  var containers: Set<String> { get }
  /// Classes of the objects that stand among the tensors, by their names in the file.
  var objects: [String: String] { get }
  /// Classes of other libraries that the file names.
  var classes: [ForeignClass] { get }
  /// What a reader has to know of how the file was opened, a line each; usually empty.
  var notes: [String] { get }
  /// What is wrong with bytes that opening does not look at; all of them are read for it.
  var damage: CheckpointError? { get }
  func tensor(_ key: String) throws -> Tensor
}

extension CheckpointReader {
  var configuration: String { "" }
  var containers: Set<String> { [] }
  var objects: [String: String] { [:] }
  var classes: [ForeignClass] { [] }
  var notes: [String] { [] }
  var damage: CheckpointError? { nil }
}

/// An open checkpoint of any format: tensors by name, read when asked for.
///
/// Names of tensors in nested dictionaries are joined by dots: `model.stem.weight`. Nothing in the
/// file is ever executed.
public struct Checkpoint: Sendable {
  /// File name extensions of checkpoints, in lower case.
  public static let extensions = [
    "safetensors", "index.json", "pth", "pt", "th", "tar", "ckpt", "bin", "pkl", "onnx",
  ]

  /// Whether a file's name ends like a checkpoint's, in letters of either case.
  public static func hasExtension(_ name: String) -> Bool {
    let name = name.lowercased()
    return extensions.contains { name.hasSuffix("." + $0) } || isIndex(name)
  }

  /// Whether a file is called like an index of several, also of a variant as Hugging Face's libraries name it:
  /// `model.safetensors.index.fp16.json`.
  static func isIndex(_ name: String) -> Bool {
    let name = name.lowercased()
    if name.hasSuffix(".index.json") { return true }
    let parts = name.split(separator: ".").suffix(4).map(String.init)
    return parts.count == 4 && ["safetensors", "bin"].contains(parts[0]) && parts[1] == "index"
      && parts[3] == "json"
  }

  public let path: String
  /// Size of the file.
  public let bytes: Int
  private let reader: any CheckpointReader
  /// nil where the reader has several files open.
  private let mapped: MappedFile?

  /// Opens the file at `path` and finds out by its contents what it is.
  ///
  /// - Throws: `CheckpointError`, `CancellationError`.
  public init(path: String, cancellation: Cancellation? = nil) throws {
    guard let sharded = try Self.sharded(path, cancellation) else {
      self = try Checkpoint(file: path, cancellation: cancellation)
      return
    }
    WorkCount.note(.file)
    self.path = path
    (reader, bytes) = sharded
    mapped = nil
  }

  /// Opens the one file at `path`, which is not a folder and no index of others.
  ///
  /// - Throws: as `init(path:)`.
  init(file path: String, cancellation: Cancellation?) throws {
    WorkCount.note(.file)
    self.path = path
    let file = try MappedFile(path: path)
    mapped = file
    bytes = file.count
    if file.byte(at: 8) == UInt8(ascii: "{"), file.byte(at: 0) != 0x80 || file.byte(at: 7) == 0 {
      reader = try Safetensors(file, path: path)
    } else if file.bytes(0..<4) == [0x50, 0x4B, 0x03, 0x04] {
      reader = try TorchCheckpoint(zip: file, path: path, cancellation: cancellation)
    } else if file.byte(at: 0) == 0x80, (2...5).contains(file.byte(at: 1) ?? 0) {
      reader = try TorchCheckpoint(legacy: file, path: path, cancellation: cancellation)
    } else if LegacyLayout.isText(file) {
      throw CheckpointError.unsupported(
        path: path, reason: "it was saved with pickle protocol 0 or 1: save it with protocol 2")
    } else {
      guard let reason = ForeignFile.explanation(ofNetwork: file) else {
        throw CheckpointError.unknownFormat(path: path)
      }
      throw CheckpointError.unsupported(path: path, reason: reason)
    }
    // What has no elements that could be read takes no memory.
    let elements = reader.entries.reduce(0) { sum, entry in
      sum + (ElementType.isReal(entry.value.type) ? entry.value.shape.count : 0)
    }
    guard elements <= 16 * bytes + 1 << 20 else {
      throw CheckpointError.unsupported(
        path: path,
        reason:
          "its tensors repeat the same bytes too often: together they are more than 64 times as "
          + "large as the file")
    }
  }

  /// A folder, or an index of several files; nil: a single file.
  private static func sharded(
    _ path: String, _ cancellation: Cancellation?
  ) throws -> (any CheckpointReader, bytes: Int)? {
    let isFolder = FileKind(of: path) == .folder
    guard isFolder || isIndex(path) else { return nil }
    let reader =
      try isFolder
      ? ShardedCheckpoint.inFolder(path, cancellation: cancellation)
      : ShardedCheckpoint(index: path, cancellation: cancellation)
    return (reader, reader.bytes)
  }

  /// A file of another kind, which `reader` has opened.
  init(path: String, file: MappedFile, reader: any CheckpointReader) {
    self.path = path
    mapped = file
    bytes = file.count
    self.reader = reader
  }

  /// A safetensors file that ships inside the program.
  init(asset name: String) throws {
    path = name
    let file = MappedFile(asset: name)
    mapped = file
    bytes = file.count
    reader = try Safetensors(file, path: name)
  }

  /// `safetensors`, `PyTorch zip` or `PyTorch legacy`.
  public var format: String { reader.format }
  public var entries: CheckpointEntries { reader.entries }
  public var metadata: [String: String] { reader.metadata }
  /// The text of a configuration that training programs leave; usually empty.
  var configuration: String { reader.configuration }
  /// Classes of the objects that stand among the tensors, by their names in the file: never built.
  var objects: [String: String] { reader.objects }
  /// Classes of other libraries that the file names, and how often.
  public var classes: [ForeignClass] { reader.classes }
  /// What a reader has to know of how the file was opened, a line each.
  var notes: [String] { reader.notes }
  /// What is wrong with bytes that opening does not look at, such as those of a zip that do not agree with their
  /// checksum; all of them are read for it.
  var damage: CheckpointError? { reader.damage }
  /// What stands before the tensor `key`'s own name in the dictionary that holds it: `0.state_dict.` where that
  /// is an entry of the first of a tuple; empty where it is not nested.
  func container(of key: String) -> String {
    reader.containers.filter(key.hasPrefix).max { $0.utf8.count < $1.utf8.count } ?? ""
  }
  public var keys: [String] { Array(entries.keys) }

  /// What is there in a network's place: the result of a run, or an object or an unreadable tensor where a
  /// parameter belongs, by its name behind `prefix`; nil: nothing of the kind.
  func impostor(behind prefix: String = "") -> CheckpointError? {
    if let result = ResultFile(metadata: metadata) { return .result(path: path, result) }
    let ends = [".weight", ".bias", ".running_mean", ".running_var"]
    func isParameter(_ key: String) -> Bool {
      key.hasPrefix(prefix) && ends.contains(where: key.hasSuffix)
    }
    let unreadable = entries.filter {
      UnreadableTensor.Kind(rawValue: $0.value.type) != nil && isParameter($0.key)
    }.map { ($0.key, $0.value.type) }
    let found = unreadable + objects.filter { isParameter($0.key) }.map { ($0.key, $0.value) }
    return found.min { $0.0 < $1.0 }.map { .wrongType(path: path, key: $0.0, found: $0.1) }
  }

  /// Where files keep configurations in JSON among their texts.
  static let configurationKeys = [
    "config", "model_config", "cfg", "args", "hparams", "hyper_parameters",
  ]

  /// Whether a text under `key`, names joined by dots, is usually the name of the network: `args.arch`,
  /// `cfg.MODEL.NAME`, also where it may be that of one beside it, such as `teacher.arch`.
  static func namesArchitecture(_ key: String) -> Bool {
    let names = key.lowercased().split(separator: ".")
    guard let last = names.last, !names.contains(where: NetworkSetting.isOfOthers) else {
      return false
    }
    let keys: Set<Substring> = [
      "arch", "architecture", "model", "model_name", "backbone", "backbone_name", "network", "net",
      "encoder", "encoder_name",
    ]
    return keys.contains(last)
      || (["name", "type"].contains(last) || namesClass(key))
        && names.dropLast().last.map(keys.contains) ?? false
  }

  /// Whether a text under `key` is the path of a class or function, as Hydra and Lightning have them:
  /// `net._target_`.
  static func namesClass(_ key: String) -> Bool {
    key.hasSuffix("._target_") || key.hasSuffix(".class_path")
  }

  /// Whether a value under `key` may say that something else is computed than the shapes of parameters tell.
  static func isSetting(_ key: String) -> Bool {
    NetworkSetting.named(key) != nil
  }

  /// The same of a list of `count` values.
  static func isSetting(list key: String, of count: Int) -> Bool {
    NetworkSetting.named(key + ".0") != nil || NetworkSetting.isArgument(key)
      || count <= 3 && normalisationSetting(key) != nil
  }

  /// The mean or deviation of pictures that a value under `key` belongs to, also where it stands in a list:
  /// `args.mean` of `args.mean.0`, in lower case; nil: it is something else.
  static func normalisationSetting(_ key: String) -> String? {
    var parts = key.lowercased().split(separator: ".")
    if let last = parts.last, Int(last) != nil { parts.removeLast() }
    guard let last = parts.last, normalisers.contains(last) else { return nil }
    let namesPictures = ["image_", "img_", "pixel_"].contains(where: last.hasPrefix)
    // In other sections below one another they are of labels and other networks.
    let isOfPictures = parts.dropFirst().dropLast().allSatisfy {
      sectionsOfPictures.contains($0) || namesPictures && NetworkSetting.isOfNetwork($0)
    }
    return isOfPictures ? parts.joined(separator: ".") : nil
  }

  private static let normalisers: Set<Substring> = [
    "mean", "std", "image_mean", "image_std", "img_mean", "img_std", "norm_mean", "norm_std",
    "pixel_mean", "pixel_std",
  ]
  private static let sectionsOfPictures: Set<Substring> = [
    "data", "dataset", "image", "input", "transform", "transforms", "preprocess", "preprocessing",
    "normalize", "normalization", "normalise", "normalisation",
  ]

  /// Lets go of the memory that the tensors read so far took; the file stays open.
  func forgetPages() { mapped?.forgetPages() }

  /// The tensor `key` as float32 in its own shape.
  ///
  /// - Throws: `CheckpointError`.
  public func tensor(_ key: String) throws -> Tensor { try reader.tensor(key) }
}
