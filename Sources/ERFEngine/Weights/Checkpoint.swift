/// What every format of checkpoints offers.
protocol CheckpointReader: Sendable {
  /// What the file is, for people.
  var format: String { get }
  var entries: [String: CheckpointEntry] { get }
  /// What the file says of itself beside tensors.
  var metadata: [String: String] { get }
  /// Classes of the objects that stand among the tensors, by their names in the file.
  var objects: [String: String] { get }
  /// Classes of other libraries that the file names.
  var classes: [ForeignClass] { get }
  func tensor(_ key: String) throws -> Tensor
}

extension CheckpointReader {
  var objects: [String: String] { [:] }
  var classes: [ForeignClass] { [] }
}

/// An open checkpoint of any format: tensors by name, read when asked for.
///
/// Names of tensors in nested dictionaries are joined by dots: `model.stem.weight`. Nothing in the
/// file is ever executed.
public struct Checkpoint: Sendable {
  /// File name extensions of checkpoints, in lower case.
  public static let extensions = [
    "safetensors", "pth", "pt", "th", "tar", "ckpt", "bin", "pkl",
  ]

  public let path: String
  /// Size of the file.
  public let bytes: Int
  private let reader: any CheckpointReader
  private let mapped: MappedFile

  /// Opens the file at `path` and finds out by its contents what it is.
  ///
  /// - Throws: `CheckpointError`, `CancellationError`.
  public init(path: String, cancellation: Cancellation? = nil) throws {
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
    } else {
      throw CheckpointError.unknownFormat(path: path)
    }
    guard reader.entries.reduce(0, { $0 + $1.value.shape.count }) <= 16 * bytes + 1 << 20 else {
      throw CheckpointError.malformed(
        path: path, reason: "its tensors repeat the same bytes too often")
    }
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
  public var entries: [String: CheckpointEntry] { reader.entries }
  public var metadata: [String: String] { reader.metadata }
  /// Classes of the objects that stand among the tensors, by their names in the file: never built.
  var objects: [String: String] { reader.objects }
  /// Classes of other libraries that the file names, and how often.
  public var classes: [ForeignClass] { reader.classes }
  public var keys: [String] { entries.keys.sorted() }

  /// Lets go of the memory that the tensors read so far took; the file stays open.
  func forgetPages() { mapped.forgetPages() }

  /// The tensor `key` as float32 in its own shape.
  ///
  /// - Throws: `CheckpointError`.
  public func tensor(_ key: String) throws -> Tensor { try reader.tensor(key) }
}
