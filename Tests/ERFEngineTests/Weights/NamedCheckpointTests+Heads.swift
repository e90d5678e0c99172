// Classifiers of other names and sizes than those of the network that is asked for.

import TestSupport
import Testing

@testable import ERFEngine

extension NamedCheckpointTests {
  private static let thousand = "resnet:block=basic:layers=1,1,1,1:width=2:classes=1000"

  /// The plain network with a classifier of these parameters, and no other.
  private func headed(
    _ head: [String: Shape], in folder: TemporaryFolder, asThousand: Bool = true
  ) throws -> NetworkSpec {
    let plain = try Checkpoint(path: Fixtures.path("names/plain.pth"))
    let body = try plain.keys.filter { !$0.hasPrefix("fc.") }.map { ($0, try plain.tensor($0)) }
    let more = head.sorted { $0.key < $1.key }.map { ($0.key, Tensor(zeros: $0.value)) }
    let path = folder.file("headed.safetensors")
    try SafetensorsWriter(tensors: body + more, type: .float32, metadata: [:]).write(to: path)
    var spec = NetworkSpec(file: path)
    if asThousand { spec.source = .catalogue(Self.thousand) }
    return spec
  }

  /// Of another number of classes than the model that is named, whatever the file calls it.
  @Test(arguments: [
    "fc", "fc.0", "fc.1", "head", "head.fc", "head.1", "last_linear", "linear", "classifier",
    "classifier.1", "logits", "output", "_fc", "my_head",
  ])
  func otherClassesUnderOtherNames(_ name: String) throws {
    let folder = try TemporaryFolder()
    var spec = try headed(["\(name).weight": [10, 16], "\(name).bias": [10]], in: folder)
    #expect(throws: CheckpointError.self) { try Network(spec) }
    spec.allowsMissingHead = true
    let network = try Network(spec)
    #expect(!network.taps.contains("logits"))
    let which =
      name == "my_head"
      ? "that \(Self.thousand) does not have" : "of a classifier that does not fit \(Self.thousand)"
    #expect(
      network.weightsChoice?.notes == [
        "left out 2 tensors \(which): \(name).bias, \(name).weight"
      ])
    try compare(network, with: "plain.pth")
  }

  /// What has one of the classifier's names itself is not replaced by a layer of another name.
  @Test func partsOfTheClassifierStay() throws {
    let folder = try TemporaryFolder()
    let spec = try headed(
      ["classifier.weight": [10, 16], "classifier.bias": [10], "fc.bias": [10]], in: folder,
      asThousand: false)
    let error = #expect(throws: CheckpointError.self) { try Network(spec) }
    let line = try #require(error).explanation
    #expect(line.contains("lacks fc.weight"), "\(line)")
    #expect(line.contains("holds classifier.bias, classifier.weight besides"), "\(line)")
  }

  /// Whoever needs classes is not told of other layers, also where the classifier was allowed to be missing.
  @Test func classesNeedAClassifier() throws {
    let folder = try TemporaryFolder()
    var spec = try headed([:], in: folder)
    spec.allowsMissingHead = true
    let opened = try OpenedNetwork(spec)
    try opened.requireClassifier()
    let failure = Classifier.Failure.noClassifier(model: Self.thousand, notes: [])
    #expect(throws: failure) { try opened.requireClasses() }
    #expect(throws: failure) { try CueConflictBenchmark.opened(spec) }
    try OpenedNetwork(Self.spec("plain.pth", headless: true)).requireClasses()
  }

  /// All that a classifier of another size is made of is listed.
  @Test(
    arguments: [
      ["weight_orig": [10, 16], "weight_mask": [10, 16], "bias": [10]],
      [
        "parametrizations.weight.original0": [10, 1],
        "parametrizations.weight.original1": [10, 16],
        "bias": [10],
      ],
      ["weight_g": [10, 1], "weight_v": [10, 16], "bias": [10]],
    ] as [[String: Shape]])
  func allOfAClassifierIsListed(_ parts: [String: Shape]) throws {
    let folder = try TemporaryFolder()
    for name in ["fc", "head"] {
      let head = Dictionary(uniqueKeysWithValues: parts.map { ("\(name).\($0.key)", $0.value) })
      var spec = try headed(head, in: folder)
      spec.allowsMissingHead = true
      let notes = try #require(try Network(spec).weightsChoice).notes
      let listed = head.keys.sorted().joined(separator: ", ")
      #expect(
        notes == [
          "left out 3 tensors of a classifier that does not fit \(Self.thousand): \(listed)"
        ])
    }
  }

  /// A dropout stands before the last layer of many a classifier; what more there is is not known.
  @Test(arguments: [
    ("fc.0", 0), ("fc.1", 0), ("fc.2", 2), ("classifier.3", 3), ("fc.0.1", 0), ("fc.1.1", 2),
  ])
  func modulesWithinAClassifier(_ name: String, hidden: Int) throws {
    let folder = try TemporaryFolder()
    let spec = try headed(
      ["\(name).weight": [7, 16], "\(name).bias": [7]], in: folder, asThousand: false)
    let notes = try #require(try Network(spec).weightsChoice).notes
    #expect(notes.count == (hidden == 0 ? 0 : 1), "\(notes)")
    let start = "\(hidden) modules between the network and its classifier have no parameters, "
    #expect(notes.allSatisfy { $0.hasPrefix(start) }, "\(notes)")
  }

  /// Neither is one of several layers in modules of their own.
  @Test func nestedLayersAreNotTakenInParts() throws {
    let folder = try TemporaryFolder()
    let spec = try headed(
      [
        "fc.0.3.weight": [16, 16], "fc.0.3.bias": [16], "fc.1.1.weight": [7, 16],
        "fc.1.1.bias": [7],
      ], in: folder, asThousand: false)
    #expect(throws: CheckpointError.self) { try Network(spec) }
  }

  /// The plain network behind `body`, and its classifier's parameters behind `head`.
  private func split(
    _ body: String, _ head: String, in folder: TemporaryFolder, inputs: Int = 16
  ) throws -> NetworkSpec {
    let plain = try Checkpoint(path: Fixtures.path("names/plain.pth"))
    let tensors = try plain.keys.map { key -> (String, Tensor) in
      let tensor = try plain.tensor(key)
      guard key.hasPrefix("fc.") else { return (body + key, tensor) }
      let isOther = key == "fc.weight" && inputs != 16
      return (head + key.dropFirst(3), isOther ? Tensor(zeros: [7, inputs]) : tensor)
    }
    let path = folder.file("split.safetensors")
    try SafetensorsWriter(tensors: tensors, type: .float32, metadata: [:]).write(to: path)
    return NetworkSpec(file: path)
  }

  /// Beside a backbone, as mmpretrain and many others have it, whatever stands before both.
  @Test(
    arguments: ["head.fc.", "head.", "fc.", "fc.1.", "classifier.", "last_linear."],
    ["", "state_dict.", "state_dict.module."])
  func classifiersBesideBackbones(_ head: String, prefix: String) throws {
    let folder = try TemporaryFolder()
    let plain = try Network(Self.spec("plain.pth"))
    for body in ["backbone.", "encoder._orig_mod.", "net.backbone."] {
      let network = try Network(split(prefix + body, prefix + head, in: folder))
      #expect(network.id == plain.id && network.weightsHash == plain.weightsHash)
      #expect(network.taps.contains("logits") && network.weightsChoice?.lacksClassifier == false)
      #expect(network.weightsChoice?.chosen.hasPrefix(prefix) == true)
      try compare(network, with: "plain.pth")
    }
  }

  /// Of other inputs than the backbone's features it is told which, and left out where that is asked for.
  @Test func otherLayersBesideBackbones() throws {
    let folder = try TemporaryFolder()
    var spec = try split("backbone.", "head.fc.", in: folder, inputs: 9)
    let error = try #require(#expect(throws: CheckpointError.self) { try Network(spec) })
    #expect(error.explanation.contains("head.fc.weight should be "), "\(error.explanation)")
    spec.allowsMissingHead = true
    let network = try Network(spec)
    #expect(!network.taps.contains("logits"))
    try compare(network, with: "plain.pth")
  }

  /// The plain network without the bias of its classifier.
  private func unbiased(
    _ name: String, with extra: [String: Shape] = [:], in folder: TemporaryFolder
  ) throws -> NetworkSpec {
    let plain = try Checkpoint(path: Fixtures.path("names/plain.pth"))
    let tensors = try plain.keys.filter { $0 != "fc.bias" }.map { ($0, try plain.tensor($0)) }
    let more = extra.map { ($0.key, Tensor(zeros: $0.value)) }
    let path = folder.file(name)
    try SafetensorsWriter(tensors: tensors + more, type: .float32, metadata: [:]).write(to: path)
    return NetworkSpec(file: path)
  }

  /// The bias of a linear layer without one is zero, and that is said.
  @Test func classifiersWithoutABias() throws {
    let folder = try TemporaryFolder()
    var spec = try unbiased("unbiased.safetensors", in: folder)
    let input = try golden.tensor("input").channelsLast()
    let biased = try golden.tensor("plain.pth/logits").elements
    let bias = try Checkpoint(path: Fixtures.path("names/plain.pth")).tensor("fc.bias").elements
    for isHeadless in [false, true] {
      spec.allowsMissingHead = isHeadless
      let network = try Network(spec)
      #expect(
        network.weightsChoice?.notes == [
          "the file has no fc.bias: the classifier's bias is taken as zero"
        ])
      let logits = try network.features(input, tap: "logits").elements
      #expect(logits.count == bias.count)
      #expect(Self.difference(logits, zip(biased, bias).map { $0 - $1 }) < 1e-4)
    }
  }

  /// A bias that lies in another file, or that is kept in a way that is not known, is not zero; nor is that of a
  /// classifier for another number of classes.
  @Test func biasesThatAreElsewhere() throws {
    let folder = try TemporaryFolder()
    var all = [
      try unbiased("model-00001-of-00002.safetensors", in: folder),
      try unbiased("kept.safetensors", with: ["fc.bias_orig": [7]], in: folder),
      try unbiased("other.safetensors", in: folder),
    ]
    all[2].source = .catalogue(Self.thousand)
    for spec in all {
      #expect(throws: CheckpointError.self, "\(spec.model)") {
        _ = try Network(spec)
      }
    }
  }

  /// Of tensors without elements, which tell no network, the first is named.
  @Test func classifiersOfNoClasses() throws {
    let folder = try TemporaryFolder()
    for (head, words) in [
      (["fc.weight": [0, 16], "fc.bias": [7]], "fc.weight (0x16) is empty"),
      (["fc.weight": [0, 16], "fc.bias": [0]], "fc.bias (0) and 1 more are empty"),
    ] as [([String: Shape], String)] {
      let spec = try headed(head, in: folder, asThousand: false)
      let error = try #require(#expect(throws: CheckpointError.self) { try Network(spec) })
      let advice = "save the network with all of its weights"
      #expect(error.explanation == "\(spec.model) cannot be opened: \(words): \(advice)")
    }
  }

  /// A classifier that only code makes is refused with its cause, and left out where that is asked for.
  @Test func classifiersThatOnlyCodeMakes() throws {
    let part = "fc.parametrizations.weight.original"
    let folder = try TemporaryFolder()
    var spec = try headed([part: [7, 16], "fc.bias": [7]], in: folder, asThousand: false)
    let error = try #require(#expect(throws: CheckpointError.self) { try Network(spec) })
    #expect(
      error.explanation.contains(
        " (only code makes fc.weight of \(part): call "
          + "torch.nn.utils.parametrize.remove_parametrizations, and save it again): it opens "
          + "without its classifier"), "\(error.explanation)")
    spec.allowsMissingHead = true
    try compare(try Network(spec), with: "plain.pth")
  }
}
