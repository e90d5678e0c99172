import TestSupport
import Testing

@testable import ERFEngine

/// Products of numbers that are rounded to bfloat16.
@Suite(.enabled(if: Precision.bfloat16.isAvailable)) struct PrecisionTests {
  private static let model = "replknet:kernels=13,9:layers=1,1:channels=16,24:classes=5"
  private let workers = Workers(threads: 2)

  private func request(_ precision: Precision = .bfloat16) -> ERFRequest {
    var request = ERFRequest(
      network: NetworkSpec(model: Self.model), size: InputSize(height: 64, width: 48))
    request.precision = precision
    return request
  }

  /// To the nearest number of 8 significant bits, the even one of two.
  private static func rounded(_ tensor: Tensor) -> Tensor {
    Tensor(generated: tensor.shape) { index in
      let bits = tensor[index].bitPattern
      return Float(bitPattern: (bits + 0x7fff + (bits >> 16) & 1) & 0xffff_0000)
    }
  }

  /// The same as float32 has it of numbers that were rounded before: of two such, the product is
  /// exact, so that only the order of the sum tells them apart.
  @Test(arguments: ConvolutionCase.dense) func operandsAreRounded(_ shape: ConvolutionCase) throws {
    let weight = OperatorChecks.values(
      [shape.outputs, shape.inputs / shape.groups, shape.kernel.0, shape.kernel.1], seed: 5)
    let bias = OperatorChecks.values([shape.outputs], seed: 6)
    let exact = Layer.convolution(
      Self.rounded(weight), bias, window: shape.window, groups: shape.groups)
    var layer = Layer.convolution(weight, bias, window: shape.window, groups: shape.groups)
    layer.parameters = Parameters(layer.parameters, precision: .bfloat16)
    let input = OperatorChecks.values(shape.input, seed: 1)
    let (found, _) = layer.forward([input], keep: .nothing, workers: workers)
    let (expected, _) = exact.forward([Self.rounded(input)], keep: .nothing, workers: workers)
    #expect(relativeError(found, expected) < 1e-5)
    let gradient = OperatorChecks.values(expected.shape, seed: 2)
    let back = layer.inputGradient(
      of: gradient, kept: .nothing, inputs: [shape.input], workers: workers)[0]
    let expectedBack = exact.inputGradient(
      of: Self.rounded(gradient), kept: .nothing, inputs: [shape.input], workers: workers)[0]
    #expect(relativeError(back, expectedBack) < 1e-5)
  }

  @Test func mapsAreOtherAndNear() throws {
    let exact = try ERFComputer().compute(request(.float32))
    let result = try ERFComputer().compute(request())
    let deviation = try #require(MapDeviation(of: result, from: exact.map))
    #expect(deviation.largest > 1e-4 && deviation.largest < 0.5)
    #expect(MapDeviation(of: exact, from: exact.map)?.largest == 0)
  }

  @Test func bytesAreTheSameForAnyNumberOfThreads() throws {
    let maps = try [1, 2, 3].map { threads in
      var request = request()
      request.threads = threads
      return try ERFComputer().compute(request).map
    }
    #expect(maps[1] == maps[0] && maps[2] == maps[0])
  }

  /// Passes, weights and layouts that are kept for later runs belong to one precision.
  @Test func exactMapsTakeNothingOver() throws {
    let computer = ERFComputer()
    let fresh = try ERFComputer().compute(request(.float32)).map
    var kept = request()
    kept.keepsForward = true
    let early = try computer.compute(kept).map
    kept.precision = .float32
    #expect(try computer.compute(kept).map == fresh)
    kept.precision = .bfloat16
    #expect(try computer.compute(kept).map == early && early != fresh)
  }

  @Test func mapsReadBackSayIt() throws {
    let folder = try TemporaryFolder()
    for (precision, name) in [(Precision.bfloat16, "a.pgm"), (.float32, "b.pgm")] {
      let result = try ERFComputer().compute(request(precision))
      try HeatmapExport.write(result, to: folder.file(name))
      #expect(try SavedMap.load(path: folder.file(name)).subject.precision == precision)
    }
  }

  @Test func partsSayIt() throws {
    let folder = try TemporaryFolder()
    let part = try #require(try ERFComputer().compute(request()).part)
    let path = try folder.write(try part.encoded(), to: "a.erf")
    #expect(try ERFPart(path: path) == part && part.subject.precision == .bfloat16)
    let exact = try #require(try ERFComputer().compute(request(.float32)).part)
    #expect(part.difference(from: exact) == "precision bf16 and f32")
    #expect(HeatmapExport.comments(part.result()).contains("precision: bf16"))
    #expect(!HeatmapExport.comments(exact.result()).contains { $0.contains("precision") })
  }
}

@Suite struct MapDeviationTests {
  /// A map of 7 x 7 pixels: `peak` in the middle, `around` within `reach` of it, else 0.
  private func result(peak: Double, around: Double, reach: Int) -> ERFResult {
    let values = (0..<49).map { index in
      let distance = max(abs(index / 7 - 3), abs(index % 7 - 3))
      return distance == 0 ? peak : distance <= reach ? around : 0
    }
    let map = ERFMap(height: 7, width: 7, values: values)
    return ERFResult(
      subject: ERFSubject(
        model: "m", weights: "random:0", weightsHash: "0",
        input: InputSize(height: 7, width: 7), stages: ["stage1"], tap: "stage1",
        mapSize: InputSize(height: 1, width: 1), units: [Unit(row: 0, column: 0)], rule: .paper),
      map: map, metrics: ERFMetrics(map), imageNames: ["a"], seconds: ERFSeconds(), peakBytes: 0)
  }

  @Test func sharesOfThePeakAndSidesOfSquares() throws {
    let exact = result(peak: 4, around: 0, reach: 0)
    let other = result(peak: 4, around: 1, reach: 2)
    let deviation = try #require(MapDeviation(of: other, from: exact.map))
    #expect(deviation.largest == 0.25)
    // The smallest square holds everything, or the next one is needed for half of it.
    #expect(deviation.side == 2)
    let none = try #require(MapDeviation(of: exact, from: exact.map))
    #expect(none.largest == 0 && none.side == 0)
  }

  @Test func mapsOfNothingHaveNone() {
    let nothing = result(peak: 0, around: 0, reach: 0)
    #expect(MapDeviation(of: nothing, from: nothing.map) == nil)
    let small = ERFMap(height: 1, width: 1, values: [1])
    #expect(MapDeviation(of: nothing, from: small) == nil)
  }
}
