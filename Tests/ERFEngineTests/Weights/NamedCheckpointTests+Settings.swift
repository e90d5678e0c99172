// Settings of programs for training that tell what shapes do not: classifiers, poolings, strides and names of
// other networks, also in JSON.

import TestSupport
import Testing

@testable import ERFEngine

extension NamedCheckpointTests {
  /// A small network of bottlenecks in a file with these texts.
  private func named(
    by texts: [String: String], isHeadless: Bool = false, in folder: TemporaryFolder
  ) throws -> String {
    let path = folder.file("named.safetensors")
    let whole = try Network.trainingForm(
      NetworkSpec(model: "resnet:block=bottleneck:layers=1,1,1,1:width=2:classes=7"))
    let tensors = whole.stateDictionary.filter { !isHeadless || !$0.0.hasPrefix("fc.") }
    try SafetensorsWriter(tensors: tensors, type: .float32, metadata: texts).write(to: path)
    return path
  }

  /// The notes on it.
  private func notes(on texts: [String: String], isHeadless: Bool = false) throws -> [String] {
    let folder = try TemporaryFolder()
    var spec = NetworkSpec(file: try named(by: texts, isHeadless: isHeadless, in: folder))
    spec.allowsMissingHead = isHeadless
    return try #require(try Network(spec).weightsChoice).notes
  }

  /// Losses and classifiers whose names say that they compare angles are told in one note, and raise no doubt.
  @Test(
    arguments: [
      ("args.loss", "arcface"), ("args.metric", "arc_margin"), ("classifier", "cosine"),
      ("opt.loss", "ArcFace"), ("loss", "AMSoftmax"), ("loss_name", "cosface"),
      ("cfg.head.type", "ArcFaceClsHead"), ("config.criterion", "CosFaceLoss"),
      ("args.metric", "sphere"), ("config", #"{"model": {"head": {"type": "CosineHead"}}}"#),
      ("cfg.MODEL.ID_LOSS_TYPE", "arcface"), ("cfg.MODEL.ID_LOSS_TYPE", "circle"),
      ("cfg.MODEL.HEADS.CLS_LAYER", "ArcSoftmax"), ("args.losses.1", "CosFace"),
      ("config", #"{"loss": ["triplet", "arcface"]}"#),
      ("config", #"{"loss": ["arcface", "nn.CrossEntropy", 0.5]}"#),
      ("config", #"{"losses": [{"name": "arcface"}, {"name": "nn.CrossEntropy"}]}"#),
      ("args.losses.0.name", "arcface"), ("cfg.MODEL.LOSSES.NAME.1", "ArcFace"),
    ])
  func classifiersThatCompareAnglesBySettings(_ key: String, value: String) throws {
    let another = ["args.criterion_name": "additive angular margin"]
    for texts in [[key: value], another.merging([key: value]) { $1 }] {
      let notes = try notes(on: texts)
      #expect(notes.count == 1, "\(notes)")
      let words = "the classifier may compare angles, as ArcFace's does"
      #expect(
        notes.allSatisfy { $0.hasPrefix("the file's settings say ") && $0.contains(words) },
        "\(notes)")
    }
    let headless = try self.notes(on: [key: value], isHeadless: true)
    #expect(headless.allSatisfy { !$0.contains("angles") }, "\(headless)")
  }

  /// Distances, plans of learning rates and usual losses are none of these.
  @Test(
    arguments: [
      ("args.metric", "cosine"), ("args.loss", "cosine_embedding"), ("args.scheduler", "cosine"),
      ("args.loss", "cross_entropy"), ("loss", "0.25"), ("classifier", "fc"),
      ("args.head", "linear"), ("cfg.MODEL.ID_LOSS_TYPE", "softmax"), ("args.loss", "circle"),
      ("cfg.MODEL.HEADS.CLS_LAYER", "Linear"), ("config", #"{"loss": [0.5, 0.25]}"#),
    ])
  func settingsOfUsualClassifiers(_ key: String, value: String) throws {
    #expect(try notes(on: [key: value]) == [])
  }

  /// Heads of mmengine's configuration, a text beside the weights, and losses in a list.
  @Test func headsAndLossesInAPickle() throws {
    let state = try Pickled.state(of: Checkpoint(path: Fixtures.path("names/plain.pth")))
    func configuration(_ head: String) -> Pickled {
      let text = """
        model = dict(type='ImageClassifier', backbone=dict(type='ResNet'),
            neck=dict(type='GlobalAveragePooling'),
            head=dict(type='\(head)', num_classes=5, loss=dict(type='CrossEntropyLoss')))
        """
      return ["meta": ["cfg": .text(text)], "state_dict": state]
    }
    let folder = try TemporaryFolder()
    func angles(_ object: Pickled) throws -> [String] {
      let path = try folder.write(object.file, to: "told.pth")
      let notes = try #require(try Network(NetworkSpec(file: path)).weightsChoice).notes
      return notes.filter { $0.contains("the classifier may compare angles") }
    }
    let told = try angles(configuration("ArcFaceClsHead"))
    #expect(
      told.count == 1
        && told[0].hasPrefix("the file's configuration says head.type=arcfaceclshead: "), "\(told)")
    #expect(try angles(configuration("LinearClsHead")).isEmpty)
    let losses: Pickled = ["args": ["loss": ["triplet", "ArcFace"]], "state_dict": state]
    let listed = try angles(losses)
    #expect(
      listed.count == 1 && listed[0].hasPrefix("the file's settings say loss=arcface: "),
      "\(listed)")
  }

  /// Losses in a long log leave room for what tells of the network.
  @Test func loggedLosses() throws {
    let state = try Pickled.state(of: Checkpoint(path: Fixtures.path("names/plain.pth")))
    let log = Pickled.dictionary((0..<100).map { (.text("\($0)"), ["loss": 0.5]) })
    let object: Pickled = ["args": ["log": log, "os": 8, "loss": "arcface"], "state_dict": state]
    let folder = try TemporaryFolder()
    let file = try Checkpoint(path: folder.write(object.file, to: "logged.pth"))
    #expect(file.metadata == ["args.os": "8", "args.loss": "arcface"])
  }

  /// Poolings that blur, the place of a bottleneck's stride and the pooling of the stem, also in JSON, which may be
  /// nested as a dictionary may.
  @Test(
    arguments: [
      ("args.pool_name", "blurpool", "pool_name=blurpool"),
      ("args.pooling", "blur", "pooling=blur"),
      ("pool", "SoftPool", "pool=softpool"), ("args.style", "caffe", "style=caffe"),
      ("args.style", "pytorch", nil), ("hyper_parameters.maxpool1", "False", "maxpool1=false"),
      ("hyper_parameters.maxpool1", "True", nil), ("args.no_maxpool", "true", "no_maxpool=true"),
      ("config", #"{"model": {"use_blurpool": true}}"#, "use_blurpool=true"),
      ("config", #"{"a": {"model": {"backbone": {"last_stride": 1}}}}"#, "last_stride=1"),
      ("cfg", #"{"model": {"dilation": [1, 1, 2, 4]}}"#, "dilation=[1, 1, 2, 4]"),
      (
        "config", #"{"replace_stride_with_dilation": [false, true, true]}"#,
        "replace_stride_with_dilation=[false, true, true]"
      ),
      ("config", #"{"output_stride": [8]}"#, "output_stride=[8]"),
      ("config", #"{"output_stride": [4, 8, 16, 32]}"#, "output_stride=[4, 8, 16, 32]"),
      ("config", #"{"output_stride": [32]}"#, nil),
      ("hyper_parameters.encoder_output_stride", "16", "encoder_output_stride=16"),
      ("args", #"{"output_stride": 8}"#, "output_stride=8"),
      ("hparams", #"{"net": {"act_layer": "gelu"}}"#, "act_layer=gelu"),
      (
        "args.replace_stride_with_dilation", "[0, 1, 1]",
        "replace_stride_with_dilation=[0, 1, 1]"
      ),
      ("args.dilated", "1", "dilated=1"), ("args.dilated", "0", nil), ("args.dilation", "1", nil),
      ("args.model_cfg.strides", "[1, 2, 1, 1]", "strides=1,2,1,1"),
      ("cfg", #"{"decoder": {"act_layer": "gelu"}, "data": {"os": 8}}"#, nil),
    ] as [(String, String, String?)])
  func settingsThatDiffer(_ key: String, value: String, words: String?) throws {
    let notes = try notes(on: [key: value])
    #expect(notes.count == (words == nil ? 0 : 1), "\(notes)")
    let start = "the file's settings say \(words ?? ""), and it is opened as "
    #expect(notes.allSatisfy { $0.hasPrefix(start) }, "\(notes)")
  }

  /// A network of another family altogether.
  @Test(arguments: ["vit_base", "swin_tiny_patch4", "vgg16", "convnext_base"])
  func namesOfOtherFamilies(_ name: String) throws {
    let start = "the file calls itself \(name), and is opened as "
    for texts in [["arch": name], ["config": #"{"model": {"name": "\#(name)"}}"#]] {
      let notes = try notes(on: texts)
      #expect(notes.count == 1 && notes[0].hasPrefix(start), "\(notes)")
    }
  }

  /// What Hydra and Lightning build names the network where the class is of a library that is known.
  @Test(
    arguments: [
      ("hyper_parameters.net._target_", "timm.models.resnet.resnetblur50", "resnetblur50"),
      ("hyper_parameters.net.class_path", "torchvision.models.vgg16", "vgg16"),
      ("config", #"{"model": {"_target_": "timm.resnetblur50"}}"#, "resnetblur50"),
      ("hyper_parameters.net._target_", "src.models.ResNetModule", nil),
      ("hyper_parameters.net._target_", "timm.create_model", nil),
      ("hyper_parameters.optimizer._target_", "timm.models.vgg16", nil),
    ] as [(String, String, String?)])
  func namesOfClasses(_ key: String, value: String, name: String?) throws {
    let notes = try notes(on: [key: value])
    #expect(notes.count == (name == nil ? 0 : 1), "\(notes)")
    let start = "the file calls itself \(name ?? ""), and is opened as "
    #expect(notes.allSatisfy { $0.hasPrefix(start) }, "\(notes)")
  }

  /// Networks beside the one that is in the file are none of its names.
  @Test(
    arguments: [
      ("args.loss.net", "vgg"), ("lpips.net", "vgg"), ("perceptual.network", "alexnet"),
      ("cfg.perceptual_loss.model", "vgg16"), ("teacher.arch", "vit_base"),
      ("args.teacher_model.name", "vit_base"), ("discriminator.arch", "vgg"),
      ("generator.encoder.name", "resnet34"), ("text_encoder.model", "vit_base"),
      ("config", #"{"teacher": {"arch": "vit_base"}, "loss": {"net": "vgg"}}"#),
    ])
  func namesOfOtherNetworks(_ key: String, name: String) throws {
    #expect(try notes(on: [key: name]) == [])
  }

  /// What is made of a file goes on to say that its classifier may compare angles.
  @Test func anglesOutliveConversion() throws {
    let folder = try TemporaryFolder()
    var path = try named(by: ["args.loss": "arcface"], in: folder)
    for name in ["one.safetensors", "two.safetensors"] {
      _ = try NetworkConversion(network: NetworkSpec(file: path)).write(
        to: folder.file(name), program: "this")
      path = folder.file(name)
      let notes = try #require(try Network(NetworkSpec(file: path)).weightsChoice).notes
      let start = "before it was converted, the file's settings say loss=arcface: "
      #expect(notes.count == 1 && notes[0].hasPrefix(start), "\(notes)")
    }
  }

  /// JSON in a pickle is read whole, however long it is.
  @Test func longConfigurations() throws {
    let state = try Pickled.state(of: Checkpoint(path: Fixtures.path("names/plain.pth")))
    let path = String(repeating: "a", count: 1000)
    let text = #"{"paths": {"root": "\#(path)"}, "model": {"use_blurpool": true}}"#
    let folder = try TemporaryFolder()
    for settings in [.text(text), ["model": ["use_blurpool": true]]] as [Pickled] {
      let object: Pickled = ["config": settings, "state_dict": state]
      let path = try folder.write(object.file, to: "long.pth")
      let notes = try #require(try Network(NetworkSpec(file: path)).weightsChoice).notes
      #expect(
        notes.count == 1 && notes[0].hasPrefix("the file's settings say use_blurpool=true, "),
        "\(notes)")
    }
  }
}
