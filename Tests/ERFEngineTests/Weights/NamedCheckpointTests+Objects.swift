// Settings and weights in dictionaries and objects of other libraries' classes, and names under which tensors
// are kept.

import TestSupport
import Testing

@testable import ERFEngine

extension NamedCheckpointTests {
  private func state() throws -> Pickled {
    try .state(of: Checkpoint(path: Fixtures.path("names/plain.pth")))
  }

  /// The notes on the plain network in a file with these pairs beside it, in front of it.
  private func notes(beside pairs: [(Pickled, Pickled)]) throws -> [String] {
    let folder = try TemporaryFolder()
    let object = Pickled.dictionary(pairs + [("state_dict", try state())])
    let path = try folder.write(object.file, to: "object.pth")
    return try #require(try Network(NetworkSpec(file: path)).weightsChoice).notes
  }

  /// A dictionary as such, and as objects of other libraries are pickled.
  private static let classes: [String: @Sendable ([(String, Pickled)]) -> Pickled] = [
    "dict": { .dictionary($0.map { (.text($0), $1) }) },
    "yacs.config.CfgNode": { pairs in
      .object(
        of: "yacs.config.CfgNode", items: pairs.map { (.text($0), $1) },
        state: ["__immutable__": false, "__renamed_keys__": [:]])
    },
    "easydict.EasyDict": { pairs in
      let items = pairs.map { (Pickled.text($0), $1) }
      return .object(of: "easydict.EasyDict", items: items, state: .dictionary(items))
    },
    "types.SimpleNamespace": { pairs in
      .object(of: "types.SimpleNamespace", state: .dictionary(pairs.map { (.text($0), $1) }))
    },
    "omegaconf.dictconfig.DictConfig": { pairs in
      let nodes = pairs.map { name, value -> (Pickled, Pickled) in
        guard case .text = value else { return (.text(name), value) }
        let node = Pickled.object(of: "omegaconf.nodes.AnyNode", state: ["_val": value])
        return (.text(name), node)
      }
      return .object(
        of: "omegaconf.dictconfig.DictConfig",
        state: ["_metadata": [:], "_parent": .none, "_content": .dictionary(nodes)])
    },
    "my.Slots": { pairs in
      let slots = Pickled.dictionary(pairs.map { (.text($0), $1) })
      return .object(of: "my.Slots", state: .tuple([.none, slots]))
    },
  ]

  /// What a dictionary tells it tells in any of these.
  @Test(
    arguments: [
      "dict", "yacs.config.CfgNode", "easydict.EasyDict", "types.SimpleNamespace",
      "omegaconf.dictconfig.DictConfig", "my.Slots",
    ])
  func settingsInObjects(_ name: String) throws {
    let make = try #require(Self.classes[name])
    let heads = make([("CLS_LAYER", "ArcSoftmax")])
    let model = make([("NAME", "resnetblur18"), ("HEADS", heads)])
    let notes = try self.notes(beside: [("config", make([("MODEL", model)]))])
    #expect(notes.count == 2, "\(notes)")
    for start in [
      "the file's settings say cls_layer=arcsoftmax: the classifier may compare angles",
      "the file calls itself resnetblur18, and is opened as ",
    ] { #expect(notes.contains { $0.hasPrefix(start) }, "\(notes)") }
    let arguments = try self.notes(beside: [("args", make([("arch", "resnetblur18")]))])
    #expect(arguments.count == 1, "\(arguments)")
    // Strides and heads as mmengine tells them.
    let head = make([("head", make([("type", "ArcFaceClsHead")]))])
    let configured = try self.notes(beside: [("cfg", make([("model", head)]))])
    #expect(configured.count == 1 && configured[0].contains("arcfaceclshead"), "\(configured)")
    let losses: Pickled = .tuple(["CrossEntropyLoss", "ArcFace"])
    let loss = make([("LOSSES", make([("NAME", losses)]))])
    let told = try self.notes(beside: [("config", make([("MODEL", loss)]))])
    #expect(told.count == 1 && told[0].contains("losses.name=arcface"), "\(told)")
  }

  /// Layers as sections, of mmengine, Hydra and Lightning, and as what a `partial` calls.
  @Test func settingsThatAreSections() throws {
    func partial(_ name: String, _ arguments: Pickled) -> Pickled {
      let called = Pickled.global(module: "torch.nn", name: name)
      return .object(
        of: "functools.partial", state: .tuple([called, .tuple([]), arguments, .none]))
    }
    let settings: [(Pickled, String?)] = [
      (["act_layer": ["type": "GELU"]], "act_layer.type=gelu"),
      (["act_layer": ["name": "silu"]], "act_layer.name=silu"),
      (["act_layer": ["_target_": "torch.nn.GELU", "_partial_": true]], "act_layer._target_="),
      (["act_layer": ["class_path": "torch.nn.GELU"]], "act_layer.class_path=torch.nn.gelu"),
      (["act_layer": ["type": "ReLU", "inplace": true]], nil),
      (["activation": ["type": "GELU"]], "activation.type=gelu"),
      (["norm_layer": ["type": "GN", "num_groups": 32]], "norm_layer.type=gn"),
      (["norm_layer": ["type": "BN", "eps": 0.001]], "norm_layer.eps=0.001"),
      (["norm_cfg": ["type": "BN", "eps": 0.001]], "norm_cfg.eps=0.001"),
      (["norm_layer": ["type": "BN", "eps": 1e-5, "momentum": 0.1]], nil),
      (["act_layer": partial("GELU", [:])], "act_layer=gelu"),
      (["norm_layer": partial("GroupNorm", ["num_groups": 32])], "norm_layer=groupnorm"),
      (["norm_layer": partial("BatchNorm2d", ["eps": 0.001])], "norm_layer.eps=0.001"),
      (["norm_layer": partial("BatchNorm2d", ["momentum": 0.1])], nil),
      (["act_layer": ["relu", "relu"]], nil),
    ]
    for (object, words) in settings {
      let notes = try self.notes(beside: [("args", object)])
      #expect(notes.count == (words == nil ? 0 : 1), "\(notes)")
      let start = "the file's settings say \(words ?? "")"
      #expect(notes.allSatisfy { $0.hasPrefix(start) }, "\(notes)")
    }
  }

  /// Attributes of a module are those of its class, and no settings of a program.
  @Test func attributesOfModules() throws {
    let attributes: Pickled = ["act_layer": "gelu", "_parameters": [:]]
    let module = Pickled.object(of: "my.Net", state: attributes)
    #expect(try notes(beside: [("net", module)]) == [])
    let settings = Pickled.object(of: "my.Settings", state: ["act_layer": "gelu"])
    #expect(try notes(beside: [("net", settings)]).count == 1)
  }

  /// What objects of settings are called, and attributes named as wrappers have them, hide nothing and tell
  /// nothing; neither do networks beside this one.
  @Test func objectsThatTellNothing() throws {
    let settings = "types.SimpleNamespace"
    let layer = Pickled.object(of: settings, state: ["type": "relu"])
    let plain = Pickled.object(of: settings, state: ["act_layer": layer])
    #expect(try notes(beside: [("args", plain)]) == [])
    let teacher: Pickled = ["distill": ["model": "resnet152"], "teachers": [["arch": "resnet152"]]]
    #expect(try notes(beside: [("args", teacher)]) == [])
    let named = Pickled.object(
      of: "my.Settings", state: ["_fields": ["arch"], "arch": "resnetblur18"])
    #expect(try notes(beside: [("args", named)]).count == 1)
  }

  /// An object that holds itself many times over, and one that stands for itself, are read once.
  @Test func objectsThatHoldThemselves() throws {
    func text(_ text: String) -> [UInt8] {
      [UInt8(ascii: "X"), UInt8(text.utf8.count), 0, 0, 0] + Array(text.utf8)
    }
    var bytes = Array("comegaconf\nClass\n)".utf8) + [0x81] + Array("q\0}(".utf8)
    bytes += text("arch") + text("resnet18")
    for index in 0..<30 { bytes += text("self\(index)") + Array("h\0".utf8) }
    bytes += Array("ub}".utf8) + text("_val") + Array("h\0sb.".utf8)
    var machine = PickleMachine(ByteArray(elements: bytes))
    let value = try machine.run()
    var settings = TorchSettings()
    settings.look(into: value, at: "args", depth: 1, machine)
    #expect(settings.metadata["args.arch"] == "resnet18")
    #expect(settings.isCutOff)
    #expect(settings.metadata.count <= 4 * 48, "\(settings.metadata.count)")
  }

  /// Settings are kept of as many objects as programs have; of more the first.
  @Test func objectsWithoutEnd() throws {
    let object = Array("ca\nb\n)".utf8) + [0x81] + Array("}X\u{1}\0\0\0aX\u{1}\0\0\0bsb0".utf8)
    var bytes: [UInt8] = []
    for _ in 0..<70_000 { bytes += object }
    var machine = PickleMachine(ByteArray(elements: bytes + Array("N.".utf8)))
    _ = try machine.run()
    #expect(machine.objects.count == 1 << 16)
    #expect(machine.objects.reduce(0) { $0 + $1.settings.count } == 1 << 16)
    #expect(machine.passesSettings)
  }

  /// An object that holds itself has nothing more below itself, however deep one looks.
  @Test func objectsInCircles() throws {
    func text(_ text: String) -> [UInt8] {
      [UInt8(ascii: "X"), UInt8(text.utf8.count), 0, 0, 0] + Array(text.utf8)
    }
    var bytes = Array("cmy\nSettings\n)".utf8) + [0x81] + Array("q\0}(".utf8)
    bytes += text("arch") + text("resnet18") + text("me") + Array("h\0ub.".utf8)
    var machine = PickleMachine(ByteArray(elements: bytes))
    let value = try machine.run()
    var settings = TorchSettings()
    settings.look(into: value, at: "args", depth: 1, machine)
    #expect(settings.metadata["args.arch"] == "resnet18" && !settings.isCutOff)
  }

  /// What stands behind more settings than are looked through is said not to be known.
  @Test func settingsBeyondTheLimits() throws {
    let note =
      "the file holds more settings than are looked through: what the rest of them says of the network is "
      + "not known"
    func object(of count: Int) -> Pickled {
      .object(
        of: "my.Settings",
        state: .dictionary((0..<count).map { (.text("a\($0)"), .int($0)) }))
    }
    #expect(try notes(beside: [("args", object(of: 1024))]) == [])
    #expect(try notes(beside: [("args", object(of: 1025))]) == [note])
    let many = Pickled.list((0..<5).map { _ in object(of: 1000) })
    #expect(try notes(beside: [("args", .object(of: "my.Settings", state: ["x": many]))]) == [note])
    // A dictionary is looked through whatever its size.
    let plain = Pickled.dictionary((0..<2000).map { (.text("a\($0)"), .int($0)) })
    #expect(try notes(beside: [("args", plain)]) == [])
  }

  /// A dictionary of settings is written down to its end.
  @Test func longDictionaries() throws {
    let others = (0..<200).map { (Pickled.text("a\($0)"), Pickled.int($0)) }
    let backbone: Pickled = ["type": "ResNet", "depth": 18, "strides": .tuple([1, 2, 1, 1])]
    let settings = Pickled.dictionary(others + [("backbone", backbone)])
    let folder = try TemporaryFolder()
    let object: Pickled = ["hyper_parameters": settings, "state_dict": try state()]
    let file = try Checkpoint(path: folder.write(object.file, to: "long.pth"))
    #expect(ConfigurationText(file.configuration).backbones.count == 1)
  }

  /// Sections of other networks name none, and their settings are none of this one.
  @Test(
    arguments: [
      "old_model", "reference", "pretrained_model", "backbone_teacher", "teacher", "previous_net",
    ])
  func sectionsOfOtherNetworks(_ name: String) throws {
    let section: Pickled = ["arch": "resnetblur18", "output_stride": 8, "gp": "max"]
    let other = Pickled.dictionary([(.text(name), section)])
    #expect(try notes(beside: [(.text(name), section)]) == [])
    #expect(try notes(beside: [("args", other)]) == [])
    // timm's own description of the weights.
    let own: Pickled = ["pretrained_cfg": ["architecture": "resnetblur18"]]
    #expect(try notes(beside: [("args", own)]).count == 1)
  }

  // MARK: Weights

  /// Weights in a dictionary of a class of its own, with advice that works.
  @Test func weightsInDictionariesOfOtherClasses() throws {
    guard case .dictionary(let pairs) = try state() else { return }
    let own = Pickled.object(of: "mylib.MyOD", items: pairs)
    let folder = try TemporaryFolder()
    let objects: [(Pickled, String)] = [(own, "it"), (["state_dict": own], "its state_dict")]
    for (object, subject) in objects {
      let path = try folder.write(object.file, to: "own.pth")
      let reason =
        "\(subject) is an object of mylib.MyOD, a dictionary that only running code could build: "
        + "save dict(...) of it instead"
      #expect(throws: CheckpointError.unsupported(path: path, reason: reason)) {
        try Checkpoint(path: path)
      }
    }
    let count = pairs.map(\.1).count
    let note =
      "left out \(count) tensors in model, an object of mylib.MyOD, a dictionary that only "
      + "running code could build: save dict(...) of it to have them read"
    #expect(try notes(beside: [("model", own)]) == [note])
  }

  /// Names in bytes are read as text.
  @Test func namesInBytes() throws {
    guard case .dictionary(let pairs) = try state() else { return }
    func named(_ name: (String) -> Pickled) -> Pickled {
      .dictionary(
        pairs.map { key, value in
          guard case .text(let text) = key else { return (key, value) }
          return (name(text), value)
        })
    }
    let folder = try TemporaryFolder()
    let objects: [Pickled] = [
      named { .bytes(Array($0.utf8)) }, named { .spelt($0) },
      .dictionary([(.bytes(Array("state_dict".utf8)), try state())]),
    ]
    for object in objects {
      let network = try Network(
        NetworkSpec(file: try folder.write(object.file, to: "bytes.pth")))
      #expect(network.weightsChoice?.notes == [])
      try compare(network, with: "plain.pth")
    }
    // Two bytes of UTF-8, a letter each.
    let accented: Pickled = .dictionary([
      (.spelt("\u{C3}\u{A9}"), .tensor(Tensor(zeros: [1]))), (.bytes([0xFF]), "no name"),
    ])
    let file = try Checkpoint(path: folder.write(accented.file, to: "accented.pth"))
    #expect(file.keys == ["\u{E9}"])
  }

  /// Tensors under keys that name nothing are counted, also those within what is kept so.
  @Test func tensorsWithoutNames() throws {
    let tensor = Pickled.tensor(Tensor(zeros: [1]))
    let key = Pickled.tuple(["a", 1])
    #expect(
      try notes(beside: [(key, tensor)]) == ["left out 1 tensor under a key that is no text"])
    let pairs: [(Pickled, Pickled)] = [(key, ["b": tensor, "c": [tensor]]), (.none, tensor)]
    #expect(try notes(beside: pairs) == ["left out 3 tensors under keys that are no text"])
    let folder = try TemporaryFolder()
    let path = try folder.write(Pickled.dictionary(pairs).file, to: "nameless.pth")
    let reason = "it holds 3 tensors, but under keys that are no text: save them under their names"
    #expect(throws: CheckpointError.unsupported(path: path, reason: reason)) {
      try Checkpoint(path: path)
    }
  }

  // MARK: Room

  /// Other texts, in front of it, leave room for the network's own name and for what tells of its classifier.
  @Test func namesHaveRoom() throws {
    let texts = (0..<32).map { (Pickled.text("k\($0)"), Pickled.text("v")) }
    let log = Pickled.list([Pickled](repeating: ["loss": "0.333"], count: 60))
    let results = Pickled.list((0..<60).map { ["model": .text("net\($0)")] })
    let name: Pickled = "resnetblur50"
    let settings: [[(Pickled, Pickled)]] = [
      texts + [("arch", name)], [("history", log), ("args", ["arch": name])],
      [("results", results), ("args", ["arch": name])],
    ]
    for pairs in settings {
      let notes = try notes(beside: pairs)
      #expect(
        notes.count == 1 && notes[0].hasPrefix("the file calls itself resnetblur50,"), "\(notes)")
    }
    let losses = Pickled.list((0..<60).map { ["loss": .text("l\($0)")] })
    let told = try notes(beside: [("log", losses), ("args", ["loss": "arcface"])])
    #expect(told.count == 1 && told[0].contains("loss=arcface"), "\(told)")
  }

  /// However many names there are, a part of them is taken.
  @Test func namesWithoutEnd() throws {
    let names = (0..<1000).map { index -> (Pickled, Pickled) in
      (.text("\(index)"), ["arch": .text("net\(index)"), "head": .text("h\(index)")])
    }
    let folder = try TemporaryFolder()
    let object = Pickled.dictionary([("a", .dictionary(names)), ("state_dict", try state())])
    let file = try Checkpoint(path: folder.write(object.file, to: "names.pth"))
    #expect((1...96).contains(file.metadata.count), "\(file.metadata.count)")
  }
}
