// Networks of the same names and shapes, which only a name tells: what make_timm_twins.py has of timm's own
// EfficientNet-Lite, and residual networks with blurs.

import TestSupport
import Testing

@testable import ERFEngine

extension NamedCheckpointTests {
  private static let id = "efficientnet-lite:width=0.1:depth=1"

  /// The weights of the Lite under timm's names as a file called `name`.
  func lite(
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
      ("20240101-120000-efficientnet_lite0-224/model_best.pth.tar", true),
      ("20240101-120000-efficientnet_lite0_ra_in1k-224/checkpoint-12.pth.tar", true),
      ("20240101-120000-tf_efficientnet_lite0-224/last.pth.tar", false),
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

  /// The hub's configuration beside a file without a name of its own counts for more than the folder's; one
  /// that is damaged counts for nothing.
  @Test(arguments: [
    (#"{"architecture": "efficientnet_lite0", "num_classes": 3, "mean": [0.5]}"#, true),
    (#"{"architecture": "tf_efficientnet_lite0.in1k"}"#, false),
    (#"{"num_classes": 3, "architecture": {"architecture": "tf_efficientnet_lite0"}}"#, true),
    (#"{"architecture": "tf_efficientnet_lite0""#, true), ("[]", true), ("", true),
  ])
  func configurationsTellTheLite(_ configuration: String, isTimms: Bool) throws {
    let folder = try TemporaryFolder()
    let spec = try lite("efficientnet_lite0.ra_in1k/model.safetensors", in: folder)
    _ = try folder.write(
      Array(configuration.utf8), to: "efficientnet_lite0.ra_in1k/config.json")
    for spec in [spec, NetworkSpec(file: folder.file("efficientnet_lite0.ra_in1k"))] {
      #expect(try Network(spec).id == "\(Self.id)\(isTimms ? ":style=torch" : ""):classes=3")
    }
  }

  /// A file that has a name, or says what it is, is not told by what lies beside it; nothing is told by what
  /// is much too long.
  @Test func configurationsThatTellNothing() throws {
    let folder = try TemporaryFolder()
    let long = try lite("efficientnet_lite0/model.safetensors", in: folder)
    let text = Array(#"{"architecture": "tf_efficientnet_lite0"}"#.utf8)
    let blanks = [UInt8](repeating: 0x20, count: 2 << 20)
    _ = try folder.write(text + blanks, to: "efficientnet_lite0/config.json")
    #expect(try Network(long).id == "\(Self.id):style=torch:classes=3")
    let named = try lite("tf_efficientnet_lite0.safetensors", in: folder)
    let telling = try lite(
      "model.safetensors", ["arch": "tf_efficientnet_lite0"], in: folder)
    _ = try folder.write(
      Array(#"{"architecture": "efficientnet_lite0"}"#.utf8), to: "config.json")
    for spec in [named, telling] { #expect(try Network(spec).id == "\(Self.id):classes=3") }
  }

  /// Also where the folder itself is opened in the hub's cache, whose name is that of a commit.
  @Test func foldersOfTheCacheTellTheLite() throws {
    let folder = try TemporaryFolder()
    let commit = "models--timm--efficientnet_lite0.ra_in1k/snapshots/0a1b"
    _ = try lite("\(commit)/model.safetensors", in: folder)
    let network = try Network(NetworkSpec(file: folder.file(commit)))
    #expect(network.id == "\(Self.id):style=torch:classes=3")
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

  /// What is released as bare weights tells of blurs and the like by its name alone.
  @Test(arguments: [
    ("resnetblur18-84f4748f.safetensors", true), ("resnet18_caffe-788b5fa3.safetensors", true),
    ("resnet18-5c106cde.safetensors", false), ("resnet18_os8.safetensors", true),
    ("resnet18-OS-16.safetensors", true), ("r18-d8_512x512.safetensors", true),
    ("resnet18-lpf4.safetensors", true), ("resnet18_lpf4_finetune.safetensors", true),
    ("resnet18-photos8.safetensors", false), ("resnet18_os32.safetensors", false),
    ("resnet18-5c9d8cde.safetensors", false), ("frozen-lake-resnet18.safetensors", false),
    ("resnet18-caffeine.safetensors", false), ("resnet18_frozen_bn.safetensors", true),
  ])
  func namesOfFilesTell(_ name: String, isTold: Bool) throws {
    let folder = try TemporaryFolder()
    let path = try Self.plain(with: [:], at: folder.file(name))
    let notes = try #require(try Network(NetworkSpec(file: path)).weightsChoice).notes
    #expect(notes.count == (isTold ? 1 : 0), "\(notes)")
    #expect(
      notes.allSatisfy {
        $0.hasPrefix("the file's name is \(name.lowercased()), and it is opened")
      })
  }

  /// Or by what stands around it, where it is called like many others.
  @Test func namesAroundFilesTell() throws {
    let folder = try TemporaryFolder()
    try folder.makeFolder("resnetblur18-224")
    let name = "resnetblur18-224/model_best.pth.tar"
    var path = try Self.plain(with: [:], at: folder.file(name))
    var notes = try #require(try Network(NetworkSpec(file: path)).weightsChoice).notes
    #expect(notes.count == 1 && notes[0].hasPrefix("the file's name is \(name), "), "\(notes)")
    path = try Self.plain(with: [:], at: folder.file("model.safetensors"))
    _ = try folder.write(Array(#"{"architecture": "resnetblur18"}"#.utf8), to: "config.json")
    notes = try #require(try Network(NetworkSpec(file: path)).weightsChoice).notes
    #expect(
      notes.count == 1
        && notes[0].hasPrefix("config.json beside the file calls it resnetblur18, and it is opened"),
      "\(notes)")
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
      ("resnet-18", "gluon_resnet18_v1b", false), ("resnet-50", "gluon_resnet50_v1c", true),
      ("resnet-50", "wide_resnet50_2.tv_in1k", true), ("resnet-34", "resnet18", true),
      ("resnet:block=bottleneck:layers=2,2,2,2:classes=10", "resnet26", false),
      ("mobilenetv2", "mobilenetv2_100.ra_in1k", false), ("mobilenetv2", "mobilenetv2_110d", true),
      ("mobilenetv2:width=0.35:classes=10", "mobilenetv2_035", false),
      ("mobilenetv2", "mobilenetv2_035", true), ("resnet20-cifar", "resnet20", false),
      ("resnet-cifar:depth=20:classes=100", "resnet20", false),
      ("resnet20-cifar", "resnet56", true), ("resnet18-cifar", "resnet18", false),
      ("resnet-18", "swsl_resnet18", false), ("resnet-50", "ssl_resnet50", false),
      ("resnet-50", "swsl_resnet18", true), ("resnet-50", "ResNet", false),
      ("resnet-50", "ResNeXt", true), ("mobilenetv2", "MobileNet", false),
      ("resnet-50", "resnet50-0676ba61.pth", false), ("resnet-50", "resnet18-f37072fd.pth", true),
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
