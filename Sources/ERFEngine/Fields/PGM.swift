// Grey maps as PGM, which every picture program reads, and back.

/// The three ways of writing a PGM.
public enum PGMVariant: String, Sendable, CaseIterable {
  /// P5, maximum 65535, big-endian: fine enough to measure on.
  case binary16
  /// P5, maximum 255.
  case binary8
  /// P2, maximum 65535, as decimal numbers.
  case ascii

  var maximum: Int { self == .binary8 ? 255 : 65_535 }
}

/// A grey map read from or written to a PGM file.
public struct PGM: Sendable, Equatable {
  public let height: Int
  public let width: Int
  /// (H, W) row-major in 0...1.
  public let values: [Double]
  /// Lines of the header, without the leading `#`.
  public let comments: [String]
  /// What the samples of its file were divided by; nil where it was not read from one.
  public let maximum: Int?

  /// - Parameter values: `height * width` numbers, (H, W) row-major.
  public init(
    height: Int, width: Int, values: [Double], comments: [String] = [], maximum: Int? = nil
  ) {
    precondition(height > 0 && width > 0 && values.count == height * width)
    self.height = height
    self.width = width
    self.values = values
    self.comments = comments
    self.maximum = maximum
  }

  /// Reads P2 or P5 of 8 or 16 bits; values are samples divided by the maximum.
  ///
  /// - Parameter path: for messages.
  /// - Throws: ``ImageError``, or ``ExportError/unsupported(path:format:reason:)`` for a colour map.
  public init(decoding bytes: [UInt8], path: String) throws {
    let map: PortableMap
    do {
      map = try PortableMap(bytes)
    } catch {
      guard let reason = ForeignFile.explanation(bytes) else { throw error.explained(path: path) }
      throw ImageError.foreign(path: path, reason: reason)
    }
    guard map.channels == 1 else {
      throw ExportError.unsupported(
        path: path, format: "PPM", reason: "holds colours; a grey map (PGM) was expected")
    }
    let maximum = Double(map.maximum)
    self.init(
      height: map.height, width: map.width, values: map.samples.map { Double($0) / maximum },
      comments: map.comments, maximum: map.maximum)
  }

  /// Reads the file at `path`.
  ///
  /// - Throws: ``FileError``, ``ImageError`` or ``ExportError``.
  public static func load(path: String) throws -> PGM {
    try PGM(decoding: FileBytes.read(path, limit: ImageLimits.fileBytes), path: path)
  }

  /// The file's bytes. Values outside 0...1 are clamped and NaN becomes 0; comment lines have control
  /// characters, line ends among them, replaced by blanks.
  public func encoded(_ variant: PGMVariant = .binary16) -> [UInt8] {
    let maximum = variant.maximum
    var bytes = Array((variant == .ascii ? "P2\n" : "P5\n").utf8)
    for comment in comments {
      bytes += Array("# \(Self.sanitised(comment))\n".utf8)
    }
    bytes += Array("\(width) \(height)\n\(maximum)\n".utf8)
    let samples = values.map { value in
      // NaN fails the comparison.
      value > 0 ? Int((min(value, 1) * Double(maximum)).rounded()) : 0
    }
    switch variant {
    case .binary8:
      bytes += samples.map { UInt8($0) }
    case .binary16:
      bytes.reserveCapacity(bytes.count + samples.count * 2)
      for sample in samples {
        bytes.append(UInt8(sample >> 8))
        bytes.append(UInt8(sample & 0xFF))
      }
    case .ascii:
      bytes += Self.lines(samples, width: width)
    }
    return bytes
  }

  /// Rows of decimal numbers in lines of at most 70 characters, as the format asks for.
  private static func lines(_ samples: [Int], width: Int) -> [UInt8] {
    var bytes: [UInt8] = []
    var length = 0
    for (index, sample) in samples.enumerated() {
      let digits = Array(String(sample).utf8)
      if length > 0 {
        let breaks = index % width == 0 || length + 1 + digits.count > 70
        bytes.append(breaks ? 0x0A : 0x20)
        length = breaks ? 0 : length + 1
      }
      bytes += digits
      length += digits.count
    }
    bytes.append(0x0A)
    return bytes
  }

  /// In one line, with blanks for all that must not reach a terminal; bytes of names that are not UTF-8
  /// stay, so that the same names read back.
  private static func sanitised(_ comment: String) -> String {
    String(
      String.UnicodeScalarView(
        comment.unicodeScalars.map { scalar in
          scalar.isPrintable || SystemPath.escapes.contains(scalar.value) ? scalar : " "
        }))
  }
}

extension ExportFormat {
  /// The heat map A in grey.
  static let pgm = ExportFormat(
    "pgm",
    [
      Offer("maps as PGM, 16 bits"),
      Offer("maps as PGM, 8 bits: coarse, 256 grey levels", .binary8),
      Offer("maps as PGM, text", .ascii),
    ]
  ) { result, options throws(ExportError) in
    PGM(
      height: result.map.height, width: result.map.width,
      values: HeatmapExport.picture(result.map), comments: HeatmapExport.comments(result)
    ).encoded(options.variant)
  }
}
