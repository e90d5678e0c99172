// Tensors that would have the name of another one, and tensors without numbers.

import TestSupport
import Testing

@testable import ERFEngine

extension NamedCheckpointTests {
  private static func shapes(_ name: String) throws -> [String: Shape] {
    let file = try Checkpoint(path: Fixtures.path("names/\(name)"))
    return Dictionary(uniqueKeysWithValues: file.entries.map { ($0.key, $0.value.shape) })
  }

  // MARK: Names that two would have

  /// Beside a parameter of a name another one is not called so too, whichever library named it.
  @Test(arguments: [
    ("plain.pth", "layer2.0.shortcut.0.weight", "layer2.0.downsample.0.weight"),
    ("sequential.pth", "4.0.conv1.weight", "layer1.0.conv1.weight"),
    ("timm-lite.safetensors", "conv_stem.weight", "_conv_stem.weight"),
    ("plain.pth", "_orig_mod.conv1.weight", "conv1.weight"),
  ])
  func namesThatAreTaken(_ file: String, other: String, name: String) throws {
    var shapes = try Self.shapes(file)
    shapes[other] = [1]
    shapes[name] = [2]
    let dictionary = WeightDictionary(prefix: "", shapes: shapes)
    #expect(dictionary.shapes.count == shapes.count)
    #expect(dictionary[other] == Shape([1]) && dictionary.fullName(other) == other)
    #expect(dictionary[name] == Shape([2]) && dictionary.fullName(name) == name)
  }

  /// Of two that would have a name which the file does not have the first takes it.
  @Test func namesThatTwoWouldTake() {
    let dictionary = WeightDictionary(
      prefix: "",
      shapes: ["a._orig_mod.b": [1], "_orig_mod.a.b": [2], "c": [3], "_fsdp_wrapped_module.c": [4]])
    #expect(
      dictionary.shapes == [
        "a.b": [2], "a._orig_mod.b": [1], "c": [3], "_fsdp_wrapped_module.c": [4],
      ])
    #expect(dictionary.fullName("a.b") == "_orig_mod.a.b")
  }

  /// It is named, and what is left out on request is always the same one.
  @Test func twinsAreRefused() throws {
    let folder = try TemporaryFolder()
    let twin = "layer2.0.shortcut.0.weight"
    var spec = NetworkSpec(file: try Self.plain(with: [twin: [4, 2, 1, 1]], at: folder.file("t")))
    let error = #expect(throws: CheckpointError.self) { try Network(spec) }
    #expect(try #require(error).explanation.contains(": holds \(twin) besides: "))
    spec.ignoresExtra = true
    let (network, plain) = (try Network(spec), try Network(Self.spec("plain.pth")))
    #expect(network.weightsHash == plain.weightsHash)
    #expect(try #require(network.weightsChoice).notes.first?.hasSuffix(": \(twin)") == true)
  }

  /// Where another tensor has the name of a parameter, or lies where the network has no parameters, it is said that
  /// the file's own network is not this one.
  @Test(
    arguments: [
      ("sequential.pth", "conv1.weight", "0.weight", "called like parameters of"),
      ("plain.pth", "_orig_mod.conv1.weight", nil, "called like parameters of"),
      ("plain.pth", "module.conv1.weight", nil, "called like parameters of"),
      ("plain.pth", "maxpool.filt", nil, "within layers of"),
      ("plain.pth", "avgpool.p", nil, "within layers of"),
      ("plain.pth", "queue", nil, nil), ("plain.pth", "projector.0.weight", nil, nil),
      ("plain.pth", "ema.conv1.weight", nil, nil),
    ] as [(String, String, String?, String?)])
  func straysAreSaidToDiffer(
    _ name: String, stray: String, leftOut: String?, words: String?
  ) throws {
    let folder = try TemporaryFolder()
    let plain = try Checkpoint(path: Fixtures.path("names/\(name)"))
    var tensors = try plain.keys.map { ($0, try plain.tensor($0)) }
    tensors.append((stray, Tensor(generated: [2, 3, 7, 7]) { Float($0) }))
    let path = folder.file("stray.safetensors")
    try SafetensorsWriter(tensors: tensors, type: .float32, metadata: [:]).write(to: path)
    var spec = NetworkSpec(file: path)
    spec.ignoresExtra = true
    let all = try #require(try Network(spec).weightsChoice).notes
    let notes = all.filter { $0.contains("of these") }
    #expect(notes.count == (words == nil ? 0 : 1), "\(notes)")
    #expect(
      notes.allSatisfy {
        $0.hasPrefix("of these, \(leftOut ?? stray) ") && $0.contains(words ?? "")
          && ["compute something else", "computes something else"].contains(where: $0.hasSuffix)
      }, "\(notes)")
  }

  /// A name that cannot be seen is shown all the same.
  @Test func emptyNamesAreShown() throws {
    let folder = try TemporaryFolder()
    var spec = NetworkSpec(file: try Self.plain(with: ["": [3]], at: folder.file("empty")))
    let error = #expect(throws: CheckpointError.self) { try Network(spec) }
    #expect(try #require(error).explanation.contains(": holds '' besides: "))
    spec.ignoresExtra = true
    let notes = try #require(try Network(spec).weightsChoice).notes
    #expect(notes.count == 1 && notes[0].hasSuffix(" does not have: ''"), "\(notes)")
    #expect(WeightsMismatch.listed(["", " ", "a"]) == "'', ' ', a")
  }

  // MARK: Tensors without numbers

  private func write(_ object: Pickled, in folder: TemporaryFolder) throws -> String {
    try folder.write(object.file, to: "object.pth")
  }

  private static func meta(_ extents: [Int]) -> Pickled {
    let size = Pickled.tuple(extents.map { .int($0) })
    return .rebuilt("_rebuild_meta_tensor_no_storage", [.none, size, size, false])
  }

  /// What has no numbers takes no memory, however large it says it is.
  @Test func tensorsWithoutNumbersBesideWeights() throws {
    let folder = try TemporaryFolder()
    let path = try write(
      [
        "state_dict": try .state(of: Checkpoint(path: Fixtures.path("names/plain.pth"))),
        "x": Self.meta([1 << 20, 1 << 20]), "y": Self.meta([1 << 30, 1 << 30, 1 << 30]),
        "mask": .expanded(Tensor(zeros: [1]), [1000, 1000]),
      ], in: folder)
    let network = try Network(NetworkSpec(file: path))
    #expect(network.weightsChoice?.notes == [])
    try compare(network, with: "plain.pth")
    let inspection = try CheckpointInspection(path: path)
    let tensors = try inspection.tensors().suffix(3)
    #expect(tensors.map(\.name) == ["state_dict.layer4.0.downsample.1.weight", "x", "y"])
    #expect(tensors.map(\.shape).suffix(2) == [[1 << 20, 1 << 20], []])
    #expect(try inspection.tensor("mask").type == "expanded")
    #expect(try inspection.tensor("mask").shape == [1000, 1000])
  }

  /// As of a model that was made on the device `meta` and never loaded.
  @Test func networksWithoutNumbers() throws {
    let folder = try TemporaryFolder()
    let network = try ModelCatalogue.architecture("resnet-18").blueprint()
    let pairs = ParameterInventory(network).entries.map { key, slot -> (Pickled, Pickled) in
      (Pickled.text(key), Self.meta(slot.shape.extents))
    }
    let path = try write(.dictionary(pairs), in: folder)
    #expect(throws: CheckpointError.wrongType(path: path, key: "bn1.bias", found: "meta")) {
      try Network(NetworkSpec(file: path))
    }
  }

  /// A weight that repeats a number more often than a file of its size may is refused by what it is.
  @Test func expandedWeights() throws {
    let folder = try TemporaryFolder()
    let plain = try Checkpoint(path: Fixtures.path("names/plain.pth"))
    let pairs = try plain.keys.map { key -> (Pickled, Pickled) in
      guard key == "conv1.weight" else { return (.text(key), .tensor(try plain.tensor(key))) }
      return (.text(key), .expanded(Tensor(zeros: [1]), [2, 3, 200, 200]))
    }
    let path = try write(.dictionary(pairs), in: folder)
    let error = #expect(throws: CheckpointError.self) { try Network(NetworkSpec(file: path)) }
    #expect(
      try #require(error).explanation
        == "\(path): conv1.weight is an expanded tensor of more than 65536 elements, which is not "
        + "read: save its contiguous()")
  }

  /// `torch.ao.quantization.quantize_dynamic` leaves all but the linear layers as they are.
  @Test func quantisedClassifiers() throws {
    let folder = try TemporaryFolder()
    let plain = try Checkpoint(path: Fixtures.path("names/plain.pth"))
    var pairs = try plain.keys.filter { !$0.hasPrefix("fc.") }.map { key -> (Pickled, Pickled) in
      (.text(key), .tensor(try plain.tensor(key)))
    }
    let packed: [Pickled] = [
      .rebuilt("_rebuild_qtensor", [.none, 0, .tuple([10, 16])]), .tensor(Tensor(zeros: [10])),
    ]
    pairs.append(("fc._packed_params._packed_params", .tuple(packed)))
    let path = try write(.dictionary(pairs), in: folder)
    let error = #expect(throws: CheckpointError.self) { try Network(NetworkSpec(file: path)) }
    let line = try #require(error).explanation
    #expect(line.contains(": lacks fc.bias, fc.weight; holds "), "\(line)")
    #expect(
      line.contains(
        " (fc._packed_params._packed_params.0 is a quantised tensor, whose numbers are not read: "
          + "save the network unquantised): "), "\(line)")
  }

  /// PyTorch has no limit of axes, so that a file with more of them than are read is sound.
  @Test func manyAxes() throws {
    let folder = try TemporaryFolder()
    let path = try write(
      ["w": .tensor(Tensor(zeros: Shape([Int](repeating: 1, count: 65))))], in: folder)
    let reason = "a tensor in it has more than 64 axes"
    #expect(throws: CheckpointError.unsupported(path: path, reason: reason)) {
      try Checkpoint(path: path)
    }
  }
}
