// Edits of exported graphs, against PyTorch's networks with the same changes (Fixtures/make_onnx_edits.py).

import TestSupport
import Testing

@testable import ERFEngine

@Suite struct ONNXEditTests {
  private static func path(_ name: String) -> String { Fixtures.path("onnx/\(name).onnx") }

  /// Both exporters' files; the ids say what the script does.
  @Test(
    arguments: [
      ("resnet", ":kernels=3,1,3:dilation=1,1,2:shortcuts=0,1,1"),
      ("bare", ":shortcuts=1,1,0"),
      ("convnext", ":kernels=3,7,7:shortcuts=1,0,1"),
    ], ["ts", "dynamo"])
  func editedGraphsComputeWhatPyTorchDoes(
    _ edit: (name: String, id: String), _ exporter: String
  ) throws {
    let file = edit.name == "bare" ? "resnet" : edit.name
    let golden = try Safetensors(path: Fixtures.path("onnx-edits.safetensors"))
    let input = try Safetensors(path: Fixtures.path("onnx/\(file).safetensors")).tensor("input")
    var spec = try NetworkSpec(editedExport: Self.path("\(file)-\(exporter)") + edit.id)
    spec.fit = .crop
    let opened = try OpenedNetwork(spec)
    #expect(try opened.id == spec.model + edit.id && spec.modelID() == opened.id)
    let program = try Program(opened.layers.chained(), from: opened.loader())
    let tap = try #require(program.stages.last)
    let activations = try program.forward(
      input.channelsLast(), to: tap.value, workers: Workers(threads: 2))
    let feature = try golden.tensor("\(edit.name).stage").channelsLast()
    let output = activations.output
    #expect(output.shape == feature.shape)
    let largest = max(1, feature.elements.map(abs).max() ?? 0)
    let worst = zip(output.elements, feature.elements).map { abs($0 - $1) }.max() ?? .infinity
    #expect(worst <= 1e-5 * largest, "features: \(worst)")
    let unit = Unit(row: output.shape.height / 2, column: output.shape.width / 2)
    let slopes = try activations.inputGradient(at: [unit], workers: Workers(threads: 2)).elements
    let map = try golden.tensor("\(edit.name).map").elements
    let errors = map.indices.map { pixel in
      abs((0..<3).reduce(0) { $0 + max(0, slopes[pixel * 3 + $1]) } - map[pixel])
    }
    #expect(errors.max() ?? .infinity <= 1e-4 * (map.max() ?? 0), "field")
  }

  /// Counted in make_onnx.py.
  @Test func stagesAreListed() throws {
    let resnet = try NetworkDesign(model: Self.path("resnet-dynamo"))
    #expect(
      resnet.convolutions.map { $0.map(\.text) } == [
        ["4 dense 3x3"], ["1 dense 3x3 stride 2", "1 dense 3x3"],
        ["1 dense 3x3 stride 2", "1 dense 3x3"],
      ])
    #expect(resnet.stages.map(\.kernel) == [3, 3, 3])
    #expect(resnet.stages.allSatisfy { $0.hasShortcuts })
    #expect(resnet.openFields == [.kernel, .dilation, .shortcuts])
    let convnext = try NetworkDesign(model: Self.path("convnext-ts"))
    #expect(
      convnext.convolutions.map { $0.map(\.text) } == [
        ["2 depth-wise 7x7"], ["1 depth-wise 7x7", "1 dense 2x2 stride 2"],
        ["1 depth-wise 7x7", "1 dense 2x2 stride 2"],
      ])
    // Tokens have no neighbours, the sums of a transformer are shortcuts all the same.
    let vit = try NetworkDesign(model: Self.path("vit-ts"))
    #expect(vit.stages.map(\.kernel) == [0] && vit.convolutions == [[]])
    #expect(vit.stages.allSatisfy { $0.hasShortcuts })
    #expect(vit.stepping(.kernel, stage: 0, up: true) == nil)
    #expect(vit.stepping(.shortcuts, stage: 0, up: false)?.id.hasSuffix(":shortcuts=0") == true)
  }

  @Test func idsAreWrittenAndRead() throws {
    let path = Self.path("resnet-ts")
    let design = try NetworkDesign(model: path)
    #expect(design.id == path)
    var next = try #require(design.stepping(.kernel, stage: 1, up: true))
    #expect(next.id == path + ":kernels=3,5,3")
    next = try #require(next.stepping(.dilation, stage: 2, up: true))
    next = try #require(next.stepping(.shortcuts, stage: 0, up: false))
    #expect(next.id == path + ":kernels=3,5,3:dilation=1,1,2:shortcuts=0,1,1")
    let back = try NetworkDesign(model: next.id)
    #expect(back.stages == next.stages && back.id == next.id)
    // One number is one for all stages.
    #expect(
      try NetworkDesign(model: path + ":kernels=7").stages.map(\.kernel) == [7, 7, 7])
    #expect(try NetworkDesign(model: path + ":kernels=3,3,3:shortcuts=1").id == path)
    let facts = try NetworkSummary(model: next.id, size: InputSize(height: 48, width: 48))
    let before = try NetworkSummary(model: path, size: InputSize(height: 48, width: 48))
    // Two kernels of 5x5 for two of 3x3, from 8 to 16 and from 16 to 16 channels.
    #expect(facts.parameters - before.parameters == (25 - 9) * (8 * 16 + 16 * 16))
  }

  @Test(arguments: [
    ":kernels=4", ":kernels=3,3", ":kernels=65", ":dilation=0", ":shortcuts=2", ":depth=3",
    ":kernels", ":", ":kernels=3:kernels=5",
  ])
  func whatDoesNotFitIsRefusedInWords(_ fields: String) throws {
    let error = #expect(throws: ModelError.self) {
      try OpenedNetwork(try NetworkSpec(editedExport: Self.path("resnet-ts") + fields))
    }
    #expect(error?.explanation.contains("resnet-ts.onnx") == true)
  }

  /// Fields that no stage has anything for, which would open the graph as it is.
  @Test func editsOfNothingAreRefused() throws {
    let error = #expect(throws: ModelError.self) {
      try NetworkSpec(editedExport: Self.path("vit-ts") + ":kernels=7")
    }
    #expect(error?.explanation.contains("no stage has kernels to choose") == true)
    // The same words whatever does not fit about the numbers.
    let expected = ["0,9,9", "3,3,99", "4"].map { kernels in
      #expect(throws: ModelError.self) {
        try NetworkSpec(editedExport: Self.path("resnet-ts") + ":kernels=" + kernels)
      }?.explanation.split(separator: ":").last
    }
    #expect(Set(expected).count == 1)
  }

  /// Records name what was edited.
  @Test func recordsNameTheEdits() throws {
    var spec = NetworkSpec(file: Self.path("resnet-ts"))
    spec.edits = [StageEdit(stage: 0, .shortcuts(false))]
    #expect(spec.weightsText.hasSuffix(", edited (shortcuts changed)"))
    spec.edits.append(StageEdit(stage: 1, .dilation(2)))
    #expect(spec.weightsText.hasSuffix(", edited (dilation changed, shortcuts changed)"))
    spec.edits.append(StageEdit(stage: 1, .kernel(5)))
    let words = "edited (kernels cropped or padded, dilation changed, shortcuts"
    #expect(spec.weightsText.contains(words))
  }

  /// The three ways to bring weights to another shape give three networks; the file stays as it is.
  @Test func weightsAreCroppedInterpolatedOrStartedAnew() throws {
    var hashes: Set<String> = []
    for fit in [WeightFit.crop, .interpolate, .reinitialise(seed: 1), .reinitialise(seed: 2)] {
      var spec = try NetworkSpec(editedExport: Self.path("convnext-ts") + ":kernels=5")
      // On the command line as in the explorer.
      #expect(spec.fit == .interpolate)
      spec.fit = fit
      hashes.insert(try Network(spec).weightsHash)
    }
    #expect(hashes.count == 4)
  }

  /// What the name of an edited graph could not say would be exported under that of the plain one.
  @Test func whatIsNotOpenIsRefused() throws {
    var spec = NetworkSpec(file: Self.path("convnext-ts"))
    for (change, error) in [
      (StageEdit.Change.smallKernel(3), EditError.fixed(.smallKernel, of: "convnext-ts.onnx")),
      (.depth(2), .fixed(.depth, of: "convnext-ts.onnx")),
    ] {
      spec.edits = [StageEdit(stage: 1, change)]
      #expect(throws: error) { try OpenedNetwork(spec) }
      #expect(throws: error) { try NetworkDesign(spec) }
    }
    spec = NetworkSpec(file: Self.path("resnet-ts"))
    spec.edits = [StageEdit(stage: 7, .kernel(3))]
    #expect(throws: EditError.noStage(7, of: 3)) { try OpenedNetwork(spec) }
  }

  /// conv3x3(x) + conv1x1(x): a shortcut only where x itself would not fit.
  @Test(arguments: [(8, false), (16, true)])
  func branchesAreNoShortcuts(_ channels: Int, _ isShortcut: Bool) {
    func convolution(_ inputs: Int, _ outputs: Int, _ side: Int) -> Convolution {
      Convolution(
        inputs: inputs, outputs: outputs,
        window: SlidingWindow(kernel: side, padding: .same(kernel: side)), hasBias: false)
    }
    var blueprint = Blueprint()
    func add(_ op: any Operator, _ inputs: [Int]) {
      blueprint.nodes.append(Blueprint.Node(scope: "", block: "", op: op, inputs: inputs))
    }
    add(convolution(3, 8, 3), [0])
    add(convolution(8, channels, 1), [1])
    add(convolution(8, channels, 3), [1])
    add(Add(), [2, 3])
    #expect(blueprint.branch(besideShortcutAt: 3) == (isShortcut ? 3 : nil))
    // x + conv1x1(x) is one, whichever comes first.
    blueprint.nodes[1].op = convolution(8, 8, 1)
    blueprint.nodes[3].inputs = [1, 2]
    #expect(blueprint.branch(besideShortcutAt: 3) == 2)
    blueprint.nodes[3].inputs = [2, 1]
    #expect(blueprint.branch(besideShortcutAt: 3) == 2)
  }
}
