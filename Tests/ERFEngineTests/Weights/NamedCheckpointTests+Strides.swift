// Strides, dilations and networks within others, which shapes do not tell.

import Foundation
import TestSupport
import Testing

@testable import ERFEngine

extension NamedCheckpointTests {
  @Test(arguments: ["fcn.pth", "mmseg.pth"])
  func segmentationKeepsItsStrides(_ name: String) throws {
    let network = try Network(Self.spec(name, headless: true))
    #expect(
      network.id
        == "resnet:block=bottleneck:layers=1,2,2,2:width=2:stride=1,2,1,1:dilation=1,1,2,4"
        + ":classes=1000")
    try compare(network, with: name)
    // 28 x 28 units over a picture of 224, where the plain network has 7 x 7.
    let size = InputSize(height: 224, width: 224)
    #expect(try network.shape(of: network.tap(nil), input: size) == [1, 28, 28, 64])
    #expect(network.weightsChoice?.notes.contains { $0.contains("strides") } != true)
  }

  @Test func caffeStyleIsTold() throws {
    let network = try Network(Self.spec("caffe.pth", headless: true))
    #expect(network.id.contains(":style=caffe:"))
    try compare(network, with: "caffe.pth")
  }

  /// What is opened as something else than the file tells is said.
  @Test func plainModelForDilatedWeights() throws {
    var spec = Self.spec("fcn.pth", headless: true)
    spec.source = .catalogue("resnet:block=bottleneck:layers=1,2,2,2:width=2")
    let notes = try #require(try Network(spec).weightsChoice).notes
    #expect(
      notes.contains { $0.contains("is opened as") && $0.contains("stride=1,2,1,1") }, "\(notes)")
  }

  @Test func namesThatShapesDoNotTell() throws {
    let blur = try #require(try Network(Self.spec("blur.pth")).weightsChoice).notes
    #expect(blur.count == 1 && blur[0].contains("calls itself resnetblur18"), "\(blur)")
    let plain = try #require(try Network(Self.spec("plain.pth")).weightsChoice).notes
    #expect(plain.isEmpty, "\(plain)")
  }

  /// What stands beside the weights at the top of the file is read: a name that is another network's is said
  /// once, and one that tells strides is taken at its word.
  @Test func namesAtTheTop() throws {
    let folder = try TemporaryFolder()
    // Stored without compression, its text may be exchanged for another of the same length.
    let bytes = try Fixtures.bytes("names/moco.pth")
    let place = try #require(bytes.firstRange(of: Array("resnet18".utf8)))
    let other = Array(bytes[..<place.lowerBound]) + Array("drn_d_22".utf8)
    let path = try folder.write(other + bytes[place.upperBound...], to: "other.pth")
    var spec = NetworkSpec(file: path)
    spec.allowsMissingHead = true
    let notes = try #require(try Network(spec).weightsChoice).notes
    let named = notes.filter { $0.contains("calls itself") }
    #expect(named.count == 1 && named[0].contains("calls itself drn_d_22,"), "\(notes)")
    // Nothing else tells of a backbone alone.
    let file = try Checkpoint(path: Fixtures.path("names/fcn.pth"))
    let tensors = try file.keys.filter { $0.hasPrefix("backbone.") }.map {
      ($0, try file.tensor($0))
    }
    spec = NetworkSpec(file: folder.file("bare.safetensors"))
    spec.allowsMissingHead = true
    try SafetensorsWriter(
      tensors: tensors, type: .float32, metadata: ["arch": "fcn_resnet50"]
    ).write(to: spec.model)
    let network = try Network(spec)
    #expect(network.id.contains(":stride=1,2,1,1:dilation=1,1,2,4:"), "\(network.id)")
    try compare(network, with: "fcn.pth")
    let size = InputSize(height: 224, width: 224)
    #expect(try network.shape(of: network.tap(nil), input: size) == [1, 28, 28, 64])
  }

  /// A network as part of a larger one: `beside` are other tensors, all of one number of axes.
  private func network(
    _ source: String, within prefix: String, beside: [String: Int], countsBatches: Bool = true
  ) throws -> (id: String, notes: [String]) {
    let file = try Checkpoint(path: Fixtures.path("names/\(source)"))
    let folder = try TemporaryFolder()
    let path = folder.file("part.safetensors")
    var tensors: [(String, Tensor)] = []
    let old = source == "plain.pth" ? "" : "backbone."
    for key in file.keys where key.hasPrefix(old) && !key.hasPrefix("fc.") {
      guard countsBatches || !key.hasSuffix("num_batches_tracked") else { continue }
      tensors.append((prefix + key.dropFirst(old.count), try file.tensor(key)))
    }
    for (key, rank) in beside {
      tensors.append((key, Tensor(zeros: Shape([Int](repeating: 1, count: rank)))))
    }
    try SafetensorsWriter(tensors: tensors, type: .float32, metadata: [:]).write(to: path)
    var spec = NetworkSpec(file: path)
    spec.allowsMissingHead = true
    let network = try Network(spec)
    return (network.id, network.weightsChoice?.notes ?? [])
  }

  /// torchvision's detectors, and DETR: the body lies within the backbone, its norms are frozen.
  @Test(arguments: [
    (
      "backbone.body.",
      ["roi_heads.box_head.fc6.weight": 2, "backbone.fpn.layer_blocks.0.weight": 4],
      "fpn, roi_heads: strides"
    ),
    (
      "backbone.0.body.", ["transformer.encoder.norm.weight": 1, "class_embed.weight": 2],
      "class_embed, transformer: strides"
    ),
    ("model.backbone.", ["model.neck.lateral_convs.0.conv.weight": 4], "neck: strides"),
    ("backbone.", ["decode_head.conv_seg.weight": 4], "decode_head: strides"),
    // VainF's DeepLabV3+, segmentation_models_pytorch, jfzhang95's DeepLab, and EncNet.
    (
      "backbone.", ["classifier.aspp.convs.0.0.weight": 4, "classifier.classifier.3.weight": 4],
      "classifier: strides"
    ),
    (
      "encoder.", ["decoder.aspp.0.convs.0.0.weight": 4, "segmentation_head.0.weight": 4],
      "decoder, segmentation_head: strides"
    ),
    ("resnet.", ["aspp.x.weight": 1, "decoder.last_conv.0.weight": 4], "aspp, decoder: strides"),
    (
      "pretrained.", ["head.conv5.0.weight": 4, "auxlayer.conv5.0.weight": 4],
      "auxlayer, head: strides"
    ),
    ("state.module.trunk.", ["state.module.upsampling.weight": 4], "upsampling: strides"),
  ])
  func partsOfOtherNetworks(_ prefix: String, beside: [String: Int], words: String) throws {
    for isFrozen in [false, true] {
      let notes = try network(
        "plain.pth", within: prefix, beside: beside, countsBatches: !isFrozen
      ).notes.filter { !$0.hasPrefix("left out ") }
      #expect(notes.count == 1 && notes[0].contains(words), "\(notes)")
      #expect(notes.first?.contains("frozen norms") == isFrozen, "\(notes)")
    }
  }

  /// Norms that count no batches are those of PyTorch before 0.4.1 too, torchvision's own files among them.
  @Test func oldFilesAreNoDoubt() throws {
    let new = try network("plain.pth", within: "", beside: [:])
    let old = try network("plain.pth", within: "", beside: [:], countsBatches: false)
    #expect(old.id == new.id && old.notes == new.notes, "\(old.notes)")
    #expect(!old.notes.contains { $0.contains("strides") || $0.contains("frozen") }, "\(old.notes)")
  }

  /// detectron2 and maskrcnn-benchmark name their layers in ways of their own, and put strides where shapes do
  /// not tell: their files open as nothing else.
  @Test(arguments: [true, false]) func detectorsWithNamesOfTheirOwn(_ isSecond: Bool) throws {
    let file = try Checkpoint(path: Fixtures.path("names/plain.pth"))
    let folder = try TemporaryFolder()
    let path = folder.file("detector.safetensors")
    let tensors = try file.keys.filter { !$0.hasPrefix("fc.") && !$0.hasSuffix("tracked") }.map {
      key -> (String, Tensor) in
      var name = key
      if isSecond {
        for number in 1...4 { name = name.replacing("layer\(number)", with: "res\(number + 1)") }
        for number in 1...3 { name = name.replacing("bn\(number)", with: "conv\(number).norm") }
        name = name.replacing("downsample.0", with: "shortcut")
          .replacing("downsample.1", with: "shortcut.norm")
      }
      if !name.contains("layer") && !name.contains("res") { name = "stem." + name }
      let prefix = isSecond ? "backbone.bottom_up." : "module.backbone.body."
      return (prefix + name, try file.tensor(key))
    }
    try SafetensorsWriter(
      tensors: tensors, type: .float32, metadata: ["__author__": "Facebook"]
    ).write(to: path)
    var spec = NetworkSpec(file: path)
    spec.allowsMissingHead = true
    let error = #expect(throws: CheckpointError.self) { try Network(spec) }
    #expect(
      error?.explanation.contains("holds no network known by its names") == true,
      "\(error?.explanation ?? "")")
  }

  /// A backbone without what stands on it may be one of other strides; with a classifier it is whole.
  @Test func backbonesAloneAreInDoubt() throws {
    let notes = try network("fcn.pth", within: "backbone.", beside: [:]).notes
    #expect(notes.contains { $0.contains("backbone of a larger network alone") }, "\(notes)")
    let whole = try network(
      "plain.pth", within: "backbone.",
      beside: ["backbone.fc.weight": 2, "backbone.fc.bias": 1]
    ).notes
    #expect(!whole.contains { $0.contains("larger network alone") }, "\(whole)")
  }

  /// What the file left open holds of what is converted from it, however often.
  @Test func doubtsOutliveConversion() throws {
    let folder = try TemporaryFolder()
    var path = Fixtures.path("names/blur.pth")
    for name in ["one.safetensors", "two.safetensors"] {
      _ = try NetworkConversion(network: NetworkSpec(file: path)).write(
        to: folder.file(name), program: "this")
      path = folder.file(name)
      let notes = try Network(NetworkSpec(file: path)).weightsChoice?.notes ?? []
      #expect(
        notes.count == 1
          && notes[0].hasPrefix("before it was converted, the file calls itself resnetblur18"),
        "\(notes)")
    }
  }

  /// And of what is trained from it, also where the training is gone on with.
  @Test func doubtsOutliveTraining() throws {
    let folder = try TemporaryFolder()
    func start(_ name: String, _ id: String, _ original: String) -> NetworkSpec {
      var start = NetworkSpec(file: Fixtures.path("names/\(name)"))
      (start.source, start.weightsModel) = (.catalogue(id), original)
      return start
    }
    let original = try NetworkSpec(file: Fixtures.path("names/blur.pth")).modelID()
    let id = try ModelCatalogue.id(of: original, classes: 16)
    var recipe = TrainingRecipe(model: id, data: .shapes(count: 64), steps: 1)
    (recipe.size, recipe.batch) = (32, 8)
    var trainer = try Trainer(recipe, from: start("blur.pth", id, original), threads: 1)
    try trainer.advance()
    try trainer.save(to: folder.file("a.safetensors"), program: "this", command: "")
    try trainer.saveNetwork(to: folder.file("b.safetensors"), madeBy: ("this", ""))
    // The same weights in a file that leaves nothing open.
    var again = try Trainer(recipe, from: start("plain.pth", id, original), threads: 1)
    try again.resume(from: folder.file("a.safetensors"))
    try again.save(to: folder.file("c.safetensors"), program: "this", command: "")
    for name in ["a", "b", "c"] {
      let spec = NetworkSpec(file: folder.file("\(name).safetensors"))
      let notes = try Network(spec).weightsChoice?.notes ?? []
      #expect(
        notes.count == 1
          && notes[0].hasPrefix("before it was trained further, the file calls itself resnetblur18")
          && notes[0].hasSuffix("(strides, dilations, blurs)"), "\(name): \(notes)")
    }
  }

  /// `inspect` and opening take the same network of a converted file.
  @Test func convertedSegmentationIsInspectedAsItOpens() throws {
    let folder = try TemporaryFolder()
    let path = folder.file("fcn.safetensors")
    var spec = Self.spec("fcn.pth", headless: true)
    _ = try NetworkConversion(network: spec).write(to: path, program: "this")
    spec = NetworkSpec(file: path)
    spec.allowsMissingHead = true
    let id = try Network(spec).id
    #expect(id.contains("stride=1,2,1,1"))
    #expect(try CheckpointInspection(path: path).weights.map(\.network) == [id])
  }

  /// Classifiers, projections, queues and averages have no say in strides.
  @Test func siblingsWithoutConvolutionsAreNoDoubt() throws {
    let notes = try network(
      "plain.pth", within: "encoder.",
      beside: [
        "projector.0.weight": 2, "queue": 2, "head.weight": 2, "optimizer.state.0.exp_avg": 4,
      ]
    ).notes
    #expect(!notes.contains { $0.contains("also holds") }, "\(notes)")
    for name in ["dino.pth", "moco.pth"] {
      let notes = try Network(Self.spec(name, headless: true)).weightsChoice?.notes ?? []
      #expect(!notes.contains { $0.contains("also holds") }, "\(notes)")
    }
  }

  /// mmsegmentation's usual strides are assumed where no configuration tells them, and it is said.
  @Test func assumedStridesAreSaid() throws {
    let (id, notes) = try network(
      "fcn.pth", within: "backbone.", beside: ["decode_head.conv_seg.weight": 4])
    #expect(id.contains(":dilation=1,1,2,4:"), "\(id)")
    #expect(notes.contains { $0.contains("strides and dilations are taken as") }, "\(notes)")
  }

  /// A linear `classifier` of somebody's own makes no network for segmentation of what is below it.
  @Test(arguments: [
    (["classifier.weight": 2, "classifier.bias": 1], false),
    (["classifier.0.weight": 2, "classifier.4.weight": 2], false),
    (["classifier.0.weight": 4, "classifier.4.weight": 4], true),
    (["aux_classifier.4.weight": 4], true), (["classifier.4.weight_v": 4], true),
    (["classifier._orig_mod.4.weight": 4], true),
    (["classifier.4.weight_orig": 4], true),
    (["classifier.4.parametrizations.weight.original1": 4], true),
  ])
  func classifiersTellSegmentation(_ beside: [String: Int], isDilated: Bool) throws {
    let (id, notes) = try network("fcn.pth", within: "backbone.", beside: beside)
    #expect(id.contains(":dilation=1,1,2,4:") == isDilated, "\(id)")
    #expect(!notes.contains { $0.contains("strides") }, "\(notes)")
  }

  /// In the first block of a stage whose stride a dilation replaces, timm gives the second convolution of a basic block
  /// the new dilation, and the only one of a bottleneck the old one.
  @Test(arguments: ["basic", "bottleneck"]) func firstBlocksKeepTheDilationBefore(_ block: String)
    throws
  {
    let id = "resnet:block=\(block):layers=2,2,2,2:width=2:stride=1,2,1,1:dilation=1,1,2,4"
    let blueprint = try ModelCatalogue.architecture(id).blueprint()
    func dilations(_ block: String) -> [Int] {
      blueprint.nodes.filter { $0.block == block }.compactMap { node in
        (node.op as? Convolution)?.window2D
      }.filter { $0.kernelWidth == 3 }.map(\.dilation)
    }
    #expect(dilations("layer4.0") == (block == "basic" ? [2, 4] : [2]))
    #expect(dilations("layer4.1") == (block == "basic" ? [4, 4] : [4]))
  }

  /// A network of the catalogue under its numbers is no other network; one of other numbers is.
  @Test func spelledOutNamesAreKnown() throws {
    let folder = try TemporaryFolder()
    let path = folder.file("spelled.safetensors")
    let whole = try Network.trainingForm(NetworkSpec(model: "resnet20-cifar"))
    for (name, notes) in [("resnet-cifar:depth=20", 0), ("resnet-cifar:depth=32", 1)] {
      try SafetensorsWriter(
        tensors: whole.stateDictionary, type: .float32, metadata: ["model": name]
      ).write(to: path)
      let choice = try Network(NetworkSpec(file: path)).weightsChoice
      #expect(choice?.notes.count ?? 0 == notes, "\(name): \(choice?.notes ?? [])")
    }
  }
}
