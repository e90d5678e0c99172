import TestSupport
import Testing

@testable import ERFEngine

/// Chains compute what their links compute one by one.
@Suite struct PixelChainTests {
  private static let workers = Workers(threads: 2)

  private static func product(_ inputs: Int, _ outputs: Int, seed: UInt64, bias: Bool = true)
    -> Layer
  {
    Layer.convolution(
      OperatorChecks.values([outputs, inputs, 1, 1], seed: seed),
      bias ? OperatorChecks.values([outputs], seed: seed + 1) : nil,
      window: SlidingWindow(kernel: 1, padding: Padding(0)))
  }

  /// Links over 5 channels; where a map is added, it has the width there.
  private static let chains: [[Layer]] = [
    [product(5, 7, seed: 1), Layer(Rectifier())],
    [product(5, 20, seed: 1), Layer(GELU()), product(20, 5, seed: 3), Layer(Add())],
    [Layer(Rectifier()), product(5, 9, seed: 1), Layer(Add())],
    [Layer(Rectifier()), product(5, 9, seed: 1), Layer(Add()), Layer(Rectifier())],
    [Layer(Add()), Layer(Rectifier(stopsAtSix: true)), product(5, 3, seed: 1, bias: false)],
    [
      Layer(GELU()), Layer(Rectifier()), product(5, 33, seed: 1), product(33, 2, seed: 5),
      Layer(GELU()),
    ],
    [
      Layer(Add()), product(5, 5, seed: 1), Layer(Add()), Layer(Add()), product(5, 6, seed: 2),
      Layer(Add()), Layer(GELU()),
    ],
  ]

  /// Maps of fewer pixels than a tile, of several tiles, and of tiles that do not fill up.
  private static let maps: [Shape] = [
    [1, 1, 1, 5], [1, 2, 4, 5], [1, 3, 3, 5], [2, 7, 5, 5], [1, 40, 41, 5], [3, 16, 16, 5],
  ]

  /// Chains so wide that small maps are cut by channels: those between two products, and those that
  /// one makes or, backwards, reads.
  private static let wide: [[Layer]] = [
    [product(16, 1024, seed: 1), Layer(GELU()), product(1024, 24, seed: 3), Layer(Add())],
    [
      Layer(Add()), Layer(Rectifier()), product(16, 512, seed: 1), Layer(Rectifier()),
      product(512, 8, seed: 3), Layer(Add()), Layer(GELU()),
    ],
    [Layer(Rectifier()), product(16, 512, seed: 1), Layer(Add()), Layer(Rectifier())],
    [Layer(GELU()), product(768, 16, seed: 1), Layer(Add()), Layer(Rectifier())],
    [product(16, 4096, seed: 1), Layer(GELU()), product(4096, 16, seed: 3, bias: false)],
  ]

  /// Those that the first link reads.
  private static func channels(_ links: [Layer]) -> Int {
    links.first { $0.op.parameterShapes.count > 0 }?.parameters[0].shape[1] ?? 0
  }

  private static func chain(_ links: [Layer], sourceLocation: SourceLocation = #_sourceLocation)
    throws -> Layer
  {
    var chain = Layer(try #require(PixelChain(links.map(\.op)), sourceLocation: sourceLocation))
    chain.parameters = Parameters(parts: links.map(\.parameters))
    return chain
  }

  @Test(arguments: chains.indices, maps) func equalsItsLinks(_ index: Int, _ map: Shape) throws {
    try check(Self.chains[index], over: map)
  }

  @Test(arguments: wide.indices, [[3, 5], [7, 7], [14, 14], [17, 19]])
  func equalsItsLinksWhereChannelsAreCut(_ index: Int, _ size: [Int]) throws {
    let links = Self.wide[index]
    let channels = Self.channels(links)
    try check(links, over: [1, size[0], size[1], channels])
  }

  /// Four parts of 16 channels a pixel; none where they would be more than a cut is worth.
  @Test func sumsOfPartsAreKnownBeforehand() throws {
    let chain = try Self.chain(Self.wide[4]).op
    #expect(chain.workingBytes(inputs: [[1, 32, 32, 16]]) == 4 * 32 * 32 * 16 * 4)
    #expect(chain.workingBytes(inputs: [[1, 80, 80, 16]]) == 0)
    let single = try Self.chain(Self.wide[2]).op
    #expect(single.workingBytes(inputs: [[1, 7, 7, 16]]) == 0)
  }

  /// Whatever is cut, it is cut by size alone.
  @Test(arguments: wide.indices) func threadsDoNotMatter(_ index: Int) throws {
    let links = Self.wide[index]
    let chain = try Self.chain(links)
    let channels = Self.channels(links)
    let map: Shape = [1, 13, 11, channels]
    var inputs = [OperatorChecks.values(map, seed: 10)]
    var width = channels
    for link in links {
      if let product = link.parameters.tensors.first { width = product.shape[0] }
      if link.op is Add { inputs.append(OperatorChecks.values([1, 13, 11, width], seed: 20)) }
    }
    let results = [1, 2, 5].map { threads in
      let workers = Workers(threads: threads)
      let (output, state) = chain.forward(inputs, keep: .inputGradient, workers: workers)
      let gradients = chain.inputGradient(
        of: output, kept: state, inputs: inputs.map(\.shape), workers: workers)
      return [output.elements] + gradients.map(\.elements)
    }
    #expect(results[0] == results[1] && results[0] == results[2])
  }

  private func check(
    _ links: [Layer], over map: Shape, sourceLocation: SourceLocation = #_sourceLocation
  ) throws {
    let chain = try Self.chain(links)
    var shapes = [map]
    var kept: [Kept] = []
    var inputs = [OperatorChecks.values(map, seed: 10)]
    var value = inputs[0]
    for (position, op) in links.enumerated() {
      var own = [value]
      if op.op is Add {
        let other = OperatorChecks.values(value.shape, seed: 20 + UInt64(position))
        own.append(other)
        inputs.append(other)
      }
      let (output, state) = op.forward(own, keep: .inputGradient, workers: Self.workers)
      kept.append(state)
      value = output
      shapes.append(value.shape)
    }
    let inputShapes = inputs.map(\.shape)
    #expect(try chain.outputShape(of: inputShapes) == value.shape, sourceLocation: sourceLocation)
    let (output, state) = chain.forward(inputs, keep: .inputGradient, workers: Self.workers)
    #expect(relativeError(output, value) < 1e-5, sourceLocation: sourceLocation)
    #expect(state.bytes == kept.reduce(0) { $0 + $1.bytes }, sourceLocation: sourceLocation)
    #expect(
      state.bytes == chain.op.keptBytes(inputs: inputShapes, output: value.shape),
      sourceLocation: sourceLocation)

    var gradient = OperatorChecks.values(value.shape, seed: 30)
    let found = chain.inputGradient(
      of: gradient, kept: state, inputs: inputShapes, workers: Self.workers)
    var others: [Tensor] = []
    for position in links.indices.reversed() {
      let own = [Shape](repeating: shapes[position], count: links[position].op is Add ? 2 : 1)
      let parts = links[position].inputGradient(
        of: gradient, kept: kept[position], inputs: own, workers: Self.workers)
      gradient = parts[0]
      if parts.count > 1 { others.insert(parts[1], at: 0) }
    }
    #expect(found.count == 1 + others.count, sourceLocation: sourceLocation)
    // The slope of a GELU is kept in 16 bits, and another order of sums may end at the next of them.
    for (part, expected) in zip(found, [gradient] + others) {
      #expect(
        part.shape == expected.shape && relativeError(part, expected) < 3e-5,
        sourceLocation: sourceLocation)
    }
  }

  @Test func inputsStayAsTheyAre() throws {
    let chain = try Self.chain([Layer(Rectifier()), Self.product(5, 5, seed: 1)])
    let input = OperatorChecks.values([1, 9, 9, 5], seed: 1)
    let before = input.elements
    let (output, kept) = chain.forward([input], keep: .inputGradient, workers: Self.workers)
    let gradient = OperatorChecks.values(output.shape, seed: 2)
    let same = gradient.elements
    _ = chain.inputGradient(
      of: gradient, kept: kept, inputs: [input.shape], workers: Self.workers)
    #expect(input.elements == before && gradient.elements == same)
  }

  @Test func threadsChangeNoBit() throws {
    let chain = try Self.chain(Self.chains[1])
    let input = OperatorChecks.values([1, 37, 29, 5], seed: 1)
    let results = [1, 2, 5].map { threads in
      let workers = Workers(threads: threads)
      let (output, kept) = chain.forward([input, input], keep: .inputGradient, workers: workers)
      let gradients = chain.inputGradient(
        of: output, kept: kept, inputs: [input.shape, input.shape], workers: workers)
      return output.elements + gradients.flatMap(\.elements)
    }
    #expect(results[0] == results[1] && results[0] == results[2])
  }

  @Test func chainsNeedAProductAndPixels() {
    #expect(PixelChain([Rectifier()]) == nil)
    let window = SlidingWindow(kernel: 3, padding: Padding(1))
    #expect(PixelChain([Convolution(inputs: 1, outputs: 1, window: window)]) == nil)
  }
}
