// Which of the kernels' instruction sets is in use.

internal import CKernels
internal import COneDNN

/// The instruction sets that the kernels are written for.
public enum InstructionSet {
  private static let all = (0..<CK_ISA_COUNT).map { ck_isa(rawValue: UInt32($0)) }

  private static func name(_ isa: ck_isa) -> String { unsafe String(cString: ck_isa_name(isa)) }

  /// Those of the processors that this program was built for, whichever of them this one is.
  public static var built: [String] {
    #if arch(arm64)
      let others = [CK_ISA_AVX2, CK_ISA_AVX512]
    #else
      let others = [CK_ISA_NEON]
    #endif
    return all.filter { !others.contains($0) }.map(name)
  }

  /// Those that this processor can run.
  public static var available: [String] { all.filter { ck_isa_supported($0) }.map(name) }

  /// The one in use: the best, unless another was selected.
  public static var selected: String { name(ck_isa_selected()) }

  /// Uses the kernels `name` from now on, and no wider vectors in oneDNN either, where that has not
  /// run yet; false where this processor lacks them.
  public static func select(_ name: String) -> Bool {
    guard let isa = all.first(where: { Self.name($0) == name }) else { return false }
    guard ck_select(isa) else { return false }
    _ = cd_limit(isa.vectors)
    return true
  }

  /// Runs chains of multiply-adds in registers; returns their number.
  static func multiplyAdds(rounds: Int) -> Int {
    var sink: Float = 0
    return Int(unsafe ck_multiply_adds(rounds, &sink))
  }
}

extension ck_isa {
  /// What oneDNN may use beside these kernels.
  fileprivate var vectors: cd_vectors {
    switch self {
    case CK_ISA_SCALAR: CD_VECTORS_SSE41
    case CK_ISA_AVX2: CD_VECTORS_AVX2
    default: CD_VECTORS_ANY
    }
  }
}
