// Settings that change what a network computes and not its shapes: of the file, and of timm's config.json and
// args.yaml beside it.

import TestSupport
import Testing

@testable import ERFEngine

extension NamedCheckpointTests {
  /// The notes on the plain network in `model.safetensors` beside a file of settings.
  func notes(beside bytes: [UInt8], called name: String) throws -> [String] {
    let folder = try TemporaryFolder()
    let path = try Self.plain(with: [:], at: folder.file("model.safetensors"))
    _ = try folder.write(bytes, to: name)
    return try #require(try Network(NetworkSpec(file: path)).weightsChoice).notes
  }

  /// One note, which says this of how the network is opened; nil: none.
  private func expectOnly(_ words: String?, in notes: [String]) {
    #expect(notes.count == (words == nil ? 0 : 1), "\(notes)")
    let start = "\(words ?? ""), and it is opened as "
    #expect(notes.allSatisfy { $0.hasPrefix(start) }, "\(notes)")
  }

  /// What other arguments timm's networks were built with is said in a line; what they have anyway, and what
  /// changes nothing, is not.
  @Test(
    arguments: [
      (#"{"model_args": {"output_stride": 8}}"#, "output_stride=8"),
      (#"{"output_stride": [8]}"#, "output_stride=[8]"),
      (
        #"{"replace_stride_with_dilation": [false,true,true]}"#,
        "replace_stride_with_dilation=[false,true,true]"
      ),
      (#"{"model_args": {"act_layer": "silu", "bn_eps": 0.1}}"#, "act_layer=silu, bn_eps=0.1"),
      (#"{"model_args": {"aa_layer": "blurpool", "drop_rate": 0.1}}"#, "aa_layer=blurpool"),
      (#"{"model_args": {"norm_layer": "groupnorm"}}"#, "norm_layer=groupnorm"),
      (#"{"global_pool": "max", "num_classes": 5}"#, "global_pool=max"),
      (#"{"backbone": "a", "backbone_kwargs": {"output_stride": 8, "x": 1}}"#, "output_stride=8"),
      (#"{"act_layer": {"type": "GELU"}}"#, "act_layer.type=gelu"),
      (#"{"label2id": {"output_stride": 8}, "teacher": {"output_stride": 8}}"#, nil),
      (
        #"{"global_pool": "avg", "model_args": {"act_layer": "relu", "bn_eps": 1e-05, "pad_type": "", "#
          + #""aa_layer": null, "output_stride": 32, "stem_type": "", "norm_layer": "batchnorm2d"}}"#,
        nil
      ),
      (
        #"{"model_args": {"zero_init_last": false, "in_chans": 3, "num_classes": 10, "drop_rate": 0.1, "#
          + #""pretrained": true, "layers": [2, 2]}, "pretrained_cfg": {"global_pool": "max"}}"#,
        nil
      ),
      (#"{"model_args": {"block_args": {"act_layer": "silu"}}}"#, "act_layer=silu"),
      (
        #"{"model_args": {"block_args": {"attn": {"layer": "se",\#n"ratio": 4}}}}"#,
        #"attn={"layer": "se", "ratio": 4}"#
      ),
      (#"{"model_args": {"attn_layer": "eca", "drop_rate": 0.1}}"#, "attn_layer=eca"),
      (#"{"model_args": ["act_layer"]}"#, #"model_args=["act_layer"]"#),
      (
        #"{"model_args": {"block_args": {}, "attn_layer": null, "use_eca": false, "#
          + #""pretrained_cfg": {"global_pool": "max"}}, "model_kwargs": []}"#,
        nil
      ),
    ] as [(String, String?)])
  func argumentsInTheConfiguration(_ text: String, words: String?) throws {
    let notes = try self.notes(beside: Array(text.utf8), called: "config.json")
    expectOnly(words.map { "config.json beside the file says \($0)" }, in: notes)
  }

  /// What is usual differs between the networks.
  @Test(
    arguments: [
      (
        "tf_efficientnet_lite0.in1k",
        #"{"bn_eps": 0.001, "pad_type": "same", "act_layer": "relu6"}"#, nil
      ),
      ("tf_efficientnet_lite0.in1k", #"{"bn_eps": 0.1}"#, "bn_eps=0.1"),
      ("efficientnet_lite0.ra_in1k", #"{"bn_eps": 1e-05, "act_layer": "relu6"}"#, nil),
      ("efficientnet_lite0.ra_in1k", #"{"pad_type": "same"}"#, "pad_type=same"),
      ("efficientnet_lite0.ra_in1k", #"{"output_stride": 16}"#, "output_stride=16"),
    ] as [(String, String, String?)])
  func argumentsOfLites(_ name: String, text: String, words: String?) throws {
    let folder = try TemporaryFolder()
    let spec = try lite("\(name)/model.safetensors", in: folder)
    _ = try folder.write(
      Array(#"{"model_args": \#(text)}"#.utf8), to: "\(name)/config.json")
    let notes = try #require(try Network(spec).weightsChoice).notes
    expectOnly(words.map { "config.json beside the file says \($0)" }, in: notes)
  }

  /// timm's training leaves a setting a line, most of them empty.
  @Test(
    arguments: [
      ("aa: null\nmodel: resnetblur18\ngp: null\n", "calls it resnetblur18"),
      ("model: \"resnetblur18\"  # the network\n", "calls it resnetblur18"),
      ("name: &m resnetblur18\nmodel: *m  # the same\n", "calls it resnetblur18"),
      ("bn_eps: 0.1  # more\r\ngp: max\r\n", "says bn_eps=0.1, gp=max"),
      ("lr: 0.1\nmodel_kwargs:\n  act_layer: 'silu'\nopt: sgd\n", "says act_layer=silu"),
      ("model_kwargs:\n  output_stride: 8\n", "says output_stride=8"),
      ("model_kwargs: {output_stride: 8}\n", "says output_stride=8"),
      ("model_kwargs: {\"act_layer\": 'silu', drop_rate: 0.1}  # more\n", "says act_layer=silu"),
      ("model_kwargs:\n- output_stride=8\nopt: sgd\n", "says output_stride=8"),
      ("model_kwargs:\n  - act_layer: silu\n", "says act_layer=silu"),
      (
        "model_kwargs: {block_args: {act_layer: silu}}\n",
        "says model_kwargs={block_args: {act_layer: silu}}"
      ),
      ("model_kwargs:\n  ? output_stride\n", "says model_kwargs=? output_stride"),
      ("model_kwargs: output_stride=8\n", "says model_kwargs=output_stride=8"),
      ("model_kwargs: {}  # none\ncrop: [0.5, 0.5]\nopt:\n- sgd=1\n", nil),
      ("model_kwargs:\n  # act_layer: silu\n  drop_rate: 0.1\n  num_classes: 10\n", nil),
      ("gp: null\nbn_eps: null\nbn_tf: false\nmodel_kwargs: {}\n", nil),
      ("# gp: max\ncrop:\n- 0.5\n:\nopt: sgd", nil),
      ("norm:\n  mean: 0.5\npool: {size: 2}\n", nil), ("norm: gn\n", "says norm=gn"),
    ] as [(String, String?)])
  func argumentsOfTraining(_ text: String, words: String?) throws {
    let notes = try self.notes(beside: Array(text.utf8), called: "args.yaml")
    expectOnly(words.map { "args.yaml beside the file \($0)" }, in: notes)
  }

  /// Lists are what PyYAML makes of them; of arguments in other notations the text is said, and nothing of it
  /// is taken for a setting.
  @Test(
    arguments: [
      (
        "  replace_stride_with_dilation:\n  - false\n  - true\n",
        "replace_stride_with_dilation=[false, true]"
      ),
      (
        "  replace_stride_with_dilation:\n    - false\n    - yes\n  drop_rate: 0.1\n",
        "replace_stride_with_dilation=[false, true]"
      ),
      ("  replace_stride_with_dilation: yes\n", "replace_stride_with_dilation=true"),
      ("  replace_stride_with_dilation:\n  - false\n  - false\n", nil),
      ("- 'act_layer=silu'\n", "act_layer=silu"), ("  'act_layer': \"silu\"\n", "act_layer=silu"),
      (
        "  block_args: {}\n  attn: { }\n  use_eca: []\n  layers:\n  - 2\n  - 2\n"
          + "  pretrained_cfg_overlay:\n    crop_pct: 1.0\n    mean:\n    - 0.5\n"
          + "    global_pool: max\n  channels:\n    - - 1\n",
        nil
      ),
      (
        "  output_stride: 8\n  block_args:\n    output_stride: 32\n",
        "model_kwargs=output_stride: 8 block_args: output_stride: 32"
      ),
      ("  block_args:\n    act_layer: silu\n", "model_kwargs=block_args: act_layer: silu"),
      ("  output_stride: !!int 8\n", "model_kwargs=output_stride: !!int 8"),
      ("  output_stride: *o\n", "model_kwargs=output_stride: *o"),
      ("  output_stride: &o 8\n", "model_kwargs=output_stride: &o 8"),
      ("  act_layer: |\n    silu\n", "model_kwargs=act_layer: | silu"),
      ("-\n  act_layer=silu\n", "model_kwargs=- act_layer=silu"),
      ("-\tact_layer=silu\n", "model_kwargs=-\tact_layer=silu"),
      ("  \"act\\x5flayer\": silu\n", "model_kwargs=\"act\\x5flayer\": silu"),
    ] as [(String, String?)])
  func notationsOfArguments(_ text: String, words: String?) throws {
    let notes = try self.notes(
      beside: Array("lr: 0.1\nmodel_kwargs:\n\(text)opt: sgd\n".utf8), called: "args.yaml")
    expectOnly(words.map { "args.yaml beside the file says \($0)" }, in: notes)
  }

  /// What is no line of its own is not read as nothing.
  @Test(
    arguments: [
      ("model:\n  resnetblur18\nlr: 0.1\n", "gives model in a way that is not read"),
      ("model: >-\n  resnetblur18\n", "gives model in a way that is not read"),
      ("name: a\nmodel: *m\n", "gives model in a way that is not read"),
      ("model: !!binary resnetblur18\n", "gives model in a way that is not read"),
      ("model: {name: resnetblur18}\n", "gives model in a way that is not read"),
      ("{model: resnetblur18, lr: 0.1}\n", "is not written as one setting a line"),
      ("{\n  \"model\": \"resnetblur18\"\n}\n", "is not written as one setting a line"),
      ("--- {model: resnetblur18}\n", "is not written as one setting a line"),
      ("? model\n: resnetblur18\n", "is not written as one setting a line"),
      ("\"mod\\x65l\": resnetblur18\n", "is not written as one setting a line"),
    ])
  func notationsOfNames(_ text: String, words: String) throws {
    let notes = try self.notes(beside: Array(text.utf8), called: "args.yaml")
    #expect(
      notes == [
        "args.yaml beside the file \(words): what it says of the network is not known"
      ])
  }

  @Test func settingsThatAreSaidTwice() throws {
    let text = #"{"global_pool": "max", "model_args": {"global_pool": "max"}}"#
    let notes = try self.notes(beside: Array(text.utf8), called: "config.json")
    expectOnly("config.json beside the file says global_pool=max", in: notes)
  }

  /// As editors on Windows save texts.
  @Test func configurationsWithMarksOfTheirEncoding() throws {
    let text = #"{"architecture": "resnetblur18"}"#
    let little = text.utf16.flatMap { [UInt8($0 & 0xFF), UInt8($0 >> 8)] }
    let big = text.utf16.flatMap { [UInt8($0 >> 8), UInt8($0 & 0xFF)] }
    let marked: [(mark: [UInt8], body: [UInt8])] = [
      ([0xEF, 0xBB, 0xBF], Array(text.utf8)), ([0xFF, 0xFE], little), ([0xFE, 0xFF], big),
    ]
    for (mark, body) in marked {
      let notes = try self.notes(beside: mark + body, called: "config.json")
      #expect(
        notes.count == 1
          && notes[0].hasPrefix("config.json beside the file calls it resnetblur18, "), "\(notes)")
    }
  }

  @Test func configurationsThatCannotBeRead() throws {
    let long = [UInt8](repeating: 0x20, count: 2 << 20)
    for (bytes, words) in [
      (Array("architecture: resnet18".utf8), "is not valid JSON at byte 0: "),
      (long, "cannot be read or is larger than 1 MiB: "),
    ] {
      let notes = try self.notes(beside: bytes, called: "config.json")
      #expect(
        notes.count == 1 && notes[0].hasPrefix("config.json beside the file \(words)"), "\(notes)")
    }
  }

  /// The same settings in the file itself; numbers are no way of pooling.
  @Test(
    arguments: [
      (["args.pooling": "GeM", "args.norm": "True"], "pooling=gem"),
      (["config": #"{"model_args": {"act_layer": "silu"}}"#], "act_layer=silu"),
      (["config": "{act_layer: silu}"], nil),
      (
        [
          "args.act": "sigmoid", "args.norm": "imagenet", "args.os": "linux", "args.pool": "avg",
          "args.padding_mode": "zeros",
        ], nil
      ),
      (["args.gp": "gap", "args.global_pool": "Adaptive_Avg"], nil),
      (["args.gp": "max"], "gp=max"), (["args.bn_eps": "0.1", "gp": "10.0"], "bn_eps=0.1"),
      (["args.gp": "avg", "args.bn_eps": "1e-05", "cfg.decoder.head.act_layer": "gelu"], nil),
    ] as [([String: String], String?)])
  func argumentsInTheFile(_ metadata: [String: String], words: String?) throws {
    let folder = try TemporaryFolder()
    let plain = try Checkpoint(path: Fixtures.path("names/plain.pth"))
    let path = folder.file("named.safetensors")
    try SafetensorsWriter(
      tensors: try plain.keys.map { ($0, try plain.tensor($0)) }, type: .float32,
      metadata: metadata
    ).write(to: path)
    let notes = try #require(try Network(NetworkSpec(file: path)).weightsChoice).notes
    expectOnly(words.map { "the file's settings say \($0)" }, in: notes)
  }

  /// detectron2's settings of residual networks, and other names of blurs and poolings.
  @Test(
    arguments: [
      (["cfg.MODEL.RESNETS.STRIDE_IN_1X1": "True"], "stride_in_1x1=true", true),
      (["cfg.MODEL.RESNETS.STRIDE_IN_1X1": "False"], "stride_in_1x1=false", false),
      (["MODEL.RESNETS.RES5_DILATION": "2"], "res5_dilation=2", nil),
      (["MODEL.RESNETS.RES5_DILATION": "1", "MODEL.RESNETS.NORM": "FrozenBN"], nil, nil),
      (["cfg.MODEL.RESNETS.NORM": "GN"], "resnets.norm=gn", nil),
      (["args.use_blurpool": "1"], "use_blurpool=1", nil),
      (["args.use_blurpool": "0", "args.pool_name": "avg"], nil, nil),
      (["args.pool_name": "GeM"], "pool_name=gem", nil),
    ] as [([String: String], String?, Bool?)])
  func settingsOfOtherPrograms(
    _ metadata: [String: String], words: String?, ofCaffe: Bool?
  ) throws {
    let folder = try TemporaryFolder()
    let path = folder.file("named.safetensors")
    let start = "resnet:block=bottleneck:layers=1,1,1,1:width=2"
    let whole = try Network.trainingForm(NetworkSpec(model: start + ":classes=7"))
    try SafetensorsWriter(
      tensors: whole.stateDictionary, type: .float32, metadata: metadata
    ).write(to: path)
    for isCaffe in [false, true] {
      var spec = NetworkSpec(file: path)
      if isCaffe { spec.source = .catalogue(start + ":style=caffe:classes=7") }
      let notes = try #require(try Network(spec).weightsChoice).notes
      let isUsual = ofCaffe == isCaffe
      expectOnly(isUsual ? nil : words.map { "the file's settings say \($0)" }, in: notes)
    }
  }

  /// Names of networks too, in a configuration of JSON that is one of the file's texts.
  @Test func configurationsInTheFile() throws {
    let folder = try TemporaryFolder()
    let path = folder.file("named.safetensors")
    let text = #"{"architecture": "resnetblur18", "pretrained_cfg": {"mean": [0, 0, 0]}}"#
    try SafetensorsWriter(
      tensors: [("conv1.weight", Tensor(zeros: [1, 3, 3, 3]))], type: .float32,
      metadata: ["config": text]
    ).write(to: path)
    let file = try Checkpoint(path: path)
    #expect(FileHints(file, prefix: "").names == ["resnetblur18"])
    #expect(FileHints.texts(of: file)["pretrained_cfg.mean"] == "[0, 0, 0]")
  }

  /// Of two configurations each is read: the first may say nothing, or something else than the second.
  @Test(
    arguments: [
      (#"{}"#, "model: resnetblur18\n", ["args.yaml beside the file calls it resnetblur18, "]),
      (
        #"{"lr": {"value": 0.1}}"#,
        "model: resnetblur18\nmean: [0.5, 0.5, 0.5]\nstd: [0.5, 0.5, 0.5]\n",
        [
          "args.yaml beside the file calls it resnetblur18, ",
          "args.yaml beside the file says mean 0.5, std 0.5, ",
        ]
      ),
      (
        #"{"architecture": "resnetblur18"}"#,
        "model: resnetblur18\nmean: [0.5, 0.5, 0.5]\nstd: [0.5, 0.5, 0.5]\n",
        [
          "config.json beside the file calls it resnetblur18, ",
          "args.yaml beside the file says mean 0.5, std 0.5, ",
        ]
      ),
      (
        #"{"act_layer": "silu"}"#, "model_kwargs:\n  act_layer: silu\n  aa_layer: blurpool\n",
        [
          "config.json beside the file says act_layer=silu, ",
          "args.yaml beside the file says aa_layer=blurpool, ",
        ]
      ),
      (#"[]"#, "lr: 0.1\n", ["config.json beside the file is JSON, but not an object: "]),
    ])
  func twoConfigurations(_ json: String, yaml: String, starts: [String]) throws {
    let folder = try TemporaryFolder()
    let path = try Self.plain(with: [:], at: folder.file("model.safetensors"))
    let json = try folder.write(Array(json.utf8), to: "config.json")
    let yaml = try folder.write(Array(yaml.utf8), to: "args.yaml")
    let notes = try #require(try Network(NetworkSpec(file: path)).weightsChoice).notes
    #expect(notes.count == starts.count, "\(notes)")
    #expect(
      starts.allSatisfy { start in notes.contains { $0.hasPrefix(start) } }, "\(notes)")
    #expect(Checkpoint.files(of: path) == [path, json, yaml])
  }

  /// Also in an `argparse.Namespace` of a pickle.
  @Test func argumentsInAPickle() throws {
    let folder = try TemporaryFolder()
    // Stored without compression; what is pushed and popped at once makes the text as long.
    let bytes = try Fixtures.bytes("names/blur.pth")
    let name = Array("X\u{4}\0\0\0archq\u{5}X\u{c}\0\0\0resnetblur18".utf8)
    let pooling = Array("X\u{2}\0\0\0gpq\u{5}X\u{3}\0\0\0maxN0N0N0N0K\u{1}0".utf8)
    let place = try #require(bytes.firstRange(of: name))
    let path = try folder.write(
      Array(bytes[..<place.lowerBound]) + pooling + bytes[place.upperBound...], to: "plain.pth")
    let notes = try #require(try Network(NetworkSpec(file: path)).weightsChoice).notes
    #expect(
      notes.count == 1
        && notes[0].hasPrefix("the file's settings say gp=max, and it is opened as "),
      "\(notes)")
  }
}
