// The benchmark: which files count, what is decided, how a broken run goes on.

import Foundation
import TestSupport
import Testing

@testable import ERFEngine

@Suite struct CueConflictBenchmarkTests {
  private static let spec = NetworkSpec(
    model: "replknet:kernels=3:layers=1:channels=4:classes=1000")
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func write(_ bytes: [UInt8], _ path: String) throws {
    let name = "stimuli/" + path
    let parent = folder.file(name).split(separator: "/").dropLast().joined(separator: "/")
    try FileManager.default.createDirectory(
      atPath: "/" + parent, withIntermediateDirectories: true)
    _ = try folder.write(bytes, to: name)
  }

  private func writeStimuli(_ count: Int, size: Int = 56) throws {
    for index in 0..<count {
      let stimulus = BuiltInStimulus(kind: .conflict, seed: 0, index: index)
      try write(PNGWriter.encode(stimulus.image(size: size)), stimulus.path)
    }
  }

  private var stimuli: String { folder.file("stimuli") }

  @Test func whatDoesNotCountIsNamed() throws {
    try writeStimuli(2, size: 8)
    try write([1], "bear/bear1-lion2.png")
    try write([1], "bear/cat1-dog2.png")
    try write([1], "bear/notes.txt")
    try write([1], "zebra/zebra1-cat2.png")
    try write([1], "readme.md")
    try write([1], "bear/.hidden")
    #expect(unsafe mkfifo(folder.file("stimuli/bear/bear2-cat1.png"), 0o600) == 0)
    let found = try StimulusFolder(stimuli)
    #expect(found.stimuli.map(\.fileName) == ["airplane1-bear1.png", "bear1-bicycle1.png"])
    #expect(
      found.skipped.map { String($0.path.dropFirst(stimuli.count + 1)) } == [
        "bear/bear1-lion2.png", "bear/bear2-cat1.png", "bear/cat1-dog2.png", "bear/notes.txt",
        "readme.md", "zebra",
      ])
    #expect(Set(found.skipped.map(\.reason)).count == 6)
  }

  /// A stimulus that is replaced or removed while a run goes on ends it; what was decided before stays.
  @Test(arguments: [true, false]) func replacedStimuliEndTheRun(_ isRemoved: Bool) throws {
    try writeStimuli(3)
    let found = try StimulusFolder(stimuli)
    var benchmark = CueConflictBenchmark(found, threads: 1)
    benchmark.watched = WatchedFiles(found.stimuli.map(\.path))
    let last = try #require(found.stimuli.last)
    if isRemoved {
      try FileManager.default.removeItem(atPath: last.path)
    } else {
      try write([1], "\(last.name.shape.rawValue)/\(last.fileName)")
    }
    let network = try Network(Self.spec)
    var file: DecisionShareFile? = try table(of: found, by: [Self.spec])
    #expect(throws: isRemoved ? FileError.gone(path: last.path) : .changed(path: last.path)) {
      try benchmark.run(network, number: 1, into: &file)
    }
    #expect(try DecisionFile.read(folder.file("d.csv")).count == 2)
  }

  @Test func otherFoldersAreRefused() throws {
    try write([1], "photos/IMG_1.png")
    #expect(throws: ProbeError.notTheBenchmark(folder: stimuli)) {
      try StimulusFolder(stimuli)
    }
    #expect(throws: FileError.noFolder(path: folder.file("nowhere"))) {
      try StimulusFolder(folder.file("nowhere"))
    }
  }

  @Test func decidesByMeanProbability() throws {
    try writeStimuli(3)
    let network = try Network(Self.spec)
    let report = try CueConflictBenchmark(try StimulusFolder(stimuli)).run(network)
    #expect(report.decisions.count == 3 && report.skipped.isEmpty)
    for decision in report.decisions {
      let image = try Image.load(
        path: "\(stimuli)/\(decision.shape.rawValue)/\(decision.image)")
      let input = network.preprocessing.tensor(image, size: InputSize(height: 224, width: 224))
      let logits = try network.features(input, tap: "logits").elements.map { Double($0) }
      let sum = logits.reduce(0) { $0 + Foundation.exp($1) }
      let means = ImageNetCategories.indices.map { indices in
        indices.reduce(0) { $0 + Foundation.exp(logits[$1]) / sum } / Double(indices.count)
      }
      #expect(decision.response?.index == means.firstIndex(of: means.max() ?? 0))
    }
  }

  @Test func unreadablePicturesAreSkipped() throws {
    try writeStimuli(2)
    try write(Array("no picture".utf8), "cat/cat1-dog1.png")
    let report = try CueConflictBenchmark(try StimulusFolder(stimuli)).run(try Network(Self.spec))
    #expect(report.decisions.count == 2)
    #expect(report.skipped.map(\.path) == ["\(stimuli)/cat/cat1-dog1.png"])
    #expect(report.skipped[0].reason.hasPrefix("is not an image"))
  }

  @Test func nothingReadable() throws {
    try write([], "cat/cat1-dog1.png")
    let network = try Network(Self.spec)
    #expect(throws: ProbeError.self) {
      try CueConflictBenchmark(try StimulusFolder(stimuli)).run(network)
    }
  }

  /// The file `d.csv` of a run that is not cut.
  private func table(
    of stimuli: StimulusFolder, by specs: [NetworkSpec], replaces: Bool = false
  ) throws -> DecisionShareFile {
    let share = DecisionShare(
      .whole, of: stimuli, by: try specs.map(CueConflictBenchmark.opened), command: ["probe"])
    return try DecisionShareFile(
      share, at: folder.file("d.csv"), isTable: true, replaces: replaces)
  }

  /// Until it is done a table says what it is of; then it is model-vs-human's.
  @Test func brokenRunGoesOn() throws {
    try writeStimuli(6)
    let network = try Network(Self.spec)
    let found = try StimulusFolder(stimuli)
    let benchmark = CueConflictBenchmark(found, threads: 1)
    let path = folder.file("d.csv")
    var file: DecisionShareFile? = try table(of: found, by: [Self.spec])
    #expect(!folder.names.contains("d.csv"))
    let whole = try benchmark.run(network, number: 1, into: &file)
    let broken = try folder.read("d.csv")
    #expect(try DecisionShare(path: path).isFinished == false)
    try file?.finish()
    let bytes = try folder.read("d.csv")
    #expect(bytes == DecisionFile.encode(whole.decisions))

    // As after three stimuli.
    let lines = String(decoding: broken, as: UTF8.self).split(separator: "\n").count
    #expect(lines == 7)
    var share = try DecisionShare(broken, path: path)
    share.rows.removeLast(3)
    _ = try folder.write(share.encoded(), to: "d.csv")
    file = try table(of: found, by: [Self.spec])
    var first: ShapeBiasProgress?
    let resumed = try benchmark.run(network, number: 1, into: &file) { first = first ?? $0 }
    try file?.finish()
    #expect(first == ShapeBiasProgress(phase: .benchmark, done: 3, total: 6))
    #expect(resumed.decisions == whole.decisions)
    #expect(try folder.read("d.csv") == bytes)
  }

  /// Nothing goes on with a table that is done, or with one of other weights, preparation or stimuli.
  @Test func tablesOfOtherRunsAreRefused() throws {
    try writeStimuli(3)
    let network = try Network(Self.spec)
    let found = try StimulusFolder(stimuli)
    var file: DecisionShareFile? = try table(of: found, by: [Self.spec])
    _ = try CueConflictBenchmark(found).run(network, number: 1, into: &file)
    let broken = try folder.read("d.csv")
    var prepared = Self.spec
    prepared.preprocessing.mean = [0.5, 0.5, 0.5]
    let seeded = NetworkSpec(model: Self.spec.model, weights: .random(seed: 1))
    for others in [[prepared], [seeded], [Self.spec, seeded]] {
      #expect(throws: RunPartError.self) { try table(of: found, by: others) }
    }
    let last = try #require(found.stimuli.last)
    let picture = try FileBytes.read(last.path, limit: 1 << 20)
    let name = "\(last.name.shape.rawValue)/\(last.fileName)"
    try write([1], name)
    #expect(throws: RunPartError.self) { try table(of: found, by: [Self.spec]) }
    try write(picture, name)
    _ = try table(of: found, by: [Self.spec])
    #expect(try folder.read("d.csv") == broken)
    try file?.finish()
    #expect(throws: DecisionError.finished(path: folder.file("d.csv"))) {
      try table(of: found, by: [Self.spec])
    }
    let bytes = Array("name,age\nann,7\n".utf8)
    let path = try folder.write(bytes, to: "d.csv")
    #expect(throws: DecisionError.occupied(path: path, asked: nil)) {
      try table(of: found, by: [Self.spec])
    }
    _ = try table(of: found, by: [Self.spec], replaces: true)
    #expect(try folder.read("d.csv") == bytes)
  }

  /// Names that look the same may be of two pictures; prefixes and blanks belong to names.
  @Test func namesAreComparedByBytes() throws {
    let picture = try PNGWriter.encode(
      BuiltInStimulus(kind: .conflict, seed: 0, index: 0).image(size: 56))
    let names = [
      "\u{E9}_cat1-dog2.png", "e\u{301}_cat1-dog2.png", "0001_x_cat1-dog2.png", " cat3-dog2.png",
    ]
    for name in names { try write(picture, "cat/" + name) }
    let network = try Network(Self.spec)
    let found = try StimulusFolder(stimuli)
    for _ in 0..<2 {
      var file: DecisionShareFile? = try table(of: found, by: [Self.spec])
      let report = try CueConflictBenchmark(found).run(network, number: 1, into: &file)
      #expect(report.decisions.count == names.count)
      #expect(Set(report.decisions.map { PathKey($0.image) }) == Set(names.map(PathKey.init)))
      let share = try DecisionShare(path: folder.file("d.csv"))
      #expect(share.rows.map(\.trial) == [1, 2, 3, 4])
    }
  }

  /// Of two runs that found nothing there rows of both never stand in one table.
  @Test func runsThatBeginAtOnceDoNotMix() throws {
    try writeStimuli(2)
    let found = try StimulusFolder(stimuli)
    let benchmark = CueConflictBenchmark(found, threads: 1)
    let specs = (0..<2).map {
      NetworkSpec(model: Self.spec.model, weights: .random(seed: UInt64($0)))
    }
    var one: DecisionShareFile? = try table(of: found, by: [specs[0]])
    var two: DecisionShareFile? = try table(of: found, by: [specs[1]])
    _ = try benchmark.run(try Network(specs[0]), number: 1, into: &one)
    let kept = try folder.read("d.csv")
    let network = try Network(specs[1])
    #expect(throws: RunPartError.self) { try benchmark.run(network, number: 1, into: &two) }
    #expect(try folder.read("d.csv") == kept)
    try one?.finish()
    let finished = try folder.read("d.csv")
    #expect(throws: RunPartError.self) { try two?.finish() }
    #expect(try folder.read("d.csv") == finished)
    // The same run once more has nothing to add.
    try folder.remove("d.csv")
    one = try table(of: found, by: [specs[0]])
    _ = try benchmark.run(try Network(specs[0]), number: 1, into: &one)
    _ = try folder.write(finished, to: "d.csv")
    try one?.finish()
    #expect(try folder.read("d.csv") == finished)
    // Nor does it mind to meet the finished table before it is done itself; a run of another network does.
    try folder.remove("d.csv")
    one = try table(of: found, by: [specs[0]])
    two = try table(of: found, by: [specs[1]])
    _ = try folder.write(finished, to: "d.csv")
    _ = try benchmark.run(try Network(specs[0]), number: 1, into: &one)
    try one?.finish()
    #expect(throws: RunPartError.self) { try benchmark.run(network, number: 1, into: &two) }
    #expect(try folder.read("d.csv") == finished)
  }

  /// What another run of the same has done further stays.
  @Test func runsThatAreBehindReplaceNothing() throws {
    try writeStimuli(3)
    let found = try StimulusFolder(stimuli)
    let benchmark = CueConflictBenchmark(found, threads: 1)
    let network = try Network(Self.spec)
    func share() throws -> DecisionShareFile {
      let share = DecisionShare(
        .whole, of: found, by: [try CueConflictBenchmark.opened(Self.spec)], command: ["probe"])
      return try DecisionShareFile(share, at: folder.file("d.csv"), replaces: false)
    }
    var behind = try share()
    var uncut: DecisionShareFile? = try table(of: found, by: [Self.spec])
    var ahead: DecisionShareFile? = try share()
    _ = try benchmark.run(network, number: 1, into: &ahead)
    try ahead?.finish()
    let finished = try folder.read("d.csv")
    try behind.write()
    #expect(try folder.read("d.csv") == finished)
    _ = try benchmark.run(network, number: 1, into: &uncut)
    #expect(throws: RunPartError.self) { try uncut?.finish() }
    #expect(try folder.read("d.csv") == finished)
  }

  @Test func cancelling() throws {
    try writeStimuli(4)
    let network = try Network(Self.spec)
    let cancellation = Cancellation()
    cancellation.cancel()
    #expect(throws: CancellationError.self) {
      try CueConflictBenchmark(try StimulusFolder(stimuli)).run(
        network, cancellation: cancellation)
    }
  }

  @Test func headsWithoutCategoriesAreRefused() {
    let model = "resnet-cifar:depth=8:classes=7"
    #expect(throws: ProbeError.noCategories(model: model, classes: 7)) {
      _ = try CueConflictBenchmark.opened(NetworkSpec(model: model))
    }
  }

  /// CIFAR-10 names airplane, bird, cat, dog and truck as the categories are named.
  @Test func otherHeadsDecideAmongTheirOwn() throws {
    try writeStimuli(256, size: 16)
    let names = ["airplane", "bird", "cat", "dog", "truck"]
    let spec = NetworkSpec(model: "resnet-cifar:depth=8:classes=10", weights: .random(seed: 1))
    _ = try CueConflictBenchmark.opened(spec)
    let report = try CueConflictBenchmark(try StimulusFolder(stimuli)).run(Network(spec))
    #expect(report.categories.map(\.rawValue) == names)
    let isKnown = { (decision: CueDecision) in
      [decision.shape, decision.texture].allSatisfy { names.contains($0.rawValue) }
    }
    #expect(report.decisions.allSatisfy(isKnown))
    #expect(report.decisions.count + report.leftOut == 256 && report.decisions.count > 10)
    #expect(report.decisions.allSatisfy { names.contains($0.response?.rawValue ?? "") })
  }

  /// Names like ImageNet's count for its categories, those that it has twice for none.
  @Test func namesOfImageNetAreKnown() throws {
    let head = try #require(
      CategoryHead(names: ["tench", "tabby", "Siamese_cat", "garbage truck", "crane", "DOG"]))
    #expect(head.indices[ObjectCategory.cat.index] == [1, 2])
    #expect(head.indices[ObjectCategory.truck.index] == [3])
    #expect(head.indices[ObjectCategory.dog.index] == [5])
    #expect(head.categories == [.cat, .dog, .truck])
    // Means, not sums: one likelier truck beats two cats.
    #expect(head.decision(logits: [9, 1, 1, 1.1, 9, 0]) == .truck)
    #expect(CategoryHead(names: ["tench", "tabby"]) == nil)
    #expect(CategoryHead(names: ClassNames.imageNet).map(\.categories.count) == 16)
  }

  @Test func categoriesOfImageNet() {
    let all = ImageNetCategories.indices.flatMap(\.self)
    #expect(all.count == 207 && Set(all).count == 207)
    #expect(all.allSatisfy { (0..<1000).contains($0) })
    #expect(ImageNetCategories.indices.allSatisfy { !$0.isEmpty })
    let names = ClassNames.imageNet
    #expect(names[ImageNetCategories.indices[ObjectCategory.airplane.index][0]] == "airliner")
  }

  @Test(
    .enabled(if: SharedFolder.has("data/imagenet-16-categories.json"), "needs ../shared"))
  func categoriesEqualThePublished() throws {
    let bytes = try Data(
      contentsOf: URL(fileURLWithPath: SharedFolder.path("data/imagenet-16-categories.json")))
    let published = try JSONDecoder().decode([String: [Int]].self, from: bytes)
    #expect(published.count == 16)
    for category in ObjectCategory.allCases {
      #expect(published[category.rawValue] == ImageNetCategories.indices[category.index])
    }
  }
}

/// Decisions of EfficientNet-Lite0 as PyTorch makes them: `reference/make_efficientnet_golden.py`.
@Suite struct EfficientNetDecisionTests {
  private struct Golden: Decodable {
    let shape: Int
    let texture: Int
    let decisions: [String: String]
  }

  private static let weights = "checkpoints/efficientnet-lite0-57934424.pth"

  @Test(
    .enabled(
      if: SharedFolder.has(weights) && ModelCatalogue.ids.contains("efficientnet-lite0"),
      "needs ../shared"))
  func decisions() throws {
    let golden = try JSONDecoder().decode(
      Golden.self,
      from: try Data(
        contentsOf: URL(fileURLWithPath: SharedFolder.path("goldens/efficientnet-lite0.json"))))
    let network = try Network(
      NetworkSpec(
        model: "efficientnet-lite0", weights: .file(SharedFolder.path(Self.weights))))
    let report = try CueConflictBenchmark(
      try StimulusFolder(SharedFolder.path("data/cue-conflict"))
    ).run(network)
    #expect(report.decisions.count == 160 && report.counts.overall.total == 151)
    let same = report.decisions.count { golden.decisions[$0.image] == $0.response?.rawValue }
    #expect(same >= 158, "\(same) of 160")
    #expect(abs(report.counts.overall.shape - golden.shape) <= 2)
    #expect(abs(report.counts.overall.texture - golden.texture) <= 2)
  }
}
