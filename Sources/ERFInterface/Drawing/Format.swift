// Numbers as text, without Foundation, whose start-up would delay the first frame.

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Numbers as people read them.
public enum Format {
  /// `value` with `digits` decimals, rounded half away from zero.
  public static func fixed(_ value: Double, _ digits: Int) -> String {
    guard value.isFinite, abs(value) < 1e15 else { return "\(value)" }
    var scale = 1.0
    for _ in 0..<digits { scale *= 10 }
    let scaled = (abs(value) * scale).rounded()
    let whole = UInt64(scaled / scale)
    let sign = value < 0 && scaled > 0 ? "-" : ""
    if digits == 0 { return sign + String(UInt64(scaled)) }
    let fraction = String(UInt64(scaled) - whole * UInt64(scale))
    let padding = String(repeating: "0", count: digits - fraction.utf8.count)
    return sign + String(whole) + "." + padding + fraction
  }

  /// Three significant digits: `4.21`, `0.0312`, `1.2e-07`.
  static func significant(_ value: Double) -> String {
    guard value.isFinite, value != 0 else { return value == 0 ? "0" : fixed(value, 0) }
    var exponent = Int(log10(abs(value)).rounded(.down))
    if exponent < -3 || exponent > 5 {
      var mantissa = value / pow(10, Double(exponent))
      // 9.97e-05 is 1.0e-04, not 10.0e-05.
      if abs(mantissa) >= 9.95 {
        mantissa /= 10
        exponent += 1
      }
      let digits = String(abs(exponent))
      return fixed(mantissa, 1) + "e" + (exponent < 0 ? "-" : "+")
        + (digits.utf8.count < 2 ? "0" + digits : digits)
    }
    return fixed(value, max(0, 2 - exponent))
  }

  /// How many times something is, with two digits of it that mean something: `2.2`, `14`, `0.037`.
  static func factor(_ value: Double) -> String {
    guard value > 0, value < 0.995 else { return fixed(value, value < 9.95 ? 1 : 0) }
    var digits = 2
    var limit = 0.0995
    while value < limit, digits < 12 {
      digits += 1
      limit /= 10
    }
    return fixed(value, digits)
  }

  /// With its sign, also where that is plus.
  static func signed(_ value: Double, _ digits: Int) -> String {
    let text = fixed(value, digits)
    return value > 0 && text.contains { $0 != "0" && $0 != "." } ? "+" + text : text
  }

  /// A share as per cent: `9.4 %`.
  static func percent(_ share: Double, digits: Int = 1) -> String {
    fixed(share * 100, digits) + " %"
  }

  /// A share of the input as a number in per cent, with two digits of it that mean something: `17.4`,
  /// `0.29`, `0.0084`.
  static func areaNumber(_ share: Double) -> String { fixed(share * 100, areaDigits(share)) }

  /// The same with its sign: `0.29 %`.
  static func area(_ share: Double) -> String { areaNumber(share) + " %" }

  /// How many decimals that has.
  static func areaDigits(_ share: Double) -> Int {
    let percent = abs(share * 100)
    guard percent > 0 else { return 1 }
    var digits = 1
    var limit = 0.995
    while percent < limit, digits < 5 {
      digits += 1
      limit /= 10
    }
    return digits
  }

  /// How many parameters or operations, with at least two digits that mean something and three below 1:
  /// `15.42 G`, `0.231 G`, `62.31 M`; in a unit that is at most `largest`.
  static func amount(_ count: Int, largest: AmountUnit) -> String {
    let unit = AmountUnit(of: [count], largest: largest)
    return amount(count, in: unit) + (unit == .one ? "" : " " + unit.rawValue)
  }

  /// The number alone.
  static func amount(_ count: Int, in unit: AmountUnit) -> String {
    let value = Double(count) / unit.value
    return fixed(value, unit == .one ? 0 : value < 0.9995 ? 3 : value < 999.5 ? 2 : 0)
  }

  /// What amounts are counted in.
  enum AmountUnit: String, CaseIterable {
    case giga = "G"
    case mega = "M"
    case kilo = "k"
    case one = ""

    var value: Double {
      switch self {
      case .giga: 1e9
      case .mega: 1e6
      case .kilo: 1e3
      case .one: 1
      }
    }

    /// The largest of which every one of some counts is at least a tenth.
    init(of counts: [Int], largest: AmountUnit) {
      let least = Double(counts.filter { $0 > 0 }.min() ?? Int.max)
      let units = Self.allCases.drop { $0 != largest }
      self = units.first { least >= $0.value / 10 } ?? .one
    }
  }

  /// A time span: `42 ms`, `0.4 s`, `12 s`, `3 min 05 s`, `2 h 10 min`.
  public static func duration(_ seconds: Double) -> String {
    guard seconds.isFinite, seconds >= 0, seconds < 1e9 else { return "?" }
    if seconds < 0.0995 {
      return seconds < 0.0005 ? "< 1 ms" : fixed(seconds * 1000, 0) + " ms"
    }
    if seconds < 9.95 { return fixed(seconds, 1) + " s" }
    let whole = Int(seconds.rounded())
    if whole < 60 { return "\(whole) s" }
    if whole < 3600 { return "\(whole / 60) min \(padded(whole % 60)) s" }
    return "\(whole / 3600) h \(padded(whole / 60 % 60)) min"
  }

  /// Of a file: `812 B`, `12 kB`, `1.3 MB`, `312 MB`, `1.2 GB`.
  static func size(_ bytes: Int) -> String {
    switch bytes {
    case ..<1000: "\(bytes) B"
    case ..<1_000_000: "\(bytes / 1000) kB"
    case ..<10_000_000: fixed(Double(bytes) / 1e6, 1) + " MB"
    case ..<1_000_000_000: "\(bytes / 1_000_000) MB"
    default: fixed(Double(bytes) / 1e9, 1) + " GB"
    }
  }

  static func bytes(_ count: Int) -> String {
    count >= 1 << 30
      ? fixed(Double(count) / Double(1 << 30), 1) + " GiB"
      : "\(max(0, count) >> 20) MiB"
  }

  private static func padded(_ number: Int) -> String {
    number < 10 ? "0\(number)" : String(number)
  }
}

extension String {
  /// Spaces before the text up to `width` columns.
  public func leftPadded(_ width: Int) -> String {
    String(repeating: " ", count: max(0, width - columns)) + self
  }

  /// Spaces behind the text up to `width` columns.
  public func rightPadded(_ width: Int) -> String {
    self + String(repeating: " ", count: max(0, width - columns))
  }

  /// Without the spaces at its end.
  public var trimmedRight: String {
    var text = self[...]
    while text.last == " " { text.removeLast() }
    return String(text)
  }
}
