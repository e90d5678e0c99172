// BMP (Windows and OS/2 headers; 1 to 32 bits, with masks and run lengths) from bytes.

/// A BMP file being read: every offset and size is checked before it is followed.
struct Bitmap {
  /// What is wrong with the bytes.
  enum Failure: Error, Equatable {
    case truncated
    case damaged(String)
    case tooLarge(InputSize)
    /// With the bytes that it would take.
    case tooLittleMemory(InputSize, Int)
  }

  private let bytes: [UInt8]
  private let header: Header
  /// First byte of the pixels.
  private let start: Int
  private var palette: [[UInt8]] = []

  /// The fields of the header that matter.
  private struct Header {
    var height = 0
    var width = 0
    var isTopDown = false
    var bits = 0
    var compression = 0
    /// Masks of red, green and blue, where pixels are packed.
    var masks: [UInt32] = []
  }

  private enum Compression {
    static let none = 0
    static let runs8 = 1
    static let runs4 = 2
    static let masks = [3, 6]
  }

  /// Bytes of the file header, which the info header follows.
  private static let fileHeader = 14

  init(_ bytes: [UInt8]) throws(Failure) {
    self.bytes = bytes
    start = Int(try Self.number(bytes, 10, 4))
    let headerSize = Int(try Self.number(bytes, Self.fileHeader, 4))
    header = try Self.header(bytes, size: headerSize)
    guard header.bits <= 8 else { return }
    // OS/2's first palettes have three bytes a colour; no palette is longer than what lies before the
    // pixels.
    let step = headerSize == 12 ? 3 : 4
    var first = Self.fileHeader + headerSize
    if headerSize == 40, Compression.masks.contains(header.compression) { first += 12 }
    let room = max(0, min(start, bytes.count) - first) / step
    for index in 0..<min(room, 1 << header.bits) {
      let at = first + index * step
      palette.append([bytes[at + 2], bytes[at + 1], bytes[at]])
    }
    guard !palette.isEmpty else { throw .damaged("it has no palette") }
  }

  /// A little-endian number of `count` bytes.
  private static func number(
    _ bytes: [UInt8], _ offset: Int, _ count: Int
  ) throws(Failure) -> UInt32 {
    guard offset >= 0, offset <= bytes.count - count else { throw .truncated }
    return (0..<count).reduce(0) { $0 | UInt32(bytes[offset + $1]) << UInt32(8 * $1) }
  }

  private static func header(_ bytes: [UInt8], size: Int) throws(Failure) -> Header {
    func field(_ offset: Int, _ count: Int) throws(Failure) -> UInt32 {
      try number(bytes, fileHeader + offset, count)
    }
    var header = Header()
    if size == 12 {
      header.width = Int(try field(4, 2))
      header.height = Int(try field(6, 2))
      header.bits = Int(try field(10, 2))
    } else if size >= 16 && size <= 512 {
      header.width = Int(Int32(bitPattern: try field(4, 4)))
      let height = Int(Int32(bitPattern: try field(8, 4)))
      header.isTopDown = height < 0
      header.height = abs(height)
      header.bits = Int(try field(14, 2))
      header.compression = size >= 20 ? Int(try field(16, 4)) : 0
    } else {
      throw .damaged("its header has \(size.counted("byte"))")
    }
    guard header.width > 0 && header.height > 0 else {
      throw .damaged("\(header.width) x \(header.height) (width x height) is not a size")
    }
    let size = InputSize(height: header.height, width: header.width)
    guard ImageLimits.accepts(size) else { throw .tooLarge(size) }
    let needed = 7 * size.height * size.width
    guard ImageLimits.hasRoom(for: needed) else { throw .tooLittleMemory(size, needed) }
    try setMasks(&header, bytes)
    return header
  }

  private static func setMasks(_ header: inout Header, _ bytes: [UInt8]) throws(Failure) {
    switch (header.bits, header.compression) {
    case (1, 0), (4, 0), (8, 0), (24, 0), (8, Compression.runs8), (4, Compression.runs4): break
    case (16, 0): header.masks = [0x7C00, 0x3E0, 0x1F]
    case (32, 0): header.masks = [0xFF_0000, 0xFF00, 0xFF]
    case (16, 3), (32, 3), (16, 6), (32, 6):
      for index in 0..<3 {
        header.masks.append(try number(bytes, fileHeader + 40 + 4 * index, 4))
      }
    default:
      throw .damaged(
        "\(header.bits.counted("bit")) with compression \(header.compression) is not read")
    }
  }

  /// 8-bit RGB, rows from top to bottom.
  func pixels() throws(Failure) -> [UInt8] {
    guard start >= Self.fileHeader, start <= bytes.count else { throw .truncated }
    if header.compression == Compression.runs8 || header.compression == Compression.runs4 {
      return colours(of: try unfolded())
    }
    let stride = (header.width * header.bits + 31) / 32 * 4
    guard stride * header.height <= bytes.count - start else { throw .truncated }
    var pixels: [UInt8] = []
    pixels.reserveCapacity(header.height * header.width * 3)
    for row in 0..<header.height {
      let line = start + (header.isTopDown ? row : header.height - 1 - row) * stride
      append(line, to: &pixels)
    }
    return pixels
  }

  /// One row that begins at byte `line`.
  private func append(_ line: Int, to pixels: inout [UInt8]) {
    switch header.bits {
    case 24:
      for column in 0..<header.width {
        let at = line + 3 * column
        pixels.append(bytes[at + 2])
        pixels.append(bytes[at + 1])
        pixels.append(bytes[at])
      }
    case 16, 32:
      let size = header.bits / 8
      for column in 0..<header.width {
        var value: UInt32 = 0
        for index in 0..<size {
          value |= UInt32(bytes[line + column * size + index]) << UInt32(8 * index)
        }
        for mask in header.masks { pixels.append(Self.share(of: value, mask)) }
      }
    default:
      let perByte = 8 / header.bits
      for column in 0..<header.width {
        let shift = (perByte - 1 - column % perByte) * header.bits
        let index = Int(bytes[line + column / perByte]) >> shift & (1 << header.bits - 1)
        pixels += index < palette.count ? palette[index] : [0, 0, 0]
      }
    }
  }

  /// The bits of `value` under `mask`, scaled to 0...255.
  private static func share(of value: UInt32, _ mask: UInt32) -> UInt8 {
    guard mask != 0 else { return 0 }
    let shift = UInt32(mask.trailingZeroBitCount)
    let top = UInt64(mask >> shift)
    return UInt8(UInt64((value & mask) >> shift) * 255 / top)
  }

  private func colours(of indices: [UInt8]) -> [UInt8] {
    var pixels: [UInt8] = []
    pixels.reserveCapacity(indices.count * 3)
    for index in indices {
      pixels += Int(index) < palette.count ? palette[Int(index)] : [0, 0, 0]
    }
    return pixels
  }

  // MARK: Run lengths

  /// Indices of the palette, rows from top to bottom; what no run reaches is colour 0.
  private func unfolded() throws(Failure) -> [UInt8] {
    var indices = [UInt8](repeating: 0, count: header.height * header.width)
    var (row, column, at) = (0, 0, start)
    let isHalf = header.bits == 4
    func put(_ index: UInt8) {
      guard row < header.height && column < header.width else { return }
      let line = header.isTopDown ? row : header.height - 1 - row
      indices[line * header.width + column] = index
      column += 1
    }
    while row < header.height {
      guard at + 1 < bytes.count else { throw .truncated }
      let (count, value) = (Int(bytes[at]), bytes[at + 1])
      at += 2
      if count > 0 {
        for index in 0..<count {
          put(isHalf ? (index % 2 == 0 ? value >> 4 : value & 15) : value)
        }
        continue
      }
      switch value {
      case 0: (row, column) = (row + 1, 0)
      case 1: return indices
      case 2:
        guard at + 1 < bytes.count else { throw .truncated }
        (row, column) = (row + Int(bytes[at + 1]), column + Int(bytes[at]))
        at += 2
      default:
        // As many pixels as they are, in a whole number of 16-bit words.
        let size = isHalf ? (Int(value) + 1) / 2 : Int(value)
        guard size <= bytes.count - at else { throw .truncated }
        for index in 0..<Int(value) {
          let byte = bytes[at + (isHalf ? index / 2 : index)]
          put(isHalf ? (index % 2 == 0 ? byte >> 4 : byte & 15) : byte)
        }
        at += (size + 1) / 2 * 2
      }
    }
    return indices
  }

  // MARK: Without a file header

  /// Whether the bytes begin with an info header of Windows: its size, one plane, and so many bits.
  static func isBare(_ bytes: [UInt8]) -> Bool {
    guard bytes.count >= 40, [40, 108, 124].contains(bytes[0]) else { return false }
    return bytes[1..<4].allSatisfy { $0 == 0 } && bytes[12] == 1 && bytes[13] == 0
      && [1, 4, 8, 16, 24, 32].contains(bytes[14]) && bytes[15] == 0
  }

  /// The file of bytes that are `isBare`: the pixels follow the header, the masks and the palette.
  static func withFileHeader(_ bytes: [UInt8]) -> [UInt8] {
    var start = fileHeader + Int(bytes[0])
    if bytes[0] == 40, Compression.masks.contains(Int(bytes[16])) { start += 12 }
    if bytes[14] <= 8 {
      let colours = (0..<4).reduce(0) { $0 | Int(bytes[32 + $1]) << (8 * $1) }
      start += 4 * (colours == 0 ? 1 << Int(bytes[14]) : min(colours, 1 << 24))
    }
    let place = (0..<4).map { UInt8(truncatingIfNeeded: start >> (8 * $0)) }
    return Array("BM".utf8) + [UInt8](repeating: 0, count: 8) + place + bytes
  }

  static func image(_ bytes: [UInt8], path: String) throws(ImageError) -> Image {
    do throws(Failure) {
      let bitmap = try Bitmap(bytes)
      return Image(
        height: bitmap.header.height, width: bitmap.header.width, pixels: try bitmap.pixels())
    } catch {
      switch error {
      case .truncated: throw .truncated(path: path, format: "BMP")
      case .damaged(let reason): throw .damaged(path: path, format: "BMP", reason: reason)
      case .tooLarge(let size): throw .tooLarge(path: path, size: size)
      case .tooLittleMemory(let size, let bytes):
        throw .tooLittleMemory(path: path, size: size, bytes: bytes)
      }
    }
  }
}
