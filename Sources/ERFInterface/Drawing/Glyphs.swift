// The few characters beyond letters that the screens use, and what stands for them in ASCII.

/// One set of characters; chosen by `Display.unicode`.
public struct Glyphs: Sendable, Equatable {
  public var ellipsis: Unicode.Scalar
  public var separator: String
  public var rule: Unicode.Scalar
  public var full: Unicode.Scalar
  public var empty: Unicode.Scalar
  public var tick: Unicode.Scalar
  public var upright: Unicode.Scalar
  public var warning: String
  public var failure: String
  public var times: String
  public var dash: String
  public var sigma: String
  public var squared: String
  public var subscriptTen: String
  public var arrows: String
  public var focus: Unicode.Scalar
  public var mark: Unicode.Scalar
  public var ring: Unicode.Scalar
  public var dot: Unicode.Scalar
  public var minus: String
  public var plusMinus: String
  /// From low to high, for curves of one line.
  public var levels: [Unicode.Scalar]

  public static let unicode = Glyphs(
    ellipsis: "…", separator: " · ", rule: "─", full: "━", empty: "─", tick: "─", upright: "│",
    warning: "!", failure: "✗", times: "×", dash: "—", sigma: "σ", squared: "²",
    subscriptTen: "₁₀", arrows: "↑ ↓", focus: "▎", mark: "●", ring: "○", dot: "·", minus: "−",
    plusMinus: "±", levels: ["▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"])

  public static let ascii = Glyphs(
    ellipsis: "~", separator: " | ", rule: "-", full: "=", empty: "-", tick: "-", upright: "|",
    warning: "!", failure: "x", times: "x", dash: "-", sigma: "sigma", squared: "^2",
    subscriptTen: "10", arrows: "Up Down", focus: "|", mark: "*", ring: "o", dot: ".", minus: "-",
    plusMinus: "+-", levels: [".", ":", "-", "=", "+", "*", "#"])

  var isASCII: Bool { ellipsis.isASCII }
}

extension Display {
  public var glyphs: Glyphs { unicode ? .unicode : .ascii }
}

extension Glyphs {
  /// A bar over `share` of `cells`, and the rest of its track.
  func bar(_ share: Double, of cells: Int, _ role: Role) -> [Span] {
    let filled = max(0, min(cells, Int((share * Double(cells)).rounded())))
    return [Span(line(full, filled), role), Span(line(empty, cells - filled), .line)]
  }

  /// The same without its track; something is there for any share but none.
  func stroke(_ share: Double, of cells: Int, _ role: Role) -> Span {
    guard share > 0 else { return Span("", role) }
    return Span(line(full, max(1, min(cells, Int((share * Double(cells)).rounded())))), role)
  }

  private func line(_ glyph: Unicode.Scalar, _ count: Int) -> String {
    String(String.UnicodeScalarView(repeatElement(glyph, count: max(0, count))))
  }
}
