import Testing

@testable import ERFEngine

@Suite struct MemoryEstimateTests {
  private func estimate(
    _ model: String, size: Int, unit: Unit? = nil, keepsForward: Bool = false
  ) throws -> MemoryEstimate {
    let architecture = try ModelCatalogue.architecture(model)
    let graph = try architecture.graph(from: PlaceholderParameters(merged: true))
    let shapes = try graph.shapes(input: Shape(height: size, width: size, channels: 3))
    let last = try #require(graph.stages.last).value
    let unit = unit ?? Unit(row: shapes[last].height / 2, column: shapes[last].width / 2)
    let plan = RegionPlan(
      graph, value: last, region: keepsForward ? nil : Region(holding: [unit]), shapes: shapes)
    return MemoryEstimate(
      training: try architecture.graph(from: PlaceholderParameters()), plan: plan,
      keepsForward: keepsForward)
  }

  @Test func show() throws {
    for model in ["replknet-31", "replknet-13", "replknet-3", "resnet-101", "mobilenetv2"] {
      for size in [224, 1024] {
        let e = try estimate(model, size: size)
        let k = try estimate(model, size: size, keepsForward: true)
        print("EST", model, size, e.bytes / 1_000_000, e.loadingBytes / 1_000_000, e.weightBytes / 1_000_000, e.activationBytes / 1_000_000, k.activationBytes / 1_000_000)
      }
    }
  }
}
