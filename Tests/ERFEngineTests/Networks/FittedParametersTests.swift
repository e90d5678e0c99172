import TestSupport
import Testing

@testable import ERFEngine

@Suite struct FittedParametersTests {
  private static let model =
    "replknet:kernels=13,13,13,13:layers=1,1,2,1:channels=8,16,32,64:classes=10"
  private static let key = "stages.1.blocks.0.large_kernel.lkb_origin.conv.weight"

  private func spec(
    _ fit: WeightFit = .crop, _ edit: (inout [StageDesign]) -> Void
  ) throws -> NetworkSpec {
    var design = try NetworkDesign(model: Self.model)
    edit(&design.stages)
    var spec = NetworkSpec(model: design.id, weights: .random(seed: 1))
    spec.weightsModel = Self.model
    spec.fit = fit
    return spec
  }

  /// Every parameter of the training form by key.
  private func parameters(_ spec: NetworkSpec) throws -> [String: Tensor] {
    var result: [String: Tensor] = [:]
    for (key, value) in try Network.trainingForm(spec).stateDictionary { result[key] = value }
    return result
  }

  @Test(arguments: [WeightFit.crop, .interpolate, .reinitialise(seed: 7)])
  func onlyTheEditedKernelsChange(_ fit: WeightFit) throws {
    let before = try parameters(spec { _ in })
    let after = try parameters(spec(fit) { $0[1].kernel = 17 })
    #expect(before.keys.sorted() == after.keys.sorted())
    for (key, value) in before where key != Self.key {
      #expect(after[key]?.elements == value.elements, "\(key)")
    }
    #expect(after[Self.key]?.shape == [16, 1, 17, 17])
  }

  @Test func croppingBackRestoresTheKernel() throws {
    let before = try #require(parameters(spec { _ in })[Self.key])
    let grown = before.croppingKernels(to: 21)
    #expect(grown.croppingKernels(to: 13).elements == before.elements)
    #expect(grown.elements.filter { $0 != 0 } == before.elements.filter { $0 != 0 })
    let small = before.croppingKernels(to: 3)
    for row in 0..<3 {
      for column in 0..<3 {
        #expect(small[5, 0, row, column] == before[5, 0, row + 5, column + 5])
      }
    }
  }

  @Test func aGrownKernelWithZerosAroundComputesTheSame() throws {
    let input = BuiltInImages.image(at: 0)
    let plain = try Network(spec { _ in })
    let grown = try Network(spec { $0[1].kernel = 17 })
    let tensor = plain.preprocessing.tensor(input, size: InputSize(height: 64, width: 64))
    let expected = try plain.features(tensor, tap: nil)
    #expect(relativeError(try grown.features(tensor, tap: nil), expected) < 1e-5)
  }

  @Test(arguments: [3, 7, 13, 19, 31])
  func interpolationKeepsTheEnergyAndSymmetry(_ side: Int) throws {
    let kernel = try #require(parameters(spec { _ in })[Self.key])
    let scaled = kernel.interpolatingKernels(to: side)
    for filter in 0..<16 {
      let energy = { (tensor: Tensor) in
        let count = tensor.shape[2] * tensor.shape[3]
        return (0..<count).reduce(0.0) {
          let value = Double(tensor[filter * count + $1])
          return $0 + value * value
        }
      }
      #expect(abs(energy(scaled) / energy(kernel) - 1) < 1e-5)
    }
    let flat = Tensor(shape: [1, 1, 9, 9], elements: [Float](repeating: 2, count: 81))
    let values = Set(flat.interpolatingKernels(to: side).elements.map { ($0 * 1e4).rounded() })
    #expect(values == [((18 / Float(side)) * 1e4).rounded()])
  }

  @Test func deeperStagesGetSeededWeights() throws {
    let deeper = try parameters(spec(.reinitialise(seed: 7)) { $0[0].depth = 2 })
    let added = deeper.keys.filter { $0.hasPrefix("stages.0.blocks.2.") }
    #expect(!added.isEmpty)
    #expect(
      try parameters(spec(.reinitialise(seed: 7)) { $0[0].depth = 2 })[added[0]]?.elements
        == deeper[added[0]]?.elements)
    let before = try parameters(spec { _ in })
    #expect(before.allSatisfy { deeper[$0.key]?.elements == $0.value.elements })
  }
}
