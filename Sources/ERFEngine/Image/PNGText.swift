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

  /// The lines before the pixels of a PNG file, such as ``inserted(_:in:)`` puts there; compressed ones are
  /// left out, and whatever stands behind something damaged.
  public static func lines(in file: [UInt8]) -> [PNGText] {
    guard file.starts(with: [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]) else { return [] }
    var lines: [PNGText] = []
    var place = 8
    while file.count - place >= 12 {
      let length = file[place..<place + 4].reduce(0) { $0 << 8 | Int($1) }
      let name = file[place + 4..<place + 8]
      guard length <= file.count - place - 12, !name.elementsEqual("IDAT".utf8) else { break }
      let data = file[place + 8..<place + 8 + length]
      if let line = PNGText(chunk: String(decoding: name, as: UTF8.self), data) {
        lines.append(line)
      }
      place += 12 + length
    }
    return lines
  }

  private init?(chunk: String, _ data: ArraySlice<UInt8>) {
    guard ["tEXt", "iTXt"].contains(chunk), let end = data.firstIndex(of: 0) else { return nil }
    keyword = String(decoding: data[..<end], as: UTF8.self)
    var rest = data[(end + 1)...]
    if chunk == "iTXt" {
      // Whether and how it is compressed, then the language and the translated keyword.
      guard rest.count >= 4, rest.first == 0 else { return nil }
      rest = rest.dropFirst(2)
      for _ in 0..<2 {
        guard let end = rest.firstIndex(of: 0) else { return nil }
        rest = rest[(end + 1)...]
      }
      text = String(decoding: rest, as: UTF8.self)
    } else {
      // Latin-1, whose bytes are the numbers of its characters.
      text = String(String.UnicodeScalarView(rest.map { Unicode.Scalar($0) }))
    }
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
