import Foundation
import TestSupport
import Testing

@testable import ERFEngine

/// Checkpoints on the command line: opened without a model's name, inspected, converted, classified with.
@Suite struct CheckpointEndToEndTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  /// Whether a file opens is one field, and why not another.
  @Test func inspectionsSayWhetherInOneField() throws {
    let headless = Fixtures.path("names/moco.pth")
    let whole = try succeed(["inspect", Fixtures.path("names/plain.pth"), "--json"], in: folder)
    #expect(try whole.object()["opens"] as? Bool == true)
    #expect(try whole.object()["reason"] == nil)
    let part = try succeed(["inspect", headless, "--json"], in: folder)
    #expect(try part.object()["opens"] as? Bool == false)
    #expect((try part.object()["reason"] as? String)?.contains("--allow-missing head") == true)
  }

  /// A very long name stands in its line whole, and makes no other line as long.
  @Test func longNamesFillOneLine() throws {
    let name = String(repeating: "a", count: 5000)
    let path = folder.file("long.safetensors")
    try SafetensorsWriter(
      tensors: [("b", Tensor(zeros: [1])), (name, Tensor(zeros: [1]))], type: .float32,
      metadata: [:]
    ).write(to: path)
    let lines = try succeed(["inspect", path], in: folder).text.split(separator: "\n")
    let rows = lines.drop { !$0.hasPrefix("tensor ") }
    #expect(rows.count == 3 && rows.contains { $0.hasPrefix(name + "  ") }, "\(rows)")
    #expect(rows.filter { $0.count < 250 }.count == 2)
  }

  /// A doubt of what the file holds is a mark behind the network's name.
  @Test(arguments: ["80x24", "120x40"]) func doubtsStandInTheTitle(_ screen: String) throws {
    for (name, isInDoubt) in [("blur", true), ("plain", false)] {
      _ = try succeed(
        [
          "snapshot", Fixtures.path("names/\(name).pth"), "--size", "64", "--screen", screen, "-o",
          "s.txt", "--force",
        ], in: folder)
      let text = String(decoding: try folder.read("s.txt"), as: UTF8.self)
      let heading = try #require(text.split(separator: "\n").first { $0.contains("and 1 more") })
      #expect(heading.contains("width 2 and 1 more ?") == isInDoubt, "\(heading)")
    }
  }

  /// The option that a refusal names is the one that helps.
  @Test func extraTensorsAreLeftOutOnRequest() throws {
    let erf = ["erf", Fixtures.path("names/extra.pth"), "--size", "64"]
    expectOneLine(
      try Executable.run(erf, in: folder), code: 1,
      mentions: ["holds layer1.0.attention.weight, queue besides", "(--ignore-extra)"])
    let text = try succeed(erf + ["--ignore-extra"], in: folder).text
    #expect(
      text.contains(
        "left out 2 tensors that resnet:block=basic:layers=1,1,1,1:width=2:classes=7 does not have: "
          + "layer1.0.attention.weight, queue"), "\(text)")
  }

  /// A backbone opens as it is where what stands on it is all that is left out; its classes are not there.
  @Test func backbonesOfLargerNetworksOpen() throws {
    let path = Fixtures.path("names/fcn.pth")
    let json = try succeed(["erf", path, "--size", "64", "--json"], in: folder).results()
    let notes = try #require(json[0]["notes"] as? [String])
    #expect(
      notes.contains {
        $0.hasPrefix("left out 14 tensors") && $0.hasSuffix(": aux_classifier (7), classifier (7)")
      }, "\(notes)")
    let inspection = try succeed(["inspect", path], in: folder).text
    #expect(inspection.contains("network: opens") && inspection.contains("note: left out 14"))
    _ = try folder.write(Samples.picture(level: 90), to: "a.ppm")
    expectOneLine(
      try Executable.run(["classify", path, "--image", "a.ppm"], in: folder), code: 1,
      mentions: ["has no classifier in this file: nothing to name", "left out 14 tensors"])
  }

  /// A file without a classifier has none in the table, and the norm before it is not taken for one.
  @Test func filesWithoutAClassifierAreCountedSo() throws {
    _ = try succeed(["convert", Samples.checkpoint, "whole.safetensors"], in: folder)
    let whole = try Safetensors(path: folder.file("whole.safetensors"))
    let tensors = try whole.keys.filter { !$0.hasPrefix("head.") }.map {
      ($0, try whole.tensor($0))
    }
    try SafetensorsWriter(tensors: tensors, type: .float32, metadata: [:])
      .write(to: folder.file("backbone.safetensors"))
    let counts = try ["whole", "backbone"].map { name in
      try #require(
        try succeed(["info", name + ".safetensors", "--json"], in: folder)
          .object()["parameters"] as? Int)
    }
    // 12 channels to 5 classes.
    #expect(counts[0] - counts[1] == 12 * 5 + 5)
    let text = try succeed(["info", "backbone.safetensors"], in: folder).text
    #expect(!text.contains("head"))
    #expect(
      text.contains(
        "without a classifier in the file, 4 tensors that only it reads are left out: norm.bias, "
          + "norm.running_mean, norm.running_var, norm.weight"), "\(text)")
  }

  /// Objects of other libraries are counted by their classes.
  @Test func inspectListsWhatIsLeftAlone() throws {
    let text = try succeed(["inspect", Fixtures.path("wild/companions.pth")], in: folder).text
    let lines = text.split(separator: "\n")
    for line in [
      "left alone: 3 of numpy.ndarray", "left alone: 1 of yacs.config.CfgNode",
      "left alone: 1 of mmengine.logging.history_buffer.HistoryBuffer",
    ] {
      #expect(lines.contains(Substring(line)), "\(line)")
    }
    #expect(lines.count { $0.hasPrefix("left alone: ") } == 10)
  }

  /// A layer that is not there because it was left out is called that.
  @Test func logitsThatWereLeftOut() throws {
    let outcome = try Executable.run(
      [
        "features", Fixtures.path("names/fcn.pth"), "--allow-missing", "head", "--tap", "logits",
        "--size", "64", "-o", "out.npy",
      ], in: folder)
    expectOneLine(outcome, code: 2, mentions: ["no layer 'logits'", "classifier", "left out"])
  }

  /// Nor is that advised where it is what is asked for.
  @Test func classifiersThatAreNeeded() throws {
    let picture = try folder.write(Samples.picture(level: 90), to: "a.ppm")
    let path = Fixtures.path("names/extra-headless.pth")
    for words in [
      ["classify", path, "--image", picture], ["erf", path, "--tap", "logits", "--size", "64"],
      ["features", path, "--tap", "logits", "--size", "64", "-o", "out.npy"],
    ] {
      let outcome = try Executable.run(words, in: folder)
      expectOneLine(outcome, code: 1, mentions: ["lacks ", "no classifier that fits"])
      #expect(!outcome.error.contains("--allow-missing"), "\(outcome.error)")
    }
  }

  @Test func filesStandForModels() throws {
    let tensor = "\(Samples.checkpoint)#input"
    let named = try succeed(
      ["erf", Samples.tiny, "--weights", Samples.checkpoint, "--tensor", tensor, "--json"],
      in: folder
    ).results()
    let file = try succeed(
      ["erf", Samples.checkpoint, "--tensor", tensor, "--json"], in: folder
    ).results()
    #expect(file[0]["model"] as? String == Samples.tinyName)
    #expect(file[0]["weightsHash"] as? String == named[0]["weightsHash"] as? String)
    #expect(file[0]["weightsKey"] as? String == "weights")
    #expect(file[0]["sigma"] as? Double == named[0]["sigma"] as? Double)
    let info = try succeed(["info", Samples.checkpoint, "--size", "64"], in: folder)
    #expect(info.text.hasPrefix(Samples.tinyName))
    let compared = try succeed(
      ["compare", Samples.checkpoint, Samples.tiny, "--size", "32", "--json"], in: folder
    ).results()
    #expect(compared.map { $0["weights"] as? String } == [Samples.checkpoint, "random:0"])
    _ = try succeed(
      ["features", Samples.checkpoint, "--tap", "logits", "--size", "32", "-o", "f.npy"],
      in: folder)
    #expect(folder.names == ["f.npy"])
  }

  @Test func theExplorerKnowsWhatAFileHolds() throws {
    _ = try succeed(
      [
        "snapshot", Samples.checkpoint, "--weights-key", "weights", "--size", "64", "-o", "x.txt",
        "--script", "w ^U 'x.json' Enter",
      ], in: folder)
    let screen = String(decoding: try folder.read("x.txt"), as: UTF8.self)
    #expect(screen.contains("parameters") && screen.contains("mult-adds"))
    let session = String(decoding: try folder.read("x.json"), as: UTF8.self)
    #expect(session.contains(Samples.tinyName) && session.contains("\"key\" : \"weights\""))
    _ = try succeed(["snapshot", "x.json", "-o", "again.txt"], in: folder)
  }

  @Test func theBrowserOpensWhatIsFound() throws {
    let bytes = try Data(contentsOf: URL(fileURLWithPath: Samples.checkpoint))
    _ = try folder.write(Array(bytes), to: "found.safetensors")
    _ = try folder.write(Array("junk".utf8), to: "junk.pth")
    let common = ["snapshot", Samples.tiny, "--size", "64", "--screen", "120x40"]
    _ = try succeed(common + ["-o", "opened.txt", "--script", "o found Enter"], in: folder)
    let opened = String(decoding: try folder.read("opened.txt"), as: UTF8.self)
    #expect(opened.contains("weights found.safetensors #"))
    _ = try succeed(common + ["-o", "refused.txt", "--script", "o junk Enter"], in: folder)
    let refused = String(decoding: try folder.read("refused.txt"), as: UTF8.self)
    #expect(refused.contains("is not a checkpoint"))
    // The same by their paths, of which Tab completes one.
    let path = folder.path
    _ = try succeed(
      common + ["-o", "typed.txt", "--script", "o '\(path)/fou' Tab Enter"], in: folder)
    let typed = String(decoding: try folder.read("typed.txt"), as: UTF8.self)
    #expect(typed.contains("weights found.safetensors #"))
    _ = try succeed(
      common + ["-o", "wrong.txt", "--script", "o '\(path)/none.pth' Enter"], in: folder)
    let wrong = String(decoding: try folder.read("wrong.txt"), as: UTF8.self)
    #expect(wrong.contains("/none.pth_") && wrong.contains("No such file"))
  }

  @Test func mistakesWithFilesAreOneLine() throws {
    expectOneLine(
      try Executable.run(["erf", "none.pth"], in: folder), code: 1, mentions: ["none.pth"])
    expectOneLine(
      try Executable.run(
        ["erf", Samples.checkpoint, "--weights", "random:1"], in: folder),
      code: 2, mentions: ["files bring their own"])
    expectOneLine(
      try Executable.run(["erf", Samples.checkpoint, "--weights-key", "model_ema"], in: folder),
      code: 1, mentions: ["no weights called 'model_ema'", "it has weights"])
    expectOneLine(
      try Executable.run(["erf", "resnet-18", "--weights", Samples.checkpoint], in: folder),
      code: 1, mentions: ["does not fit resnet-18", "lacks", "it fits \(Samples.tinyName)"])
    expectOneLine(
      try Executable.run(["convert", Samples.checkpoint, "out.pth"], in: folder), code: 2,
      mentions: [".safetensors"])
    expectOneLine(
      try Executable.run(["classify", Samples.checkpoint], in: folder), code: 2,
      mentions: ["--image"])
    expectOneLine(
      try Executable.run(["inspect", Fixtures.path("make_checkpoints.py")], in: folder), code: 1,
      mentions: ["is not a checkpoint"])
    #expect(folder.names.isEmpty)
  }

  /// The engine says what is wrong, the command line which option mends it.
  @Test func errorsNameTheOptionThatHelps() throws {
    _ = try succeed(["convert", Samples.checkpoint, "whole.safetensors"], in: folder)
    let whole = try Safetensors(path: folder.file("whole.safetensors"))
    let tensors = try whole.keys.map { ($0, try whole.tensor($0)) }
    try SafetensorsWriter(
      tensors: tensors.filter { !$0.0.hasPrefix("head.") }, type: .float32, metadata: [:]
    ).write(to: folder.file("backbone.safetensors"))
    let words = ["erf", "backbone.safetensors", "--size", "32"]
    expectOneLine(
      try Executable.run(words, in: folder), code: 1,
      mentions: ["lacks head.bias, head.weight", "(--allow-missing head)"])
    _ = try succeed(words + ["--allow-missing", "head"], in: folder)
    try SafetensorsWriter(
      tensors: [("odd", Tensor(zeros: [2]))], type: .float32, metadata: [:]
    ).write(to: folder.file("odd.safetensors"))
    expectOneLine(
      try Executable.run(["erf", "odd.safetensors"], in: folder), code: 1,
      mentions: ["(odd)", "MODEL --weights FILE"])
    expectOneLine(
      try Executable.run(["info", "replknet-32"], in: folder), code: 2,
      mentions: ["did you mean replknet-3?", "`replk-tui models`"])
  }

  /// A folder may hold what is not a picture; what is named may not be anything else.
  @Test func picturesThatCannotBeReadAreSkippedAndCounted() throws {
    try FileManager.default.createDirectory(
      atPath: folder.file("photos"), withIntermediateDirectories: false)
    _ = try folder.write(Samples.picture(level: 90), to: "photos/a.ppm")
    _ = try folder.write(Array("hello".utf8), to: "photos/b.png")
    for words in [["classify"], ["erf"], ["compare", Samples.checkpoint]] {
      let all = words + [Samples.checkpoint, "--size", "32", "--image"]
      let outcome = try Executable.run(all + ["photos"], in: folder)
      #expect(outcome.code == 0 && outcome.text.contains("note: 1 of 2"), "\(words)")
      #expect(
        outcome.error.split(separator: "\n").allSatisfy {
          $0.hasPrefix("replk-tui: skipped photos/b.png: is not an image")
        } && !outcome.error.isEmpty, "\(outcome.error)")
      expectOneLine(
        try Executable.run(all + ["photos", "--image", "photos/b.png"], in: folder), code: 1,
        mentions: ["photos/b.png: is not an image"])
    }
    let object = try JSONSerialization.jsonObject(
      with: Executable.run(
        ["erf", Samples.checkpoint, "--size", "32", "--image", "photos", "--json"], in: folder
      ).output)
    let results = try #require((object as? [String: Any])?["results"] as? [[String: Any]])
    #expect(results[0]["images"] as? [String] == ["a.ppm"])
    #expect((results[0]["skipped"] as? [String])?.count == 1)
  }

  /// Of very many that cannot be read ten are named, and the others counted; what is kept names all.
  @Test func manyPicturesThatCannotBeReadAreCounted() throws {
    for part in ["photos", "data/train/cat", "data/train/dog", "data/val/cat", "data/val/dog"] {
      try folder.makeFolder(part)
      for index in 1...3 {
        _ = try folder.write(Samples.picture(level: UInt8(80 + index)), to: "\(part)/a\(index).ppm")
      }
    }
    for index in 1...25 {
      for part in ["photos", "data/train/cat"] {
        _ = try folder.write(Array("hello".utf8), to: "\(part)/b\(index).png")
      }
    }
    let images = ["--size", "32", "--image", "photos"]
    let commands = [
      ["classify", Samples.checkpoint, "--json"] + images,
      ["erf", Samples.checkpoint, "--json", "-o", "map.erf"] + images,
      ["compare", Samples.checkpoint, Samples.tiny, "--json"] + images,
      ["features", Samples.checkpoint, "--tap", "stage1", "-o", "f.safetensors"] + images,
      ["sweep", Samples.tiny, "--kernels", "3,5", "-o", "s.csv", "--sizes", "32"]
        + images.dropFirst(2),
      [
        "train", Samples.tiny, "--data", "data", "--size", "32", "--steps", "1", "--batch", "4",
        "-o",
        "n.safetensors",
      ],
    ]
    for command in commands {
      let outcome = try Executable.run(command, in: folder)
      #expect(outcome.code == 0, "\(command): \(outcome.error)")
      let lines = outcome.error.split(separator: "\n")
      let rows = command[0] == "features" ? ", whose rows are NaN: 13-27" : ""
      #expect(
        lines.count == 11 && lines.last == "replk-tui: skipped 15 more\(rows)"
          && lines.dropLast().allSatisfy { $0.contains("/b") && $0.contains("is not an image") },
        "\(command): \(outcome.error)")
      guard ["classify", "erf"].contains(command[0]) else { continue }
      let all = command[0] == "erf" ? try outcome.results()[0] : try outcome.object()
      #expect((all["skipped"] as? [String])?.count == 25)
    }
    #expect(try ERFPart(path: folder.file("map.erf")).skipped.count == 25)
    #expect(try Features(path: folder.file("f.safetensors")).rows.count { $0.reason != nil } == 25)
    _ = try folder.write(Array("cat\ndog\nd\ne\nf\n".utf8), to: "names.txt")
    let sizes = try succeed(
      ["classify", Samples.checkpoint, "--image", "data/train", "--size", "32,40", "--classes"]
        + ["names.txt"], in: folder
    ).text.split(separator: "\n")
    #expect(sizes.count { $0.hasPrefix("skipped data/train/cat/b") } == 10)
    #expect(sizes.contains("skipped 15 more"))
  }

  @Test func inspectTellsWhatAFileHolds() throws {
    let path = Fixtures.path("checkpoints/wrapped.pth")
    let text = try succeed(["inspect", path], in: folder).text
    #expect(text.contains("PyTorch zip") && text.contains("epoch: 119"))
    #expect(text.contains("model.module.plain") && text.contains("2x3"))
    let object = try succeed(["inspect", Samples.checkpoint, "--json"], in: folder).object()
    #expect(object["format"] as? String == "safetensors")
    let weights = try #require(object["weights"] as? [[String: Any]])
    #expect(weights.count == 1 && weights[0]["network"] as? String == Samples.tinyName)
    let tensors = try #require(object["tensors"] as? [[String: Any]])
    let input = try #require(tensors.first { $0["name"] as? String == "input" })
    #expect(input["shape"] as? [Int] == [2, 3, 40, 40] && input["type"] as? String == "F32")
    let low = try #require(input["min"] as? Double)
    let mean = try #require(input["mean"] as? Double)
    let high = try #require(input["max"] as? Double)
    #expect(low < mean && mean < high && (input["hash"] as? String)?.count == 16)
  }

  @Test func convertedNetworksOpenAgain() throws {
    let report = try succeed(
      ["convert", "resnet20-cifar", "seeded.safetensors", "--weights", "random:7"], in: folder)
    #expect(report.text.contains("largest difference of logits before and after: 0.0 "))
    func hash(_ words: [String]) throws -> String? {
      try succeed(["erf"] + words + ["--size", "32", "--json"], in: folder)
        .results()[0]["weightsHash"] as? String
    }
    let seeded = try hash(["seeded.safetensors"])
    #expect(try hash(["resnet20-cifar", "--weights", "random:7"]) == seeded)
    _ = try succeed(
      ["convert", Samples.checkpoint, "merged.safetensors", "--merge", "--fuse", "--dtype", "f16"],
      in: folder)
    let merged = try succeed(["inspect", "merged.safetensors"], in: folder).text
    #expect(merged.contains("lkb_reparam.weight") && merged.contains("steps: merge,fuse,f16"))
    #expect(!merged.contains("running_var") || merged.contains("prelkb_bn.running_var"))
  }

  @Test func classifyNamesClassesAndAccuracy() throws {
    for level in [0, 1] as [UInt8] {
      try FileManager.default.createDirectory(
        atPath: folder.file("\(level)"), withIntermediateDirectories: true)
      _ = try folder.write(Samples.picture(level: level * 200), to: "\(level)/grey.ppm")
    }
    let words = ["classify", Samples.checkpoint, "--image", ".", "--size", "32"]
    let text = try succeed(words, in: folder).text
    #expect(text.contains("./0/grey.ppm") && text.contains("class 4"))
    #expect(text.contains("of 2 pictures whose class is known"))
    let object = try succeed(words + ["--json"], in: folder).object()
    let results = try #require(object["results"] as? [[String: Any]])
    #expect(results.map { $0["label"] as? Int } == [0, 1])
    #expect((results[0]["top"] as? [[String: Any]])?.count == 5)
    #expect((object["accuracy"] as? [String: Any])?["labelled"] as? Int == 2)
  }
}
