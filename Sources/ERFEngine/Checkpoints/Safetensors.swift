#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

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

  public init(path: String) throws {
    self.path = path
    file = try MappedFile(path: path)
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

  private struct HeaderEntry: Decodable {
    let dtype: String
    let shape: [Int]
    let dataOffsets: [Int]

    enum CodingKeys: String, CodingKey {
      case dtype, shape
      case dataOffsets = "data_offsets"
    }
  }

  private enum HeaderValue: Decodable {
    case tensor(HeaderEntry)
    case metadata([String: String])

    init(from decoder: any Decoder) throws {
      if decoder.codingPath.last?.stringValue == "__metadata__" {
        self = .metadata((try? [String: String](from: decoder)) ?? [:])
      } else {
        self = .tensor(try HeaderEntry(from: decoder))
      }
    }
  }

  private static func parse(
    _ header: [UInt8], path: String, fileSize: Int
  ) throws -> (tensors: [String: Entry], metadata: [String: String]) {
    let values: [String: HeaderValue]
    do {
      values = try JSONDecoder().decode([String: HeaderValue].self, from: Data(header))
    } catch {
      throw CheckpointError.malformed(path: path, reason: "its header is not valid JSON")
    }
    let start = 8 + header.count
    var entries: [String: Entry] = [:]
    var metadata: [String: String] = [:]
    for (key, value) in values {
      guard case .tensor(let entry) = value else {
        if case .metadata(let found) = value { metadata = found }
        continue
      }
      let offsets = entry.dataOffsets
      guard offsets.count == 2, offsets[0] >= 0, offsets[0] <= offsets[1],
        offsets[1] <= fileSize - start
      else {
        throw CheckpointError.malformed(
          path: path, reason: "\(key) points past the end of the file (\(fileSize) bytes)")
      }
      var elements = 1
      for extent in entry.shape {
        let (product, overflow) = elements.multipliedReportingOverflow(by: extent)
        guard extent >= 0 && !overflow && product <= fileSize else {
          throw CheckpointError.malformed(path: path, reason: "\(key) has an impossible shape")
        }
        elements = product
      }
      entries[key] = Entry(
        type: entry.dtype, shape: Shape(entry.shape),
        range: start + offsets[0]..<start + offsets[1])
    }
    return (entries, metadata)
  }
}
