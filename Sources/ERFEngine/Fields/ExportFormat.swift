// The table of formats that results are exported to. Each is a value that says how; a new one has a file of
// its own and a row here.

/// A kind of file that a result is exported to.
public struct ExportFormat: Sendable {
  /// How names of such files end: `npy`.
  public let ending: String
  /// What menus offer of it.
  public let offers: [Offer]
  /// Whether such a file says which images it is of; arrays and tables hold numbers alone.
  public let saysWhatItIsOf: Bool
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
    _ ending: String, _ offers: [Offer], saysWhatItIsOf: Bool = true,
    encode: @escaping @Sendable (ERFResult, ExportOptions) throws(ExportError) -> [UInt8]
  ) {
    (self.ending, self.offers, self.encode) = (ending, offers, encode)
    self.saysWhatItIsOf = saysWhatItIsOf
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
  /// What a `.png` shows of each value; nil: A.
  public var brightness: Brightness?

  public init(variant: PGMVariant = .binary16, colours: ColourMap = .ember) {
    (self.variant, self.colours) = (variant, colours)
  }

  /// A map as somebody has seen it.
  public struct Brightness: Sendable {
    /// (H, W) row-major in 0...1; of a signed map zero is the middle.
    let values: [Double]
    /// What they are of M: `log10(M / 0.647) over 3 decades`.
    let scale: String

    public init(values: [Double], scale: String) { (self.values, self.scale) = (values, scale) }
  }
}
