// Networks whose modules have the numbers of nested `nn.Sequential`s for names.

import TestSupport
import Testing

@testable import ERFEngine

extension NamedCheckpointTests {
  private static let modules = [
    "conv1", "bn1", "layer1", "layer2", "layer3", "layer4", "fc",
  ]

  /// The plain network with its modules at `places`, one for each of `modules`, separated by blanks.
  private func network(
    at places: String, behind prefix: String = "", besides others: [(String, Tensor)] = [],
    headless: Bool = false
  ) throws -> Network {
    let folder = try TemporaryFolder()
    let plain = try Checkpoint(path: Fixtures.path("names/plain.pth"))
    let names = Dictionary(
      uniqueKeysWithValues: zip(Self.modules, places.split(separator: " ").map(String.init)))
    let tensors = try plain.keys.map { key -> (String, Tensor) in
      let module = String(key.prefix { $0 != "." })
      let place = try #require(names[module])
      return ("\(prefix)\(place)\(key.dropFirst(module.count))", try plain.tensor(key))
    }
    let path = folder.file("sequential.safetensors")
    try SafetensorsWriter(tensors: tensors + others, type: .float32, metadata: [:]).write(to: path)
    var spec = NetworkSpec(file: path)
    spec.allowsMissingHead = headless
    return try Network(spec)
  }

  /// What numbers leave open: modules that may be any, and a pooling that leaves no trace.
  private static func doubts(_ places: String) -> [String] {
    let pooling =
      "a max pooling is taken to end module 0, the first convolution's: names and shapes do not show it"
    return switch places {
    case "0 1 4 5 6 7 11":
      [
        "3 modules between the network and its classifier have no parameters, and are taken for pooling, "
          + "flattening or dropout: names do not show which"
      ]
    case "0.conv1 0.bn1 0.layer1 0.layer2 0.layer3 0.layer4 2":
      [
        "1 module between the network and its classifier has no parameters, and is taken for pooling, "
          + "flattening or dropout: names do not show which"
      ]
    // The pooling may be the last module of the stages' own.
    case "0.0.0 0.0.1 0.0.4 0.0.5 0.0.6 0.0.7 3":
      [
        "2 modules between the network and its classifier have no parameters, and are taken for pooling, "
          + "flattening or dropout: names do not show which"
      ]
    case "0.0 0.1 1 2 3 4 7", "0.0.0 0.0.1 0.1 0.2 0.3 0.4 2",
      "f.0.0 f.0.1 f.1 f.2 f.3 f.4 classifier.1":
      [pooling]
    default: []
    }
  }

  /// What stands in front of the network, and has no parameters, may be anything.
  @Test(arguments: ["", "state_dict.model."])
  func networksBehindOtherModules(_ prefix: String) throws {
    let places = "1.conv1 1.bn1 1.layer1 1.layer2 1.layer3 1.layer4 1.fc"
    let line =
      "the network stands behind \(prefix)0, which has no parameters: what that does to pictures is not known, "
      + "and left out"
    let network = try network(at: places, behind: prefix)
    #expect(network.weightsChoice?.notes == [line] && network.weightsChoice?.doubts == [line])
    try compare(network, with: "plain.pth")
  }

  /// Numbers in lists of networks are places; those within what holds a network are modules.
  @Test(
    arguments: [
      ("models.2.", nil), ("nets.1.", nil), ("state_dict.models.2.", nil),
      ("1.", "0"), ("module.1.", "module.0"), ("body.1.", "body.0"), ("layers.1.", "layers.0"),
      ("0.1.", "0.0"), ("models.2.1.", "models.2.0"),
    ] as [(String, String?)])
  func listsOfNetworks(_ prefix: String, before: String?) throws {
    let network = try network(at: Self.modules.joined(separator: " "), behind: prefix)
    let notes = try #require(network.weightsChoice).notes
    #expect(notes.count == (before == nil ? 0 : 1), "\(notes)")
    let start = "the network stands behind \(before ?? ""), which has no parameters"
    #expect(notes.allSatisfy { $0.hasPrefix(start) }, "\(notes)")
  }

  /// The same network, and the same numbers, wherever its modules stand.
  @Test(
    arguments: [
      // Behind layers without parameters, such as Flatten and Dropout.
      "0 1 4 5 6 7 11",
      // A stem of its own, with its pooling or beside it.
      "0.0 0.1 1 2 3 4 7", "0.0 0.1 2 3 4 5 8",
      // A trunk beside its classifier.
      "0.0 0.1 0.4 0.5 0.6 0.7 1", "0.0 0.1 0.4 0.5 0.6 0.7 2", "0.0 0.1 0.4 0.5 0.6 0.7 1.1",
      "0.0.0 0.0.1 0.1 0.2 0.3 0.4 2", "0.0.0 0.0.1 0.0.4 0.0.5 0.0.6 0.0.7 3",
      "0.conv1 0.bn1 0.layer1 0.layer2 0.layer3 0.layer4 1",
      "0.conv1 0.bn1 0.layer1 0.layer2 0.layer3 0.layer4 2",
      "features.0 features.1 features.4 features.5 features.6 features.7 fc",
      "f.0.0 f.0.1 f.1 f.2 f.3 f.4 classifier.1", "f.0.0 f.0.1 f.0.4 f.0.5 f.0.6 f.0.7 head",
    ], ["", "state_dict.model."])
  func nestedSequentials(_ places: String, prefix: String) throws {
    let plain = try Network(Self.spec("plain.pth"))
    let network = try network(at: places, behind: prefix)
    #expect(network.id == plain.id && network.weightsHash == plain.weightsHash)
    #expect(network.weightsChoice?.notes == Self.doubts(places))
    #expect(network.taps.contains("logits"))
    try compare(network, with: "plain.pth")
  }

  /// A stem without its pooling, or with more than a ReLU and that, modules between stages, and stages that are
  /// not told apart: refused.
  @Test(arguments: [
    "0 1 3 4 5 6 9", "0 1 2 3 4 5 8", "0 1 4 6 7 8 11", "0 2 4 5 6 7 9", "0 1 4 4.1 5 6 9",
    "0 1 5 6 7 8 9", "0.0 0.1 4 5 6 7 9", "0.0 0.1 1.3 1.4 1.5 1.6 3", "0.0 1 3 4 5 6 9",
    "0.0 0.1 9223372036854775806.9223372036854775806 9223372036854775807 3 4 5",
  ])
  func otherSequentials(_ places: String) throws {
    let error = #expect(throws: CheckpointError.self) { try network(at: places) }
    #expect(try #require(error).explanation.contains("no network known by its names"))
  }

  /// Behind a first convolution of 3x3 the numbers of modules tell whether there is a pooling, and so do the
  /// names of those who have none; torchvision's do not.
  @Test func stemsOfSmallPictures() throws {
    let known = try Network(Self.spec("cifar18.pth"))
    #expect(known.weightsChoice?.notes == [])
    let file = try Checkpoint(path: Fixtures.path("names/cifar18.pth"))
    func open(at places: String) throws -> Network {
      let folder = try TemporaryFolder()
      let names = Dictionary(
        uniqueKeysWithValues: zip(Self.modules, places.split(separator: " ").map(String.init)))
      let tensors = try file.keys.map { key -> (String, Tensor) in
        let name = key.replacing("net.module.", with: "").replacing("linear.", with: "fc.")
          .replacing(".shortcut.", with: ".downsample.")
        let module = String(name.prefix { $0 != "." })
        let place = try #require(names[module])
        return ("\(place)\(name.dropFirst(module.count))", try file.tensor(key))
      }
      let path = folder.file("small.safetensors")
      try SafetensorsWriter(tensors: tensors, type: .float32, metadata: [:]).write(to: path)
      return try Network(NetworkSpec(file: path))
    }
    for (places, doubts) in [
      ("0 1 3 4 5 6 8", []),
      (
        Self.modules.joined(separator: " "),
        [
          "no max pooling is taken to follow the first convolution, which is one of 3x3: shapes do not "
            + "tell"
        ]
      ),
    ] as [(String, [String])] {
      let network = try open(at: places)
      #expect(network.id == known.id && network.weightsHash == known.weightsHash)
      #expect(network.weightsChoice?.notes == doubts && network.weightsChoice?.doubts == doubts)
    }
    #expect(throws: CheckpointError.self) { try open(at: "0 1 4 5 6 7 9") }
  }

  /// What is no single linear layer behind the trunk, or no classifier by its name, is left out.
  @Test(
    arguments: [
      ("0.0 0.1 0.4 0.5 0.6 0.7 1", "3"), ("1.0 1.1 1.4 1.5 1.6 1.7 0", nil),
      ("f.0 f.1 f.4 f.5 f.6 f.7 fc", "more"), ("f.0 f.1 f.4 f.5 f.6 f.7 projection", nil),
    ] as [(String, String?)])
  func otherHeadsBesideTrunks(_ places: String, besides other: String?) throws {
    let others = other.map {
      [("\($0).bias", Tensor(zeros: [7])), ("\($0).weight", Tensor(zeros: [7, 7]))]
    }
    for isHeadless in [false, true] {
      let network = try network(at: places, besides: others ?? [], headless: isHeadless)
      #expect(!network.taps.contains("logits"))
      let notes = try #require(network.weightsChoice).notes
      let start = "left out \(other == nil ? 2 : 4) tensors that "
      #expect(notes.contains { $0.hasPrefix(start) }, "\(notes)")
      try compare(network, with: "plain.pth")
    }
  }

  /// The classifier of a MobileNetV2 is the only layer behind its features.
  @Test(arguments: ["1.1", "2.1", "3", "4"])
  func sequentialMobileNet(_ head: String) throws {
    let network = try ModelCatalogue.architecture("mobilenetv2")
    let inventory = ParameterInventory(network.blueprint())
    var shapes: [String: Shape] = [:]
    for (key, slot) in inventory.entries {
      let name = key.replacing("features.", with: "0.", maxReplacements: 1)
      shapes[name.replacing("classifier.1.", with: head + ".", maxReplacements: 1)] = slot.shape
    }
    let weights = WeightDictionary(prefix: "", shapes: shapes)
    #expect(ModelCatalogue.recognise(weights).first?.id == network.id)
    #expect(inventory.entries.allSatisfy { weights[$0.key] == $0.value.shape })
  }
}
