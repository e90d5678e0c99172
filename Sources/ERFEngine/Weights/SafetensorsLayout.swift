// The head of a safetensors file that is to be written.

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

/// Names, types and shapes of tensors that follow each other, and texts about them.
struct SafetensorsLayout {
  let tensors: [(key: String, type: ElementType, shape: [Int])]
  var metadata: [String: String] = [:]

  /// The length and the JSON header, with spaces behind so that the tensors begin at a multiple of 8
  /// bytes.
  func encoded() throws -> [UInt8] {
    var values: [String: Value] = [:]
    if !metadata.isEmpty { values["__metadata__"] = .metadata(metadata) }
    var offset = 0
    for (key, type, shape) in tensors {
      let end = offset + shape.reduce(type.size, *)
      values[key] = .tensor(
        Entry(dtype: type.rawValue, shape: shape, dataOffsets: [offset, end]))
      offset = end
    }
    let text = try JSONText.compact(values)
    let header = text + [UInt8](repeating: UInt8(ascii: " "), count: (8 - text.count % 8) % 8)
    return (0..<8).map { UInt8(truncatingIfNeeded: header.count >> (8 * $0)) } + header
  }

  private struct Entry: Encodable {
    let dtype: String
    let shape: [Int]
    let dataOffsets: [Int]

    enum CodingKeys: String, CodingKey {
      case dtype, shape
      case dataOffsets = "data_offsets"
    }
  }

  private enum Value: Encodable {
    case tensor(Entry)
    case metadata([String: String])

    func encode(to encoder: any Encoder) throws {
      switch self {
      case .tensor(let entry): try entry.encode(to: encoder)
      case .metadata(let values): try values.encode(to: encoder)
      }
    }
  }
}
