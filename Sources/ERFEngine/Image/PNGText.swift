// Text in PNG files: where a picture comes from, for those who find it later.

/// A line of text with its keyword, as PNG files hold it (PNG specification, section 11.3.4).
public struct PNGText: Sendable, Equatable {
  /// 1 to 79 characters of ASCII.
  public let keyword: String
  public let text: String

  public init(keyword: String, text: String) {
    self.keyword = keyword
    self.text = text
  }

  /// The file with the lines after its header; the pixels stay as they are.
  public static func inserted(_ lines: [PNGText], in file: [UInt8]) -> [UInt8] {
    // Signature (8), then the header's length, name, 13 bytes and checksum.
    let header = 8 + 4 + 4 + 13 + 4
    guard file.count >= header, file[12..<16].elementsEqual("IHDR".utf8) else { return file }
    return Array(file[..<header]) + lines.flatMap(\.chunk) + Array(file[header...])
  }

  /// A `tEXt` chunk, or `iTXt` for what Latin-1 does not hold.
  private var chunk: [UInt8] {
    let isPlain = text.utf8.allSatisfy { $0 < 128 }
    // Not compressed, no language, no translated keyword.
    let middle: [UInt8] = isPlain ? [0] : [0, 0, 0, 0, 0]
    let data = Array(keyword.utf8.prefix(79)) + middle + Array(text.utf8)
    let named = Array((isPlain ? "tEXt" : "iTXt").utf8) + data
    return Self.bigEndian(UInt32(data.count)) + named + Self.bigEndian(Self.crc32(named))
  }

  private static func bigEndian(_ value: UInt32) -> [UInt8] {
    [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: value >> $0) }
  }

  /// The checksum of PNG chunks (ISO 3309, reflected polynomial 0xEDB88320).
  static func crc32(_ bytes: [UInt8]) -> UInt32 {
    var crc: UInt32 = 0xffff_ffff
    for byte in bytes {
      crc ^= UInt32(byte)
      for _ in 0..<8 { crc = crc & 1 == 1 ? crc >> 1 ^ 0xedb8_8320 : crc >> 1 }
    }
    return ~crc
  }
}
