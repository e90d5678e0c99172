/// A random sequence with access by position (SplitMix64: Steele, Lea and Flood 2014).
struct RandomStream: Sendable {
  private let start: UInt64
  private static let golden: UInt64 = 0x9E37_79B9_7F4A_7C15

  init(seed: UInt64, name: String = "") {
    var hash = FNV1a()
    hash.add(name.utf8)
    start = Self.mixed(seed &* Self.golden ^ hash.value)
  }

  /// The sequence whose generator starts from the state `start`.
  init(start: UInt64) { self.start = start }

  /// 64 random bits.
  @inline(__always)
  func bits(at index: UInt64) -> UInt64 { Self.mixed(start &+ (index &+ 1) &* Self.golden) }

  /// Uniform in the open interval (0, 1).
  @inline(__always)
  func unit(at index: UInt64) -> Double {
    (Double(bits(at: index) >> 12) + 0.5) * 0x1p-52
  }

  @inline(__always)
  private static func mixed(_ value: UInt64) -> UInt64 {
    var z = value
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }
}

/// The quantile function of the standard normal distribution, from correctly rounded operations alone
/// (no libm), so that every machine agrees on each bit.
enum NormalQuantile {
  /// x with Phi(x) = p, for 0 < p < 1; largest relative error 1.2e-9.
  @inline(__always)
  static func value(at p: Double) -> Double {
    let tail = min(p, 1 - p)
    let magnitude = tail > centre ? central(tail - 0.5) : -outer(tail)
    return p < 0.5 ? magnitude : -magnitude
  }

  private static let centre = 0.02425

  /// Rational approximation about the median (Acklam 2003), p = 0.5 + q.
  @inline(__always)
  private static func central(_ q: Double) -> Double {
    let r = q * q
    let above =
      ((((-39.69683028665376 * r + 220.9460984245205) * r - 275.9285104469687) * r
        + 138.3577518672690) * r - 30.66479806614716) * r + 2.506628277459239
    let below =
      ((((-54.47609879822406 * r + 161.5858368580409) * r - 155.6989798598866) * r
        + 66.80131188771972) * r - 13.28068155288572) * r + 1
    return q * above / below
  }

  /// Rational approximation in sqrt(-2 ln p) for the tails (Acklam 2003).
  private static func outer(_ p: Double) -> Double {
    let q = (-2 * logarithm(p)).squareRoot()
    let above =
      ((((-0.007784894002430293 * q - 0.3223964580411365) * q - 2.400758277161838) * q
        - 2.549732539343734) * q + 4.374664141464968) * q + 2.938163982698783
    let below =
      (((0.007784695709041462 * q + 0.3224671290700398) * q + 2.445134137142996) * q
        + 3.754408661907416) * q + 1
    return -above / below
  }

  /// ln p from its series about 1, the same on every machine, which libm's is not.
  private static func logarithm(_ p: Double) -> Double {
    var mantissa = p.significand
    var exponent = Double(p.exponent)
    if mantissa > 1.4142135623730951 {
      mantissa /= 2
      exponent += 1
    }
    let z = (mantissa - 1) / (mantissa + 1)
    let square = z * z
    var term = z
    var sum = 0.0
    for odd in stride(from: 1.0, through: 25.0, by: 2.0) {
      sum += term / odd
      term *= square
    }
    return 2 * sum + exponent * 0.6931471805599453
  }
}
