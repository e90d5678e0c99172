import TestSupport
import Testing

@testable import ERFEngine

/// Exported graphs as networks: stages, layers, sizes, and what is said where something is missing.
@Suite struct ONNXNetworkTests {
  private let folder = try? TemporaryFolder()

  private func spec(_ name: String) -> NetworkSpec {
    NetworkSpec(file: Fixtures.path("onnx/\(name).onnx"))
  }

  private func opened(_ name: String, _ size: InputSize? = nil) throws -> OpenedNetwork {
    try OpenedNetwork(size.map(spec(name).bound) ?? spec(name))
  }

  private func model(_ more: (inout ONNXBytes) -> Void) throws -> String {
    try #require(folder).write(ONNXBytes.convolution(more), to: "model.onnx")
  }

  /// Weights beside the file that are cut short or not there at all are no reason to show a part of the
  /// network: it does not open.
  @Test func fragmentsForWantOfWeightsDoNotOpen() throws {
    let folder = try #require(folder)
    let path = try model { graph in
      graph.message(5) { tensor in
        tensor.head("v", type: 1, [4, 4, 1, 1])
        tensor.number(14, 1)
        for (key, value) in [("location", "w.data"), ("offset", "0"), ("length", "64")] {
          tensor.message(13) { entry in
            entry.text(1, key)
            entry.text(2, value)
          }
        }
      }
      graph.node("Conv", ["c", "v"], ["d"])
    }
    #expect(throws: ONNXError.missingData(path: path, file: "w.data")) {
      try OpenedNetwork(NetworkSpec(file: path))
    }
    _ = try folder.write([UInt8](repeating: 0, count: 60), to: "w.data")
    #expect(throws: ONNXError.shortData(path: path, file: "w.data", bytes: 60, needed: 64)) {
      try OpenedNetwork(NetworkSpec(file: path))
    }
    // Once it is whole, the file opens.
    _ = try folder.write([UInt8](repeating: 0, count: 64), to: "w.data")
    #expect(try OpenedNetwork(NetworkSpec(file: path)).notes == [])
  }

  /// A graph whose weights look like a built-in network's is inspected as what it is: the newer exporter
  /// leaves no batch norms.
  @Test(arguments: ["twinresnet-ts", "twinresnet-dynamo"]) func inspectionAgreesWithOpening(
    _ name: String
  ) throws {
    let file = try CheckpointInspection(path: Fixtures.path("onnx/\(name).onnx"))
    #expect(try file.problems(file.tensors().lazy).isEmpty)
    _ = try opened(name)
  }

  /// What is left out of a network goes with every map of it.
  @Test func notesGoWithTheMap() throws {
    let path = try model { graph in
      graph.node("Relu", ["c"], ["r"])
      graph.node("Strange", ["r"], ["s"])
    }
    let result = try ERFComputer().compute(
      ERFRequest(network: NetworkSpec(file: path), size: InputSize(height: 32, width: 32)))
    let notes = try #require(result.subject.weightsChoice?.notes)
    #expect(notes.contains { $0.contains("Strange") && $0.contains("is not known") })
    let json = String(decoding: try ResultReport([result]).encoded(), as: UTF8.self)
    #expect(json.contains("Strange"))
  }

  /// As many nodes as this would have gone beyond the stack, a call for each.
  @Test func deepGraphsOpen() throws {
    let path = try model { graph in
      var last = "c"
      for index in 0..<40_000 {
        graph.node("Relu", [last], ["r\(index)"])
        last = "r\(index)"
      }
    }
    #expect(try OpenedNetwork(NetworkSpec(file: path)).notes == [])
  }

  /// Stages do not depend on which side of the input is the longer one.
  @Test(arguments: [(48, 96), (32, 64), (40, 72)]) func stagesOfTallInputsAreThoseOfWideOnes(
    _ short: Int, _ long: Int
  ) {
    /// Names, shapes with the longer side last, strides; nil where the file does not take the size.
    func stages(_ path: String, _ size: InputSize) -> [String]? {
      guard let summary = try? NetworkSummary(NetworkSpec(file: path), size: size) else {
        return nil
      }
      return summary.rows.filter(\.isStage).map { row in
        let map = Array(row.output.dropFirst())
        let sides: [Int] = size.height < size.width ? map : map.reversed()
        return "\(row.name) \(row.output[0]) \(sides) \(row.stride ?? 0)"
      }
    }
    var taken: [String] = []
    for name in Fixtures.files(in: "onnx") where name.hasSuffix(".onnx") {
      let path = Fixtures.path("onnx/\(name)")
      let wide = stages(path, InputSize(height: short, width: long))
      let tall = stages(path, InputSize(height: long, width: short))
      #expect(wide == tall, "\(name)")
      if wide != nil { taken.append(name) }
    }
    #expect(Set(["twinreplknet-ts.onnx", "twinresnet-dynamo.onnx"]).isSubset(of: taken))
  }

  /// Blocks through which not everything passes, where a network goes down and up again.
  @Test(arguments: ["updown-ts", "updown-dynamo"]) func branchesAreLayers(_ name: String) throws {
    let summary = try NetworkSummary(
      model: Fixtures.path("onnx/\(name).onnx"), size: InputSize(height: 48, width: 48))
    let rows = summary.rows.map { "\($0.name) \($0.output)" }
    #expect(
      rows == [
        "stem [8, 24, 24]", "down1 [12, 12, 12]", "middle [16, 6, 6]", "up1 [12, 12, 12]",
        "up0 [8, 24, 24]", "stage1 [8, 24, 24]",
      ])
    // 3 pixels of the stem; two blocks of two 3x3 convolutions, at steps of 2 and 4, then of 4 and 8.
    #expect(summary.rows.map(\.receptiveField).prefix(3) == [3, 15, 39])
  }

  /// An operator inside of a module may bear another one's name: its end is a layer all the same.
  @Test func modulesWithStrangersInsideEndWhereTheyEnd() throws {
    let path = try model { graph in
      for (inputs, output, name) in [
        (["c"], "n", "/m/Neg"), (["n"], "a", "/other/Abs"), (["n", "a"], "s", "/m/Add"),
        (["s"], "r", "/last/Relu"),
      ] {
        graph.message(1) { node in
          for input in inputs { node.text(1, input) }
          node.text(2, output)
          node.text(3, name)
          node.text(4, String(name.split(separator: "/")[1]))
        }
      }
      graph.message(12) { $0.text(1, "r") }
    }
    let taps = try ONNXNetwork(ONNXModel(path: path)).blueprint.taps.map(\.name)
    #expect(taps.contains("m") && !taps.contains("other"))
  }

  /// PyTorch's newer exporter leaves operators that it rewrites, such as splits into halves, without a
  /// module: the one around them ends where it ends, behind its last block.
  @Test func operatorsWithoutModulesLieBetweenTheirNeighbours() throws {
    let path = try model { graph in
      for (input, output, operation, scopes) in [
        ("c", "a", "Neg", "'', 'stage1', 'stage1.0', 'neg'"),
        ("a", "b", "Tanh", "'', 'stage1', 'stage1.0', 'tanh'"),
        ("b", "d", "Abs", ""),
        ("d", "e", "Neg", "'', 'stage1', 'stage1.1', 'neg_1'"),
        ("e", "f", "Tanh", "'', 'stage1', 'stage1.1', 'tanh_1'"),
        ("f", "r", "Relu", "'', 'last', 'relu'"),
      ] {
        graph.message(1) { node in
          node.text(1, input)
          node.text(2, output)
          node.text(4, operation)
          if !scopes.isEmpty {
            node.message(9) { entry in
              entry.text(1, "pkg.torch.onnx.name_scopes")
              entry.text(2, "[\(scopes)]")
            }
          }
        }
      }
      graph.message(12) { $0.text(1, "r") }
    }
    let taps = try ONNXNetwork(ONNXModel(path: path)).blueprint.taps
    let names = taps.map(\.name).filter { $0.contains("stage1.") || $0.hasPrefix("module") }
    #expect(names == ["stage1.0", "stage1.1", "module.stage1"])
    let ends = ["stage1.1", "module.stage1"].map { name in taps.first { $0.name == name }?.value }
    #expect(ends[0] != nil && ends[0] == ends[1])
  }

  /// Some networks call their own modules so: no stage was left, which ended the program.
  @Test func modulesMayBeCalledLikeStages() throws {
    let path = try model { graph in
      for (input, output, operation) in [("c", "n", "Neg"), ("n", "r", "Relu")] {
        graph.message(1) { node in
          node.text(1, input)
          node.text(2, output)
          node.text(3, "/stage1/\(operation)")
          node.text(4, operation)
        }
      }
      graph.message(12) { $0.text(1, "r") }
    }
    let summary = try NetworkSummary(model: path, size: InputSize(height: 32, width: 32))
    #expect(summary.rows.map(\.name) == ["stem", "module.stage1", "stage1"])
    #expect(summary.rows.map(\.isStage) == [false, false, true])
  }

  /// Two Elus of the picture itself and a sum: nothing is thinned out.
  private func wholeModel(_ second: String) throws -> String {
    let bytes = ONNXBytes.model { graph in
      graph.picture("x", [1, 3, 32, 32])
      if second != "a" { graph.picture(second, [1, 3, 32, 32]) }
      graph.node("Elu", ["x"], ["a"])
      graph.node("Elu", [second], ["b"])
      graph.node("Add", ["a", "b"], ["y"])
      graph.message(12) { $0.text(1, "y") }
    }
    return try #require(folder).write(bytes, to: "whole.onnx")
  }

  @Test func networksThatKeepAllPixelsHaveOneStage() throws {
    let summary = try NetworkSummary(
      model: wholeModel("a"), size: InputSize(height: 32, width: 32))
    let stages = summary.rows.filter(\.isStage)
    #expect(stages.map(\.output) == [[3, 32, 32]] && stages.map(\.receptiveField) == [1])
  }

  /// The rows stay and every second column goes: the stage is what is left, not what is thinned out.
  @Test func mapsThatAreThinnedOutOneWayAreStages() throws {
    let bytes = ONNXBytes.model { graph in
      graph.message(5) { tensor in
        tensor.head("w", type: 1, [1, 3, 1, 1])
        tensor.data(9, [0, 0, 128, 63, 0, 0, 128, 63, 0, 0, 128, 63])
      }
      graph.picture("x", [1, 3, 32, 32])
      graph.message(1) { node in
        for input in ["x", "w"] { node.text(1, input) }
        node.text(2, "y")
        node.text(4, "Conv")
        node.message(5) { attribute in
          attribute.text(1, "strides")
          attribute.data(8, [1, 2])
          attribute.number(20, 7)
        }
      }
      graph.message(12) { $0.text(1, "y") }
    }
    let path = try #require(folder).write(bytes, to: "thin.onnx")
    let summary = try NetworkSummary(model: path, size: InputSize(height: 32, width: 32))
    let stages = summary.rows.filter(\.isStage)
    #expect(stages.map(\.output) == [[1, 32, 16]])
    #expect(stages.map(\.stride) == [MapStride(rows: 1, columns: 2)])
  }

  @Test func aSecondPictureIsNamed() throws {
    let path = try wholeModel("depth")
    let error = #expect(throws: ONNXError.self) { try ONNXNetwork(ONNXModel(path: path)) }
    #expect(error?.explanation.contains("reads a second input, depth:") == true)
  }

  @Test(arguments: ["resnet-ts", "resnet-dynamo"]) func modulesAreLayers(_ name: String) throws {
    let taps = try opened(name).blueprint.taps.map(\.name)
    #expect(taps.contains("layer1.0") && taps.contains("layer1") && taps.contains("layer2.0"))
    #expect(
      taps.filter { $0.hasPrefix("stage") || $0 == "logits" } == [
        "stage1", "stage2", "stage3", "logits",
      ])
  }

  @Test func rowsAreThoseOfBuiltInNetworks() throws {
    let summary = try NetworkSummary(
      opened("resnet-ts"), size: InputSize(height: 48, width: 48))
    let stages = summary.rows.filter(\.isStage)
    #expect(stages.map(\.output) == [[8, 12, 12], [16, 6, 6], [24, 3, 3]])
    #expect(stages.map(\.stride) == [4, 8, 16])
    // 7 + 2 (pooling) + 4 3x3 at stride 4, and so on: counted by hand.
    #expect(stages[0].receptiveField == 7 + 2 * 2 + 4 * 2 * 4)
  }

  /// Every operator belongs to one row, that of a transformer's linear layers too, and totals are sums.
  @Test(arguments: ["resnet-ts", "vit-ts", "updown-dynamo"]) func rowsAddUp(_ name: String) throws {
    let network = try opened(name)
    let size = InputSize(height: 48, width: 48)
    let summary = try NetworkSummary(network, size: size)
    let rows = summary.rows.filter { !$0.isStage }
    let shapes = try network.layers.shapes(input: network.layers.inputShape(size))
    let layers = network.layers.nodes.enumerated().map { index, node in
      node.op.multiplyAdds(inputs: node.inputs.map { shapes[$0] }, output: shapes[index + 1])
    }
    #expect(summary.multiplyAdds == layers.reduce(0, +))
    #expect(rows.reduce(0) { $0 + $1.multiplyAdds } == summary.multiplyAdds)
    #expect(
      summary.parameters == network.layers.nodes.reduce(0) { $0 + $1.op.foldedParameterCount })
    #expect(summary.rows.filter(\.isStage).allSatisfy { $0.stride != nil && $0.multiplyAdds > 0 })
  }

  @Test func otherSizesWhereShapesAllowThem() throws {
    let size = InputSize(height: 64, width: 80)
    for name in ["resnet-ts", "resnet-dynamo", "convnext-ts", "mobile-dynamo"] {
      let network = try opened(name, size)
      let shapes = try network.blueprint.shapes(input: network.blueprint.inputShape(size))
      let last = try #require(network.blueprint.stages.last)
      #expect(shapes[last.value].extents[1...2] == [4, 5], "\(name)")
    }
    for name in ["vit-ts", "swin-ts", "mixer-dynamo"] {
      let error = #expect(throws: ONNXError.self) { try opened(name, size) }
      #expect(error?.explanation.contains("was exported for 48x48, not 64x80") == true, "\(name)")
      #expect(error?.explanation.contains("(torch.zeros(1, 3, 64, 80),)") == true)
    }
    // What stands before the first shape of that size can be asked for, though no stage is left.
    var request = ERFRequest(network: spec("vit-ts"), size: size)
    request.tap = "/patch/Conv_output_0"
    let result = try ERFComputer().compute(request)
    #expect(result.subject.mapSize == InputSize(height: 8, width: 10))
  }

  /// Tokens that a transposition brings in order are the pixels of the map before it.
  @Test func transposedTokensAreLayers() throws {
    let results = try ["/patch/Conv_output_0", "/Transpose_output_0"].map { tap in
      var request = ERFRequest(
        network: spec("vit-ts"), images: .builtIn(1), size: InputSize(height: 48, width: 48))
      request.tap = tap
      return try ERFComputer().compute(request)
    }
    #expect(results[0].subject.mapSize == results[1].subject.mapSize)
    #expect(results[0].map.peak > 0)
    #expect(relativeError(results[1].map.values, results[0].map.values) < 1e-6)
  }

  @Test func fieldsOfFilesAreComputedLikeAnyOther() throws {
    let request = ERFRequest(
      network: spec("vit-ts"), images: .builtIn(1), size: InputSize(height: 48, width: 48),
      threads: 2)
    let result = try ERFComputer().compute(request)
    #expect(result.subject.mapSize == InputSize(height: 6, width: 6))
    #expect(result.subject.units == [Unit(row: 3, column: 3)])
    // A transformer sees everything, but for where all three colours speak against it.
    #expect(result.map.values.count { $0 > 0 } > 48 * 48 * 3 / 4)
  }

  @Test func classifiersHaveLogits() throws {
    let classifier = try Classifier(spec("resnet-ts"))
    #expect(classifier.classes == 10)
  }

  @Test func stagesAreEditedLikeThoseOfBuiltInNetworks() throws {
    var spec = spec("large-ts")
    spec.edits = [StageEdit(stage: 0, .kernel(7))]
    let edited = try OpenedNetwork(spec).blueprint
    let kernels = edited.nodes.compactMap {
      ($0.op as? DepthwiseConvolution)?.window2D.kernelHeight
    }
    #expect(kernels.contains(7) && !kernels.contains(13))
    let program = try Program(
      edited.inferenceForm().chained(), from: ONNXNetwork(ONNXModel(path: spec.exportedGraph ?? ""))
    )
    let input = Tensor(zeros: [1, 48, 48, 3])
    let tap = try #require(program.stages.last)
    let output = try program.forward(input, to: tap.value, workers: Workers(threads: 2)).output
    #expect(output.shape == [1, 12, 12, 12])
  }

  @Test func tensorsOfAFileAreInspected() throws {
    let file = try CheckpointInspection(path: Fixtures.path("onnx/resnet-ts.onnx"))
    #expect(file.format == "ONNX" && file.names.contains("fc.weight"))
    #expect(try file.tensor("fc.weight").shape == [10, 24])
  }
}
