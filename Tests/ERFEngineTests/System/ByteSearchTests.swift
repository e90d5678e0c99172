import Testing

@testable import ERFEngine

@Suite struct ByteSearchTests {
  @Test(arguments: [
    ("layer1._orig_mod.conv", true), ("_mod", true), ("a_mo_mod", true), ("__mod", true),
    ("_mo", false), ("", false), ("model", false), ("_m_o_d", false), ("é_mod", true),
  ])
  func findsWhatIsThere(_ name: String, _ isThere: Bool) {
    #expect(name.utf8.holds("_mod") == isThere)
  }

  @Test func nothingIsEverywhere() {
    #expect("a".utf8.holds("") && "".utf8.holds(""))
    #expect("conv.parametrizations.weight".utf8.holds("parametrizations"))
  }
}
