/// A safetensors file, mapped: 8 bytes of header length, a JSON header, then the tensors' bytes.
///
/// Every offset is checked against the file before it is followed.
public final class Safetensors: CheckpointReader {
  public let path: String
  let format = "safetensors"
  private let file: MappedFile
  let entries: CheckpointEntries
  /// First byte of all tensors, from which `CheckpointEntry.place` counts.
  private let start: Int
  let metadata: [String: String]

  /// Headers are text a human could have written; anything longer is an attack or an accident.
  private static let maxHeader = 100 << 20
  /// Bytes that a byte of a header of short names becomes, with what recognising the network takes.
  private static let headerCost = 4

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
    if length <= UInt64(Self.maxHeader) {
      try MemoryError.require(more: Self.headerCost * Int(length), toOpen: path)
    }
    guard length <= UInt64(Self.maxHeader), let header = file.bytes(8..<8 + Int(length)) else {
      throw CheckpointError.malformed(
        path: path, reason: "its header claims \(length) bytes, the file has \(file.count)")
    }
    // It was copied, and is not in memory twice.
    file.forgetPages()
    start = 8 + header.count
    let contents = try Self.parse(header, path: path, fileSize: file.count)
    metadata = contents.metadata
    entries = contents.tensors
  }

  public var keys: [String] { Array(entries.keys) }

  /// The tensor `key` as float32 in its own shape.
  public func tensor(_ key: String) throws -> Tensor {
    guard let entry = entries[key] else {
      throw CheckpointError.noTensor(path: path, key: key, available: keys)
    }
    guard let type = ElementType(rawValue: entry.type), type.isReal else {
      throw CheckpointError.wrongType(path: path, key: key, found: entry.type)
    }
    guard entry.place.count == entry.shape.count * type.size,
      let tensor = file.floats(type, at: start + entry.place.lowerBound, shape: entry.shape)
    else {
      guard file.isWhole else {
        throw CheckpointError.malformed(path: path, reason: "it was cut while it was read")
      }
      throw CheckpointError.malformed(
        path: path,
        reason: "\(WeightsMismatch.printable(key)) (\(entry.shape) \(entry.type)) has "
          + entry.place.count.counted("byte"))
    }
    return tensor
  }

  /// The tensor `key`, which has to be of doubles, as they are.
  func doubles(_ key: String) throws -> (shape: Shape, values: [Double]) {
    guard let entry = entries[key] else {
      throw CheckpointError.noTensor(path: path, key: key, available: keys)
    }
    guard entry.type == ElementType.float64.rawValue else {
      throw CheckpointError.wrongType(path: path, key: key, found: entry.type)
    }
    let place = start + entry.place.lowerBound..<start + entry.place.upperBound
    guard place.count == 8 * entry.shape.count, let bytes = file.bytes(place) else {
      throw CheckpointError.malformed(
        path: path,
        reason: "\(WeightsMismatch.printable(key)) (\(entry.shape) \(entry.type)) has "
          + entry.place.count.counted("byte"))
    }
    let values = (0..<entry.shape.count).map { index in
      let word = (0..<8).reduce(UInt64(0)) { $0 | UInt64(bytes[8 * index + $1]) << (8 * $1) }
      return Double(bitPattern: word)
    }
    return (entry.shape, values)
  }

  /// The tensors and texts of a header, whose places are those in the file.
  private static func parse(
    _ bytes: [UInt8], path: String, fileSize: Int
  ) throws(CheckpointError) -> SafetensorsHeader {
    let header: SafetensorsHeader
    do throws(SafetensorsHeader.Flaw) {
      header = try SafetensorsHeader(bytes)
    } catch {
      let reason = "its header \(error.words)"
      guard error.isLimit else { throw .malformed(path: path, reason: reason) }
      throw .unsupported(path: path, reason: reason)
    }
    let start = 8 + bytes.count
    for (key, entry) in header.tensors {
      guard entry.place.upperBound <= fileSize - start else {
        throw .malformed(
          path: path,
          reason: "\(WeightsMismatch.printable(key)) points past the end of the file "
            + "(\(fileSize.counted("byte")))")
      }
      var elements = 1
      for extent in entry.shape.extents {
        let (product, overflow) = elements.multipliedReportingOverflow(by: extent)
        guard !overflow && product <= fileSize else {
          throw .malformed(
            path: path, reason: "\(WeightsMismatch.printable(key)) has an impossible shape")
        }
        elements = product
      }
    }
    try requireCover(header.tensors, of: start..<fileSize, path: path)
    return header
  }

  /// Checks that each byte behind the header belongs to one tensor, as the format has it and its own library
  /// demands. Tensors that share bytes could make any amount of memory out of a small file; bytes of none are
  /// what another program has added, or what is left of another file.
  private static func requireCover(
    _ entries: CheckpointEntries, of bytes: Range<Int>, path: String
  ) throws(CheckpointError) {
    // Places alone: there may be very many tensors.
    var places: [Range<Int>] = []
    places.reserveCapacity(entries.count + 1)
    for (_, entry) in entries where !entry.place.isEmpty { places.append(entry.place) }
    places.sort { ($0.lowerBound, $0.upperBound) < ($1.lowerBound, $1.upperBound) }
    places.append(bytes.count..<bytes.count)
    var last = 0..<0
    for next in places {
      if last.upperBound > next.lowerBound {
        let names = entries.filter { [last, next].contains(where: $0.value.place.overlaps) }
          .sorted { ($0.value.place.lowerBound, $0.key) < ($1.value.place.lowerBound, $1.key) }
          .map { WeightsMismatch.printable($0.key) }
        throw .malformed(
          path: path, reason: names.prefix(2).joined(separator: " and ") + " overlap")
      }
      let gap = last.upperBound..<next.lowerBound
      guard gap.isEmpty else {
        throw .malformed(
          path: path,
          reason: "no tensor has the \(gap.count.counted("byte")) from byte "
            + "\(bytes.lowerBound + gap.lowerBound) on")
      }
      last = next
    }
  }
}
