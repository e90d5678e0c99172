// The table of formats that results are exported to. Each is a value that says how; a new one has a file of
// its own and a row here.

/// A kind of file that a result is exported to.
public struct ExportFormat: Sendable {
  /// How names of such files end: `npy`.
  public let ending: String
  /// What menus offer of it.
  public let offers: [Offer]
  let encode: @Sendable (ERFResult, ExportOptions) throws(ExportError) -> [UInt8]

  /// A way to write it, as a menu names it: `maps as NPY: M, float32`.
  public struct Offer: Sendable, Hashable {
    public let title: String
    public let variant: PGMVariant

    init(_ title: String, _ variant: PGMVariant = .binary16) {
      (self.title, self.variant) = (title, variant)
    }
  }

  init(
    _ ending: String, _ offers: [Offer],
    encode: @escaping @Sendable (ERFResult, ExportOptions) throws(ExportError) -> [UInt8]
  ) {
    (self.ending, self.offers, self.encode) = (ending, offers, encode)
  }

  /// In the order in which they are listed.
  public static let all = [pgm, png, npy, csv, json]

  /// Those that `compare` writes of each map.
  public static let usual = [pgm, png, npy]

  /// The endings, for help: `.pgm .png .npy`.
  public static let endings = all.map { "." + $0.ending }.joined(separator: " ")

  /// The format that the ending of `path` names, in any case.
  ///
  /// - Throws: ``ExportError/unknownExtension(path:)``.
  public init(path: String) throws(ExportError) {
    let name = path.split(separator: "/").last ?? ""
    guard let dot = name.lastIndex(of: "."),
      let format = Self.all.first(where: {
        $0.ending == name[name.index(after: dot)...].lowercased()
      })
    else { throw .unknownExtension(path: path) }
    self = format
  }
}

/// What formats leave to the user.
public struct ExportOptions: Sendable {
  /// How a `.pgm` is written.
  public var variant = PGMVariant.binary16
  /// The colours of a `.png`.
  public var colours = ColourMap.ember

  public init(variant: PGMVariant = .binary16, colours: ColourMap = .ember) {
    (self.variant, self.colours) = (variant, colours)
  }
}

extension ExportFormat {
  /// The heat map A in grey.
  static let pgm = ExportFormat(
    "pgm",
    [
      Offer("maps as PGM, 16 bits"), Offer("maps as PGM, 8 bits", .binary8),
      Offer("maps as PGM, text", .ascii),
    ]
  ) { result, options throws(ExportError) in
    PGM(
      height: result.map.height, width: result.map.width,
      values: HeatmapExport.picture(result.map), comments: HeatmapExport.comments(result)
    ).encoded(options.variant)
  }

  /// The heat map A in colours.
  static let png = ExportFormat(
    "png", [Offer("maps as PNG, in colours")]
  ) { result, options throws(ExportError) in
    let (map, colours) = (result.map, options.colours)
    let file = try PNGWriter.encode(
      values: HeatmapExport.picture(map), height: map.height, width: map.width,
      colours: map.rule.isSigned && !colours.isDiverging ? .tide : colours)
    return PNGText.inserted(HeatmapExport.provenance(result), in: file)
  }

  /// M as float32, shape (H, W).
  static let npy = ExportFormat(
    "npy", [Offer("maps as NPY: M, float32")]
  ) { result, _ throws(ExportError) in
    NPY(
      shape: [result.map.height, result.map.width], values: result.map.values.map { Float($0) }
    ).encoded()
  }

  /// M as text.
  static let csv = ExportFormat(
    "csv", [Offer("maps as CSV: M as text")]
  ) { result, _ throws(ExportError) in
    CSV.encode(result.map.values, height: result.map.height, width: result.map.width)
  }

  /// The metrics and where they come from.
  static let json = ExportFormat(
    "json", [Offer("metrics as JSON")]
  ) { result, _ throws(ExportError) in try ResultReport([result]).encoded() }
}
