/// A safetensors file, mapped: 8 bytes of header length, a JSON header, then the tensors' bytes.
///
/// Every offset is checked against the file before it is followed.
public final class Safetensors: CheckpointReader {
  private struct Entry: Sendable {
    let type: String
    let shape: Shape
    /// Byte range in the file.
    let range: Range<Int>
  }

  public let path: String
  let format = "safetensors"
  private let file: MappedFile
  private let tensors: [String: Entry]
  let entries: [String: CheckpointEntry]
  let metadata: [String: String]

  /// Headers are text a human could have written; anything longer is an attack or an accident.
  private static let maxHeader = 100 << 20

  public convenience init(path: String) throws {
    try self.init(MappedFile(path: path), path: path)
  }

  /// `path` is for messages.
  init(_ file: MappedFile, path: String) throws {
    self.path = path
    self.file = file
    guard let length = file.word(at: 0) else { throw CheckpointError.unknownFormat(path: path) }
    guard file.bytes(8..<min(9, file.count)) == [UInt8(ascii: "{")] else {
      throw CheckpointError.unknownFormat(path: path)
    }
    guard length <= UInt64(Self.maxHeader), let header = file.bytes(8..<8 + Int(length)) else {
      throw CheckpointError.malformed(
        path: path, reason: "its header claims \(length) bytes, the file has \(file.count)")
    }
    (tensors, metadata) = try Self.parse(header, path: path, fileSize: file.count)
    entries = tensors.mapValues { CheckpointEntry(type: $0.type, shape: $0.shape) }
  }

  public var keys: [String] { entries.keys.sorted() }

  /// The tensor `key` as float32 in its own shape.
  public func tensor(_ key: String) throws -> Tensor {
    guard let entry = tensors[key] else {
      throw CheckpointError.noTensor(path: path, key: key, available: keys)
    }
    guard let type = ElementType(rawValue: entry.type), type.isReal else {
      throw CheckpointError.wrongType(path: path, key: key, found: entry.type)
    }
    guard entry.range.count == entry.shape.count * type.size,
      let tensor = file.floats(type, at: entry.range.lowerBound, shape: entry.shape)
    else {
      guard file.isWhole else {
        throw CheckpointError.malformed(path: path, reason: "it was cut while it was read")
      }
      throw CheckpointError.malformed(
        path: path, reason: "\(key) (\(entry.shape) \(entry.type)) has \(entry.range.count) bytes")
    }
    return tensor
  }

  /// The tensor `key`, which has to be of doubles, as they are.
  func doubles(_ key: String) throws -> (shape: Shape, values: [Double]) {
    guard let entry = tensors[key] else {
      throw CheckpointError.noTensor(path: path, key: key, available: keys)
    }
    guard entry.type == ElementType.float64.rawValue else {
      throw CheckpointError.wrongType(path: path, key: key, found: entry.type)
    }
    guard entry.range.count == 8 * entry.shape.count, let bytes = file.bytes(entry.range) else {
      throw CheckpointError.malformed(
        path: path, reason: "\(key) (\(entry.shape) \(entry.type)) has \(entry.range.count) bytes")
    }
    let values = (0..<entry.shape.count).map { index in
      let word = (0..<8).reduce(UInt64(0)) { $0 | UInt64(bytes[8 * index + $1]) << (8 * $1) }
      return Double(bitPattern: word)
    }
    return (entry.shape, values)
  }

  private static func parse(
    _ bytes: [UInt8], path: String, fileSize: Int
  ) throws(CheckpointError) -> (tensors: [String: Entry], metadata: [String: String]) {
    let header: SafetensorsHeader
    do throws(SafetensorsHeader.Flaw) {
      header = try SafetensorsHeader(bytes)
    } catch {
      throw .malformed(path: path, reason: "its header \(error.words)")
    }
    let start = 8 + bytes.count
    var entries: [String: Entry] = [:]
    for (key, entry) in header.tensors {
      guard entry.offsets[0] <= entry.offsets[1], entry.offsets[1] <= fileSize - start else {
        throw .malformed(
          path: path, reason: "\(key) points past the end of the file (\(fileSize) bytes)")
      }
      var elements = 1
      for extent in entry.shape {
        let (product, overflow) = elements.multipliedReportingOverflow(by: extent)
        guard !overflow && product <= fileSize else {
          throw .malformed(path: path, reason: "\(key) has an impossible shape")
        }
        elements = product
      }
      entries[key] = Entry(
        type: entry.type, shape: Shape(entry.shape),
        range: start + entry.offsets[0]..<start + entry.offsets[1])
    }
    try requireDisjoint(entries, path: path)
    return (entries, header.metadata)
  }

  /// Tensors that share bytes could make any amount of memory out of a small file.
  private static func requireDisjoint(
    _ entries: [String: Entry], path: String
  ) throws(CheckpointError) {
    let ordered = entries.filter { !$0.value.range.isEmpty }
      .sorted { $0.value.range.lowerBound < $1.value.range.lowerBound }
    for (entry, next) in zip(ordered, ordered.dropFirst())
    where entry.value.range.upperBound > next.value.range.lowerBound {
      throw .malformed(path: path, reason: "\(entry.key) and \(next.key) overlap")
    }
  }
}
