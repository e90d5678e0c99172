// Pictures and coloured maps as PNG.

/// Makes PNG files, 8-bit RGB.
public enum PNGWriter {
  /// - Throws: ``ExportError/encoding(format:reason:)`` where memory runs out.
  public static func encode(_ image: Image) throws(ExportError) -> [UInt8] {
    do {
      return try PNGCodec.encode(image)
    } catch {
      throw .encoding(format: "PNG", reason: error.message)
    }
  }

  /// A map of values in 0...1, (H, W) row-major, one pixel a value, in the colours of `colours`.
  ///
  /// - Throws: ``ExportError/encoding(format:reason:)`` where memory runs out.
  public static func encode(
    values: [Double], height: Int, width: Int, colours: ColourMap
  ) throws(ExportError) -> [UInt8] {
    precondition(values.count == height * width)
    var pixels: [UInt8] = []
    pixels.reserveCapacity(values.count * 3)
    for value in values {
      let colour = colours.colour(at: value)
      pixels.append(colour.red)
      pixels.append(colour.green)
      pixels.append(colour.blue)
    }
    return try encode(Image(height: height, width: width, pixels: pixels))
  }
}

extension ExportFormat {
  /// The heat map A in colours, or what was seen of it.
  static let png = ExportFormat(
    "png", [Offer("maps as PNG, in colours")]
  ) { result, options throws(ExportError) in
    let (map, colours, seen) = (result.map, options.colours, options.brightness)
    let file = try PNGWriter.encode(
      values: seen?.values ?? HeatmapExport.picture(map), height: map.height, width: map.width,
      colours: map.rule.isSigned && !colours.isDiverging ? .tide : colours)
    return PNGText.inserted(HeatmapExport.provenance(result, scale: seen?.scale), in: file)
  }
}
