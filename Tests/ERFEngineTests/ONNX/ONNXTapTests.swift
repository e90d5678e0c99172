import TestSupport
import Testing

@testable import ERFEngine

/// Which values of exported graphs can be shown, by which names, and what is said of the others.
@Suite struct ONNXTapTests {
  private let folder = try? TemporaryFolder()

  /// A node of a graph: its operator, the names of its inputs and of its output, its module, its settings.
  private struct Step {
    let operation: String
    let inputs: [String]
    let output: String
    var module = ""
    var settings: [(String, ONNXAttribute)] = []
  }

  /// A model over pictures of 32x48: weights `w` (4, 3, 3, 3), `v` (4, 4, 3, 3), and constants.
  private func model(
    _ steps: [Step], outputs: [String], constants: [(String, [Int])] = [], input: [Int]? = nil
  ) throws -> String {
    let bytes = ONNXBytes.model { graph in
      func weights(_ count: Int) -> [Float] { (0..<count).map { Float($0 * 5 % 7) - 2.5 } }
      graph.tensor("w", [4, 3, 3, 3], weights(108))
      graph.tensor("v", [4, 4, 3, 3], weights(144))
      for (name, shape) in constants { graph.tensor(name, shape, weights(shape.reduce(1, *))) }
      graph.picture("x", input ?? [1, 3, 32, 48])
      for step in steps {
        graph.message(1) { node in
          for input in step.inputs { node.text(1, input) }
          node.text(2, step.output)
          if !step.module.isEmpty { node.text(3, "/\(step.module)/\(step.operation)") }
          node.text(4, step.operation)
          for (name, value) in step.settings { node.attribute(name, value) }
        }
      }
      for output in outputs { graph.message(12) { $0.text(1, output) } }
    }
    return try #require(folder).write(bytes, to: "taps.onnx")
  }

  private func network(_ path: String, _ values: [String] = []) throws -> ONNXNetwork {
    try ONNXNetwork(ONNXModel(path: path), values: values)
  }

  private static let pads: (String, ONNXAttribute) = ("pads", .integers([1, 1, 1, 1]))
  private static let stem = [
    Step(
      operation: "Conv", inputs: ["x", "w"], output: "c", module: "stem",
      settings: [pads, ("strides", .integers([2, 2]))]),
    Step(operation: "Relu", inputs: ["c"], output: "r", module: "stem"),
  ]

  private static let body = [
    Step(
      operation: "Conv", inputs: ["r", "v"], output: "s", module: "body.0",
      settings: [pads, ("strides", .integers([2, 2]))]),
    Step(
      operation: "Conv", inputs: ["s", "v"], output: "t", module: "body.1",
      settings: [pads, ("strides", .integers([2, 2]))]),
  ]

  /// Backbones hand on the maps of all their stages, in one order or another.
  @Test(arguments: ["r s t", "t s r", "s t r"]) func outputsOfBackbonesAreTheirStages(
    _ outputs: String
  ) throws {
    let names = outputs.split(separator: " ").map(String.init)
    let blueprint = try network(model(Self.stem + Self.body, outputs: names)).blueprint
    let shapes = try blueprint.shapes(input: blueprint.inputShape(InputSize(height: 32, width: 48)))
    #expect(
      blueprint.stages.map { shapes[$0.value].extents[1...2] } == [[16, 24], [8, 12], [4, 6]])
    #expect(Set(names).isSubset(of: Set(blueprint.taps.map(\.name)).union(["t"])))
  }

  /// Pools that round up read no more than their windows.
  @Test func poolsThatRoundUpHaveAField() throws {
    let pool = Step(
      operation: "AveragePool", inputs: ["r"], output: "p",
      settings: [
        ("kernel_shape", .integers([3, 3])), ("strides", .integers([2, 2])),
        ("ceil_mode", .integer(1)),
      ])
    let path = try model(Self.stem + [pool], outputs: ["p"])
    let summary = try NetworkSummary(
      NetworkSpec(file: path), size: InputSize(height: 32, width: 48))
    // 3, and two steps of two pixels to either side.
    #expect(summary.rows.last?.receptiveField == 7 && summary.rows.last?.stride == 4)
  }

  /// Vectors, such as logits, go before what else is handed on.
  @Test func logitsComeFirst() throws {
    let pooled = Step(operation: "GlobalAveragePool", inputs: ["s"], output: "y")
    let path = try model(Self.stem + Self.body + [pooled], outputs: ["y", "t"])
    let blueprint = try network(path).blueprint
    #expect(blueprint.stages.count == 2 && blueprint.taps.contains { $0.name == "logits" })
  }

  /// A loss, or a vector without a batch, is neither a classifier nor a map.
  @Test(arguments: ["ReduceMean", "Squeeze"], [["y"], ["y", "t"], ["t", "y"]])
  func outputsOfFewAxesAreNoLogits(_ operation: String, _ outputs: [String]) throws {
    let pooled = Step(operation: "GlobalAveragePool", inputs: ["t"], output: "p")
    let last =
      operation == "Squeeze"
      ? Step(operation: operation, inputs: ["p"], output: "y")
      : Step(
        operation: operation, inputs: ["p"], output: "y", settings: [("keepdims", .integer(0))])
    let path = try model(Self.stem + Self.body + [pooled, last], outputs: outputs)
    let spec = NetworkSpec(file: path)
    let summary = try NetworkSummary(spec, size: InputSize(height: 32, width: 48))
    #expect(summary.rows.count(where: \.isStage) == 3)
    #expect(throws: (any Error).self) { try Classifier(spec) }
    let network = try Network(spec)
    #expect(!network.taps.contains("logits"))
  }

  /// However many outputs there are, the one that most is computed for counts.
  @Test func manyOutputsHideNoStage() throws {
    let more = (0..<100).map { Step(operation: "Relu", inputs: ["r"], output: "o\($0)") }
    let names = more.map(\.output)
    for outputs in [names + ["t"], ["t"] + names] {
      let path = try model(Self.stem + more + Self.body, outputs: outputs)
      #expect(try network(path).blueprint.stages.count == 3)
    }
  }

  /// Some tools append nodes that others read.
  @Test func nodesMayStandInAnyOrder() throws {
    let steps = Self.stem + Self.body
    let inOrder = try Network(NetworkSpec(file: model(steps, outputs: ["t"])))
    for order in [steps.reversed(), [steps[1], steps[0], steps[3], steps[2]]] {
      let network = try Network(NetworkSpec(file: model(order, outputs: ["t"])))
      #expect(network.taps == inOrder.taps && network.weightsHash == inOrder.weightsHash)
    }
    let ring = try model(
      Self.stem + [
        Step(operation: "Add", inputs: ["b", "r"], output: "a"),
        Step(operation: "Relu", inputs: ["a"], output: "b"),
      ], outputs: ["b"])
    #expect(try network(ring).notes.contains { $0.contains("made from its own result (a cycle)") })
  }

  /// What a module computes before an operator that is not known is not what it hands on.
  @Test func modulesThatReachPastLostNodesAreNoLayers() throws {
    let path = try model(
      Self.stem + [
        Step(
          operation: "Conv", inputs: ["r", "v"], output: "b", module: "body", settings: [Self.pads]),
        Step(operation: "Relu", inputs: ["b"], output: "d", module: "body"),
        Step(operation: "Strange", inputs: ["d"], output: "e", module: "body"),
        Step(operation: "Relu", inputs: ["e"], output: "f", module: "body"),
        Step(operation: "GlobalAveragePool", inputs: ["f"], output: "y"),
      ], outputs: ["y"])
    for values in [[], ["body"]] {
      #expect(try !network(path, values).blueprint.taps.map(\.name).contains("body"))
    }
    // What is lost of it and leads nowhere does not matter.
    let dead = try model(
      Self.stem + [
        Step(
          operation: "Conv", inputs: ["r", "v"], output: "b", module: "body", settings: [Self.pads]),
        Step(operation: "Strange", inputs: ["b"], output: "e", module: "body"),
        Step(operation: "Relu", inputs: ["b"], output: "d", module: "body"),
        Step(operation: "GlobalAveragePool", inputs: ["d"], output: "y"),
      ], outputs: ["y"])
    #expect(try network(dead).blueprint.taps.map(\.name).contains("body"))
  }

  /// Half as many rows, and columns as they were: 8 rows and 24 columns of 4 channels, not 4 rows of 8.
  @Test(arguments: ["s", "p", "q", "u"]) func mapsOfOtherProportionsAreLayers(_ name: String) throws
  {
    let path = try model(
      Self.stem + [
        Step(
          operation: "Conv", inputs: ["r", "v"], output: "s",
          settings: [Self.pads, ("strides", .integers([2, 1]))]),
        Step(
          operation: "MaxPool", inputs: ["r"], output: "p",
          settings: [("kernel_shape", .integers([2, 1])), ("strides", .integers([2, 1]))]),
        Step(
          operation: "Transpose", inputs: ["s"], output: "t",
          settings: [
            ("perm", .integers([0, 3, 1, 2]))
          ]),
        Step(operation: "Relu", inputs: ["t"], output: "q"),
        Step(operation: "Add", inputs: ["s", "p"], output: "u"),
        Step(operation: "GlobalAveragePool", inputs: ["u"], output: "y"),
      ], outputs: ["y", "q"])
    let network = try network(path, [name])
    let tap = try #require(network.blueprint.taps.first { $0.name == name })
    let shapes = try network.blueprint.shapes(input: [1, 32, 48, 3])
    #expect(shapes[tap.value] == [1, 8, 24, 4])
    #expect(network.blueprint.stages.map { shapes[$0.value] } == [[1, 16, 24, 4], [1, 8, 24, 4]])
  }

  /// Pixels in blocks of 8 as tokens, `p` (1, tokens, 4).
  private static let tokens = [
    Step(
      operation: "Conv", inputs: ["x", "w"], output: "c",
      settings: [pads, ("strides", .integers([8, 8]))]),
    Step(operation: "Flatten", inputs: ["c"], output: "f", settings: [("axis", .integer(2))]),
    Step(
      operation: "Unsqueeze", inputs: ["f"], output: "u", settings: [("axes", .integers([0]))]),
    Step(
      operation: "Transpose", inputs: ["u"], output: "p",
      settings: [("perm", .integers([0, 2, 1]))]),
  ]

  /// A class token and registers, any number of them.
  @Test(arguments: [0, 1, 3, 4, 9, 17]) func tokensInFrontAreCounted(_ count: Int) throws {
    var steps = Self.tokens
    if count > 0 {
      steps.append(
        Step(
          operation: "Concat", inputs: ["k", "p"], output: "j", settings: [("axis", .integer(1))]))
    }
    steps += [
      Step(operation: "Relu", inputs: [count > 0 ? "j" : "p"], output: "t"),
      Step(
        operation: "ReduceMean", inputs: ["t"], output: "y", settings: [("axes", .integers([1]))]),
    ]
    let path = try model(steps, outputs: ["y"], constants: [("k", [1, count, 4])])
    let tap = try #require(try network(path, ["t"]).blueprint.taps.first { $0.name == "t" })
    #expect(tap.grid == .tokens(rows: 4, columns: 6, prefix: count))
  }

  /// Registers behind those of the pixels, and what is left where they are cut off.
  @Test(arguments: [(0, 1), (1, 3), (5, 2)])
  func tokensBehindAreNotTakenForThoseInFront(_ before: Int, _ after: Int) throws {
    let parts = before > 0 ? ["k", "p", "l"] : ["p", "l"]
    let path = try model(
      Self.tokens + [
        Step(operation: "Concat", inputs: parts, output: "j", settings: [("axis", .integer(1))]),
        Step(operation: "Relu", inputs: ["j"], output: "t"),
        Step(
          operation: "Slice", inputs: ["t"], output: "s",
          settings: [
            ("axes", .integers([1])), ("starts", .integers([before])),
            ("ends", .integers([-after])),
          ]),
        Step(
          operation: "ReduceMean", inputs: ["t"], output: "y", settings: [("axes", .integers([1]))]),
      ], outputs: ["y"], constants: [("k", [1, max(1, before), 4]), ("l", [1, after, 4])])
    let network = try network(path, ["t", "s"])
    func grid(_ name: String) -> TokenGrid? {
      network.blueprint.taps.first { $0.name == name }?.grid
    }
    #expect(grid("t") == .tokens(rows: 4, columns: 6, prefix: before))
    #expect(grid("s") == .tokens(rows: 4, columns: 6, prefix: 0))
    #expect(!network.notes.contains { $0.contains("tokens lie") })
  }

  /// Means over three axes, as norms over channels are exported; not over windows that meet nothing.
  @Test(arguments: [(1, nil), (2, "AveragePool m has windows in its padding alone")])
  func meansOverChannelsAreTaken(_ pad: Int, _ refusal: String?) throws {
    let path = try model(
      Self.stem + [
        Step(
          operation: "Unsqueeze", inputs: ["r"], output: "u", settings: [("axes", .integers([1]))]),
        Step(
          operation: "AveragePool", inputs: ["u"], output: "m",
          settings: [
            ("kernel_shape", .integers([2, 1, 1])), ("pads", .integers([pad, 0, 0, pad, 0, 0])),
          ]),
        Step(
          operation: "Squeeze", inputs: ["m"], output: "s", settings: [("axes", .integers([1]))]),
        Step(operation: "GlobalAveragePool", inputs: ["s"], output: "y"),
      ], outputs: ["y"])
    let notes = try network(path).notes
    #expect(refusal.map { words in notes.contains { $0.hasPrefix(words) } } ?? notes.isEmpty)
  }

  /// All modules that `info` tells of can be tapped, and are what it says.
  @Test(arguments: ["resnet-ts", "convnext-dynamo", "updown-ts", "vit-dynamo", "swin-ts"])
  func modulesBesidesOpen(_ name: String) throws {
    let file = try ONNXModel(path: Fixtures.path("onnx/\(name).onnx"))
    let besides = try ONNXNetwork(file).besides
    #expect(!besides.isEmpty)
    let blueprint = try ONNXNetwork(file, values: besides.map(\.name)).blueprint
    let shapes = try blueprint.shapes(input: [1, 48, 48, 3])
    for module in besides {
      let tap = try #require(blueprint.tap(module.name), "\(module.name)")
      let shape = shapes[tap.value]
      let map = tap.grid.size(of: shape)
      #expect(module.output == [shape.channels, map.height, map.width], "\(module.name)")
    }
  }

  /// What the program's own rows are called like is reached by a word in front; modules need not be listed.
  @Test func valuesAndModulesAreReachedByName() throws {
    let path = try model(
      Self.stem + [
        Step(
          operation: "Conv", inputs: ["r", "v"], output: "stage1", module: "down",
          settings: [Self.pads, ("strides", .integers([2, 2]))]),
        Step(operation: "Sigmoid", inputs: ["stage1"], output: "stem", module: "norm"),
        Step(operation: "GlobalAveragePool", inputs: ["stem"], output: "y"),
      ], outputs: ["y"])
    let asked = ["value.stage1", "value.stem", "down", "module.norm"]
    let taps = try network(path, asked).blueprint.taps
    let values = asked.map { name in taps.first { $0.name == name }?.value }
    #expect(
      values[0] != nil && values[0] == values[2] && values[1] != nil && values[1] == values[3])
    #expect(values[0] != values[1])
  }

  private func refusal(_ path: String, _ tap: String) -> String? {
    var request = ERFRequest(
      network: NetworkSpec(file: path), size: InputSize(height: 32, width: 48))
    request.tap = tap
    return #expect(throws: ONNXError.self) { try request.validate() }?.explanation
  }

  @Test func whatIsNoLayerIsToldWhy() throws {
    let path = try model(
      Self.stem + [
        Step(operation: "Flatten", inputs: ["r"], output: "f"),
        Step(operation: "Relu", inputs: ["f"], output: "y"),
      ], outputs: ["y"])
    #expect(
      refusal(path, "f")?.contains("'f' cannot be shown: its shape 1x1536 is neither a map") == true
    )
    #expect(
      refusal(path, "w")?.contains("'w' cannot be shown: it does not depend on the picture") == true
    )
  }

  /// At another size than the exported one, what stands before the first thing that depends on it.
  @Test func layersBeforeWhatFixesTheSizeOpen() throws {
    let path = try model(
      Self.stem + [
        Step(
          operation: "Conv", inputs: ["r", "v"], output: "d", module: "down",
          settings: [Self.pads, ("strides", .integers([2, 2]))]),
        Step(operation: "Add", inputs: ["d", "k"], output: "e"),
        Step(operation: "Relu", inputs: ["e"], output: "g"),
        Step(operation: "GlobalAveragePool", inputs: ["g"], output: "y"),
      ], outputs: ["y"], constants: [("k", [1, 4, 8, 12])])
    var request = ERFRequest(
      network: NetworkSpec(file: path), size: InputSize(height: 64, width: 64))
    for tap in ["stage1", "down", "value.r"] {
      request.tap = tap
      let notes = try request.validated().network.notes
      #expect(notes.contains { $0.contains("what stands before it is shown") }, "\(tap): \(notes)")
    }
    for tap in ["e", nil] {
      request.tap = tap
      #expect(throws: ONNXError.self, "\(tap ?? "")") { try request.validate() }
    }
  }

  /// Detectors of torchvision count no pictures: their input is (3, H, W).
  @Test func picturesWithoutABatchAreTaken() throws {
    let path = try model(
      [
        Step(
          operation: "Unsqueeze", inputs: ["x"], output: "b", settings: [("axes", .integers([0]))])
      ] + [
        Step(
          operation: "Conv", inputs: ["b", "w"], output: "c",
          settings: [Self.pads, ("strides", .integers([2, 2]))]),
        Step(operation: "Relu", inputs: ["c"], output: "y"),
      ], outputs: ["y"], input: [3, 32, 48])
    let network = try network(path)
    #expect(network.size == InputSize(height: 32, width: 48))
    #expect(network.blueprint.stages.count == 1)
    // The batch that it gets hides no neighbours.
    let summary = try NetworkSummary(OpenedNetwork(NetworkSpec(file: path)), size: network.size)
    #expect(summary.rows.last(where: \.isStage)?.receptiveField == 3)
  }

  /// A file is known by what it holds.
  @Test func filesAreKnownByTheirContents() throws {
    _ = try model(Self.stem, outputs: ["r"])
    let folder = try #require(folder)
    let other = try folder.write(folder.read("taps.onnx"), to: "network")
    #expect(NetworkSpec(model: other).exportedGraph == other)
    #expect(NetworkSpec(model: "replknet-31-nano").exportedGraph == nil)
    #expect(NetworkSpec(model: Fixtures.path("onnx/resnet.safetensors")).exportedGraph == nil)
  }

  /// Two values of one name: whichever is meant, the other would be shown.
  @Test func namesThatStandForTwoValuesAreRefused() throws {
    let twice = try model(
      Self.stem + [Step(operation: "Neg", inputs: ["c"], output: "r")], outputs: ["r"])
    let values = #expect(throws: ONNXError.self) { try ONNXModel(path: twice) }
    #expect(values?.explanation.contains("Neg r makes r, which something else makes too") == true)
    let tensors = try model(Self.stem, outputs: ["r"], constants: [("w", [1])])
    let error = #expect(throws: ONNXError.self) { try ONNXModel(path: tensors) }
    #expect(error?.explanation.contains("two of its tensors are called w") == true)
  }
}
