// What configurations and settings in checkpoints tell of a network, and objects in the place of weights:
// files of make_wild_settings.py, with what torchvision computes.

import TestSupport
import Testing

@testable import ERFEngine

@Suite struct SettingsCheckpointTests {
  private static func spec(_ name: String, headless: Bool = false) -> NetworkSpec {
    var spec = NetworkSpec(file: Fixtures.path("settings/\(name)"))
    spec.allowsMissingHead = headless
    return spec
  }

  /// Strides over several lines with a comma behind the last, as mmengine writes them since 0.8.
  @Test(arguments: [
    ("os16.pth", ":stride=1,2,2,1:dilation=1,1,1,2"), ("upernet.pth", ""),
  ])
  func stridesOverSeveralLines(_ name: String, fields: String) throws {
    let network = try Network(Self.spec(name, headless: true))
    #expect(
      network.id == "resnet:block=bottleneck:layers=1,1,1,2:width=2\(fields):classes=1000")
    let golden = try Safetensors(path: Fixtures.path("settings/golden.safetensors"))
    let features = try network.features(try golden.tensor("input").channelsLast(), tap: nil)
    let expected = try golden.tensor("\(name)/features").channelsLast()
    #expect(features.shape == expected.shape)
    let difference = relativeError(
      features.elements.map { Double($0) }, expected.elements.map { Double($0) })
    #expect(difference < 1e-5)
    let notes = network.weightsChoice?.notes ?? []
    #expect(!notes.contains { $0.contains("strides") || $0.contains("dilations") }, "\(notes)")
  }

  /// Every spelling of the same settings.
  @Test(arguments: [
    "model=dict(backbone=dict(type='ResNet',depth=50,strides=(1,2,1,1),dilations=(1,1,2,4),style='caffe'))",
    "model = {'backbone': {'type': 'ResNet', 'strides': (1, 2, 1, 1), 'dilations': (1, 1, 2, 4), 'style': 'caffe'}}",
    """
    model = dict(
        neck=dict(strides=(4, 4, 4, 4)),
        backbone=dict(
            norm_cfg=dict(type='SyncBN', strides=(3, 3, 3, 3)),
            dilations=[
                1,
                1,
                2,  # a comment, with = and (
                4,
            ],
            strides=[1, 2, 1, 1],
            style="caffe",
            type="mmseg.ResNetV1c"),
        decode_head=dict(dilations=(1, 12, 24, 36)))
    optim_wrapper = dict(custom_keys={'backbone': dict(lr_mult=0.1)})
    """,
  ])
  func spellings(_ text: String) throws {
    let found = ConfigurationText(text).backbones
    #expect(found.count == 1)
    #expect(found.first?["strides"] == .numbers([1, 2, 1, 1]))
    #expect(found.first?["dilations"] == .numbers([1, 1, 2, 4]))
    #expect(found.first?["style"] == .word("caffe"))
  }

  @Test func whatIsNoNumberOrNotClosed() {
    let variable = ConfigurationText("backbone=dict(depth=50, strides=STRIDES, x=(1, f(2), 3))")
    #expect(variable.backbones.first?["strides"] == .word("STRIDES"))
    #expect(variable.backbones.first?["x"] == .other("(1, f(2), 3)"))
    let open = ConfigurationText("backbone=dict(depth=50, strides=(1, 2")
    #expect(open.backbones.first?["strides"] == .other("(1, 2"))
    let two =
      "backbone=dict(depth=50, strides=(1,2,2,2)), backbone=dict(depth=50, strides=(1,2,1,1))"
    #expect(ConfigurationText(two).backbones.count == 2)
    for text in ["", "backbone", "backbone=", "backbone='resnet50'", "backbone=dict(", "'", "}}}"] {
      #expect(ConfigurationText(text).backbones.isEmpty, "\(text)")
    }
  }

  /// The network's own head, by whatever name its settings are kept; not that of a network beside it.
  @Test(
    arguments: [
      ("model = dict(head=dict(type='ArcFaceClsHead'))", ["ArcFaceClsHead"]),
      ("model = {'head': {'type': 'ArcFaceClsHead'}}", ["ArcFaceClsHead"]),
      ("head = dict(type='ArcFaceClsHead')\nmodel = dict(head=head)", ["ArcFaceClsHead"]),
      ("cls = dict(type='ArcFaceClsHead')\nmodel = dict(head=cls, neck=None)", ["ArcFaceClsHead"]),
      ("model.head.type = 'ArcFaceClsHead'", ["ArcFaceClsHead"]),
      ("model.head = dict(type='ArcFaceClsHead')", ["ArcFaceClsHead"]),
      (
        "model = dict(teacher=dict(head=dict(type='ArcFaceClsHead')), head=dict(type='Linear'))",
        ["Linear"]
      ),
      ("model = dict(teacher=dict(a=[dict(head=dict(type='ArcFaceClsHead'))]))", []),
      ("teacher.head.type = 'ArcFaceClsHead'", []), ("teacher.head = dict(type='Arc')", []),
      ("model = dict(head=[dict(type='Arc')])", []), ("model = dict(head=make(type='Arc'))", []),
    ] as [(String, [String])])
  func headsOfTheNetwork(_ text: String, heads: [String]) {
    #expect(ConfigurationText(text).heads == heads)
  }

  /// Backbones of teachers and other networks are none of the network's, in place or as variables, but those that it
  /// shares with them.
  @Test(
    arguments: [
      ("model = dict(teacher=dict(backbone=dict(depth=50)), backbone=dict(depth=18))", ["18"]),
      ("model = dict(teacher=dict(backbone=dict(depth=50)), student=None)", []),
      ("teacher = dict(backbone=dict(depth=50))\nbackbone = dict(depth=18)", ["18"]),
      (
        "t = dict(backbone=dict(depth=50))\nmodel = dict(teacher=t, backbone={'depth': 18})",
        ["18"]
      ),
      ("s = dict(backbone=dict(depth=50))\nt = s\nmodel = dict(teacher=t, student=None)", []),
      ("s = dict(backbone=dict(depth=50))\nmodel = dict(teacher=s, student=s)", ["50"]),
      ("model = {'old_model': {'backbone': {'depth': 50}}, 'backbone': {'depth': 18}}", ["18"]),
      ("model.teacher.backbone = dict(depth=50)\nbackbone = dict(depth=18)", ["18"]),
      ("teacher_path = 'a.pth'\nold_epoch = 18\nmodel = dict(backbone=dict(depth=18))", ["18"]),
      ("teacher = 'a'\n(1)\nold = t\n[dict(backbone=dict(depth=18))]", ["18"]),
      ("pretrained_backbone=dict(backbone=dict(depth=50)), backbone=dict(depth=18", ["18"]),
    ] as [(String, [String])])
  func backbonesOfOtherNetworks(_ text: String, depths: [String]) {
    let found = ConfigurationText(text).backbones.compactMap { $0["depth"] }
    #expect(found == depths.map { ConfigurationText.Value.word($0) })
  }

  /// Heads in one another, and variables without end, are read once.
  @Test func headsWithoutEnd() {
    let open = String(repeating: "teacher=dict(head=dict(", count: 20_000)
    #expect(ConfigurationText(open).heads == [])
    let variables = String(repeating: "head=a,", count: 20_000)
    #expect(ConfigurationText(variables + "a=dict(type='Linear')").heads == ["Linear"])
  }

  /// Dictionaries are read one below another and no deeper; what is given once for all modules is looked up.
  @Test func sectionsWithin() {
    let text = """
      norm_cfg = dict(type='BN', eps=1e-3)
      model = dict(backbone=dict(depth=50, norm_cfg=norm_cfg, dcn={'type': 'DCNv2', 'x': dict(y=1)},
        act_cfg=dict(type='GELU')if A else None))
      """
    let backbone = ConfigurationText(text).backbones.first
    #expect(backbone?["norm_cfg"] == .section(["type": .word("BN"), "eps": .other("1e-3")]))
    #expect(backbone?["dcn"] == .section(["type": .word("DCNv2"), "x": .other("dict(y=1)")]))
    #expect(backbone?["act_cfg"] == .other("dict(type=GELU)ifAelseNone"))
    let deep = "backbone=dict(depth=50, x=" + String(repeating: "dict(x=", count: 60_000)
    #expect(ConfigurationText(deep).backbones.count == 1)
  }

  /// The doubts about a dilated network of mmsegmentation whose configuration has other settings in the place of
  /// its type and depth, the text being as long.
  private func doubts(ofBackboneWith settings: String) throws -> [String] {
    let folder = try TemporaryFolder()
    let bytes = try Fixtures.bytes("names/mmseg.pth")
    let usual = "        type='ResNet',\n        depth=50,\n"
    let place = try #require(bytes.firstRange(of: Array(usual.utf8)))
    let padding = [UInt8](repeating: 0x20, count: usual.utf8.count - settings.utf8.count)
    let path = try folder.write(
      Array(bytes[..<place.lowerBound]) + Array(settings.utf8) + padding
        + bytes[place.upperBound...], to: "other.pth")
    var spec = NetworkSpec(file: path)
    spec.allowsMissingHead = true
    return try #require(try Network(spec).weightsChoice).doubts
  }

  /// What a backbone's configuration says beyond strides, dilations and style is harmless, or said.
  @Test(
    arguments: [
      ("act_cfg=dict(type='GELU'),", "act_cfg.type=gelu"),
      ("conv_cfg=dict(type='ConvWS'),", "conv_cfg.type=convws"),
      ("norm_cfg=dict(type='BN', eps=0.001),", "norm_cfg.eps=0.001"),
      ("norm_cfg=dict(type='GN'),", "norm_cfg.type=gn"),
      ("avg_down=True,", "avg_down=true"), ("deep_stem=True,", "deep_stem=true"),
      ("dcn=dict(type='DCNv2', a=1),", "dcn.a=1, dcn.type=dcnv2"),
      ("max_pool=False, conv1_stride=1,", "conv1_stride=1, max_pool=false"),
      ("plugins=[dict(x=1)],", "plugins=[dict(x=1)]"), ("sac=(1, 2),", "sac=(1, 2)"),
      ("norm_cfg=dict(type='SyncBN', eps=1e-5),", nil),
      ("norm_cfg=dict(type='BatchNorm2d'),", nil),
      ("act_cfg=dict(type='ReLU', inplace=True),", nil),
      ("deep_stem=False, dcn=None,", nil), ("conv_cfg=None, plugins=[],", nil),
      ("init_cfg=dict(checkpoint='a', type='b'),", nil),
      ("frozen_stages=-1, out_indices=(0, 1),", nil),
    ] as [(String, String?)])
  func settingsOfBackbones(_ settings: String, words: String?) throws {
    let doubts = try self.doubts(ofBackboneWith: settings)
    #expect(doubts.count == (words == nil ? 0 : 1), "\(doubts)")
    let start = "the file's configuration says \(words ?? ""), and it is opened as "
    #expect(doubts.allSatisfy { $0.hasPrefix(start) }, "\(doubts)")
  }

  /// `config.model.name` and `cfg.MODEL.NAME`.
  @Test func namesBelowOtherSettings() throws {
    let notes = try #require(try Network(Self.spec("nested-names.pth")).weightsChoice).notes
    #expect(notes.count == 2, "\(notes)")
    for name in ["resnet18_blur", "drn_d_22"] {
      #expect(notes.contains { $0.contains("the file calls itself \(name),") }, "\(notes)")
    }
  }

  /// Segmentation networks on basic blocks, and settings of strides, are opened with plain strides and a doubt.
  @Test(arguments: [
    ("fcn18.pth", "the file calls itself fcn_resnet18,"),
    ("output-stride.pth", "settings say output_stride=8,"),
    ("replaced.pth", "settings say replace_stride_with_dilation=[false, true, true],"),
    ("dilated.pth", "settings say dilated=true,"),
    ("plus.pth", "the file calls itself deeplabv3plus_resnet50,"),
  ])
  func dilationsThatAreNotTakenOver(_ name: String, words: String) throws {
    let network = try Network(Self.spec(name, headless: true))
    let doubts = try #require(network.weightsChoice).doubts
    #expect(doubts.count == 1 && doubts[0].contains(words), "\(doubts)")
    #expect(network.id.contains("dilation") == name.hasPrefix("plus"), "\(network.id)")
  }

  /// An output stride that the settings give is taken over where a network is dilated at all.
  @Test func outputStrides() throws {
    let network = try Network(Self.spec("plus-16.pth", headless: true))
    #expect(network.id.contains(":stride=1,2,2,1:dilation=1,1,1,2"), "\(network.id)")
    #expect(try #require(network.weightsChoice).doubts.count == 1)
  }

  /// Plain weights stay without a doubt, whatever else their settings are about.
  @Test func otherSettings() throws {
    let network = try Network(Self.spec("quiet.pth", headless: true))
    #expect(try #require(network.weightsChoice).doubts.isEmpty)
  }

  /// Both ways of opening say which entry it is, and what.
  @Test(arguments: [
    ("array.pth", "model.conv1.weight is an array of NumPy"),
    ("object.pth", "model.layer1.0.conv1.weight is an object of the class my.layers.Weight"),
  ])
  func objectsInThePlaceOfWeights(_ name: String, words: String) throws {
    var spec = Self.spec(name)
    let error = #expect(throws: CheckpointError.self) { try Network(spec) }
    #expect(try #require(error).explanation.contains(words))
    let inspection = try CheckpointInspection(path: Fixtures.path("settings/\(name)"))
    #expect(try inspection.problems(inspection.names.map(inspection.tensor)) == [error])
    spec.source = .catalogue("resnet:block=basic:layers=1,1,1,1:width=2:classes=7")
    let named = #expect(throws: CheckpointError.self) { try Network(spec) }
    #expect(try #require(named).explanation.contains(words))
  }

  /// What inspecting tells of a file is what opening it says.
  @Test(arguments: [
    "caffe", "fcn", "mmseg", "moco", "dino", "head-arcface", "head-mlp", "plain", "extra", "blur",
  ])
  func inspectionAgreesWithOpening(_ name: String) throws {
    let path = Fixtures.path("names/\(name).pth")
    let inspection = try CheckpointInspection(path: path)
    let opening = try inspection.opening(inspection.names.map(inspection.tensor))
    do {
      let network = try Network(NetworkSpec(file: path))
      guard case .opens(let notes)? = opening else {
        Issue.record("\(name) opens: \(String(describing: opening))")
        return
      }
      #expect(notes == network.weightsChoice?.notes ?? [])
    } catch let error as CheckpointError {
      switch opening {
      case .withoutHead(let said, let notes)?:
        #expect(said == error)
        var spec = NetworkSpec(file: path)
        spec.allowsMissingHead = true
        #expect(try Network(spec).weightsChoice?.notes ?? [] == notes)
      case .refused(let said)?: #expect(said == error)
      default: Issue.record("\(name) does not open: \(String(describing: opening))")
      }
    }
  }
}
