import Foundation
import TestSupport
import Testing

@testable import ERFEngine

@Suite struct ClassifierTests {
  private static let tiny = NetworkSpec(
    file: Fixtures.path("replknet-tiny.safetensors"))

  @Test func unknownClassesHaveNumbersOnly() throws {
    let folder = try TemporaryFolder()
    let picture = Array("P6\n24 16\n255\n".utf8) + [UInt8](repeating: 99, count: 24 * 16 * 3)
    try Folder.make(folder.file("3"))
    let path = try folder.write(picture, to: "3/grey.ppm")
    let classifier = try Classifier(Self.tiny, size: InputSize(height: 40, width: 40))
    #expect(classifier.classes == 5 && classifier.names == nil)
    let found = try classifier.classify(path)
    #expect(found.top.count == 5 && Set(found.top.map(\.index)) == Set(0..<5))
    #expect(abs(found.top.reduce(0) { $0 + $1.probability } - 1) < 1e-9)
    #expect(found.top.map(\.probability) == found.top.map(\.probability).sorted(by: >))
    #expect(found.label == 3 && found.isRight == (found.top[0].index == 3))
    let files = try ImageList.expandClasses([folder.path])
    #expect(files == [ImageFile(path: path, isNamed: false)])
    // A picture of a folder may be none, one that is named may not.
    let broken = try folder.write(Array("hello".utf8), to: "3/broken.png")
    let both = try ImageList.expandClasses([folder.path])
    var skipped: [String] = []
    #expect(try classifier.classify(both) { skipped.append($0.name) } == [found])
    #expect(skipped == [broken])
    #expect(throws: ImageError.notAnImage(path: broken)) {
      try classifier.classify([ImageFile(path: broken, isNamed: true)])
    }
    #expect(throws: ImageError.notAnImage(path: broken)) {
      try classifier.classify([ImageFile(path: broken, isNamed: false)])
    }
  }

  @Test func foldersAndNamesTellTheClass() throws {
    let classifier = try Classifier(NetworkSpec(model: "mobilenetv2:width=0.25"))
    #expect(classifier.label(of: "photos/Indian_elephant/1.jpg") == 385)
    #expect(classifier.label(of: "n02504013_Indian_elephant/1.jpg") == 385)
    #expect(classifier.label(of: "photos/n01514668_cock.JPEG") == 7)
    #expect(classifier.label(of: "404/1.jpg") == 404)
    // As ImageNet's own folders and files are called; n03126707 and n02012849 are both a crane.
    for (path, place) in [
      ("val/n01514668/1.JPEG", 7), ("photos/n01514668_12.JPEG", 7), ("n03126707/1.JPEG", 517),
      ("n02012849/1.JPEG", 134), ("n15075141/1.JPEG", 999),
    ] {
      #expect(classifier.label(of: path) == place, "\(path)")
    }
    for path in ["1000/1.jpg", "photos/7.jpg", "cock.jpg", "photos/n99999999_12.JPEG", ""] {
      #expect(classifier.label(of: path) == nil, "\(path)")
    }
  }

  /// With what else belongs to the classifier, and without.
  @Test(arguments: [["head."], ["head.", "norm."]])
  func backbonesDoNotClassify(_ missing: [String]) throws {
    let folder = try TemporaryFolder()
    let graph = try Network.trainingForm(Self.tiny)
    let path = folder.file("backbone.safetensors")
    try SafetensorsWriter(
      tensors: graph.stateDictionary.filter { entry in
        !missing.contains { entry.key.hasPrefix($0) }
      }, type: .float32, metadata: [:]
    ).write(to: path)
    var spec = NetworkSpec(file: path)
    let error = #expect(throws: CheckpointError.self) { try Network(spec) }
    guard case .mismatch(_, let mismatch)? = error else {
      Issue.record("\(String(describing: error))")
      return
    }
    #expect(mismatch.lacksOnlyHead)
    // Whoever needs it is not told to leave it out.
    let refusal = #expect(throws: CheckpointError.self) { try CueConflictBenchmark.opened(spec) }
    let words = try #require(refusal).explanation
    #expect(words.hasSuffix(": it has no classifier that fits, which is needed here"), "\(words)")
    #expect(mismatch.missing.allSatisfy { key in missing.contains { key.hasPrefix($0) } })
    spec.allowsMissingHead = true
    let network = try Network(spec)
    #expect(network.taps.contains("stage2") && !network.taps.contains("logits"))
    let failure = #expect(throws: Classifier.Failure.self) { try Classifier(spec) }
    #expect(failure == .noClassifier(model: network.id, notes: network.weightsChoice?.notes ?? []))
  }

  /// PyTorch's predictions, of which two in a thousand may turn on rounding.
  @Test(
    .enabled(
      if: SharedFolder.has("checkpoints") && SharedFolder.has("data/cifar10-test"),
      "no CIFAR-10 images beside the repository"),
    arguments: [("resnet20-12fca82f.th", 0), ("resnet32-d509ac18.th", 1)])
  func predictsAsPyTorch(_ network: (file: String, line: Int)) throws {
    let text = String(decoding: try Fixtures.bytes("cifar-predictions.txt"), as: UTF8.self)
    let expected = text.split(separator: "\n")[network.line].compactMap(\.wholeNumberValue)
    let files = try ImageList.expandClasses([SharedFolder.path("data/cifar10-test")])
    let classifier = try Classifier(
      NetworkSpec(file: SharedFolder.path("checkpoints/\(network.file)")))
    #expect(classifier.names == ClassNames.cifar10)
    let found = try classifier.classify(files)
    #expect(found.count == 1000 && expected.count == 1000)
    let differing = zip(found, expected).count { $0.top[0].index != $1 }
    #expect(differing <= 2)
    let right = found.count { $0.isRight == true }
    #expect(abs(right - (network.line == 0 ? 804 : 840)) <= 2)
  }

  @Test(
    .enabled(
      if: SharedFolder.has("checkpoints") && SharedFolder.has("data/imagenet"),
      "no ImageNet photographs beside the repository"))
  func namesThePhotographs() throws {
    struct Golden: Decodable { let top1: [String: String] }
    let golden = try JSONDecoder().decode(
      Golden.self,
      from: Data(
        contentsOf: URL(fileURLWithPath: GoldenFolder.root + "/efficientnet-lite0.json")))
    let classifier = try Classifier(
      NetworkSpec(file: SharedFolder.path("checkpoints/efficientnet-lite0-57934424.pth")))
    let files = try ImageList.expandClasses([SharedFolder.path("data/imagenet")])
    let found = try classifier.classify(files)
    #expect(found.count == 24 && found.count { $0.isRight == true } == 21)
    for result in found {
      let name = result.image.split(separator: "/").last.map(String.init) ?? ""
      #expect(result.top[0].name == golden.top1[name], "\(name)")
    }
  }
}
