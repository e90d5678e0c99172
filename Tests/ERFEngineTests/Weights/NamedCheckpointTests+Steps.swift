// Weights that are stored in several steps: masks, norms of weights, parametrizations.

import Foundation
import TestSupport
import Testing

@testable import ERFEngine

extension NamedCheckpointTests {
  /// Chains of these: masks over directions, lengths and what was normalised, two norms, and rows along
  /// another axis, also where it is as long as the first; one of make_chained_weights.py.
  @Test func weightsMadeInSeveralSteps() throws {
    let network = try Network(Self.spec("chained.pth"))
    #expect(network.weightsChoice?.notes == [])
    let golden = try Safetensors(path: Fixtures.path("names/chained.safetensors"))
    try compare(network, with: "chained.pth", in: golden)
    let file = try CheckpointInspection(path: Fixtures.path("names/chained.pth"))
    #expect(try file.problems(try file.tensors()).isEmpty)
  }

  /// A step of a chain that is not known leaves the whole of it undone: nothing opens half of it.
  @Test(
    arguments: [
      (["conv1.parametrizations.weight.1.scale"], "conv1"),
      (["conv1.parametrizations.weight.2._u", "conv1.parametrizations.weight.2._v"], "conv1"),
      (["conv1.weight_u"], "conv1"),
      (["layer1.0.conv2.parametrizations.weight.1.base"], "layer1.0.conv2"),
    ] as [([String], String)])
  func unknownStepsAreNamed(_ extra: [String], module: String) throws {
    let folder = try TemporaryFolder()
    let file = try Checkpoint(path: Fixtures.path("names/weight-norm-parametrized.pth"))
    let path = folder.file("half.safetensors")
    let tensors = try file.keys.map { ($0, try file.tensor($0)) }
    try SafetensorsWriter(
      tensors: tensors + extra.map { ($0, Tensor(zeros: [2])) }, type: .float32, metadata: [:]
    ).write(to: path)
    for (isHeadless, ignoresExtra) in [(false, false), (false, true), (true, true)] {
      var spec = NetworkSpec(file: path)
      spec.allowsMissingHead = isHeadless
      spec.ignoresExtra = ignoresExtra
      let error = #expect(throws: CheckpointError.self) { try Network(spec) }
      guard case .unmade(_, module + ".weight", let tensors, 0)? = error else {
        Issue.record("\(String(describing: error))")
        continue
      }
      #expect(tensors.contains(extra[0]))
      #expect(error?.explanation.contains("parametrize.remove_parametrizations") == true)
    }
  }

  /// Names as PyTorch gives them to chains, and what they are made into.
  @Test(
    arguments: [
      ["weight_g": [6, 1, 1, 1], "weight_v_orig": kernel, "weight_v_mask": kernel],
      ["weight_v": kernel, "weight_g_orig": [6, 1, 1, 1], "weight_g_mask": [6, 1, 1, 1]],
      ["weight_orig_g": [6, 1, 1, 1], "weight_orig_v": kernel, "weight_mask": kernel],
      ["weight_orig_orig": kernel, "weight_orig_mask": kernel, "weight_u": [6], "weight_v": [36]],
      ["weight_orig_orig": kernel, "weight_mask": kernel, "weight_orig_u": [4]]
        .merging(["weight_orig_v": [54]]) { $1 },
      ["weight_g": [6, 1, 1, 1], "weight_v_orig": kernel, "weight_v_u": [6], "weight_v_v": [36]],
      ["weight_mask": kernel, "parametrizations.weight_orig.original": kernel]
        .merging(["0._u": [6], "0._v": [36]].place("parametrizations.weight_orig.")) { $1 },
      ["original0": [6, 1, 1, 1], "1._u": [6], "1._v": [36]].place("parametrizations.weight.")
        .merging(
          ["original": kernel, "0._u": [4], "0._v": [54]]
            .place("parametrizations.weight.parametrizations.original1.")
        ) { $1 },
    ] as [[String: Shape]])
  func namesOfChains(_ shapes: [String: Shape]) {
    let held = shapes.place("layer.conv.")
    let made = StoredForm.parameters(among: held)
    #expect(made["layer.conv.weight"].map { Set($0.tensors) } == Set(held.keys), "\(made)")
    #expect(StoredForm.unmade(held).isEmpty)
    // Without any one of them there is nothing.
    for key in held.keys {
      let rest = held.filter { $0.key != key }
      #expect(StoredForm.parameters(among: rest)["layer.conv.weight"] == nil, "\(key)")
    }
  }

  private static let kernel: Shape = [6, 4, 3, 3]

  /// All that a classifier is kept as is listed where it is left out: of other inputs than the features
  /// are, or in modules that no network has.
  @Test(
    arguments: [
      (["original0": [9, 1], "original1": [9, 15]], "fc.parametrizations.weight."),
      (["g": [9, 1], "v_mask": [9, 15], "v_orig": [9, 15]], "fc.weight_"),
      (["0.base": [9, 15], "original": [9, 15]], "fc.parametrizations.weight."),
      (["0.base": [9, 15], "original": [9, 15]], "neck.fc.parametrizations.weight."),
    ] as [([String: Shape], String)])
  func allOfAClassifierIsListed(_ head: [String: Shape], prefix: String) throws {
    let folder = try TemporaryFolder()
    let plain = try Checkpoint(path: Fixtures.path("names/plain.pth"))
    let path = folder.file("head.safetensors")
    let isBeside = prefix.hasPrefix("neck")
    let body = try plain.keys.filter { !$0.hasPrefix("fc.") }.map {
      ((isBeside ? "backbone." : "") + $0, try plain.tensor($0))
    }
    let extra = head.place(prefix).sorted { $0.key < $1.key }
    try SafetensorsWriter(
      tensors: body + extra.map { ($0.key, Tensor(zeros: $0.value)) }, type: .float32, metadata: [:]
    ).write(to: path)
    var spec = NetworkSpec(file: path)
    spec.allowsMissingHead = true
    let network = try Network(spec)
    let names = extra.map(\.key).joined(separator: ", ")
    let which =
      head["0.base"] == nil
      ? "of a classifier that does not fit \(network.id)" : "that \(network.id) does not have"
    let line = "left out \(extra.count) tensors \(which): \(names)"
    #expect(network.weightsChoice?.notes.contains(line) == true, "\(network.weightsChoice?.notes)")
    try compare(network, with: "plain.pth")
  }

  /// Directions of no length make no weight; `inspect` says so too.
  @Test func directionsWithoutLength() throws {
    let folder = try TemporaryFolder()
    let file = try Checkpoint(path: Fixtures.path("names/weight-norm.pth"))
    let path = folder.file("zero.safetensors")
    let tensors = try file.keys.map { key -> (String, Tensor) in
      let tensor = try file.tensor(key)
      return (key, key == "layer2.0.conv1.weight_v" ? Tensor(zeros: tensor.shape) : tensor)
    }
    try SafetensorsWriter(tensors: tensors, type: .float32, metadata: [:]).write(to: path)
    let expected = CheckpointError.division(
      path: path, key: "layer2.0.conv1.weight",
      reason: "weight_norm divides by the lengths of directions, of which 4 of 4 in "
        + "layer2.0.conv1.weight_v are zero")
    #expect(throws: expected) { try Network(NetworkSpec(file: path)) }
    let inspection = try CheckpointInspection(path: path)
    #expect(try inspection.problems(try inspection.tensors()) == [expected])
  }

  /// Other parametrizations are code of somebody's: the line says what to call before saving.
  @Test func otherParametrizationsAreNamed() throws {
    let folder = try TemporaryFolder()
    let plain = try Checkpoint(path: Fixtures.path("names/plain.pth"))
    let path = folder.file("orthogonal.safetensors")
    let tensors = try plain.keys.map { key in
      (
        key == "layer2.0.conv1.weight" ? "layer2.0.conv1.parametrizations.weight.original" : key,
        try plain.tensor(key)
      )
    }
    try SafetensorsWriter(tensors: tensors, type: .float32, metadata: [:]).write(to: path)
    let error = #expect(throws: CheckpointError.self) { try Network(NetworkSpec(file: path)) }
    #expect(error?.explanation.contains("parametrize.remove_parametrizations") == true)
  }
}

extension [String: Shape] {
  /// The same with `prefix` before the names.
  fileprivate func place(_ prefix: String) -> Self {
    Dictionary(uniqueKeysWithValues: map { (prefix + $0.key, $0.value) })
  }
}
