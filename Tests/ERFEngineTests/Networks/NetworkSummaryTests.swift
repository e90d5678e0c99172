import TestSupport
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

  /// Neighbours are as far apart as layers make them, down and across, whatever moves or mixes them in between.
  @Test func stridesFollowTheLayers() throws {
    var blueprint = Blueprint()
    func add(_ op: any Operator, _ inputs: [Int]) -> Int {
      blueprint.nodes.append(Blueprint.Node(scope: "", block: "", op: op, inputs: inputs))
      return blueprint.nodes.count
    }
    func convolution(_ inputs: Int, stride: Int, padding: Int) -> Convolution {
      Convolution(
        inputs: inputs, outputs: 4,
        window: SlidingWindow(kernel: 3, stride: stride, padding: Padding(padding)))
    }
    let cut = Selection(choices: [nil, Array(Int32(16)..<48), Array(Int32(24)..<72), nil])
    let crop = add(cut, [0])
    let halved = add(convolution(3, stride: 2, padding: 1), [crop])
    let pool = add(
      WindowPool(
        rule: .maximum, kernel: [2, 1], strides: [2, 1], dilations: [1, 1], before: [0, 0],
        after: [0, 0], roundsUp: false, countsPadding: false), [halved])
    let cropped = add(convolution(4, stride: 1, padding: 0), [pool])
    let mean = add(GlobalAveragePool(), [cropped])
    let gated = add(Arithmetic(function: .multiply), [cropped, mean])
    let tokens = add(Reshape(to: [1, 6 * 22, 4]), [gated])
    let doubled = add(
      TransposedConvolution(
        inputs: 4, outputs: 4,
        convolution: SlidingWindow(kernel: 2, stride: 2, padding: Padding(0))), [gated])
    let spacings = try blueprint.unitSpacings(blueprint.shapes(input: [1, 64, 96, 3]))
    func stride(_ value: Int, _ height: Int, _ width: Int) -> MapStride? {
      spacings[value].stride(of: InputSize(height: height, width: width))
    }
    #expect(stride(crop, 32, 48) == 1 && stride(halved, 16, 24) == 2)
    let both = MapStride(rows: 4, columns: 2)
    #expect(stride(pool, 8, 24) == both && stride(cropped, 6, 22) == both)
    #expect(stride(mean, 1, 1) == nil)
    #expect(stride(gated, 6, 22) == both && stride(tokens, 6, 22) == both)
    #expect(stride(doubled, 12, 44) == MapStride(rows: 2, columns: 1))
    #expect("\(both)" == "4x2" && "\(MapStride(rows: 8, columns: 8))" == "8")
    let json = String(decoding: try JSONText.compact([both, 8]), as: UTF8.self)
    #expect(json == "[[4,2],8]")
  }

  /// Pixels that are cut off, or lost to windows without padding, put no units further apart, in layers as in modules
  /// that are none of their own accord.
  @Test(arguments: [true, false]) func stridesOfExportsFollowTheirLayers(_ isCut: Bool) throws {
    let folder = try TemporaryFolder()
    let size = isCut ? InputSize(height: 64, width: 96) : InputSize(height: 40, width: 40)
    let bytes = ONNXBytes.model { graph in
      graph.picture("x", [1, 3, size.height, size.width])
      func layer(
        _ input: String, _ channels: Int, _ output: String, _ name: String, kernel: Int,
        _ settings: [(String, [Int])]
      ) {
        graph.weights("w" + output, [4, channels, kernel, kernel])
        graph.message(1) { node in
          for input in [input, "w" + output] { node.text(1, input) }
          node.text(2, output)
          node.text(3, name)
          node.text(4, "Conv")
          for (setting, numbers) in settings { node.attribute(setting, .integers(numbers)) }
        }
      }
      if isCut {
        for (name, numbers) in [("s", [16, 24]), ("e", [48, 72]), ("k", [2, 3])] {
          graph.integers(name, numbers)
        }
        graph.node("Slice", ["x", "s", "e", "k"], ["c"])
        let pads = ("pads", [1, 1, 1, 1])
        layer("c", 3, "d", "/a/Conv", kernel: 3, [pads])
        layer("d", 4, "y", "/b/Conv", kernel: 3, [pads, ("strides", [2, 2])])
      } else {
        layer("x", 3, "a", "/b/b.0/Conv", kernel: 7, [])
        layer("a", 4, "c", "/b/b.1/Conv", kernel: 3, [("dilations", [7, 7])])
        layer("c", 4, "y", "/c/Conv", kernel: 5, [("strides", [2, 2])])
      }
      graph.message(12) { $0.text(1, "y") }
    }
    let path = try folder.write(bytes, to: "net.onnx")
    let summary = try NetworkSummary(OpenedNetwork(NetworkSpec(file: path)), size: size)
    let modules = try #require(summary.modules)
    let found =
      summary.rows.map { ($0.output[1], $0.stride) } + modules.map { ($0.output[1], $0.stride) }
    let known: [Int: MapStride] = isCut ? [32: 1, 16: 2] : [34: 1, 20: 1, 8: 2]
    #expect(found.allSatisfy { known[$0.0] == $0.1 }, "\(found)")
    #expect(Set(found.map(\.0)) == Set(known.keys) && !modules.isEmpty)
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
