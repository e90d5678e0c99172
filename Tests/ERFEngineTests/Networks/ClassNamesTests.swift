import Testing

@testable import ERFEngine

@Suite struct ClassNamesTests {
  @Test func imageNetHasItsThousandClasses() {
    let names = ClassNames.imageNet
    #expect(names.count == 1000)
    #expect(names.first == "tench" && names[404] == "airliner" && names.last == "toilet tissue")
  }
}
