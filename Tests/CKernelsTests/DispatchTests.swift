// Whether the choice of the instruction set is consistent; the kernels are tested through the tables
// of the variants.
import CKernels
import Testing

@Suite struct DispatchTests {
  static let all = (0..<CK_ISA_COUNT).map { ck_isa(rawValue: UInt32($0)) }

  @Test func scalarIsAlwaysThere() {
    #expect(ck_isa_supported(CK_ISA_SCALAR))
    #expect(ck_isa_supported(ck_isa_best()))
    #expect(supportedVariants.first?.isa == CK_ISA_SCALAR)
  }

  @Test func tablesMatchTheirNames() {
    for isa in Self.all {
      let variant = ck_variant_for(isa)
      #expect((variant != nil) == ck_isa_supported(isa))
      if let variant { #expect(variant.pointee.isa == isa) }
    }
    #expect(Set(Self.all.map { String(cString: ck_isa_name($0)) }).count == Self.all.count)
  }

  @Test func unknownSetsAreRefused() {
    for raw in [UInt32(CK_ISA_COUNT), 99, UInt32.max] {
      let isa = ck_isa(rawValue: raw)
      #expect(!ck_isa_supported(isa) && !ck_select(isa) && ck_variant_for(isa) == nil)
      #expect(String(cString: ck_isa_name(isa)) == "unknown")
    }
  }

  /// In a process of its own: other tests run beside this one and may rely on the selection.
  @Test func selectionDecidesWhatRuns() async {
    await #expect(processExitsWith: .success) {
      for isa in DispatchTests.all {
        let selected = ck_select(isa)
        precondition(selected == ck_isa_supported(isa))
        if selected { precondition(ck_isa_selected() == isa) }
        var output: [Float] = [0, 0, 0]
        ck_add([1, 2, 3], [10, 20, 30], 3, &output)
        precondition(output == [11, 22, 33])
      }
    }
  }
}
