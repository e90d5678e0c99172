// From a file to pixels: the one way in for pictures, whatever their format.

extension Image {
  /// Reads a JPEG, PNG, PPM or PGM file as 8-bit RGB, as Pillow's `open(path).convert("RGB")` does.
  ///
  /// Grey becomes three equal channels, palettes are looked up, alpha and transparent colours are
  /// dropped, 16-bit PNG keeps its high bytes, CMYK and YCCK JPEG are taken as inverted (Adobe's
  /// habit). Orientation tags and colour profiles are ignored. More than 100 megapixels are refused
  /// before anything is allocated for them.
  ///
  /// - Throws: ``FileError`` where the file cannot be read, ``ImageError`` where it is no such image.
  public static func load(path: String) throws -> Image {
    let bytes = try FileBytes.read(path, limit: ImageLimits.fileBytes)
    return try decode(bytes, path: path)
  }

  /// Decodes the bytes of a file; `path` is for messages.
  ///
  /// - Throws: ``ImageError``.
  public static func decode(_ bytes: [UInt8], path: String) throws(ImageError) -> Image {
    if bytes.isEmpty { throw .empty(path: path) }
    switch ImageFormat(bytes) {
    case nil: throw .notAnImage(path: path)
    case .other(let name): throw .unsupportedFormat(path: path, format: name)
    case .jpeg: return try decodeJPEG(bytes, path: path)
    case .png: return try decodePNG(bytes, path: path)
    case .portableMap: return try PortableMap.image(bytes, path: path)
    }
  }

  private static func decodePNG(_ bytes: [UInt8], path: String) throws(ImageError) -> Image {
    func explained(_ failure: CodecFailure) -> ImageError {
      failure.message == PNGCodec.truncated
        ? .truncated(path: path, format: "PNG")
        : .damaged(path: path, format: "PNG", reason: failure.message)
    }
    let size: InputSize
    do { size = try PNGCodec.size(bytes) } catch { throw explained(error) }
    guard ImageLimits.accepts(size) else { throw .tooLarge(path: path, size: size) }
    do {
      let pixels = try PNGCodec.decode(bytes, size: size)
      return Image(height: size.height, width: size.width, pixels: pixels)
    } catch {
      throw explained(error)
    }
  }

  private static func decodeJPEG(_ bytes: [UInt8], path: String) throws(ImageError) -> Image {
    func explained(_ failure: CodecFailure) -> ImageError {
      holdsEndOfImage(bytes)
        ? .damaged(path: path, format: "JPEG", reason: failure.message)
        : .truncated(path: path, format: "JPEG")
    }
    let decoder: JPEGDecoder
    do { decoder = try JPEGDecoder(bytes) } catch { throw explained(error) }
    let size = decoder.size
    guard ImageLimits.accepts(size) else { throw .tooLarge(path: path, size: size) }
    let decoded: (pixels: [UInt8], warning: String?)
    do { decoded = try decoder.decode() } catch { throw explained(error) }
    if let warning = decoded.warning, warning.hasPrefix("Premature end") || !holdsEndOfImage(bytes)
    {
      throw .truncated(path: path, format: "JPEG")
    }
    return Image(
      height: size.height, width: size.width,
      pixels: decoder.isFourColour ? rgb(invertedInks: decoded.pixels) : decoded.pixels)
  }

  /// Whether the end-of-image marker occurs anywhere.
  private static func holdsEndOfImage(_ bytes: [UInt8]) -> Bool {
    var previous: UInt8 = 0
    for byte in bytes.reversed() {
      if byte == 0xFF && previous == 0xD9 { return true }
      previous = byte
    }
    return false
  }

  /// Pixels (H, W, 3) from stored inks (H, W, 4), which count 255 for no ink: each colour is what
  /// cyan, magenta or yellow leave of what black leaves.
  private static func rgb(invertedInks inks: [UInt8]) -> [UInt8] {
    var pixels = [UInt8](repeating: 0, count: inks.count / 4 * 3)
    for index in 0..<inks.count / 4 {
      let light = Int(inks[index * 4 + 3])
      for channel in 0..<3 {
        let ink = 255 - Int(inks[index * 4 + channel])
        let absorbed = (ink * light * 2 + 255) / 510  // rounded ink * light / 255
        pixels[index * 3 + channel] = UInt8(light - absorbed)
      }
    }
    return pixels
  }
}
