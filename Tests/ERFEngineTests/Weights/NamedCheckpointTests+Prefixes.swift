// What stands before the names of parameters, and how one of several dictionaries is asked for.

import TestSupport
import Testing

@testable import ERFEngine

extension NamedCheckpointTests {
  /// A compiled network that others are wrapped around, and that wraps others.
  @Test(arguments: [
    ("_orig_mod.model.", "_orig_mod.model"),
    ("state_dict._orig_mod.module.", "state_dict._orig_mod.module"),
    ("model._orig_mod.module.", "model._orig_mod.module"),
    ("net._orig_mod.encoder.", "net._orig_mod.encoder"),
    ("state_dict._orig_mod.model._orig_mod.", "state_dict._orig_mod.model"),
    ("a._orig_mod.b._orig_mod.c.", "a._orig_mod.b._orig_mod.c"),
  ])
  func compiledWithinOthers(_ prefix: String, chosen: String) throws {
    let folder = try TemporaryFolder()
    let plain = try Checkpoint(path: Fixtures.path("names/plain.pth"))
    let tensors = try plain.keys.map { key in
      (prefix + key.replacing("layer2.", with: "layer2._orig_mod."), try plain.tensor(key))
    }
    let path = folder.file("compiled.safetensors")
    try SafetensorsWriter(tensors: tensors, type: .float32, metadata: [:]).write(to: path)
    let network = try Network(NetworkSpec(file: path))
    #expect(network.weightsChoice?.chosen == chosen)
    let expected = try Network(Self.spec("plain.pth"))
    #expect(network.id == expected.id && network.weightsHash == expected.weightsHash)
    try compare(network, with: "plain.pth")
  }

  /// What shares out the parameters of modules, or computes activations again, leaves its mark as compilers do,
  /// also in modules within modules.
  @Test(arguments: ["_fsdp_wrapped_module", "_checkpoint_wrapped_module"])
  func wrappedModules(_ wrapper: String) throws {
    let folder = try TemporaryFolder()
    let plain = try Checkpoint(path: Fixtures.path("names/plain.pth"))
    let tensors = try plain.keys.map { key in
      let inner = key.replacing("layer2.0.", with: "layer2.0.\(wrapper)._orig_mod.")
      return ("net.\(wrapper).\(inner)", try plain.tensor(key))
    }
    let path = folder.file("wrapped.safetensors")
    try SafetensorsWriter(tensors: tensors, type: .float32, metadata: [:]).write(to: path)
    let network = try Network(NetworkSpec(file: path))
    #expect(network.weightsChoice?.notes == [])
    let expected = try Network(Self.spec("plain.pth"))
    #expect(network.id == expected.id && network.weightsHash == expected.weightsHash)
  }

  /// A network beside another of the same plain names is not taken in its place.
  @Test(arguments: ["_orig_mod.", "_fsdp_wrapped_module.", "module."])
  func twoNetworksOfTheSameNames(_ prefix: String) throws {
    let folder = try TemporaryFolder()
    let plain = try Checkpoint(path: Fixtures.path("names/plain.pth"))
    let tensors = try plain.keys.flatMap { key in
      let tensor = try plain.tensor(key)
      return [(key, tensor), (prefix + key, Tensor(generated: tensor.shape) { 2 * tensor[$0] })]
    }
    let path = folder.file("two.safetensors")
    try SafetensorsWriter(tensors: tensors, type: .float32, metadata: [:]).write(to: path)
    var spec = NetworkSpec(file: path)
    let error = try #require(#expect(throws: CheckpointError.self) { try Network(spec) })
    #expect(error.explanation.contains("holds \(prefix)bn1.bias, "), "\(error.explanation)")
    spec.ignoresExtra = true
    #expect(try Network(spec).weightsHash == Network(Self.spec("plain.pth")).weightsHash)
  }

  /// The network that learns is taken before the one that follows it, plain weights before the best ones, and of
  /// numbered ones the last; a note names the others.
  @Test(arguments: [
    ("query_encoder.", "key_encoder."), ("model_state_dict.", "best_state."),
    ("trained.", "best."), ("epoch_2.", "epoch_1."), ("epoch_10.", "epoch_9."),
    ("weights.step10.", "weights.step9."), ("model_state_dict.", "ema_state."),
  ])
  func severalDictionaries(_ prefix: String, other: String) throws {
    let folder = try TemporaryFolder()
    let plain = try Checkpoint(path: Fixtures.path("names/plain.pth"))
    let tensors = try plain.keys.flatMap { key in
      let tensor = try plain.tensor(key)
      let twice = Tensor(generated: tensor.shape) { 2 * tensor[$0] }
      return [(other + key, twice), (prefix + key, tensor)]
    }
    let path = folder.file("several.safetensors")
    try SafetensorsWriter(tensors: tensors, type: .float32, metadata: [:]).write(to: path)
    let network = try Network(NetworkSpec(file: path))
    #expect(network.weightsChoice?.chosen == String(prefix.dropLast()))
    #expect(network.weightsChoice?.others == [String(other.dropLast())])
    #expect(try network.weightsHash == Network(Self.spec("plain.pth")).weightsHash)
  }

  /// Averages that are named otherwise than the network's parameters, as of Lightning's `LitEma`, or not at all.
  @Test(arguments: [true, false]) func averagesUnderOtherNames(_ isList: Bool) throws {
    let folder = try TemporaryFolder()
    let plain = try Checkpoint(path: Fixtures.path("names/plain.pth"))
    let tensors = try plain.keys.enumerated().flatMap { place, key in
      let tensor = try plain.tensor(key)
      let twice = Tensor(generated: tensor.shape) { 2 * tensor[$0] }
      let name = isList ? "ema.\(place)" : "model_ema.\(key.replacing(".", with: ""))"
      return [("model.\(key)", tensor), (name, twice)]
    }
    let path = folder.file("averages.safetensors")
    try SafetensorsWriter(tensors: tensors, type: .float32, metadata: [:]).write(to: path)
    let network = try Network(NetworkSpec(file: path))
    let kernels = try plain.keys.count { try plain.tensor($0).shape.rank > 1 }
    #expect(
      network.weightsChoice?.notes == [
        "the file also keeps averages of weights under names that are not the network's, which are not "
          + "taken: \(isList ? "ema" : "model_ema") (\(kernels))"
      ])
    try compare(network, with: "plain.pth")
  }

  /// What an optimizer keeps of each parameter is no network, whatever stands first in the alphabet.
  @Test(arguments: ["exp_avg.", "exp_avg_sq.", "optimizer_state.", "momentum_buffer.", "grads."])
  func optimizersAreNotTaken(_ prefix: String) throws {
    let folder = try TemporaryFolder()
    let plain = try Checkpoint(path: Fixtures.path("names/plain.pth"))
    let tensors = try plain.keys.flatMap { key in
      let tensor = try plain.tensor(key)
      return [(prefix + key, Tensor(zeros: tensor.shape)), ("the.network." + key, tensor)]
    }
    let path = folder.file("state.safetensors")
    try SafetensorsWriter(tensors: tensors, type: .float32, metadata: [:]).write(to: path)
    let network = try Network(NetworkSpec(file: path))
    #expect(network.weightsChoice?.chosen == "the.network")
    #expect(network.weightsChoice?.notes == [])
    try compare(network, with: "plain.pth")
  }

  /// Everything beside the network that is a number and is not of its training is listed.
  @Test func tensorsBesideTheNetworkAreListed() throws {
    let folder = try TemporaryFolder()
    let plain = try Checkpoint(path: Fixtures.path("names/plain.pth"))
    let tensors = try plain.keys.map { ("model.\($0)", try plain.tensor($0)) }
    let extra: [(String, Shape)] = [
      ("gamma", [3]), ("lora.layer1.A", [4, 8]), ("optimizer.state.0.exp_avg", [3]),
      ("prompt", [1, 3, 8, 8]), ("queue", [4, 4]), ("temperature", [1]), ("ema_fc_weight", [3]),
    ]
    let path = folder.file("beside.safetensors")
    try SafetensorsWriter(
      tensors: tensors + extra.map { ($0.0, Tensor(zeros: $0.1)) }, type: .float32, metadata: [:]
    ).write(to: path)
    let network = try Network(NetworkSpec(file: path))
    #expect(
      network.weightsChoice?.notes == [
        "left out 4 tensors that \(network.id) does not have: gamma, lora.layer1.A, prompt, "
          + "temperature"
      ])
    #expect(TrainingTensors.holds("best_acc1", []) && !TrainingTensors.holds("temperature", []))
  }

  /// How many models PyTorch's average is of is none of its parameters, whatever its names stand behind.
  @Test func countsOfAverages() throws {
    let folder = try TemporaryFolder()
    let path = try Self.plain(with: ["n_averaged": []], at: folder.file("swa.safetensors"))
    #expect(try Network(NetworkSpec(file: path)).weightsChoice?.notes == [])
  }

  /// A variance that has no root is refused before it makes NaN of everything, by `inspect` too; one that a
  /// norm's own constant lifts above zero is not.
  @Test func variancesBelowZero() throws {
    let folder = try TemporaryFolder()
    let plain = try Checkpoint(path: Fixtures.path("names/plain.pth"))
    func write(_ variance: Float) throws -> String {
      let tensors = try plain.keys.map { key -> (String, Tensor) in
        let tensor = try plain.tensor(key)
        guard key == "bn1.running_var" else { return (key, tensor) }
        return (key, Tensor(generated: tensor.shape) { _ in variance })
      }
      let path = folder.file("variance\(variance).safetensors")
      try SafetensorsWriter(tensors: tensors, type: .float32, metadata: [:]).write(to: path)
      return path
    }
    let path = try write(-0.5)
    let error = CheckpointError.negativeVariance(path: path, key: "bn1.running_var", lowest: -0.5)
    #expect(throws: error) { try Network(NetworkSpec(file: path)) }
    let inspection = try CheckpointInspection(path: path)
    #expect(try inspection.problems(inspection.names.map(inspection.tensor)) == [error])
    // In the precision of the network the sum is zero.
    let edge = try write(-1e-5)
    #expect(
      throws: CheckpointError.negativeVariance(path: edge, key: "bn1.running_var", lowest: -1e-5)
    ) { try Network(NetworkSpec(file: edge)) }
    let lifted = try write(-0x1p-20)
    _ = try Network(NetworkSpec(file: lifted))
    let sound = try CheckpointInspection(path: lifted)
    #expect(try sound.problems(sound.names.map(sound.tensor)).isEmpty)
  }

  /// Layers that PEFT has wrapped, and what it keeps beside them, are called that.
  @Test(arguments: [
    ("layer1.0.conv1.weight", "layer1.0.conv1.base_layer.weight"),
    ("conv1.weight", "conv1.base_layer.weight"), ("fc.weight", "fc.modules_to_save.default.weight"),
  ])
  func adaptersAreToBeMerged(_ key: String, name: String) throws {
    let folder = try TemporaryFolder()
    let plain = try Checkpoint(path: Fixtures.path("names/plain.pth"))
    let tensors = try plain.keys.map { ($0 == key ? name : $0, try plain.tensor($0)) }
    let path = folder.file("adapters.safetensors")
    try SafetensorsWriter(tensors: tensors, type: .float32, metadata: [:]).write(to: path)
    let error = #expect(throws: CheckpointError.self) { try Network(NetworkSpec(file: path)) }
    #expect(
      try #require(error).explanation
        == "\(path) cannot be opened: it holds adapters of PEFT (LoRA), such as \(name), which are not added to "
        + "the weights: call merge_and_unload() on the model, and save its state_dict()")
  }

  /// An ending is enough where no whole part is called so, and a dot behind it says nothing.
  @Test(arguments: [
    ("ema", "model_ema."), ("model_ema.", "model_ema."), ("el", "model."), ("model", "model."),
    ("model.", "model."), ("der", "net.encoder."), ("t.encoder", "net.encoder."),
  ])
  func endingsOfPaths(_ key: String, expected: String) throws {
    let file = try Checkpoint(path: Fixtures.path("names/plain.pth"))
    #expect(try file.chosen(["model.", "net.encoder.", "model_ema."], by: key) == [expected])
    for averaged in ["ema_state_dict.", "state_dict.ema_model.module."] {
      #expect(try file.chosen(["state_dict.", averaged], by: "ema") == [averaged])
    }
    #expect(
      throws: CheckpointError.ambiguousWeights(
        path: file.path, key: "ema", found: ["net_ema", "model_ema"])
    ) { try file.chosen(["net_ema.", "model_ema."], by: "ema") }
    #expect(
      throws: CheckpointError.noWeights(path: file.path, key: "mode", available: ["model"])
    ) { try file.chosen(["model."], by: "mode") }
  }
}
