import TestSupport
import Testing

@testable import ERFEngine

@Suite struct ProgramTests {
  private static let models = [
    "replknet:kernels=13,9:layers=2,1:channels=8,24:small=5:classes=7",
    "replknet:kernels=31,7:layers=1,1:channels=16,20:small=0:dw=1.5:classes=7",
    "resnet:block=basic:layers=1,1:width=8:classes=7",
    "resnet:block=bottleneck:layers=2,1:width=8:classes=7",
    "resnet-cifar:depth=8", "mobilenetv2:width=0.25:classes=7",
  ]

  private func program(_ id: String, seed: UInt64 = 3) throws -> Program {
    try Network.trainingForm(NetworkSpec(model: id, weights: .random(seed: seed)))
  }

  private let input = OperatorChecks.values([1, 48, 40, 3], seed: 1)

  @Test(arguments: models) func foldingChangesNothing(_ id: String) throws {
    let training = try program(id).withLivelyBatchNorms()
    let inference = try training.rewritten { $0.inferenceForm() }
    #expect(!inference.nodes.contains { $0.op is BatchNorm }, "all batch norms fold here")
    #expect(inference.nodes.count < training.nodes.count)
    #expect(inference.taps.map(\.name) == training.taps.map(\.name))
    for name in training.taps.map(\.name) {
      let workers = Workers()
      let outputs = try [training, inference].map { program in
        try program.forward(
          input, to: #require(program.tap(name)).value, keep: .nothing, workers: workers
        ).output
      }
      #expect(relativeError(outputs[1], outputs[0]) < 2e-5, "\(name)")
    }
  }

  @Test func eachPassAloneChangesNothing() throws {
    let training = try program(Self.models[0]).withLivelyBatchNorms()
    let passes: [(String, (Blueprint) -> Blueprint)] = [
      ("producers", { $0.foldingNormsIntoProducers() }),
      ("consumers", { $0.foldingNormsIntoConsumers() }),
      ("kernels", { $0.foldingNormsIntoProducers().mergingParallelKernels() }),
      ("pooling", { $0.movingNormsBehindPooling() }),
    ]
    let expected = try logits(training)
    for (name, pass) in passes {
      #expect(relativeError(try logits(training.rewritten(pass)), expected) < 2e-5, "\(name)")
    }
    let branches = { (program: Program) in
      program.nodes.filter { ($0.op as? DepthwiseConvolution)?.window2D.kernelHeight == 5 }.count
    }
    #expect(branches(training) == 3)
    #expect(branches(try training.rewritten { $0.inferenceForm() }) == 0)
  }

  private func logits(_ program: Program, sourceLocation: SourceLocation = #_sourceLocation) throws
    -> Tensor
  {
    try program.forward(
      input, to: #require(program.tap("logits"), sourceLocation: sourceLocation).value,
      keep: .nothing, workers: Workers()
    ).output
  }

  @Test(arguments: models) func bytesDoNotDependOnThreads(_ id: String) throws {
    let program = try program(id).rewritten { $0.inferenceForm() }
    let tap = try #require(program.stages.last)
    let results = try [1, 2, 3, 7].map { threads in
      let workers = Workers(threads: threads)
      let activations = try program.forward(input, to: tap.value, workers: workers)
      let shape = activations.output.shape
      let seed = activations.seed(at: [Unit(row: shape.height / 2, column: shape.width / 2)])
      let gradient = try activations.inputGradient(of: seed, workers: workers)
      return activations.output.elements + gradient.elements
    }
    for other in results.dropFirst() { #expect(other == results[0]) }
  }

  /// The whole backward walk against central differences of s, for the unit's positive channels.
  @Test(arguments: models) func inputGradientMatchesFiniteDifferences(_ id: String) throws {
    let program = try program(id).withLivelyBatchNorms()
    let tap = try #require(program.tap("stage1"))
    let workers = Workers()
    let activations = try program.forward(input, to: tap.value, workers: workers)
    let units = [Unit(row: 4, column: 3), Unit(row: 2, column: 5)]
    let seed = activations.seed(at: units)
    let gradient = try activations.inputGradient(of: seed, workers: workers)
    func product(_ input: Tensor) throws -> Double {
      let output = try program.forward(input, to: tap.value, keep: .nothing, workers: workers)
        .output
      return zip(output.elements, seed.elements).reduce(0) { $0 + Double($1.0) * Double($1.1) }
    }
    // A random direction: many small steps at once, so that rounding and kinks average out.
    let direction = OperatorChecks.values(input.shape, seed: 12)
    let step: Float = 2e-4
    var above = input
    var below = input
    for index in 0..<input.count {
      above[index] += step * direction[index]
      below[index] -= step * direction[index]
    }
    let slope = try (product(above) - product(below)) / Double(2 * step)
    let expected = zip(gradient.elements, direction.elements).reduce(0.0) {
      $0 + Double($1.0) * Double($1.1)
    }
    #expect(abs(slope - expected) < 0.05 * max(1, abs(expected)), "\(slope) and \(expected)")
  }

  @Test func severalUnitsSumTheirGradients() throws {
    let program = try program(Self.models[0]).rewritten { $0.inferenceForm() }
    let tap = try #require(program.tap("stage2"))
    let activations = try program.forward(input, to: tap.value, workers: Workers())
    let units = [Unit(row: 0, column: 0), Unit(row: 2, column: 1)]
    let parts = try units.map {
      try activations.inputGradient(of: activations.seed(at: [$0]), workers: Workers())
    }
    let together = try activations.inputGradient(
      of: activations.seed(at: units), workers: Workers())
    let sum = Tensor(
      shape: input.shape, elements: zip(parts[0].elements, parts[1].elements).map(+))
    #expect(relativeError(together, sum) < 1e-5)
  }

  @Test func cancellationStopsWithinALayer() throws {
    let program = try program(Self.models[0])
    let cancellation = Cancellation()
    var layers = 0
    #expect(throws: CancellationError.self) {
      _ = try program.forward(
        input, to: #require(program.stages.last).value,
        workers: Workers(threads: 2, cancellation: cancellation)
      ) { _, _ in
        layers += 1
        if layers == 3 { cancellation.cancel() }
      }
    }
    #expect(layers == 3)
  }

  @Test func progressRisesToOne() throws {
    let program = try program(Self.models[0])
    var fractions: [Double] = []
    let activations = try program.forward(
      input, to: #require(program.stages.last).value, workers: Workers()
    ) { fractions.append($1) }
    #expect(fractions == fractions.sorted())
    #expect(abs((fractions.last ?? 0) - 1) < 1e-12)
    fractions = []
    _ = try activations.inputGradient(
      of: activations.seed(at: [Unit(row: 1, column: 1)]), workers: Workers()
    ) { fractions.append($1) }
    #expect(fractions == fractions.sorted())
    #expect(abs((fractions.last ?? 0) - 1) < 1e-12)
  }

  @Test func nonFiniteValuesNameTheLayer() throws {
    var program = try program(Self.models[0])
    let index = try #require(program.nodes.firstIndex { $0.scope == "stages.0.blocks.1.pw1.conv" })
    var weight = program.parameters[index][0]
    weight[3] = .infinity
    program.set(Parameters([weight]), of: index)
    let error = #expect(throws: NonFiniteError.self) {
      _ = try program.forward(
        input, to: #require(program.stages.last).value, workers: Workers(), checksEveryLayer: true)
    }
    #expect(error?.layer == "stages.0.blocks.1.pw1.conv")
  }
}

extension Program {
  /// Batch norms that do something, so that a forgotten one shows.
  fileprivate func withLivelyBatchNorms() -> Program {
    var program = self
    for (index, node) in nodes.enumerated() {
      guard let norm = node.op as? BatchNorm else { continue }
      let shape: Shape = [norm.channels]
      let seed = UInt64(index)
      program.set(
        Parameters([
          OperatorChecks.values(shape, seed: seed).mapped { 1 + 0.3 * $0 },
          OperatorChecks.values(shape, seed: seed + 1000).mapped { 0.2 * $0 },
          OperatorChecks.values(shape, seed: seed + 2000).mapped { 0.2 * $0 },
          OperatorChecks.values(shape, seed: seed + 3000).mapped { 0.7 + 0.5 * abs($0) },
        ]), of: index)
    }
    return program
  }
}

extension Tensor {
  fileprivate func mapped(_ transform: (Float) -> Float) -> Tensor {
    Tensor(shape: shape, elements: elements.map(transform))
  }
}
