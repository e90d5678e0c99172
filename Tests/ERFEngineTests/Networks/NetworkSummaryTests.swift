import Testing

@testable import ERFEngine

/// Parameters and multiply-adds against the paper's Table 5, and against torchvision's documentation.
@Suite struct NetworkSummaryTests {
  @Test(arguments: [
    ("replknet-3", 224, 71.756, 12.938), ("replknet-7", 224, 72.237, 13.062),
    ("replknet-13", 224, 73.681, 13.435), ("replknet-25", 224, 78.234, 14.808),
    ("replknet-31", 224, 79.389, 15.353),
  ]) func table5(_ row: (model: String, size: Int, millions: Double, billions: Double)) throws {
    let summary = try NetworkSummary(
      model: row.model, size: InputSize(height: row.size, width: row.size))
    #expect((Double(summary.parameters) / 1e3).rounded() / 1e3 == row.millions)
    #expect((Double(summary.multiplyAdds) / 1e6).rounded() / 1e3 == row.billions)
  }

  @Test(arguments: [("replknet-31l", 384, 172.0, 96.0), ("replknet-xl", 320, 335.0, 128.7)])
  func table6(_ row: (model: String, size: Int, millions: Double, billions: Double)) throws {
    let summary = try NetworkSummary(
      model: row.model, size: InputSize(height: row.size, width: row.size))
    #expect(abs(Double(summary.parameters) / 1e6 - row.millions) < 0.5)
    #expect(abs(Double(summary.multiplyAdds) / 1e9 - row.billions) < 0.05)
  }

  @Test(arguments: [
    ("resnet-18", 11_689_512), ("resnet-34", 21_797_672), ("resnet-50", 25_557_032),
    ("resnet-101", 44_549_160), ("resnet-152", 60_192_808), ("mobilenetv2", 3_504_872),
  ]) func trainingParameters(_ row: (model: String, count: Int)) throws {
    let summary = try NetworkSummary(
      model: row.model, size: InputSize(height: 224, width: 224))
    #expect(summary.trainingParameters == row.count)
  }

  /// 1 + sum of (K - 1) * stride over the layers, by hand.
  @Test func theoreticalFields() throws {
    let size = InputSize(height: 224, width: 224)
    let resnet = try NetworkSummary(model: "resnet-50", size: size)
    #expect(resnet.receptiveField == 427)
    #expect(resnet.stride == 32)
    let tiny = try NetworkSummary(
      model: "replknet:kernels=7,5:layers=1,2:channels=4,8:classes=3", size: size)
    // Stem 1 + 2 + 2 * 2 + 2 * 2, then 6 * 4; transition 2 * 4; twice 4 * 8.
    #expect(tiny.rows.first { $0.name == "stage1" }?.receptiveField == 1 + 2 + 4 + 4 + 24)
    #expect(tiny.receptiveField == 35 + 8 + 64)
    #expect(tiny.rows.last?.receptiveField == nil)
  }

  @Test func stagesSumUpTheirBlocks() throws {
    let summary = try NetworkSummary(
      model: "replknet-13", size: InputSize(height: 224, width: 224))
    let stages = summary.rows.filter(\.isStage)
    #expect(
      stages.map(\.output) == [[128, 56, 56], [256, 28, 28], [512, 14, 14], [1024, 7, 7]])
    let head = try #require(summary.rows.last)
    #expect(stages.reduce(head.parameters) { $0 + $1.parameters } == summary.parameters)
    #expect(stages.reduce(0) { $0 + $1.multiplyAdds } == summary.multiplyAdds)
    #expect(head.multiplyAdds == 1024 * 1000)
  }

  @Test func inputsBelowOneUnitAreRefused() {
    #expect(throws: ModelError.self) {
      try NetworkSummary(model: "replknet-31", size: InputSize(height: 31, width: 224))
    }
    #expect(throws: Never.self) {
      try NetworkSummary(model: "replknet-31", size: InputSize(height: 32, width: 32))
    }
  }
}
