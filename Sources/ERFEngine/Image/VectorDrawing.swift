// Drawings of lines, text and pictures, as values: what a figure is before it becomes a file.

/// A drawing in points of 1/72 inch; y runs down from the upper left corner.
public struct VectorDrawing: Sendable, Equatable {
  public struct Point: Sendable, Equatable {
    public var x: Double
    public var y: Double

    public init(_ x: Double, _ y: Double) {
      self.x = x
      self.y = y
    }
  }

  public struct Rectangle: Sendable, Equatable {
    public var x: Double
    public var y: Double
    public var width: Double
    public var height: Double

    public init(x: Double, y: Double, width: Double, height: Double) {
      self.x = x
      self.y = y
      self.width = width
      self.height = height
    }
  }

  /// A colour with how much of it covers what lies below, 0...1.
  public struct Ink: Sendable, Equatable {
    public var red: UInt8
    public var green: UInt8
    public var blue: UInt8
    public var cover: Double

    public init(_ red: UInt8, _ green: UInt8, _ blue: UInt8, cover: Double = 1) {
      self.red = red
      self.green = green
      self.blue = blue
      self.cover = cover
    }
  }

  /// Where a text stands to its point.
  public enum Anchor: Sendable { case start, middle, end }

  public enum Element: Sendable, Equatable {
    /// `dash`: length of strokes and of gaps; 0: none.
    case line([Point], width: Double, dash: Double = 0, isClosed: Bool = false, Ink)
    case area([Point], Ink)
    /// The point is on the base line; turned text reads upwards.
    case text(
      String, Point, size: Double, anchor: Anchor = .start, isBold: Bool = false,
      isTurned: Bool = false, Ink)
    case picture(Image, Rectangle)
  }

  public var width: Double
  public var height: Double
  public var elements: [Element] = []
  /// What it is, for whoever finds the file.
  public var title: String
  /// Where it comes from, each fact under its own name.
  public var facts: [PNGText]

  public init(width: Double, height: Double, title: String, facts: [PNGText] = []) {
    self.width = width
    self.height = height
    self.title = title
    self.facts = facts
  }

  /// About how wide a text is: no font of those that may stand for Helvetica is much wider.
  public static func width(of text: String, size: Double, isBold: Bool = false) -> Double {
    let ems = text.unicodeScalars.reduce(0.0) { sum, scalar in
      switch scalar {
      case "i", "j", "l", ".", ",", ":", ";", "'", "|", "!", "I", " ": sum + 0.32
      case "f", "t", "r", "(", ")", "[", "]", "-", "/": sum + 0.4
      case "m", "w", "M", "W", "%", "@": sum + 0.95
      case "A"..."Z", "0"..."9", "±", "+", "=", "<", ">": sum + 0.66
      case "\u{1100}"...: sum + 1
      default: sum + 0.6
      }
    }
    return ems * size * (isBold ? 1.1 : 1)
  }

  /// The text where it is no wider than that, else its beginning and its end.
  public static func cutInside(
    _ text: String, size: Double, width: Double, isBold: Bool = false
  ) -> String {
    guard Self.width(of: text, size: size, isBold: isBold) > width else { return text }
    let characters = Array(text)
    for kept in stride(from: characters.count - 1, to: 1, by: -1) {
      let cut = String(characters.prefix(kept - kept / 2)) + "..." + characters.suffix(kept / 2)
      if Self.width(of: cut, size: size, isBold: isBold) <= width { return cut }
    }
    return "..."
  }

  /// A text in lines no wider than that; words that are wider have lines of their own.
  public static func wrapped(_ text: String, size: Double, width: Double) -> [String] {
    var lines: [String] = []
    for word in text.split(separator: " ") {
      if let last = lines.last, Self.width(of: last + " " + word, size: size) <= width {
        lines[lines.count - 1] += " " + word
      } else {
        lines.append(String(word))
      }
    }
    return lines
  }
}

extension VectorDrawing {
  /// The kinds of files that a drawing is written as, by their ending.
  public enum Format: String, Sendable, CaseIterable {
    case svg, pdf, png

    /// Checks that it can be written on this machine.
    ///
    /// - Throws: ``DrawingError``.
    public func requireAvailable() throws(DrawingError) {
      guard self != .svg else { return }
      do {
        try CairoCodec.requireLibrary()
      } catch {
        throw .notDrawn(format: rawValue.uppercased(), reason: error.message)
      }
    }
  }

  /// The bytes of a file: the same for the same drawing. SVG is written here; the others are drawn by
  /// cairo.
  ///
  /// - Parameter scale: pixels a point, for PNG.
  /// - Throws: ``DrawingError``.
  public func encoded(_ format: Format, scale: Double = 300.0 / 72) throws(DrawingError) -> [UInt8]
  {
    do {
      switch format {
      case .svg: return Array(try svg().utf8)
      case .pdf: return try CairoCodec.pdf(self)
      case .png:
        let image = try CairoCodec.pixels(self, scale: scale)
        return PNGText.inserted(
          [PNGText(keyword: "Title", text: title)] + facts, in: try PNGCodec.encode(image))
      }
    } catch {
      throw .notDrawn(format: format.rawValue.uppercased(), reason: error.message)
    }
  }
}

/// Why a drawing did not become a file.
public enum DrawingError: ExplainedError, Equatable {
  case notDrawn(format: String, reason: String)

  public var explanation: String {
    switch self {
    case .notDrawn(let format, let reason):
      reason.hasPrefix("the library cairo")
        ? "\(format) cannot be drawn: \(reason): install it (Debian: libcairo2), or write an .svg, "
          + "which needs none"
        : "\(format) cannot be drawn: \(reason)"
    }
  }
}
