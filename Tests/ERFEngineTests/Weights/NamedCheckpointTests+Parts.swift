// Networks that are parts of larger ones, whose other layers are left out, and classifiers that are more than
// they look like.

import TestSupport
import Testing

@testable import ERFEngine

extension NamedCheckpointTests {
  /// The plain network behind `prefix`, without the bias of its classifier or without all of it, and further
  /// tensors of zeros.
  private func part(
    behind prefix: String, with more: [String: Shape], hasHead: Bool = false,
    in folder: TemporaryFolder
  ) throws -> NetworkSpec {
    let plain = try Checkpoint(path: Fixtures.path("names/plain.pth"))
    let keys = plain.keys.filter { hasHead ? $0 != "fc.bias" : !$0.hasPrefix("fc.") }
    let own = try keys.map { (prefix + $0, try plain.tensor($0)) }
    let others = more.sorted { $0.key < $1.key }.map { ($0.key, Tensor(zeros: $0.value)) }
    let path = folder.file("part.safetensors")
    try SafetensorsWriter(tensors: own + others, type: .float32, metadata: [:]).write(to: path)
    return NetworkSpec(file: path)
  }

  /// A whole backbone opens without its classifier where layers of a larger network stand beside it, which are
  /// listed; that a classifier may be missing need not be said.
  @Test(
    arguments: [
      (
        "backbone.",
        [
          "projector.0.weight": [8, 16], "projector.0.bias": [8], "projector.2.weight": [4, 8],
          "projector.2.bias": [4], "predictor.weight": [4, 4],
        ], "5 tensors", "predictor.weight, projector (4)"
      ),
      (
        "model.encoder.",
        [
          "model.decoder.0.weight": [8, 16, 3, 3], "model.decoder.1.weight": [8],
          "model.decoder.1.bias": [8], "model.segmentation_head.0.weight": [2, 8, 3, 3],
          "model.segmentation_head.0.bias": [2],
        ], "5 tensors", "model.decoder (3), model.segmentation_head (2)"
      ),
      (
        "module.encoder_q.", ["module.predictor.0.weight": [8, 16], "module.queue": [4, 4]],
        "1 tensor", "module.predictor.0.weight"
      ),
    ] as [(String, [String: Shape], String, String)])
  func partsOfLargerNetworks(
    _ prefix: String, beside: [String: Shape], count: String, names: String
  ) throws {
    let folder = try TemporaryFolder()
    var spec = try part(behind: prefix, with: beside, in: folder)
    for isHeadless in [false, true] {
      spec.allowsMissingHead = isHeadless
      let network = try Network(spec)
      let choice = try #require(network.weightsChoice)
      let line = "left out \(count) that \(network.id) does not have: \(names)"
      #expect(choice.notes.contains(line) && choice.lacksClassifier, "\(choice.notes)")
      #expect(!network.taps.contains("logits"))
      try compare(network, with: "plain.pth")
    }
    // As the explorer plans to train it: all of it is there but a classifier.
    spec.allowsMissingHead = false
    let plan = try PreparedFineTuning(
      FineTuning(spec, on: .shapes(count: 64), folder: "/nowhere")
    ).plan
    #expect(plan.notes.first == "a new classifier of 16 classes is made: the weights have none")
  }

  /// What is not used of the network's own tensors is refused, and so is a missing classifier where no layers
  /// stand beside the network: something may have been lost.
  @Test(
    arguments: [
      (["backbone.fc.0.weight": [8, 16], "neck.weight": [4, 4]], [.withoutHead]),
      (["backbone.layer1.0.attention.weight": [3, 3], "neck.weight": [4, 4]], [.ignoringExtra]),
      (["center": [4]], [.withoutHead]), ([:], [.withoutHead]),
      (["optimizer.state.0.exp_avg": [4, 4]], [.withoutHead]),
    ] as [([String: Shape], Set<WeightsMismatch.Remedy>)])
  func partsThatAreRefused(_ more: [String: Shape], remedies: Set<WeightsMismatch.Remedy>) throws {
    let folder = try TemporaryFolder()
    var spec = try part(behind: "backbone.", with: more, in: folder)
    let error = #expect(throws: CheckpointError.self) { try Network(spec) }
    guard case .mismatch(_, let mismatch)? = error else {
      Issue.record("\(String(describing: error))")
      return
    }
    #expect(mismatch.remedies == remedies)
    spec.allowsMissingHead = remedies.contains(.withoutHead)
    spec.ignoresExtra = remedies.contains(.ignoringExtra)
    try compare(try Network(spec), with: "plain.pth")
  }

  /// Layers that compare angles look like linear ones without a bias: their names alone tell.
  @Test(
    arguments: [
      (["margin.weight": [7, 16]], "margin.weight"), (["head.kernel": [16, 7]], "head.kernel"),
      (["loss.am_softmax.weight": [7, 16]], "loss.am_softmax.weight"),
      (["ArcFace.weight": [7, 16], "projector.weight": [7, 7]], "ArcFace.weight"),
      (["backbone.fc.s": [1], "backbone.fc.m": [1]], "backbone.fc.m"),
      (["backbone.fc.sigma": [1]], "backbone.fc.sigma"),
      (["projector.weight": [7, 7]], nil), (["cos.weight": [7]], nil), ([:], nil),
    ] as [([String: Shape], String?)])
  func classifiersThatCompareAngles(_ more: [String: Shape], name: String?) throws {
    let folder = try TemporaryFolder()
    var spec = try part(behind: "backbone.", with: more, hasHead: true, in: folder)
    spec.ignoresExtra = true
    let notes = try #require(try Network(spec).weightsChoice).notes
    #expect(notes.contains { $0.hasSuffix("the classifier's bias is taken as zero") }, "\(notes)")
    let found = notes.filter { $0.contains("compares angles") }
    #expect(found.count == (name == nil ? 0 : 1), "\(notes)")
    let start = "\(name ?? "") is named like a part of a layer that compares angles, as ArcFace's"
    #expect(found.allSatisfy { $0.hasPrefix(start) }, "\(notes)")
  }
}
