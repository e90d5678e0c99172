// Whether the chains of multiply-adds are carried out, and how many there are.
import CKernels
import Testing

@Suite struct PeakTests {
  @Test func everyRoundHalvesTheDistanceToTwo() {
    for variant in supportedVariants {
      var first: Float = 0
      let perRound = variant.multiply_adds(1, &first)
      #expect(perRound > 0, "\(variant.name)")
      for rounds in [0, 1, 2, 3, 10] {
        var sink: Float = 0
        #expect(
          variant.multiply_adds(rounds, &sink) == perRound * UInt64(rounds), "\(variant.name)")
        var start: Float = 0
        _ = variant.multiply_adds(0, &start)
        var expected = start - 2
        for _ in 0..<rounds { expected /= 2 }
        #expect(abs(sink - 2 - expected) < 1e-4, "\(variant.name) after \(rounds)")
      }
    }
  }
}
