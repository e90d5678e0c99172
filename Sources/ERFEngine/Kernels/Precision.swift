// How exact the numbers are that products are made of.

internal import COneDNN

/// What the products of convolutions are computed from.
///
/// Sums, and all else that is computed, are float32 in both; so are depth-wise convolutions and products
/// of two maps, such as attention's.
public enum Precision: String, Sendable, CaseIterable {
  case float32 = "f32"
  /// Weights and maps are rounded to bfloat16, 8 significant bits, before they are multiplied: faster on
  /// processors that do so themselves, and for a first look. Single pixels of a map may be far off.
  case bfloat16 = "bf16"

  /// Whether this processor, with the instruction set in use, computes in it.
  public var isAvailable: Bool { self == .float32 || cd_has_bfloat16() }

  /// For records, which leave out what is usual.
  public var stated: String? { self == .float32 ? nil : rawValue }

  public static var names: String { allCases.map(\.rawValue).joined(separator: ", ") }
}

/// A precision that the processor has no instructions for.
public struct PrecisionError: ExplainedError, Equatable {
  public let precision: Precision

  public init(precision: Precision) { self.precision = precision }

  public var isUsageError: Bool { true }

  public var explanation: String {
    "products in \(precision.rawValue) need a processor with AVX512_BF16, and the instruction set avx512: "
      + "leave the precision at \(Precision.float32.rawValue)"
  }

  /// - Throws: where `precision` would be no faster here.
  public static func require(_ precision: Precision) throws(PrecisionError) {
    guard precision.isAvailable else { throw PrecisionError(precision: precision) }
  }
}
