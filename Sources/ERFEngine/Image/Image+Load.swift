// From a file to pixels: the one way in for pictures, whatever their format.

extension Image {
  /// Reads a JPEG, PNG, WebP, GIF, TIFF, BMP, PPM or PGM file as 8-bit RGB, as Pillow's
  /// `open(path).convert("RGB")` does: of several frames or pages the first.
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
    case nil:
      guard let reason = ForeignFile.explanation(bytes) else { throw .notAnImage(path: path) }
      throw .foreign(path: path, reason: reason)
    case .other(let name): throw .unsupportedFormat(path: path, format: name)
    case .jpeg: return try decodeJPEG(bytes, path: path)
    case .png: return try decodePNG(bytes, path: path)
    case .portableMap: return try PortableMap.image(bytes, path: path)
    case .bmp: return try Bitmap.image(bytes, path: path)
    case .dib: return try Bitmap.image(Bitmap.withFileHeader(bytes), path: path)
    case .webp:
      return try decode(
        bytes, path: path, format: "WebP", size: WebPCodec.size, pixels: WebPCodec.decode)
    case .gif:
      return try decode(
        bytes, path: path, format: "GIF", size: GIFCodec.size, pixels: GIFCodec.decode)
    case .tiff:
      var orientation = 1
      return try decode(
        bytes, path: path, format: "TIFF",
        size: { (bytes) throws(CodecFailure) in
          let page = try TIFFCodec.page(bytes)
          orientation = page.orientation
          return page.size
        }, pixels: TIFFCodec.decode
      ).turned(orientation)
    }
  }

  /// Asks a library for the size, and for the pixels where that is within limits.
  private static func decode(
    _ bytes: [UInt8], path: String, format: String,
    size: ([UInt8]) throws(CodecFailure) -> InputSize,
    pixels: ([UInt8], InputSize) throws(CodecFailure) -> [UInt8]
  ) throws(ImageError) -> Image {
    func explained(_ failure: CodecFailure) -> ImageError {
      TIFFCodec.otherKind(failure).map { .unsupportedFormat(path: path, format: $0) }
        ?? .damaged(path: path, format: format, reason: failure.message)
    }
    let found: InputSize
    do { found = try size(bytes) } catch { throw explained(error) }
    // TIFF comes by way of four bytes a pixel, and may have to be turned; the others are looked up.
    try ImageLimits.require(found, perPixel: format == "TIFF" ? 10 : 7, path: path)
    do {
      return Image(height: found.height, width: found.width, pixels: try pixels(bytes, found))
    } catch {
      throw explained(error)
    }
  }

  /// The upright picture of one whose rows and columns lie as TIFF's `orientation` says, 1 to 8: of 2,
  /// 3, 6 and 7 the columns run backwards, of 3, 4, 7 and 8 the rows; from 5 on rows are columns.
  private func turned(_ orientation: Int) -> Image {
    guard (2...8).contains(orientation) else { return self }
    let isTurned = orientation >= 5
    let (tall, wide) = isTurned ? (width, height) : (height, width)
    let flipsColumns = [2, 3, 6, 7].contains(orientation)
    let flipsRows = [3, 4, 7, 8].contains(orientation)
    var turned: [UInt8] = []
    turned.reserveCapacity(pixels.count)
    for row in 0..<tall {
      for column in 0..<wide {
        let y = flipsRows ? tall - 1 - row : row
        let x = flipsColumns ? wide - 1 - column : column
        let place = isTurned ? x * width + y : y * width + x
        turned += pixels[3 * place..<3 * place + 3]
      }
    }
    return Image(height: tall, width: wide, pixels: turned)
  }

  private static func decodePNG(_ bytes: [UInt8], path: String) throws(ImageError) -> Image {
    func explained(_ failure: CodecFailure) -> ImageError {
      failure.message == PNGCodec.truncated
        ? .truncated(path: path, format: "PNG")
        : .damaged(path: path, format: "PNG", reason: failure.message)
    }
    let size: InputSize
    do { size = try PNGCodec.size(bytes) } catch { throw explained(error) }
    try ImageLimits.require(size, perPixel: 3, path: path)
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
    try ImageLimits.require(size, perPixel: decoder.isFourColour ? 7 : 3, path: path)
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
