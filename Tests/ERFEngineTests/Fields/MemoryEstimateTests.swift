import Testing

@testable import ERFEngine

/// How the estimate moves with what is asked; how near it comes to the truth is tested on processes.
@Suite struct MemoryEstimateTests {
  private func estimate(
    _ model: String, size: Int = 512, tap: String? = nil, keepsForward: Bool = false
  ) throws -> MemoryEstimate {
    var request = ERFRequest(
      network: NetworkSpec(model: model), size: InputSize(height: size, width: size), tap: tap)
    request.keepsForward = keepsForward
    return try request.memoryEstimate()
  }

  @Test(arguments: ["replknet-31", "replknet-3", "resnet-50"])
  func activationsGrowWithTheInput(_ model: String) throws {
    let small = try estimate(model, keepsForward: true)
    let large = try estimate(model, size: 1024, keepsForward: true)
    #expect(large.loadingBytes == small.loadingBytes)
    let growth = Double(large.activationBytes) / Double(small.activationBytes)
    #expect((3.8...4.2).contains(growth))
  }

  @Test func weightsDoNotGrowWithTheInput() throws {
    for model in ["replknet-3", "resnet-50"] {
      #expect(try estimate(model).weightBytes == estimate(model, size: 1024).weightBytes)
    }
  }

  @Test func fastFiltersTakeMoreWeightsOverLargeMaps() throws {
    let direct = try estimate("replknet-31", size: 64)
    let once = try estimate("replknet-31", size: 224)
    let twice = try estimate("replknet-31", size: 1024)
    #expect(direct.weightBytes < once.weightBytes && once.weightBytes < twice.weightBytes)
    #expect(direct.loadingBytes == twice.loadingBytes)
  }

  @Test func smallFieldsTakeLess() throws {
    let whole = try estimate("replknet-3", size: 1024, keepsForward: true)
    let seen = try estimate("replknet-3", size: 1024)
    #expect(seen.activationBytes * 3 < whole.activationBytes)
    let early = try estimate("replknet-3", size: 1024, tap: "stage1")
    #expect(early.activationBytes * 10 < seen.activationBytes)
    #expect(early.weightBytes < seen.weightBytes, "layers that run alone lay their weights out")
    #expect(early.loadingBytes == seen.loadingBytes, "all of the weights are loaded")
  }

  /// Features are computed over the whole input, however little of it the unit in the middle sees.
  @Test(arguments: ["stem", "stage1"])
  func wholeMapsTakeMore(_ tap: String) throws {
    let request = ERFRequest(
      network: NetworkSpec(model: "resnet-50"), size: InputSize(height: 1024, width: 1024), tap: tap
    )
    let opened = try OpenedNetwork(request.network)
    let seen = try request.memoryEstimate(of: opened)
    let whole = try request.memoryEstimate(of: opened, isWhole: true)
    // The first convolution's output, 64 channels of 512 x 512, and what comes before or after it.
    #expect(whole.forwardBytes > 64 * 512 * 512 * 4)
    #expect(seen.forwardBytes * 5 < whole.forwardBytes)
  }

  @Test func parametersAreCountedInFullPrecision() throws {
    let estimate = try estimate("resnet-18")
    // 11.69 million folded parameters, and three times the largest layer's 2.36 million.
    #expect((74_000_000...76_000_000).contains(estimate.loadingBytes))
  }
}
