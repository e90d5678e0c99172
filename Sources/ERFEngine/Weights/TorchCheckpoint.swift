/// A file written by `torch.save`: the zip of PyTorch 1.6 and later, or the run of pickles before it.
final class TorchCheckpoint: CheckpointReader {
  /// Where the bytes of storages lie.
  private enum Bytes: Sendable {
    case zip(ZipArchive, [String: ZipArchive.Entry])
    /// First byte of each storage in the file.
    case legacy(MappedFile, [String: Int])
  }

  let format: String
  private let path: String
  private let bytes: Bytes
  private let contents: TorchContents

  /// Pickles of dictionaries are small; anything longer is an attack or an accident.
  static let maxPickle = 64 << 20

  /// - Parameter maxPickle: the most bytes of the pickle that are read.
  init(
    zip file: MappedFile, path: String, cancellation: Cancellation? = nil,
    maxPickle: Int = TorchCheckpoint.maxPickle
  ) throws {
    let archive = try ZipArchive(file, path: path)
    guard let (root, entry) = Self.pickle(in: archive) else {
      throw CheckpointError.unsupported(
        path: path,
        reason: ForeignFile.explanation(ofContents: archive)
          ?? "it is a zip file, but not one written by torch.save")
    }
    if let packed = archive.entries.filter({ $0.key.hasPrefix(root) && !$0.value.isReadable }).keys
      .min()
    {
      throw CheckpointError.unsupported(
        path: path,
        reason:
          "\(WeightsMismatch.printable(packed)) in it is \(archive.way(of: packed)): zip it again "
          + "stored or deflated")
    }
    guard !Self.isScript(archive, root) else {
      throw CheckpointError.unsupported(
        path: path, reason: "it is a TorchScript program; save the network's state_dict() instead")
    }
    if let order = archive.entries[root + "byteorder"],
      archive.bytes(order, 0..<min(order.size, 6)) == Array("big".utf8)
    {
      throw CheckpointError.unsupported(path: path, reason: "its numbers are big-endian")
    }
    // A deflated pickle may be large in a small file, but not without measure.
    try Self.requireSize(
      of: entry, atMost: min(maxPickle, 4 * file.count + 16 << 20), path: path)
    // It is unfolded and copied.
    try MemoryError.require(more: 2 * entry.size, toOpen: path)
    guard let pickle = archive.bytes(entry, 0..<entry.size) else {
      throw CheckpointError.malformed(path: path, reason: "its data.pkl cannot be read")
    }
    let contents = try Self.explaining(path) { () throws(PickleError) in
      var machine = PickleMachine(
        ByteArray(elements: pickle), fileSize: file.count, cancellation: cancellation)
      return try TorchContents(try machine.run(), of: machine)
    }
    var places: [String: ZipArchive.Entry] = [:]
    for storage in contents.storages {
      guard let place = archive.entries[root + "data/" + storage.key], place.isReadable,
        place.size >= storage.count * storage.type.size
      else {
        throw CheckpointError.malformed(
          path: path, reason: "storage \(storage.key.prefix(40)) is missing or short")
      }
      places[storage.key] = place
    }
    format = "PyTorch zip"
    bytes = .zip(archive, places)
    self.path = path
    self.contents = contents
  }

  init(legacy file: MappedFile, path: String, cancellation: Cancellation? = nil) throws {
    let (contents, places) = try Self.explaining(path) { () throws(PickleError) in
      try LegacyLayout.read(file, cancellation: cancellation)
    }
    format = "PyTorch legacy"
    bytes = .legacy(file, places)
    self.path = path
    self.contents = contents
  }

  var entries: CheckpointEntries { contents.entries }
  var metadata: [String: String] { contents.settings.metadata }
  var configuration: String { contents.settings.configuration }
  var containers: Set<String> { contents.containers }
  var objects: [String: String] { contents.objects }
  var classes: [ForeignClass] { contents.classes }
  var notes: [String] { contents.notes }

  var damage: CheckpointError? {
    guard case .zip(let archive, _) = bytes, let entry = archive.damagedEntry else { return nil }
    return .malformed(
      path: path,
      reason: "\(WeightsMismatch.printable(entry)) in it is not what its checksum (CRC-32) is of: "
        + "copy or download the file again")
  }

  func tensor(_ key: String) throws -> Tensor {
    guard let entry = entries[key] else {
      throw CheckpointError.noTensor(path: path, key: key, available: Array(entries.keys))
    }
    guard let place = entry.place.first, ElementType.isReal(entry.type) else {
      throw CheckpointError.wrongType(path: path, key: key, found: entry.type)
    }
    let record = contents.records[place]
    let tensor = try stored(record, entry.shape, key)
    return record.isNegated ? Tensor(generated: tensor.shape) { -tensor[$0] } : tensor
  }

  /// The elements of `record` with the signs that they have in its storage.
  private func stored(
    _ record: TensorRecord, _ shape: Shape, _ key: String
  ) throws(CheckpointError) -> Tensor {
    guard let strides = contents.strides(of: record, rank: shape.rank) else {
      guard let tensor = run(of: record, shape: shape) else { throw unreadable(key) }
      return tensor
    }
    let span = TensorRecord.span(shape, strides)
    guard let window = run(of: record, shape: [span]) else { throw unreadable(key) }
    return window.strided(shape, strides: strides)
  }

  private func unreadable(_ key: String) -> CheckpointError {
    .malformed(path: path, reason: "the elements of \(key) cannot be read")
  }

  /// Elements that follow each other from the record's first one on.
  private func run(of record: TensorRecord, shape: Shape) -> Tensor? {
    let key = contents.storages[record.storage].key
    switch bytes {
    case .zip(let archive, let places):
      guard let place = places[key] else { return nil }
      return archive.floats(place, record.type, at: record.byteOffset, shape: shape)
    case .legacy(let file, let places):
      guard let start = places[key] else { return nil }
      return file.floats(record.type, at: start + record.byteOffset, shape: shape)
    }
  }

  /// Whether it is a program of TorchScript, whose entries begin with `root`.
  static func isScript(_ archive: ZipArchive, _ root: String) -> Bool {
    archive.entries.keys.contains { $0 == root + "constants.pkl" || $0.hasPrefix(root + "code/") }
  }

  /// `NAME/data.pkl`, and `NAME/`.
  static func pickle(in archive: ZipArchive) -> (root: String, entry: ZipArchive.Entry)? {
    let names = archive.entries.filter { name, _ in
      name.hasSuffix("/data.pkl") && name.utf8.count { $0 == UInt8(ascii: "/") } == 1
    }
    guard let (name, entry) = names.min(by: { $0.key < $1.key }) else { return nil }
    return (String(name.dropLast("data.pkl".count)), entry)
  }

  /// - Throws: `CheckpointError.unsupported` for a longer pickle.
  private static func requireSize(
    of pickle: ZipArchive.Entry, atMost limit: Int, path: String
  ) throws(CheckpointError) {
    guard pickle.size > limit else { return }
    throw .unsupported(
      path: path,
      reason:
        "its data.pkl has \(pickle.size) bytes, and of a file of its size at most \(limit) are read: "
        + "save the weights alone, as tensors, whose numbers lie outside it")
  }

  /// Turns what is wrong with a pickle into what is wrong with the file.
  private static func explaining<Result>(
    _ path: String, _ body: () throws(PickleError) -> Result
  ) throws -> Result {
    do throws(PickleError) {
      return try body()
    } catch {
      throw try explanation(error, path)
    }
  }

  private static func explanation(
    _ error: PickleError, _ path: String
  ) throws -> CheckpointError {
    switch error {
    case .tooLittleMemory(let needed, let available):
      throw MemoryError(opening: path, needed: needed, available: available)
    case .endOfFile: .malformed(path: path, reason: "it ends too early; is it cut off?")
    case .refused(let name): .asksToRunCode(path: path, name: name)
    case .malformed(let reason): .malformed(path: path, reason: reason)
    case .unsupported(let reason): .unsupported(path: path, reason: reason)
    case .tooLarge, .tooManyTensors:
      .unsupported(
        path: path,
        reason:
          "it holds too many tensors or other objects for its size: they would take more memory "
          + "than a file of its size may use; save fewer of them in one file")
    case .holdsObject(let name, let key):
      .unsupported(
        path: path,
        reason: key.isEmpty
          ? "it holds an object of \(WeightsMismatch.printable(name)), which only running code "
            + "could build; save its state_dict() instead"
          : "it holds no tensors, but objects such as \(WeightsMismatch.printable(name)) "
            + "(\(WeightsMismatch.printable(key))); save tensors instead")
    case .holdsDictionary(let name, let key):
      .unsupported(
        path: path,
        reason: (key.isEmpty ? "it" : "its \(WeightsMismatch.printable(key))")
          + " is an object of \(WeightsMismatch.printable(name)), a dictionary that only running "
          + "code could build: save dict(...) of it instead")
    case .unnamedTensors(let count):
      .unsupported(
        path: path,
        reason: "it holds \(count.counted("tensor")), but under "
          + "\(TorchContents.namelessKeys(count)): save "
          + (count == 1 ? "it under its name" : "them under their names"))
    case .noTensors:
      .unsupported(
        path: path, reason: "it holds no tensors: name the file with the network's weights")
    case .notPyTorch:
      .unsupported(
        path: path,
        reason: "it is a pickle, but not one written by torch.save: save its tensors with that")
    case .bigEndian: .unsupported(path: path, reason: "its numbers are big-endian")
    case .protocolZero:
      .unsupported(
        path: path,
        reason: "it was saved with pickle protocol 0, which PyTorch does not read again either: "
          + "save it with protocol 2")
    case .cancelled: throw CancellationError()
    }
  }
}

extension Tensor {
  /// The elements at the sums of `strides`, all of which lie within this tensor.
  fileprivate func strided(_ shape: Shape, strides: [Int]) -> Tensor {
    Tensor(generated: shape) { index in
      var rest = index
      var place = 0
      for axis in stride(from: shape.rank - 1, through: 0, by: -1) {
        place += rest % shape[axis] * strides[axis]
        rest /= shape[axis]
      }
      return self[place]
    }
  }
}
