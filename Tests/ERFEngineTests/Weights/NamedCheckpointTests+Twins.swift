// Networks of the same names and shapes: what make_timm_twins.py has of timm's own EfficientNet-Lite.

import TestSupport
import Testing

@testable import ERFEngine

extension NamedCheckpointTests {
  private static let id = "efficientnet-lite:width=0.1:depth=1"

  /// The weights of the Lite under timm's names as a file called `name`.
  private func lite(
    _ name: String, _ metadata: [String: String] = [:], in folder: TemporaryFolder,
    called: (String) -> String = { $0 }
  ) throws -> NetworkSpec {
    let lite = try Checkpoint(path: Fixtures.path("names/timm-lite.safetensors"))
    if let slash = name.lastIndex(of: "/") { try folder.makeFolder(String(name[..<slash])) }
    let path = folder.file(name)
    try SafetensorsWriter(
      tensors: try lite.keys.map { (called($0), try lite.tensor($0)) }, type: .float32,
      metadata: metadata
    ).write(to: path)
    return NetworkSpec(file: path)
  }

  @Test func timmsOwnLite() throws {
    var spec = Self.spec("timm-lite.safetensors")
    spec.source = .catalogue("\(Self.id):style=torch:classes=3")
    let network = try Network(spec)
    #expect(network.preprocessing == .imageNet && network.weightsChoice?.notes == [])
    try compare(
      network, with: "efficientnet_lite0",
      in: try Safetensors(path: Fixtures.path("names/twins.safetensors")))
  }

  /// What timm and its hub call the files.
  @Test(
    arguments: [
      ("efficientnet_lite0_ra-37913777.safetensors", true),
      ("efficientnet_lite0.ra_in1k/model.safetensors", true),
      ("models--timm--efficientnet_lite0.ra_in1k/snapshots/0a1b/model.safetensors", true),
      ("tf_efficientnet_lite0-0aa007d2.safetensors", false),
      ("tf_efficientnet_lite0.in1k/model.safetensors", false),
    ])
  func namesOfFilesTellTheLite(_ name: String, isTimms: Bool) throws {
    let folder = try TemporaryFolder()
    let network = try Network(try lite(name, in: folder))
    #expect(network.id == "\(Self.id)\(isTimms ? ":style=torch" : ""):classes=3")
    #expect(network.weightsChoice?.notes == [])
  }

  /// What the file says of itself counts for more than what it is called.
  @Test(arguments: [
    ("efficientnet_lite0", true), ("efficientnet_lite0.ra_in1k", true),
    ("tf_efficientnet_lite0", false),
  ])
  func filesTellTheLite(_ architecture: String, isTimms: Bool) throws {
    let folder = try TemporaryFolder()
    let spec = try lite(
      isTimms ? "tf_efficientnet_lite0.safetensors" : "efficientnet_lite0.safetensors",
      ["arch": architecture], in: folder)
    #expect(try Network(spec).id == "\(Self.id)\(isTimms ? ":style=torch" : ""):classes=3")
  }

  /// Also where `torch.compile` left its mark in the names, of the whole or of its parts.
  @Test(arguments: ["_orig_mod.", "model._orig_mod.", ""])
  func compiledLitesAreTold(_ prefix: String) throws {
    let folder = try TemporaryFolder()
    let spec = try lite("c.safetensors", ["arch": "efficientnet_lite0"], in: folder) { name in
      guard prefix.isEmpty, let dot = name.firstIndex(of: ".") else { return prefix + name }
      return name[..<dot] + "._orig_mod" + name[dot...]
    }
    #expect(try Network(spec).id == "\(Self.id):style=torch:classes=3")
  }

  /// Where nothing tells it is said, also of a model that is named and is not the file's.
  @Test func untoldTwinsAreSaid() throws {
    let folder = try TemporaryFolder()
    let spec = try lite("best.safetensors", in: folder)
    let untold = try #require(try Network(spec).weightsChoice)
    #expect(
      untold.notes == [
        "it is opened as TensorFlow's \(Self.id):classes=3: timm's own \(Self.id):style=torch:classes=3 "
          + "has the same names and shapes, and other padding, norms and preparation of pictures"
      ])
    #expect(untold.doubts == untold.notes)
    var named = try lite("efficientnet_lite0.safetensors", in: folder)
    named.source = .catalogue("\(Self.id):classes=3")
    let notes = try #require(try Network(named).weightsChoice).notes
    #expect(notes.count == 1 && notes[0].hasPrefix("the file says "), "\(notes)")
  }

  /// The five of timm, under its names of their whole size.
  @Test func allLites() throws {
    for (index, id) in (0...4).map({ ($0, "efficientnet-lite\($0)") }) {
      let plain = try #require(try ModelCatalogue.architecture(id) as? EfficientNetLite)
      let twin = try #require(
        try ModelCatalogue.architecture("\(id)-timm") as? EfficientNetLite)
      #expect(plain.evaluation.size.height == [224, 240, 260, 280, 300][index])
      #expect(twin.style == .torch && twin.width == plain.width && twin.depth == plain.depth)
    }
  }

  /// What others call a network is no doubt, nor is what timm adds of the training; the names of networks
  /// that are none of this program's are.
  @Test(
    arguments: [
      ("resnet-18", "resnet18.a1_in1k", false),
      ("resnet-50", "hf_hub:timm/resnet50.tv_in1k", false),
      ("resnet-18", "resnet18d.ra2_in1k", true), ("resnet-18", "resnetblur18", true),
      ("resnet-50", "wide_resnet50_2.tv_in1k", true), ("resnet-34", "resnet18", true),
      ("resnet:block=bottleneck:layers=2,2,2,2:classes=10", "resnet26", false),
      ("mobilenetv2", "mobilenetv2_100.ra_in1k", false), ("mobilenetv2", "mobilenetv2_110d", true),
      ("mobilenetv2:width=0.35:classes=10", "mobilenetv2_035", false),
      ("mobilenetv2", "mobilenetv2_035", true), ("resnet20-cifar", "resnet20", false),
      ("resnet-cifar:depth=20:classes=100", "resnet20", false),
      ("resnet20-cifar", "resnet56", true), ("resnet18-cifar", "resnet18", false),
    ])
  func namesOfOtherLibraries(_ id: String, _ name: String, isInDoubt: Bool) throws {
    let folder = try TemporaryFolder()
    let path = folder.file("named.safetensors")
    try SafetensorsWriter(
      tensors: [("conv1.weight", Tensor(zeros: [1, 3, 3, 3]))], type: .float32,
      metadata: ["arch": name]
    ).write(to: path)
    let hints = FileHints(try Checkpoint(path: path), prefix: "")
    let doubts = hints.doubts(about: try ModelCatalogue.architecture(id))
    #expect(doubts.count == (isInDoubt ? 1 : 0), "\(doubts)")
    #expect(!doubts.contains { $0.contains("in1k") }, "\(doubts)")
  }
}
