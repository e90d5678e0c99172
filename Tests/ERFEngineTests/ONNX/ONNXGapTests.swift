import TestSupport
import Testing

@testable import ERFEngine

/// Graphs that are followed in part: operators that are not known, choices, quantisation.
@Suite struct ONNXGapTests {
  private let folder = try? TemporaryFolder()

  private func model(_ more: (inout ONNXBytes) -> Void) throws -> String {
    try #require(folder).write(ONNXBytes.convolution(more), to: "model.onnx")
  }

  @Test func unknownOperatorsMatterOnlyBeforeTheLayer() throws {
    let path = try model { graph in
      graph.node("Relu", ["c"], ["r"])
      graph.node("NonMaxSuppression", ["r"], ["boxes"])
      graph.message(12) { $0.text(1, "boxes") }
    }
    let network = try ONNXNetwork(ONNXModel(path: path))
    #expect(network.blueprint.stages.count == 1)
    #expect(
      network.notes == [
        "NonMaxSuppression boxes is not known: what stands before it is shown, up to stage1"
      ])
    let other = try model { graph in
      graph.node("Frobnicate", ["x"], ["y"])
      graph.node("Relu", ["y"], ["r"])
      graph.message(12) { $0.text(1, "r") }
    }
    // The convolution leads nowhere, but it can be shown.
    #expect(try ONNXNetwork(ONNXModel(path: other)).blueprint.stages.count == 1)
    let none = try #require(folder).write(
      ONNXBytes.model { graph in
        graph.node("Frobnicate", ["x"], ["y"])
        graph.message(11) { $0.text(1, "x") }
        graph.message(12) { $0.text(1, "y") }
      }, to: "none.onnx")
    let error = #expect(throws: ONNXError.self) { try ONNXNetwork(ONNXModel(path: none)) }
    #expect(error?.explanation.contains("needs Frobnicate") == true)
  }

  /// What stands before an operator that is not known is what it is where nothing follows, although functions
  /// and norms that are spelt out in single operators leave parts of theirs behind.
  @Test(arguments: ["gelu", "norm", "next"]) func partsOfFunctionsAreNoLayers(_ last: String) throws
  {
    func features(isFollowed: Bool) throws -> [Float] {
      let path = try model { graph in
        graph.speltGELU("c", "gelu")
        if last != "gelu" { graph.speltNorm("gelu", "norm") }
        if last == "next" {
          graph.weights("k", [4, 4, 1, 1])
          graph.layer("Conv", ["norm", "k"], "next")
        }
        if isFollowed { graph.layer("Strange", [last], "y") }
        graph.message(12) { $0.text(1, isFollowed ? "y" : last) }
      }
      let network = try ONNXNetwork(ONNXModel(path: path))
      let program = try Program(network.blueprint.inferenceForm().chained(), from: network)
      let stage = try #require(program.stages.last)
      let picture = OperatorChecks.values([1, 32, 32, 3], seed: 3)
      return try program.forward(picture, to: stage.value, workers: Workers(threads: 2)).output
        .elements
    }
    let (whole, cut) = (try features(isFollowed: false), try features(isFollowed: true))
    #expect(whole == cut)
  }

  /// The same at another size than the exported one, where a matrix does not fit what comes before it.
  @Test func modulesBeforeWhatFixesTheSizeAreWhole() throws {
    let path = try model { graph in
      graph.speltGELU("c", "gelu")
      graph.weights("matrix", [4 * 15 * 15, 2])
      graph.layer("Flatten", ["gelu"], "row")
      graph.layer("MatMul", ["row", "matrix"], "y")
      graph.message(12) { $0.text(1, "y") }
    }
    let size = InputSize(height: 48, width: 48)
    let network = try ONNXNetwork(ONNXModel(path: path), size: size, values: ["act"])
    let tap = try #require(network.blueprint.tap("act"))
    let node = try #require(Blueprint.node(of: tap.value))
    #expect(network.blueprint.nodes[node].op is GELU)
  }

  /// A layer behind what is not known: the operator is named, the node, and what can be shown instead.
  @Test(arguments: ["logits", "e"]) func lostLayersAreExplained(_ layer: String) throws {
    let path = try model { graph in
      graph.node("Relu", ["c"], ["r"])
      graph.node("NonMaxSuppression", ["r"], ["boxes"])
      graph.node("Elu", ["boxes"], ["e"])
      graph.message(12) { $0.text(1, "e") }
    }
    var request = ERFRequest(
      network: NetworkSpec(file: path), size: InputSize(height: 32, width: 32))
    request.tap = layer
    let error = #expect(throws: ONNXError.self) { try request.validate() }
    #expect(error?.isUsageError == true)
    let words = error?.explanation ?? ""
    #expect(words.contains("has no layer '\(layer)' that can be shown: NonMaxSuppression boxes is"))
    #expect(words.contains("layers to tap: stem, stage1"), "\(words)")
    // What names classes says so too.
    let other = #expect(throws: ONNXError.self) {
      try OpenedNetwork(request.network).requireMemoryForward()
    }
    #expect(other?.explanation.contains("no layer 'logits' that can be shown: NonMax") == true)
    // What stands before it is there, by its name in the file too.
    request.tap = "r"
    try request.validate()
  }

  /// What is left of a graph of integers is its picture, which is no layer.
  @Test func picturesAloneAreNoNetwork() throws {
    let path = try #require(folder).write(
      ONNXBytes.model { graph in
        graph.picture("x", [1, 3, 32, 32])
        graph.tensor("mean", [1, 3, 1, 1], [1, 2, 3])
        graph.tensor("scale", [], [1])
        graph.message(5) { tensor in
          tensor.head("zero", type: 2, [])
          tensor.data(9, [0])
        }
        graph.node("Sub", ["x", "mean"], ["prepared"])
        graph.node("QuantizeLinear", ["prepared", "scale", "zero"], ["q"])
        graph.node("QLinearConv", ["q", "scale", "zero"], ["y"])
        graph.message(12) { $0.text(1, "y") }
      }, to: "integers.onnx")
    let error = #expect(throws: ONNXError.self) { try ONNXNetwork(ONNXModel(path: path)) }
    #expect(error?.explanation.contains("needs QLinearConv, which is not known") == true)
    #expect(error?.explanation.hasSuffix("QuantizeLinear and DequantizeLinear (QDQ)") == true)
  }

  /// What a file defines itself is not read, and the line says what to do.
  @Test func functionsOfTheFileHaveToBeInlined() throws {
    let graph = ONNXBytes.model { graph in
      graph.picture("x", [1, 3, 32, 32])
      graph.message(1) { node in
        node.text(1, "x")
        node.text(2, "y")
        node.text(4, "Twice")
        node.text(7, "own")
      }
      graph.message(12) { $0.text(1, "y") }
    }
    var functions = ONNXBytes()
    functions.message(25) { function in
      function.text(1, "Twice")
      function.text(10, "own")
    }
    let path = try #require(folder).write(graph + functions.bytes, to: "function.onnx")
    let error = #expect(throws: ONNXError.self) { try ONNXNetwork(ONNXModel(path: path)) }
    #expect(error?.explanation.contains("needs own.Twice, which is not known here") == true)
    #expect(error?.explanation.hasSuffix("onnx.inliner.inline_local_functions(model)") == true)
  }

  /// One of two outputs is lost: the network is that of the other, and a note says so.
  @Test func lostOutputsAreNamed() throws {
    let path = try model { graph in
      graph.node("Relu", ["c"], ["r"])
      graph.node("NonMaxSuppression", ["r"], ["boxes"])
      for name in ["r", "boxes"] { graph.message(12) { $0.text(1, name) } }
    }
    #expect(
      try ONNXNetwork(ONNXModel(path: path)).notes == [
        "NonMaxSuppression boxes is not known: the output boxes is left out"
      ])
  }

  @Test func knownChoicesAreFollowedAndQuantisationIsLeftOut() throws {
    let path = try model { graph in
      graph.message(5) { tensor in
        tensor.head("yes", type: 9, [])
        tensor.data(9, [1])
      }
      graph.message(5) { tensor in
        tensor.head("scale", type: 1, [])
        tensor.float(4, 0.5)
      }
      graph.message(1) { node in
        node.text(1, "yes")
        node.text(2, "chosen")
        node.text(4, "If")
        for (name, operation) in [("then_branch", "Relu"), ("else_branch", "Frobnicate")] {
          node.message(5) { attribute in
            attribute.text(1, name)
            attribute.message(6) { branch in
              branch.node(operation, ["c"], ["inner"])
              branch.message(12) { $0.text(1, "inner") }
            }
          }
        }
      }
      graph.node("QuantizeLinear", ["chosen", "scale"], ["q"])
      graph.node("DequantizeLinear", ["q", "scale"], ["d"])
      graph.message(12) { $0.text(1, "d") }
    }
    let network = try ONNXNetwork(ONNXModel(path: path))
    #expect(network.blueprint.nodes.dropLast().last?.op is Rectifier)
    #expect(network.notes.first?.contains("quantisation") == true)
  }

  /// What quantisers leave of a ReLU: the smallest integer stands for 0.
  @Test(arguments: [
    (type: 2, zero: UInt8(0), low: Float(0), high: Float(127.5)),
    (type: 2, zero: 64, low: -32, high: 95.5),
    (type: 3, zero: 0x80, low: 0, high: 127.5),
    (type: 3, zero: 0, low: -64, high: 63.5),
  ]) func quantisationKeepsItsLimits(_ row: (type: Int, zero: UInt8, low: Float, high: Float))
    throws
  {
    let path = try model { graph in
      graph.message(5) { tensor in
        tensor.head("scale", type: 1, [])
        tensor.data(9, ONNXBytes.little(Float(0.5).bitPattern))
      }
      graph.message(5) { tensor in
        tensor.head("zero", type: row.type, [])
        tensor.data(9, [row.zero])
      }
      graph.node("QuantizeLinear", ["c", "scale", "zero"], ["q"])
      graph.node("DequantizeLinear", ["q", "scale", "zero"], ["d"])
      graph.message(12) { $0.text(1, "d") }
    }
    let network = try ONNXNetwork(ONNXModel(path: path))
    let op = try #require(network.blueprint.nodes.last?.op as? Elementwise)
    #expect(op.function == .clip(low: row.low, high: row.high))
  }
}

extension ONNXBytes {
  /// GELU in single operators of the module `act`.
  fileprivate mutating func speltGELU(_ input: String, _ output: String) {
    tensor("root", [], [Float(2).squareRoot()])
    tensor("one", [], [1])
    tensor("half", [], [0.5])
    for (operation, inputs, result) in [
      ("Div", [input, "root"], "scaled"), ("Erf", ["scaled"], "erf"),
      ("Add", ["erf", "one"], "gate"), ("Mul", [input, "gate"], "twice"),
      ("Mul", ["twice", "half"], output),
    ] {
      message(1) { node in
        for input in inputs { node.text(1, input) }
        node.text(2, result)
        node.text(3, "/act/\(operation)")
        node.text(4, operation)
      }
    }
  }

  /// A norm over channels in single operators.
  fileprivate mutating func speltNorm(_ input: String, _ output: String) {
    tensor("two", [], [2])
    tensor("epsilon", [], [1e-5])
    let channels: [(String, ONNXAttribute)] = [("axes", .integers([1]))]
    layer("ReduceMean", [input], "mean", channels)
    layer("Sub", [input, "mean"], "centred")
    layer("Pow", ["centred", "two"], "square")
    layer("ReduceMean", ["square"], "variance", channels)
    layer("Add", ["variance", "epsilon"], "positive")
    layer("Sqrt", ["positive"], "deviation")
    layer("Div", ["centred", "deviation"], output)
  }
}
