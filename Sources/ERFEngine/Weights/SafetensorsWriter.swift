#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

/// Writes safetensors files tensor by tensor, so that a network needs no second copy in memory.
struct SafetensorsWriter {
  /// Tensors by their names, in the order to write them.
  let tensors: [(key: String, value: Tensor)]
  /// `float32`, `float16` or `bfloat16`, for all tensors.
  let type: ElementType
  let metadata: [String: String]

  /// - Throws: `FileError`.
  func write(to path: String) throws {
    let header = try header()
    let length = (0..<8).map { UInt8(truncatingIfNeeded: header.count >> (8 * $0)) }
    let parts = (-1..<tensors.count).lazy.map { index in
      index < 0 ? length + header : tensors[index].value.encoded(as: type)
    }
    try AtomicFile.write(parts: parts, to: path)
  }

  private struct HeaderEntry: Encodable {
    let dtype: String
    let shape: [Int]
    let dataOffsets: [Int]

    enum CodingKeys: String, CodingKey {
      case dtype, shape
      case dataOffsets = "data_offsets"
    }
  }

  private enum HeaderValue: Encodable {
    case tensor(HeaderEntry)
    case metadata([String: String])

    func encode(to encoder: any Encoder) throws {
      switch self {
      case .tensor(let entry): try entry.encode(to: encoder)
      case .metadata(let values): try values.encode(to: encoder)
      }
    }
  }

  /// JSON, with spaces behind so that the tensors begin at a multiple of 8 bytes.
  private func header() throws -> [UInt8] {
    var values: [String: HeaderValue] = [:]
    if !metadata.isEmpty { values["__metadata__"] = .metadata(metadata) }
    var offset = 0
    for (key, value) in tensors {
      let end = offset + value.count * type.size
      values[key] = .tensor(
        HeaderEntry(dtype: type.rawValue, shape: value.shape.extents, dataOffsets: [offset, end]))
      offset = end
    }
    let text = try JSONText.compact(values)
    return text + [UInt8](repeating: UInt8(ascii: " "), count: (8 - text.count % 8) % 8)
  }
}
