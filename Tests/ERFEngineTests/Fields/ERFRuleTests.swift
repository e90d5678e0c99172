import Testing

@testable import ERFEngine

@Suite struct ERFRuleTests {
  /// Two pixels of three colours.
  private let gradient = Tensor(shape: Shape([1, 1, 2, 3]), elements: [3, -1, -5, 2, -1, 5])

  @Test(arguments: [
    (ERFRule.paper, [3.0, 7]), (.absolute, [3, 8.0 / 3]), (.signed, [-3, 6]), (.openERF, [0, 2]),
  ])
  func scoresByHand(_ rule: ERFRule, _ expected: [Double]) {
    var map = ERFMap(height: 1, width: 2, rule: rule)
    map.accumulate(gradient: gradient)
    #expect(zip(map.values, expected).allSatisfy { abs($0 - $1) < 1e-12 })
  }

  @Test func signedMapsKeepTheirSign() {
    let map = ERFMap(height: 1, width: 2, values: [-9, 99], rule: .signed)
    #expect(map.logScaled == [-0.5, 1])
    #expect(map.peak == 99)
    let sizes = ERFMap(height: 1, width: 2, values: [9, 99])
    #expect(ERFMetrics(map) == ERFMetrics(sizes))
  }

  /// Without the rectifier, s is the plain sum of the features: raising every input by e changes it
  /// by e times the sum of the signed map.
  @Test func signedMapIsTheDerivative() throws {
    let model = "replknet:kernels=5,3:layers=1,1:channels=6,8:classes=3"
    // A picture over which the signed map does not sum to about zero.
    let request = ERFRequest(
      network: NetworkSpec(model: model), images: .builtInAt(5..<6),
      size: InputSize(height: 64, width: 64), rule: .signed)
    let computer = ERFComputer()
    let result = try computer.compute(request)
    let network = try computer.network(request.network)
    let inputs = try NetworkInputs(request.images)
    let image = try inputs.input(0, size: request.size, for: network.preprocessing)
    func score(_ shift: Float) throws -> Double {
      let moved = Tensor(shape: image.shape, elements: image.elements.map { $0 + shift })
      let features = try network.features(moved, tap: nil)
      let unit = result.subject.unit
      return (0..<features.shape.channels).reduce(0.0) {
        $0 + Double(features[0, unit.row, unit.column, $1])
      }
    }
    let step: Float = 1e-3
    let slope = try (score(step) - score(-step)) / Double(2 * step)
    let sum = result.map.values.reduce(0, +)
    #expect(abs(slope - sum) < 0.02 * max(abs(slope), abs(sum)))
    let paper = try computer.compute(
      ERFRequest(network: request.network, images: request.images, size: request.size)
    ).map
    #expect(paper.values.allSatisfy { $0 >= 0 } && paper.values != result.map.values)
  }
}
