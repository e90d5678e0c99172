import Testing

@testable import ERFEngine

@Suite struct RandomParametersTests {
  private func draw(_ initializer: Initializer, seed: UInt64 = 7, key: String = "a.weight")
    -> [Float]
  {
    RandomParameters(seed: seed).parameter(
      Slot(key: key, shape: [200_000], initializer: initializer)
    ).elements
  }

  private func moments(_ values: [Float]) -> (mean: Double, deviation: Double) {
    let mean = values.reduce(0.0) { $0 + Double($1) } / Double(values.count)
    let square = values.reduce(0.0) { $0 + (Double($1) - mean) * (Double($1) - mean) }
    return (mean, (square / Double(values.count)).squareRoot())
  }

  @Test func uniformFillsItsInterval() {
    let values = draw(.uniform(bound: 0.5))
    let (mean, deviation) = moments(values)
    #expect(abs(mean) < 0.005)
    #expect(abs(deviation - 1 / 12.0.squareRoot()) < 0.002)
    #expect(values.allSatisfy { $0 >= -0.5 && $0 < 0.5 })
    #expect(values.contains { $0 > 0.49 } && values.contains { $0 < -0.49 })
  }

  @Test func normalHasTheRightShares() {
    let values = draw(.normal(deviation: 2))
    let (mean, deviation) = moments(values)
    #expect(abs(mean) < 0.02)
    #expect(abs(deviation - 2) < 0.02)
    for (limit, share) in [(2.0, 0.6827), (4.0, 0.9545), (6.0, 0.9973)] {
      let inside = Double(values.filter { abs(Double($0)) < limit }.count) / Double(values.count)
      #expect(abs(inside - share) < 0.004)
    }
  }

  /// Quantiles from tables of the normal distribution.
  @Test(arguments: [
    (0.5, 0.0), (0.975, 1.959963984540054), (0.001, -3.090232306167813), (0.8, 0.8416212335729143),
    (1e-9, -5.997807014966854),
  ]) func quantiles(_ row: (p: Double, x: Double)) {
    #expect(abs(NormalQuantile.value(at: row.p) - row.x) < 1e-8 * max(1, abs(row.x)))
  }

  @Test func seedAndKeyDecideEveryBit() {
    let uniform = Initializer.uniform(bound: 1)
    #expect(draw(uniform) == draw(uniform))
    #expect(draw(uniform) != draw(uniform, seed: 8))
    #expect(draw(uniform) != draw(uniform, key: "b.weight"))
    // Written down once: a change would alter what `random:7` means to its users.
    #expect(Array(draw(uniform).prefix(3)) == Self.expectedUniform)
    #expect(Array(draw(.normal(deviation: 1)).prefix(3)) == Self.expectedNormal)
  }

  private static let expectedUniform: [Float] = [-0.97657776, -0.9059328, 0.76432633]
  private static let expectedNormal: [Float] = [-2.2664745, -1.674322, 1.1858699]
}
