// Names, heads, inputs and strides as people's files have them: files of make_wild_names.py, with what
// PyTorch computes.

import Foundation
import TestSupport
import Testing

@testable import ERFEngine

@Suite struct NamedCheckpointTests {
  let golden: Safetensors

  init() throws { golden = try Safetensors(path: Fixtures.path("names/golden.safetensors")) }

  static func spec(
    _ name: String, key: String? = nil, headless: Bool = false, ignoringExtra: Bool = false
  ) -> NetworkSpec {
    var spec = NetworkSpec(file: Fixtures.path("names/\(name)"))
    spec.weightsKey = key
    spec.allowsMissingHead = headless
    spec.ignoresExtra = ignoringExtra
    return spec
  }

  /// Compares what there is of features, logits and map with PyTorch's `name`.
  func compare(
    _ network: Network, with name: String, in other: Safetensors? = nil,
    sourceLocation: SourceLocation = #_sourceLocation
  ) throws {
    let golden = other ?? golden
    let input = try golden.tensor("input").channelsLast()
    let features = try network.features(input, tap: nil)
    let expected = try golden.tensor("\(name)/features").channelsLast()
    #expect(features.shape == expected.shape, sourceLocation: sourceLocation)
    #expect(
      Self.difference(features.elements, expected.elements) < 1e-5, sourceLocation: sourceLocation)
    if golden.keys.contains("\(name)/logits"), network.taps.contains("logits") {
      let logits = try network.features(input, tap: "logits")
      let logitsThere = try golden.tensor("\(name)/logits").elements
      #expect(Self.difference(logits.elements, logitsThere) < 1e-5, sourceLocation: sourceLocation)
    }
    guard golden.keys.contains("\(name)/erf") else { return }
    let activations = try network.program.forward(
      input, to: network.tap(nil).value, workers: Workers())
    let unit = Unit(row: features.shape.height / 2, column: features.shape.width / 2)
    let gradient = try activations.inputGradient(
      of: activations.seed(at: [unit]), workers: Workers())
    var map = ERFMap(height: input.shape.height, width: input.shape.width)
    map.accumulate(gradient: gradient)
    let values = try golden.tensor("\(name)/erf").elements.map { Double($0) }
    #expect(relativeError(map.values, values) < 1e-4, sourceLocation: sourceLocation)
  }

  static func difference(_ found: [Float], _ expected: [Float]) -> Double {
    relativeError(found.map { Double($0) }, expected.map { Double($0) })
  }

  // MARK: Names

  @Test(arguments: [
    "compiled.pth", "sequential.pth", "head-fc.1.pth", "head-last_linear.pth",
    "head-classifier.pth", "head-head.fc.pth", "shards/model.safetensors.index.json", "shards",
  ])
  func otherNames(_ name: String) throws {
    let plain = try Network(Self.spec("plain.pth"))
    let network = try Network(Self.spec(name))
    #expect(network.id == plain.id && network.weightsHash == plain.weightsHash)
    try compare(network, with: "plain.pth")
  }

  /// An index that names its own folder, no file, another index or a folder beside it: refused, rather
  /// than followed for ever.
  @Test(arguments: ["", ".", "..", "inner", "other.index.json", "/etc/passwd"])
  func indicesThatNameNoFile(_ name: String) throws {
    let folder = try TemporaryFolder()
    for place in ["m.safetensors.index.json", "other.index.json"] {
      _ = try folder.write(Array("{\"weight_map\": {\"w\": \"\(name)\"}}".utf8), to: place)
    }
    try FileManager.default.createSymbolicLink(
      atPath: folder.file("inner"), withDestinationPath: folder.path)
    #expect(throws: (any Error).self) {
      try Checkpoint(path: folder.file("m.safetensors.index.json"))
    }
  }

  @Test(arguments: ["pruned.pth", "cifar18.pth", "grey.pth", "four.pth"])
  func otherWeights(_ name: String) throws {
    try compare(try Network(Self.spec(name)), with: name)
  }

  /// What PyTorch makes of lengths and directions, of singular values, and of masks, also in a classifier of
  /// another name; `inspect` says that it opens.
  @Test(arguments: [
    "weight-norm.pth", "weight-norm-axis.pth", "weight-norm-whole.pth",
    "weight-norm-parametrized.pth", "spectral-norm.pth", "spectral-norm-parametrized.pth",
    "head-pruned.pth",
  ])
  func weightsMadeOfOthers(_ name: String) throws {
    let network = try Network(Self.spec(name))
    #expect(network.taps.contains("logits") && network.weightsChoice?.notes == [])
    try compare(network, with: name == "head-pruned.pth" ? "pruned.pth" : name)
    let file = try CheckpointInspection(path: Fixtures.path("names/\(name)"))
    guard case .opens? = try file.opening(try file.tensors()) else {
      Issue.record("\(try file.opening(try file.tensors()))")
      return
    }
  }

  /// Luminance of the picture, normalised by the mean of ImageNet's means and of its deviations: that of
  /// the normalised colours would be another one, since their deviations differ.
  @Test func greyPicturesAreNormalisedOnce() throws {
    let image = BuiltInImages.image(at: 0)
    let size = InputSize(height: image.height, width: image.width)
    let input = try Network(Self.spec("grey.pth")).preprocessing.tensor(image, size: size)
    for place in [0, 777, size.height * size.width - 1] {
      let pixel = image.pixels[place * 3..<place * 3 + 3].map { Float($0) }
      let luminance = 0.299 * pixel[0] + 0.587 * pixel[1] + 0.114 * pixel[2]
      for channel in 0..<3 {
        #expect(abs(input[place * 3 + channel] - (luminance / 255 - 0.449) / 0.226) < 1e-5)
      }
    }
    let four = try Network(Self.spec("four.pth")).preprocessing
    #expect(four == .imageNet)
  }

  @Test func otherInputsAreSaid() throws {
    let grey = try #require(try Network(Self.spec("grey.pth")).weightsChoice).notes
    #expect(grey.contains { $0.contains("luminance") })
    let four = try #require(try Network(Self.spec("four.pth")).weightsChoice).notes
    #expect(four.contains { $0.contains("fourth channel") })
  }

  @Test func stemOfCIFAR() throws {
    let network = try Network(Self.spec("cifar18.pth"))
    #expect(network.id == "resnet:block=basic:stem=3:layers=2,2,2,2:width=2:classes=10")
    let size = InputSize(height: 32, width: 32)
    #expect(try network.shape(of: network.tap("stage1"), input: size).height == 32)
    #expect(try ModelCatalogue.architecture("resnet18-cifar").id == "resnet18-cifar")
  }

  // MARK: Dictionaries

  @Test(
    arguments: [
      ("dino.pth", nil, "teacher.backbone", true), ("dino.pth", "student", "student", false),
      ("moco.pth", nil, "state_dict.module.encoder_q", true),
      ("moco.pth", "encoder_k", "state_dict.module.encoder_k", false),
      ("moco.pth", "module.encoder_q", "state_dict.module.encoder_q", true),
    ] as [(String, String?, String, Bool)])
  func whichDictionary(_ name: String, key: String?, expected: String, isPlain: Bool) throws {
    let network = try Network(Self.spec(name, key: key, headless: true))
    let choice = try #require(network.weightsChoice)
    #expect(choice.chosen.hasPrefix(expected) && choice.others.count == 1)
    guard isPlain else { return }
    try compare(network, with: "plain.pth")
  }

  @Test func ambiguousKeysAreNamed() throws {
    let path = Fixtures.path("names/dino.pth")
    #expect(
      throws: CheckpointError.ambiguousWeights(
        path: path, key: "backbone", found: ["teacher.backbone", "student.module.backbone"])
    ) { try Network(Self.spec("dino.pth", key: "backbone", headless: true)) }
  }

  // MARK: Heads and extra tensors

  /// The advice works: what a message says would help does.
  /// And what is left out then is listed, the first four of it by name.
  @Test(
    arguments: [
      ("head-mlp.pth", [.withoutHead], 4, "fc.0.bias, fc.0.weight, fc.2.bias, fc.2.weight"),
      ("extra.pth", [.ignoringExtra], 2, "layer1.0.attention.weight, queue"),
      (
        "extra-headless.pth", [.withoutHead, .ignoringExtra], 5,
        "fc.0.bias, fc.0.weight, fc.2.bias, fc.2.weight and 1 more"
      ),
      (
        "moco.pth", [.withoutHead], 4,
        ["0.bias", "0.weight", "2.bias", "2.weight"].map {
          "state_dict.module.encoder_q.fc.\($0)"
        }.joined(separator: ", ")
      ),
    ] as [(String, Set<WeightsMismatch.Remedy>, Int, String)])
  func adviceWorks(
    _ name: String, remedies: Set<WeightsMismatch.Remedy>, count: Int, names: String
  ) throws {
    let error = #expect(throws: CheckpointError.self) { try Network(Self.spec(name)) }
    guard case .mismatch(_, let mismatch)? = error else {
      Issue.record("\(String(describing: error))")
      return
    }
    #expect(mismatch.remedies == remedies)
    let network = try Network(
      Self.spec(
        name, headless: remedies.contains(.withoutHead),
        ignoringExtra: remedies.contains(.ignoringExtra)))
    try compare(network, with: "plain.pth")
    let notes = try #require(network.weightsChoice).notes
    let line = "left out \(count) tensors that \(network.id) does not have: \(names)"
    #expect(notes.contains(line), "\(notes)")
  }

  /// The first of several layers is no classifier, wherever the others stand.
  @Test func headsOfSeveralLayersAreNotTakenInParts() throws {
    let folder = try TemporaryFolder()
    let plain = try Checkpoint(path: Fixtures.path("names/plain.pth"))
    let path = folder.file("layers.safetensors")
    let body = try plain.keys.filter { !$0.hasPrefix("fc.") }.map { ($0, try plain.tensor($0)) }
    let head: [(String, Shape)] = [
      ("fc.0.bias", [8]), ("fc.0.weight", [8, 16]), ("fc.3.bias", [5]), ("fc.3.weight", [5, 8]),
    ]
    try SafetensorsWriter(
      tensors: body + head.map { ($0.0, Tensor(zeros: $0.1)) }, type: .float32, metadata: [:]
    ).write(to: path)
    var spec = NetworkSpec(file: path)
    let error = #expect(throws: CheckpointError.self) { try Network(spec) }
    guard case .mismatch(_, let mismatch)? = error else { return }
    #expect(mismatch.remedies == [.withoutHead])
    spec.ignoresExtra = true
    #expect(throws: CheckpointError.self) { try Network(spec) }
    spec.allowsMissingHead = true
    let network = try Network(spec)
    #expect(!network.taps.contains("logits"))
    try compare(network, with: "plain.pth")
  }

  /// What stands on the network that was taken is listed too by its modules, apart from what counts batches.
  @Test(
    arguments: [
      ("fcn.pth", 14, "aux_classifier (7), classifier (7)"),
      ("dino.pth", 6, "student.module.head (3), teacher.head (3)"),
    ] as [(String, Int, String)])
  func headsBesideTheNetworkAreListed(_ name: String, count: Int, names: String) throws {
    for ignoresExtra in [false, true] {
      let network = try Network(Self.spec(name, headless: true, ignoringExtra: ignoresExtra))
      let notes = network.weightsChoice?.notes ?? []
      let line = "left out \(count) tensors that \(network.id) does not have: \(names)"
      #expect(notes.contains(line), "\(notes)")
    }
  }

  /// Classifiers of ImageNet-22k.
  @Test func manyClasses() throws {
    let folder = try TemporaryFolder()
    let plain = try Checkpoint(path: Fixtures.path("names/plain.pth"))
    let tensors = try plain.keys.map { key -> (String, Tensor) in
      switch key {
      case "fc.weight": (key, Tensor(zeros: [21_841, 16]))
      case "fc.bias": (key, Tensor(zeros: [21_841]))
      default: (key, try plain.tensor(key))
      }
    }
    let path = folder.file("22k.safetensors")
    try SafetensorsWriter(tensors: tensors, type: .float32, metadata: [:]).write(to: path)
    let network = try Network(NetworkSpec(file: path))
    #expect(network.id == "resnet:block=basic:layers=1,1,1,1:width=2:classes=21841")
    let size = InputSize(height: 64, width: 64)
    #expect(try network.shape(of: network.tap("logits"), input: size).channels == 21_841)
  }

  /// Tensors of modules of their own beside a whole network ask for nothing of its classifier.
  @Test func otherModulesBesideAWholeNetwork() throws {
    let folder = try TemporaryFolder()
    var spec = NetworkSpec(
      file: try Self.plain(
        with: ["loss.weight": [7], "projector.0.weight": [3, 3]],
        at: folder.file("extra.safetensors")))
    for isHeadless in [false, true] {
      spec.allowsMissingHead = isHeadless
      let error = #expect(throws: CheckpointError.self) { try Network(spec) }
      guard case .mismatch(_, let mismatch)? = error else { return }
      #expect(mismatch.remedies == [.ignoringExtra])
    }
    spec.allowsMissingHead = false
    spec.ignoresExtra = true
    let network = try Network(spec)
    #expect(network.taps.contains("logits"))
    #expect(network.weightsChoice?.notes.contains { $0.hasPrefix("left out 2 ") } == true)
    try compare(network, with: "plain.pth")
  }

  /// The plain network with further tensors of zeros.
  static func plain(with extra: [String: Shape], at path: String) throws -> String {
    let plain = try Checkpoint(path: Fixtures.path("names/plain.pth"))
    let tensors = try plain.keys.map { ($0, try plain.tensor($0)) }
    let more = extra.sorted { $0.key < $1.key }.map { ($0.key, Tensor(zeros: $0.value)) }
    try SafetensorsWriter(tensors: tensors + more, type: .float32, metadata: [:]).write(to: path)
    return path
  }

  /// The filters of a network with blurs are left out where that is asked for, and it is said that it
  /// is another network without them.
  @Test func tensorsWithinLayersAreNotLeftOutSilently() throws {
    let folder = try TemporaryFolder()
    let path = try Self.plain(
      with: ["layer2.0.aa.filt": [4, 1, 3, 3]], at: folder.file("blurred.safetensors"))
    var spec = NetworkSpec(file: path)
    spec.ignoresExtra = true
    let notes = try #require(try Network(spec).weightsChoice).notes
    #expect(notes.count == 2, "\(notes)")
    #expect(
      notes.last?.hasPrefix("of these, layer2.0.aa.filt lies within layers of ") == true,
      "\(notes)")
  }

  /// The same under another library's names: squeezes of an EfficientNet are none of the Lite's.
  @Test func tensorsWithinLayersOfOtherNamesAreNotLeftOutSilently() throws {
    let folder = try TemporaryFolder()
    let lite = try Checkpoint(path: Fixtures.path("names/timm-lite.safetensors"))
    let path = folder.file("squeezed.safetensors")
    let tensors = try lite.keys.map { ($0, try lite.tensor($0)) }
    let extra = "blocks.0.0.se.conv_reduce.weight"
    try SafetensorsWriter(
      tensors: tensors + [(extra, Tensor(zeros: [2, 8, 1, 1]))], type: .float32, metadata: [:]
    ).write(to: path)
    var spec = NetworkSpec(file: path)
    spec.ignoresExtra = true
    let notes = try #require(try Network(spec).weightsChoice).notes
    #expect(
      notes.contains { $0.hasPrefix("of these, \(extra) lies within layers of ") }, "\(notes)")
  }

  /// A head of another number of classes than the model named.
  @Test func otherClassesForAModel() throws {
    var spec = Self.spec("plain.pth")
    spec.source = .catalogue("resnet:block=basic:layers=1,1,1,1:width=2:classes=1000")
    let error = #expect(throws: CheckpointError.self) { try Network(spec) }
    #expect(try #require(error).explanation.contains("it fits resnet:"))
    spec.allowsMissingHead = true
    let network = try Network(spec)
    #expect(!network.taps.contains("logits"))
    try compare(network, with: "plain.pth")
  }

  // MARK: timm

  @Test func liteUnderTimmsNames() throws {
    let network = try Network(Self.spec("timm-lite.safetensors"))
    #expect(network.id == "efficientnet-lite:width=0.1:depth=1:classes=3")
    try compare(network, with: "timm-lite.safetensors")
  }

  /// Every name and shape of timm's tf_efficientnet_lite0.
  @Test func namesOfTheWholeLite() throws {
    let text = String(
      decoding: try Fixtures.bytes("names/tf_efficientnet_lite0.txt"), as: UTF8.self)
    var shapes: [String: Shape] = [:]
    for line in text.split(separator: "\n") {
      let parts = line.split(separator: " ").map(String.init)
      shapes[parts[0]] = Shape(parts.dropFirst().compactMap { Int($0) })
    }
    let weights = WeightDictionary(prefix: "", shapes: shapes)
    let network = try #require(ModelCatalogue.recognise(weights).first)
    #expect(network.id == "efficientnet-lite0")
    let inventory = ParameterInventory(
      network.blueprint(
        OptionalParameters { key, kind in kind == .head || weights[key] != nil }))
    #expect(inventory.entries.allSatisfy { weights[$0.key] == $0.value.shape })
  }
}
