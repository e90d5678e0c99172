// PPM and PGM (P2, P3, P5, P6; 8 and 16 bit; comments) from bytes, for pictures and for saved maps.

/// The numbers of a portable grey or colour map as they stand in the file.
struct PortableMap {
  let height: Int
  let width: Int
  /// 1 (PGM) or 3 (PPM).
  let channels: Int
  /// The value of full brightness, 1...65535.
  let maximum: Int
  /// (H, W, C) row-major, each 0...maximum.
  let samples: [UInt16]
  /// The lines of the header that begin with `#`, without it and the blanks around.
  let comments: [String]

  /// What is wrong with the bytes.
  enum Failure: Error, Equatable {
    case truncated
    case damaged(String)
    case tooLarge(InputSize)
    /// With the bytes that it would take.
    case tooLittleMemory(InputSize, Int)
  }

  static func isSpace(_ byte: UInt8) -> Bool { byte == 0x20 || (byte >= 0x09 && byte <= 0x0D) }

  init(_ bytes: [UInt8]) throws(Failure) {
    var reader = PortableReader(bytes: bytes)
    let (isText, channels) = try reader.readMagic()
    let width = try reader.readNumber("width")
    let height = try reader.readNumber("height")
    let maximum = try reader.readNumber("maximum")
    guard width > 0, height > 0 else {
      throw .damaged("\(width) x \(height) (width x height) is not a size")
    }
    guard maximum > 0, maximum <= 65_535 else {
      throw .damaged("the maximum is \(maximum) where 1...65535 was expected")
    }
    let size = InputSize(height: height, width: width)
    guard ImageLimits.accepts(size) else { throw .tooLarge(size) }
    let count = height * width * channels
    // Two bytes a sample, and three a pixel as the picture.
    let needed = 2 * count + 3 * height * width
    guard ImageLimits.hasRoom(for: needed) else { throw .tooLittleMemory(size, needed) }
    samples =
      isText
      ? try reader.readText(count, maximum: maximum)
      : try reader.readBinary(count, maximum: maximum)
    self.height = height
    self.width = width
    self.channels = channels
    self.maximum = maximum
    comments = reader.comments
  }
}

/// Walks over the bytes of a portable map.
private struct PortableReader {
  let bytes: [UInt8]
  var position = 0
  var comments: [String] = []

  mutating func readMagic() throws(PortableMap.Failure) -> (isText: Bool, channels: Int) {
    guard bytes.count >= 2, bytes[0] == UInt8(ascii: "P") else {
      throw .damaged("it does not begin with P2, P3, P5 or P6")
    }
    position = 2
    switch bytes[1] {
    case UInt8(ascii: "2"): return (true, 1)
    case UInt8(ascii: "3"): return (true, 3)
    case UInt8(ascii: "5"): return (false, 1)
    case UInt8(ascii: "6"): return (false, 3)
    default: throw .damaged("it does not begin with P2, P3, P5 or P6")
    }
  }

  /// The next decimal number after blanks and comments.
  mutating func readNumber(_ name: String) throws(PortableMap.Failure) -> Int {
    skipBlanks()
    var value = 0
    let start = position
    while position < bytes.count, bytes[position] >= 0x30, bytes[position] <= 0x39 {
      value = value * 10 + Int(bytes[position] - 0x30)
      guard value < 1 << 31 else { throw .damaged("the \(name) is too large a number") }
      position += 1
    }
    if position > start { return value }
    if position == bytes.count { throw .truncated }
    throw .damaged("byte \(position) is not a digit where the \(name) was expected")
  }

  private mutating func skipBlanks() {
    while position < bytes.count {
      if bytes[position] == UInt8(ascii: "#") {
        let end = bytes[position...].firstIndex { $0 == 0x0A || $0 == 0x0D } ?? bytes.count
        var text = bytes[(position + 1)..<end]
        while let first = text.first, PortableMap.isSpace(first) { text.removeFirst() }
        comments.append(String(decoding: text, as: UTF8.self))
        position = end
      } else if PortableMap.isSpace(bytes[position]) {
        position += 1
      } else {
        return
      }
    }
  }

  mutating func readText(_ count: Int, maximum: Int) throws(PortableMap.Failure) -> [UInt16] {
    // Each sample takes a digit and a blank: do not allocate for more than the file can hold.
    guard count <= (bytes.count - position + 1) / 2 else { throw .truncated }
    var samples: [UInt16] = []
    samples.reserveCapacity(count)
    for _ in 0..<count {
      let value = try readNumber("next sample")
      guard value <= maximum else {
        throw .damaged("sample \(samples.count) is \(value), above the maximum \(maximum)")
      }
      samples.append(UInt16(value))
    }
    return samples
  }

  mutating func readBinary(_ count: Int, maximum: Int) throws(PortableMap.Failure) -> [UInt16] {
    guard position < bytes.count else { throw .truncated }
    guard PortableMap.isSpace(bytes[position]) else {
      throw .damaged("there is no blank between the header and the samples")
    }
    position += 1
    let width = maximum > 255 ? 2 : 1
    guard count <= (bytes.count - position) / width else { throw .truncated }
    let start = position
    position += count * width
    let limit = UInt16(maximum)
    // Samples above the maximum are against the format; decoders take them for the maximum.
    return (0..<count).map { index in
      let value =
        width == 1
        ? UInt16(bytes[start + index])
        : UInt16(bytes[start + 2 * index]) << 8 | UInt16(bytes[start + 2 * index + 1])
      return min(value, limit)
    }
  }
}

extension PortableMap {
  /// The 8-bit RGB picture, each sample scaled to 0...255 and rounded (half to even, as Pillow does).
  static func image(_ bytes: [UInt8], path: String) throws(ImageError) -> Image {
    let map: PortableMap
    do {
      map = try PortableMap(bytes)
    } catch {
      throw error.explained(path: path)
    }
    let scaled = (0...map.maximum).map { value in
      UInt8((Double(value) / Double(map.maximum) * 255).rounded(.toNearestOrEven))
    }
    var pixels = [UInt8](repeating: 0, count: map.height * map.width * 3)
    let step = map.channels == 3 ? 1 : 0
    for index in 0..<map.height * map.width {
      for channel in 0..<3 {
        pixels[index * 3 + channel] =
          scaled[Int(map.samples[index * map.channels + channel * step])]
      }
    }
    return Image(height: map.height, width: map.width, pixels: pixels)
  }
}

extension PortableMap.Failure {
  func explained(path: String) -> ImageError {
    switch self {
    case .truncated: .truncated(path: path, format: "PPM/PGM")
    case .damaged(let reason): .damaged(path: path, format: "PPM/PGM", reason: reason)
    case .tooLarge(let size): .tooLarge(path: path, size: size)
    case .tooLittleMemory(let size, let bytes):
      .tooLittleMemory(path: path, size: size, bytes: bytes)
    }
  }
}
