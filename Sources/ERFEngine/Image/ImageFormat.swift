// Tells file formats apart by their first bytes; names say nothing.

/// A picture format, recognised by its magic bytes.
enum ImageFormat: Equatable {
  case jpeg
  case png
  case portableMap
  case webp
  case gif
  case tiff
  case bmp
  /// BMP without its file header.
  case dib
  /// Recognised but not read.
  case other(String)

  /// Nil where the bytes begin like no known picture format.
  init?(_ bytes: [UInt8]) {
    func has(_ magic: [UInt8], at offset: Int = 0) -> Bool {
      bytes.count >= offset + magic.count
        && bytes[offset..<offset + magic.count].elementsEqual(magic)
    }
    func has(_ magic: String, at offset: Int = 0) -> Bool { has(Array(magic.utf8), at: offset) }

    if has([0xFF, 0xD8, 0xFF]) {
      self = .jpeg
    } else if has([0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]) {
      self = .png
    } else if has("RIFF"), has("WEBP", at: 8) {
      self = .webp
    } else if has("GIF87a") || has("GIF89a") {
      self = .gif
    } else if Self.tiffMagic.contains(where: { has($0) }) {
      self = .tiff
    } else if has("BM"), has([0, 0, 0], at: 15) || bytes.count < 18 {
      // The four bytes from 14 on are the size of a header, which is small.
      self = .bmp
    } else if let name = Self.otherMagic.first(where: { has($0.magic, at: $0.offset) })?.name {
      self = .other(name)
    } else if has("P"), bytes.count >= 2, let kind = Self.portableKinds[bytes[1]],
      bytes.count == 2 || PortableMap.isSpace(bytes[2]) || bytes[2] == UInt8(ascii: "#")
    {
      self = kind
    } else if Bitmap.isBare(bytes) {
      self = .dib
    } else {
      return nil
    }
  }

  private static let portableKinds: [UInt8: ImageFormat] = [
    UInt8(ascii: "1"): .other("PBM"), UInt8(ascii: "2"): .portableMap,
    UInt8(ascii: "3"): .portableMap, UInt8(ascii: "4"): .other("PBM"),
    UInt8(ascii: "5"): .portableMap, UInt8(ascii: "6"): .portableMap,
    UInt8(ascii: "7"): .other("PAM"), UInt8(ascii: "F"): .other("PFM"),
    UInt8(ascii: "f"): .other("PFM"),
  ]

  private struct Magic {
    let magic: [UInt8]
    let offset: Int
    let name: String

    init(_ text: String, at offset: Int = 0, _ name: String) {
      self.init(Array(text.utf8), at: offset, name)
    }

    init(_ magic: [UInt8], at offset: Int = 0, _ name: String) {
      self.magic = magic
      self.offset = offset
      self.name = name
    }
  }

  /// Both byte orders, with places of 32 and of 64 bits.
  private static let tiffMagic: [[UInt8]] = [
    [0x49, 0x49, 0x2A, 0x00], [0x4D, 0x4D, 0x00, 0x2A],
    [0x49, 0x49, 0x2B, 0x00], [0x4D, 0x4D, 0x00, 0x2B],
  ]

  private static let otherMagic = [
    Magic("ftypavif", at: 4, "AVIF"),
    Magic("ftypheic", at: 4, "HEIC"), Magic("ftypheix", at: 4, "HEIC"),
    Magic("ftypmif1", at: 4, "HEIC"), Magic("ftypmsf1", at: 4, "HEIC"),
    Magic([0x00, 0x00, 0x00, 0x0C, 0x6A, 0x50, 0x20, 0x20], "JPEG 2000"),
    Magic([0x00, 0x00, 0x00, 0x0C, 0x4A, 0x58, 0x4C, 0x20], "JPEG XL"),
    Magic([0xFF, 0x0A], "JPEG XL"),
    Magic("8BPS", "Photoshop"), Magic([0x00, 0x00, 0x01, 0x00], "ICO"),
    Magic("%PDF", "PDF"), Magic("%!PS", "PostScript"), Magic("<svg", "SVG"), Magic("qoif", "QOI"),
    Magic("DDS ", "DDS"),
  ]
}
