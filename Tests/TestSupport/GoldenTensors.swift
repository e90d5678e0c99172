// A few lines that read reference tensors; trusting, for tests only.

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

/// The float32 tensors of a safetensors file.
public struct GoldenTensors {
  private struct Entry: Decodable {
    let shape: [Int]?
    let offsets: [Int]?

    enum CodingKeys: String, CodingKey {
      case shape
      case offsets = "data_offsets"
    }
  }

  private let entries: [String: Entry]
  private let data: [UInt8]

  public init(path: String) throws {
    let bytes = try Array(Data(contentsOf: URL(fileURLWithPath: path)))
    let length = (0..<8).reduce(0) { $0 | Int(bytes[$1]) << (8 * $1) }
    entries = try JSONDecoder().decode(
      [String: Entry].self, from: Data(bytes[8..<8 + length]))
    data = Array(bytes[(8 + length)...])
  }

  public var keys: [String] { entries.keys.sorted() }

  public func shape(_ key: String) -> [Int] { entries[key]?.shape ?? [] }

  /// The elements in row-major order; empty where there is no such key.
  public func values(_ key: String) -> [Float] {
    guard let range = entries[key]?.offsets else { return [] }
    return stride(from: range[0], to: range[1], by: 4).map { at in
      Float(bitPattern: (0..<4).reduce(UInt32(0)) { $0 | UInt32(data[at + $1]) << (8 * $1) })
    }
  }
}
