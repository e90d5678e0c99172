import Testing

@testable import ERFEngine

/// Operators are values, and what kernels make of parameters is made once.
@Suite struct OperatorValueTests {
  private let window = SlidingWindow(kernel: 3, padding: Padding(1))

  @Test func everyNumberThatDecidesCounts() {
    let base = Convolution(inputs: 4, outputs: 8, window: window)
    var dilated = window
    dilated.dilation = 2
    let others: [any Operator] = [
      Convolution(inputs: 8, outputs: 8, window: window),
      Convolution(inputs: 4, outputs: 4, window: window),
      Convolution(inputs: 4, outputs: 8, window: window, groups: 2),
      Convolution(inputs: 4, outputs: 8, window: window, hasBias: true),
      Convolution(inputs: 4, outputs: 8, window: dilated),
      DepthwiseConvolution(channels: 8, window: window), BatchNorm(channels: 8),
      BatchNorm(channels: 8, epsilon: 1e-3), Rectifier(), Rectifier(stopsAtSix: true), GELU(),
    ]
    let all = [base] + others
    #expect(Set(all.map(AnyOperator.init)).count == all.count)
    #expect(base.isSame(as: Convolution(inputs: 4, outputs: 8, window: window)))
  }

  @Test func layoutsAreMadeOnceForEachKind() {
    struct One: Sendable { let number: Int }
    struct Other: Sendable { let number: Int }
    let parameters = Parameters([])
    var made = 0
    func one(_ variant: Int) -> One {
      parameters.layout(variant: variant) {
        made += 1
        return One(number: made)
      }
    }
    #expect([one(0), one(0), one(2), one(0), one(2)].map(\.number) == [1, 1, 2, 1, 2])
    #expect(parameters.layout { Other(number: 9) }.number == 9)
    #expect(made == 2)
  }

  /// Tokens are a row of pixels: those of every image are cut out and put back.
  @Test func tokensHaveParts() {
    let tokens = OperatorChecks.values([2, 5, 3], seed: 1)
    let part = Region(rows: 0..<1, columns: 1..<3)
    #expect(Region(of: tokens.shape) == Region(rows: 0..<1, columns: 0..<5))
    let cut = tokens.cropped(to: part)
    #expect(cut.shape == [2, 2, 3])
    let (all, few) = (tokens.elements, cut.elements)
    #expect(few == Array(all[3..<9]) + Array(all[18..<24]))
    var expected = [Float](repeating: 0, count: 30)
    expected.replaceSubrange(3..<9, with: few[..<6])
    expected.replaceSubrange(18..<24, with: few[6...])
    #expect(cut.embedded(in: tokens.shape, at: part).elements == expected)
    var sum = tokens
    sum.add(cut, at: part, workers: Workers(threads: 1))
    #expect(sum.elements == zip(all, expected).map { $0 + $1 })
  }

  @Test func arraysHaveNoParts() {
    let array = OperatorChecks.values([2, 5], seed: 1)
    let whole = Region(of: array.shape)
    #expect(whole == Region(rows: 0..<1, columns: 0..<1))
    #expect(array.shape.sized(whole) == array.shape)
    #expect(array.cropped(to: whole).elements == array.elements)
    #expect(array.embedded(in: array.shape, at: whole).elements == array.elements)
    var sum = array
    sum.add(array, at: whole, workers: Workers(threads: 1))
    #expect(sum.elements == array.elements.map { 2 * $0 })
  }

  @Test func windowsSayWhatIsReadAndComputed() {
    let region = Region(rows: 3..<5, columns: 6..<7)
    let map: Shape = [1, 10, 9, 4]
    #expect(Window.pixel.inputRegion(for: region, of: map) == region)
    #expect(
      Window.pixel.inputRegion(for: region, of: [1, 1, 1, 4])
        == Region(rows: 0..<1, columns: 0..<1))
    #expect(
      Window.pixel.inputRegion(for: region, of: [1, 10, 1, 4])
        == Region(rows: 3..<5, columns: 0..<1))
    #expect(Window.pixel.computedRegion(for: region, of: map) == region)
    #expect(Window.everything.computedRegion(for: region, of: map) == Region(of: map))
    let tiles = Window.tiles(height: 4, width: 4)
    #expect(tiles.computedRegion(for: region, of: map) == Region(rows: 0..<8, columns: 4..<8))
    let corner = Region(rows: 8..<9, columns: 8..<9)
    #expect(tiles.computedRegion(for: corner, of: map) == Region(rows: 8..<10, columns: 8..<9))
  }
}
