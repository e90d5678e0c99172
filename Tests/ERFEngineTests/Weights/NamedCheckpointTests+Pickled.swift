// Networks in tuples and lists, and settings that are dictionaries, as `torch.save` keeps whatever it is given.

import TestSupport
import Testing

@testable import ERFEngine

extension NamedCheckpointTests {
  private func spec(_ object: Pickled, in folder: TemporaryFolder) throws -> NetworkSpec {
    var spec = NetworkSpec(file: try folder.write(object.file, to: "object.pth"))
    spec.allowsMissingHead = true
    return spec
  }

  /// The number of a place in a tuple, list or dictionary is no module of an `nn.Sequential`.
  @Test func placesAreNoModules() throws {
    let folder = try TemporaryFolder()
    let state = try Pickled.state(of: Checkpoint(path: Fixtures.path("names/plain.pth")))
    let objects: [Pickled] = [
      .tuple([3, state]), .tuple([.none, state, .none]), .tuple([3, 0.5, state]),
      [["lr": 0.1], state], .tuple([["state": [:], "param_groups": []], state]), [5: state],
      ["1": state],
    ]
    for (place, object) in objects.enumerated() {
      let network = try Network(spec(object, in: folder))
      #expect(network.weightsChoice?.notes == [], "\(place)")
      try compare(network, with: "plain.pth")
    }
  }

  /// A number of the tensors' own names is.
  @Test func modulesInPlaces() throws {
    let folder = try TemporaryFolder()
    let plain = try Checkpoint(path: Fixtures.path("names/plain.pth"))
    let object = Pickled.tuple([3, try .state(of: plain, behind: "1.")])
    let notes = try #require(try Network(spec(object, in: folder)).weightsChoice).notes
    #expect(
      notes.count == 1 && notes[0].hasPrefix("the network stands behind 1.0, which has no"),
      "\(notes)")
  }

  /// The doubts about the plain network's backbone beside settings, and beside more tensors of three numbers.
  private func doubts(
    beside settings: (String, Pickled), with extra: [String: [Float]] = [:],
    prepared: PreprocessingChoice = .own
  ) throws -> [String] {
    let folder = try TemporaryFolder()
    let plain = try Checkpoint(path: Fixtures.path("names/plain.pth"))
    let state = try plain.keys.filter { !$0.hasPrefix("fc.") }.map { key -> (Pickled, Pickled) in
      (.text("backbone." + key), .tensor(try plain.tensor(key)))
    }
    let more = extra.map { key, numbers -> (Pickled, Pickled) in
      (.text(key), .tensor(Tensor(shape: [3, 1, 1], elements: numbers)))
    }
    let object = Pickled.dictionary([
      (.text(settings.0), settings.1), ("state_dict", .dictionary(state + more)),
    ])
    var spec = try spec(object, in: folder)
    spec.preprocessing = prepared
    return try #require(try Network(spec).weightsChoice).doubts
  }

  /// Texts, and the mean, deviation and order of colours that they say.
  private static let configured:
    [(text: String, mean: String, deviation: String, isBlueFirst: Bool)] = [
      (
        """
        model = dict(backbone=dict(type='ResNet', depth=18))
        data_preprocessor = dict(mean=[127.5, 127.5, 127.5], std=[127.5, 127.5, 127.5], to_rgb=True)
        """, "127.5", "127.5", false
      ),
      (
        """
        model = dict(
            data_preprocessor=dict(type='SegDataPreProcessor', mean=[103.53, 116.28, 123.675],
                std=[1.0, 1.0, 1.0], bgr_to_rgb=False),
            backbone=dict(type='ResNet', depth=18))
        """, "103.53,116.28,123.675", "1", true
      ),
      (
        """
        img_norm_cfg = dict(mean=[103.53, 116.28, 123.675], std=[1.0, 1.0, 1.0], to_rgb=False)
        model = dict(backbone=dict(type='ResNet', depth=18))
        """, "103.53,116.28,123.675", "1", true
      ),
      (
        """
        data_preprocessor = dict(mean=(0, 0, 0), std=(1, 1, 1), to_rgb=True)
        model = dict(backbone=dict(type='ResNet', depth=18))
        """, "0", "1", false
      ),
      (
        """
        img_norm_cfg = dict(mean=[103.53, 116.28, 123.675], std=[1.0, 1.0, 1.0], to_bgr=True)
        train_pipeline = [dict(type='Normalize', **img_norm_cfg)]
        model = dict(backbone=dict(type='ResNet', depth=18))
        """, "103.53,116.28,123.675", "1", true
      ),
      (
        """
        train_pipeline = [
            dict(type='LoadImageFromFile'),
            dict(mean=[127.5, 127.5, 127.5], std=[127.5, 127.5, 127.5], type='Normalize'),
        ]
        model = dict(backbone=dict(type='ResNet', depth=18))
        """, "127.5", "127.5", false
      ),
      (
        """
        model = {'backbone': {'type': 'ResNet', 'depth': 18}}
        train_pipeline = [{'type': 'Normalize', 'mean': [9, 9, 9], 'std': [8, 8, 8], 'to_rgb': True}]
        test_pipeline = [
            dict(type='MultiScaleFlipAug', transforms=[
                dict(type='Resize', keep_ratio=True),
                dict(type='mmdet.Normalize', mean=[103.53, 116.28, 123.675],
                    std=[1.0, 1.0, 1.0], to_rgb=False)]),
        ]
        """, "103.53,116.28,123.675", "1", true
      ),
    ]

  /// As mmengine and mmcv write them, pixels being from 0 to 255; the advice works.
  @Test(
    arguments: NamedCheckpointTests.configured, ["meta.cfg", "meta.config", "cfg", "config"])
  func configuredNormalisation(
    _ said: (text: String, mean: String, deviation: String, isBlueFirst: Bool), key: String
  ) throws {
    let inner = key.split(separator: ".").last.map(String.init) ?? key
    let settings: (String, Pickled) =
      inner == key
      ? (key, .text(said.text)) : ("meta", .dictionary([(.text(inner), .text(said.text))]))
    let options =
      "--range 0:255 --mean \(said.mean) --std \(said.deviation)\(said.isBlueFirst ? " --bgr" : "")"
    let doubts = try doubts(beside: settings)
    #expect(
      doubts.count == 1 && doubts[0].hasPrefix("the file's configuration says range 0:255, mean ")
        && doubts[0].hasSuffix(": \(options) does as the file says"), "\(doubts)")
    func three(_ text: String) -> [Float] {
      let numbers = text.split(separator: ",").compactMap { Float($0) }
      return numbers.count == 1 ? [Float](repeating: numbers[0], count: 3) : numbers
    }
    var prepared = PreprocessingChoice()
    prepared.range = PixelRange(black: 0, white: 255)
    prepared.mean = three(said.mean)
    prepared.deviation = three(said.deviation)
    prepared.isBlueFirst = said.isBlueFirst
    #expect(try self.doubts(beside: settings, prepared: prepared).isEmpty)
  }

  @Test func usualNormalisationIsNotTold() throws {
    let text = """
      model = dict(backbone=dict(type='ResNet', depth=18))
      data_preprocessor = dict(num_classes=1000, mean=[123.675, 116.28, 103.53],
          std=[58.395, 57.12, 57.375], to_rgb=True)
      """
    #expect(try doubts(beside: ("meta", ["cfg": .text(text)])).isEmpty)
  }

  /// The same in a dictionary, and a tuple of whole numbers among other settings.
  @Test func normalisationInDictionaries() throws {
    let colours: Pickled = [
      "data_preprocessor": [
        "mean": [103.53, 116.28, 123.675], "std": [1.0, 1.0, 1.0], "bgr_to_rgb": false,
      ], "model": ["backbone": ["type": "ResNet", "depth": 18]],
    ]
    let doubts = try doubts(beside: ("meta", ["cfg": colours]))
    #expect(
      doubts.count == 1
        && doubts[0].contains(": --range 0:255 --mean 103.53,116.28,123.675 --std 1 --bgr does"),
      "\(doubts)")
    let whole: Pickled = ["mean": .tuple([0, 0, 0]), "std": .tuple([1, 1, 1])]
    let settings = try self.doubts(beside: ("args", whole)).filter { $0.contains("--mean") }
    #expect(
      settings.count == 1
        && settings[0].hasPrefix("the file's settings say mean 0, std 1, and pictures are"),
      "\(settings)")
  }

  /// Steps of pipelines in dictionaries, which may normalise pixels from 0 to 1.
  @Test(arguments: ["cfg", "train_pipeline"]) func stepsInDictionaries(_ key: String) throws {
    let step: Pickled = ["type": "Normalize", "mean": [0.5, 0.5, 0.5], "std": [0.5, 0.5, 0.5]]
    let pipeline: Pickled = [["type": "LoadImageFromFile"], step]
    let nested: Pickled = ["data": ["train": ["pipeline": pipeline]]]
    let doubts = try doubts(beside: (key, key == "cfg" ? nested : pipeline)).filter {
      $0.contains("--mean")
    }
    #expect(
      doubts.count == 1
        && doubts[0].hasPrefix("the file's configuration says mean 0.5, std 0.5, and pictures are"),
      "\(doubts)")
  }

  /// Steps that hold one another are read once, whatever their number.
  @Test func stepsWithoutEnd() {
    let open = String(repeating: "dict(type='Normalize', x=", count: 20_000)
    #expect(ConfigurationText(open).normalisation?.settings == nil)
    let close = String(repeating: ", type='Normalize')", count: 20_000)
    let text = String(repeating: "dict(x=", count: 20_000) + "1" + close
    #expect(ConfigurationText(text).normalisation?.settings == nil)
  }

  /// Tensors in front of a network have the numbers, and the configuration tells the order of colours.
  @Test(arguments: [
    ("dict(mean=[7, 8, 9], std=[7, 7, 7], bgr_to_rgb=True)", false),
    ("dict(mean=[7, 8, 9], std=[7, 7, 7], to_rgb=False)", true),
    ("dict(type='SegDataPreProcessor', bgr_to_rgb=False)", true),
  ])
  func orderOfStoredColours(_ section: String, isBlueFirst: Bool) throws {
    let text =
      "data_preprocessor = \(section)\nmodel = dict(backbone=dict(type='ResNet', depth=18))"
    let name = "data_preprocessor"
    let doubts = try doubts(
      beside: ("meta", ["cfg": .text(text)]),
      with: ["\(name).mean": [100, 110, 120], "\(name).std": [1, 1, 1]])
    let start =
      "the file's state_dict.\(name).mean and state_dict.\(name).std, with its configuration, say "
    let options = "--range 0:255 --mean 100,110,120 --std 1\(isBlueFirst ? " --bgr" : "")"
    let end = ": \(options) does as the file says"
    #expect(doubts.count == 1, "\(doubts)")
    #expect(doubts.allSatisfy { $0.hasPrefix(start) && $0.hasSuffix(end) }, "\(doubts)")
  }

  /// Strides and dilations of stages among the settings of a training program, where the network has others;
  /// those of pyramids and decoders are something else.
  @Test func settingsOfStages() throws {
    let settings: [(Pickled, String?)] = [
      (["strides": [1, 2, 1, 1]], "strides=1,2,1,1"),
      (["dilations": .tuple([1, 1, 2, 4])], "dilations=1,1,2,4"),
      (["strides": "(1, 2, 2, 1)"], "strides=1,2,2,1"),
      (["strides": [1, 2, 2, 2], "dilations": .tuple([1, 1, 1, 1])], nil),
      (["strides": [4, 8, 16, 32]], nil), (["dilations": [1, 6, 12, 18]], nil),
      (["strides": [2, 2]], nil), (["neck": ["strides": [1, 1, 1, 1]]], nil),
    ]
    try expectDoubts(settings)
  }

  /// Checks that settings, as `args` beside a ResNet, raise a doubt in these words; nil: they raise none.
  private func expectDoubts(_ settings: [(Pickled, String?)]) throws {
    for (object, words) in settings {
      let doubts = try doubts(beside: ("args", object)).filter { $0.contains("settings say") }
      #expect(doubts.count == (words == nil ? 0 : 1), "\(doubts)")
      let start = "the file's settings say \(words ?? ""), and it is opened as "
      #expect(doubts.allSatisfy { $0.hasPrefix(start) }, "\(doubts)")
    }
  }

  /// What other programs call the same, and values that are of something else.
  @Test func settingsUnderOtherNames() throws {
    let settings: [(Pickled, String?)] = [
      (["last_stride": 1], "last_stride=1"), (["last_stride": 2], nil),
      (["MODEL": ["BACKBONE": ["LAST_STRIDE": 1]]], "last_stride=1"),
      (["os": 8], "os=8"), (["os": "linux"], nil), (["out_stride": 16], "out_stride=16"),
      (["downsample_ratio": 8], "downsample_ratio=8"), (["out_stride": 32], nil),
      (["atrous": true], "atrous=true"), (["multi_grid": [1, 2, 4]], "multi_grid=1,2,4"),
      (["multi_grid": .tuple([1, 2, 4])], "multi_grid=1,2,4"), (["multi_grid": [1, 1, 1]], nil),
      (["activation": "nn.SiLU"], "activation=nn.silu"), (["act": "relu"], nil),
      (["activation": "softmax"], nil), (["norm": "gn"], "norm=gn"), (["norm": true], nil),
      (["norm_type": "Instance"], "norm_type=instance"), (["norm_type": "sync_bn"], nil),
      (["norm_layer": "bn"], nil), (["batch_norm_eps": 0.001], "batch_norm_eps=0.001"),
      (["antialias": true], "antialias=true"),
      (["padding_mode": "reflect"], "padding_mode=reflect"),
      (["weight_standardization": true], "weight_standardization=true"),
      // There is no classifier that anything is pooled for.
      (["pool": "gem"], nil), (["global_pool": "max"], nil),
    ]
    try expectDoubts(settings)
  }

  /// What the network has in other words, and what is said of other modules, whatever it is.
  @Test func settingsOfNoEffect() throws {
    let others: Pickled = ["act_layer": "gelu", "norm_layer": "gn", "aa_layer": "blurpool"]
    let sections = [
      "teacher", "decoder", "neck", "head", "seg_head", "decode_head", "data", "loss",
    ]
    var settings: [Pickled] = [
      ["act_layer": "ReLU(inplace=True)"], ["act_layer": "relu_inplace"],
      ["act_layer": "default"],
      ["act_layer": .global(module: "torch.nn.modules.activation", name: "ReLU")],
      ["norm_layer": .global(module: "torch.nn.modules.batchnorm", name: "BatchNorm2d")],
      ["stem_type": "default"], ["stem_type": "7x7"], ["stem_type": "conv7x7"],
      ["act_cfg": ["type": "ReLU"], "norm_cfg": ["type": "SyncBN"]],
      ["dilation": [false, false, false]], ["norm_eps": 1e-5], ["last_conv_stride": 2],
      ["nonlinearity": "linear"],
    ]
    for section in sections { settings.append(.dictionary([(.text(section), others)])) }
    for object in settings {
      let doubts = try doubts(beside: ("args", object)).filter { $0.contains("settings say") }
      #expect(doubts.isEmpty, "\(doubts)")
    }
  }

  /// Classes, lists and dictionaries, under other programs' names.
  @Test func settingsInOtherForms() throws {
    let settings: [(Pickled, String)] = [
      (
        ["act_layer": .global(module: "torch.nn.modules.activation", name: "GELU")],
        "act_layer=gelu"
      ),
      (["dilation": [false, false, true]], "dilation=[false, false, true]"),
      (["dilation": .tuple([false, false, true])], "dilation=[false, false, true]"),
      (["dilation": [1, 1, 2, 4]], "dilation=[1, 1, 2, 4]"),
      (["dilation": .tuple([1, 1, 2, 4])], "dilation=(1, 1, 2, 4)"),
      (["output_stride": [16, 8]], "output_stride=[16, 8]"),
      (["act_layer": ["relu", "gelu"]], "act_layer=[relu, gelu]"),
      (["act_cfg": ["type": "GELU"]], "act_cfg.type=gelu"),
      (["norm_cfg": ["type": "GN", "num_groups": 32]], "norm_cfg.type=gn"),
      (["hidden_act": "gelu"], "hidden_act=gelu"), (["act_type": "swish"], "act_type=swish"),
      (["activation_fn": "nn.SiLU"], "activation_fn=nn.silu"),
      (["activation_function": "gelu"], "activation_function=gelu"),
      (["nonlinearity": "leaky_relu"], "nonlinearity=leaky_relu"),
      (["norm_eps": 0.001], "norm_eps=0.001"), (["bn_epsilon": 0.001], "bn_epsilon=0.001"),
      (["last_conv_stride": 1], "last_conv_stride=1"),
    ]
    for (object, words) in settings {
      let doubts = try doubts(beside: ("args", object)).filter { $0.contains("settings say") }
      #expect(
        doubts.count == 1
          && doubts[0].hasPrefix("the file's settings say \(words), and it is opened as "),
        "\(doubts)")
    }
  }

  /// The names of the network itself on the way to a setting do not count, and what a configuration says too is
  /// said once.
  @Test(arguments: ["act_layer", "norm_layer", "act"])
  func settingsOfTheBackbone(_ name: String) throws {
    let value: Pickled = name == "norm_layer" ? "groupnorm" : "gelu"
    let backbone = Pickled.dictionary([("strides", [1, 2, 2, 2]), (.text(name), value)])
    let doubts = try doubts(beside: ("config", ["model": ["backbone": backbone]])).filter {
      $0.contains(" \(name)=")
    }
    #expect(doubts.count == 1, "\(doubts)")
    #expect(doubts.allSatisfy { $0.hasPrefix("the file's settings say ") }, "\(doubts)")
  }

  /// Strides and dilations of a configuration that is a dictionary are taken over as those of a text.
  @Test(arguments: ["meta.cfg", "meta.config", "cfg", "hyper_parameters"])
  func configurationsThatAreDictionaries(_ key: String) throws {
    let folder = try TemporaryFolder()
    let file = try Checkpoint(path: Fixtures.path("names/mmseg.pth"))
    let model: Pickled = [
      "backbone": [
        "type": "ResNet", "depth": 50, "dilations": .tuple([1, 1, 2, 4]),
        "strides": [1, 2, 1, 1], "contract_dilation": true,
      ]
    ]
    let parts = key.split(separator: ".")
    let settings = parts.dropFirst().reversed().reduce(["model": model] as Pickled) { inner, name in
      .dictionary([(.text(String(name)), inner)])
    }
    let object = Pickled.dictionary([
      (.text(String(parts[0])), settings),
      ("state_dict", try .state(of: file, dropping: "state_dict.")),
    ])
    let network = try Network(spec(object, in: folder))
    #expect(network.id.contains(":stride=1,2,1,1:dilation=1,1,2,4:"), "\(network.id)")
    try compare(network, with: "mmseg.pth")
  }

  /// Of dictionaries without end a part is taken down.
  @Test func largeDictionaries() throws {
    let folder = try TemporaryFolder()
    func dictionary(of value: Pickled) -> Pickled {
      .dictionary((0..<64).map { (.int($0), value) })
    }
    let settings = dictionary(of: dictionary(of: .text(String(repeating: "a", count: 100))))
    let state = try Pickled.state(of: Checkpoint(path: Fixtures.path("names/plain.pth")))
    let object: Pickled = ["hyper_parameters": settings, "state_dict": state]
    let file = try Checkpoint(path: folder.write(object.file, to: "object.pth"))
    #expect((1 << 18..<1 << 19).contains(file.configuration.utf8.count))
    #expect(ConfigurationText(file.configuration).backbones.isEmpty)
  }
}
