// `probe` and `stimuli` as a user runs them.

import ERFEngine
import Foundation
import TestSupport
import Testing

@testable import replk_tui

@Suite struct ProbeEndToEndTests {
  let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  /// Three decisions: one each for shape, texture and neither.
  private let csv = """
    subj,session,trial,rt,object_response,category,condition,imagename
    tiny,1,1,NaN,cat,cat,0,0001_x_cat1-dog1.png
    tiny,1,2,NaN,dog,cat,0,0002_x_cat2-dog1.png
    tiny,1,3,NaN,na,boat,0,0003_x_boat1-car2.png

    """

  @Test func decisionsAreDrawn() throws {
    _ = try folder.write(Array(csv.utf8), to: "tiny.csv")
    let text = try succeed(["probe", "--decisions", "tiny.csv", "--ascii"], in: folder).text
    let lines = text.split(separator: "\n").map(String.init)
    #expect(lines.count { $0.hasPrefix("cat ") || $0.hasPrefix("bicycle ") } == 2)
    #expect(lines.contains { $0.hasPrefix("a tiny") && $0.contains("0.5000") })
    #expect(lines.contains { $0.hasPrefix("H humans") && $0.contains("0.9587") })
    // Half-way between shape and texture.
    let row = try #require(lines.first { $0.hasPrefix("cat ") })
    #expect(Array(row)[10 + 34] == "a")
  }

  @Test func foreignWordsAreNamed() throws {
    let rows = csv.replacing("cat,cat,0", with: "lorry,cat,0")
      .replacing("dog,cat", with: " Dog,cat")
    let other = "tiny,1,4,NaN,aeroplane,cat,0,0004_x_cat3-dog1.png\n"
    _ = try folder.write(Array((rows + rows + other).utf8), to: "tiny.csv")
    let text = try succeed(["probe", "--decisions", "tiny.csv", "--ascii"], in: folder).text
    #expect(
      text.contains(
        "tiny: 3 responses to stimuli in conflict are of no category, and left out: lorry, aeroplane\n"
      ))
    #expect(text.contains("tiny: 2 trials repeat stimuli"))
    let lines = text.split(separator: "\n").map(String.init)
    let row = try #require(lines.first { $0.hasPrefix("a tiny") })
    // S 0, T 2, neither 2, in 4 conflicts; 3 answers of no category.
    #expect(row.split(separator: " ").suffix(5).map(String.init) == ["0", "2", "2", "4", "3"])
  }

  /// The category counts, and it is said in how many rows the name of the picture tells another shape.
  @Test func categoriesAgainstNamesAreCounted() throws {
    let rows = csv.replacing("cat,cat,0,0001", with: "cat,boat,0,0001")
    _ = try folder.write(Array(rows.utf8), to: "tiny.csv")
    let text = try succeed(["probe", "--decisions", "tiny.csv", "--ascii"], in: folder).text
    #expect(text.contains("tiny: in 1 row the category is not the shape in imagename;"))
    let found = try succeed(["probe", "--decisions", "tiny.csv", "--json"], in: folder).object()
    let decisions = try #require(found["decisions"] as? [[String: Any]])
    #expect(decisions.first?["contradicting"] as? Int == 1)
  }

  @Test func decisionsAsJSON() throws {
    _ = try folder.write(Array(csv.utf8), to: "tiny.csv")
    let found = try succeed(["probe", "--decisions", "tiny.csv", "--json"], in: folder).object()
    let decisions = try #require(found["decisions"] as? [[String: Any]])
    #expect(decisions.count == 1 && decisions[0]["subject"] as? String == "tiny")
    #expect(decisions[0]["shapeBias"] as? Double == 0.5)
    #expect((found["results"] as? [Any])?.isEmpty == true)
    let more =
      csv + """
        tiny,1,4,NaN,lorry,cat,0,0004_x_cat3-dog1.png
        tiny,1,5,NaN,aeroplane,cat,0,0005_x_cat4-dog1.png
        tiny,1,6,NaN,dog,cat,0,0002_x_cat2-dog1.png

        """
    _ = try folder.write(Array(more.utf8), to: "more.csv")
    let counted = try succeed(["probe", "--decisions", "more.csv", "--json"], in: folder).object()
    let entry = try #require((counted["decisions"] as? [[String: Any]])?.first)
    #expect(entry["noCategory"] as? [String: Int] == ["aeroplane": 1, "lorry": 1])
    #expect(entry["repeated"] as? Int == 1)
  }

  @Test func builtInProbe() throws {
    let arguments = [
      "probe", Samples.tiny, "--size", "32", "--count", "64", "--shuffle", "2", "--cues",
    ]
    let text = try succeed(arguments + ["--csv", "out.csv"], in: folder).text
    for part in ["held-out", "shape only", "cut 2x2", "stage1", "Learnt from 48 stimuli"] {
      #expect(text.contains(part), "\(part)")
    }
    #expect(try DecisionFile.read(folder.file("out.csv")).count == 64)
    let one = try succeed(arguments + ["--json", "--threads", "1"], in: folder).object()
    let result = try #require((one["results"] as? [[String: Any]])?.first)
    #expect(result["model"] as? String == Samples.tinyName)
    #expect((result["categories"] as? [Any])?.count == 16)
    #expect((result["stages"] as? [Any])?.count == 2)
    let counts = try #require(result["counts"] as? [String: Int])
    #expect(counts["conflicts"] == 64)
    #expect(result.keys.contains("shapeBias") && result.keys.contains("interval"))
  }

  @Test func benchmarkNamesWhatItSkips() throws {
    _ = try succeed(
      ["stimuli", "-o", "s", "--count", "2", "--size", "32", "--seed", "3"], in: folder)
    try FileManager.default.createDirectory(
      atPath: folder.file("s/cat"), withIntermediateDirectories: true)
    _ = try folder.write([0x47], to: "s/cat/cat1-dog2.png")
    _ = try folder.write([0x47], to: "s/bear/holiday.png")
    let model = "replknet:kernels=3:layers=1:channels=2:classes=1000"
    let outcome = try Executable.run(
      ["probe", model, "--stimuli", "s", "--csv", "d.csv"], in: folder)
    #expect(outcome.code == 0)
    for part in ["note: 2 of 4 stimuli skipped for ", "2 of the", "random weights"] {
      #expect(outcome.text.contains(part), "\(part)")
    }
    let lines = outcome.error.split(separator: "\n")
    #expect(lines.count == 2, "\(outcome.error)")
    for part in ["s/cat/cat1-dog2.png: is not an image", "s/bear/holiday.png: "] {
      #expect(lines.contains { $0.hasPrefix("replk-tui: skipped " + part) }, "\(outcome.error)")
    }
    // Whoever reads numbers alone is told too.
    let json = try Executable.run(["probe", model, "--stimuli", "s", "--json"], in: folder)
    #expect(json.code == 0 && json.error == outcome.error)
    #expect(try DecisionFile.read(folder.file("d.csv")).count == 2)
  }

  /// Of categories that the network has no class for: a share of them is a table without rows, all of them
  /// are a mistake that is named.
  @Test func aShareOfOtherCategoriesIsEmpty() throws {
    for path in ["bear/bear1-bicycle1.png", "cat/cat1-dog1.png"] {
      let parts = path.split(separator: "/")
      try FileManager.default.createDirectory(
        atPath: folder.file("s/\(parts[0])"), withIntermediateDirectories: true)
      _ = try folder.write(Samples.picture(level: 90), to: "s/" + path)
    }
    _ = try folder.write(Array("cat\ndog\n".utf8), to: "names.txt")
    let model = "replknet:kernels=3:layers=1:channels=2:classes=2"
    let probe = ["probe", model, "--classes", "names.txt", "--stimuli"]
    for index in 1...2 {
      _ = try succeed(
        probe + ["s", "--shard", "\(index)/2", "--csv", "\(index).csv"], in: folder)
    }
    _ = try succeed(probe + ["s", "--csv", "one.csv"], in: folder)
    let rows = try (1...2).map {
      String(decoding: try folder.read("\($0).csv"), as: UTF8.self).split(separator: "\n").count
    }
    #expect(rows == [1, 2])
    _ = try succeed(["merge", "2.csv", "1.csv", "-o", "all.csv"], in: folder)
    #expect(try folder.read("all.csv") == folder.read("one.csv"))
    try FileManager.default.removeItem(atPath: folder.file("s/cat"))
    expectOneLine(
      try Executable.run(probe + ["s"], in: folder), code: 1,
      mentions: ["no stimulus of 1 is of two categories", "cat, dog"])
    // Nothing is left of a run that decided nothing, and nothing is replaced by it.
    _ = try folder.write(Array("notes".utf8), to: "notes.csv")
    for words in [["--csv", "dz.csv"], ["--csv", "notes.csv", "--force"]] {
      #expect(try Executable.run(probe + ["s"] + words, in: folder).code == 1)
    }
    #expect(!folder.names.contains("dz.csv"))
    #expect(try folder.read("notes.csv") == Array("notes".utf8))
  }

  @Test func stimuliAreTheBenchmarks() throws {
    let text = try succeed(
      ["stimuli", "--output", "s", "--kind", "texture", "--count", "17", "--size", "16"],
      in: folder
    ).text
    #expect(text.contains("17"))
    let found = try StimulusFolder(folder.file("s"))
    #expect(found.stimuli.count == 17 && found.skipped.isEmpty)
    #expect(found.stimuli.allSatisfy { !$0.name.isConflict })
    let image = try Image.load(path: folder.file("s/bear/bear1-bear1.png"))
    #expect(image == BuiltInStimulus(kind: .texture, seed: 0, index: 1).image(size: 16))
  }

  @Test(arguments: [
    (["probe"], 2, "needs a model"),
    (["probe", "--csv", "x.csv"], 2, "needs a model"),
    (["probe", "--decisions", "d.csv", "--shard", "1/2"], 2, "probe --shard needs a model"),
    (["probe", "d.csv", "--json", "--shard", "1/2"], 2, "probe --shard needs a model"),
    (["probe", "--decisions", "d.csv", "--mean", "0"], 2, "probe --mean needs a model"),
    (["probe", "--decisions", "d.csv", "--ignore-extra"], 2, "probe --ignore-extra needs a model"),
    (["probe", "--decisions", "d.csv", "--isa", "scalar"], 2, "probe --isa needs a model"),
    (["probe", Samples.tiny, "--rule", "abs"], 2, "unknown option --rule"),
    (["probe", Samples.tiny, "--classes", "c.txt"], 2, "probe --classes needs --stimuli DIR"),
    (["probe", Samples.tiny, "--shard", "1/2"], 2, "probe --shard needs --stimuli DIR"),
    (["probe", "resnet-18", "--stimuli", "nowhere"], 1, "nowhere"),
    (["probe", "resnet20-cifar", "--stimuli", "."], 2, "no cue-conflict stimuli"),
    (["probe", "resnet-18", "--stimuli", ".", "--cues"], 2, "exclude each other"),
    (["probe", "resnet-18", "--count", "5"], 2, "from 64"),
    (["probe", "resnet-18", "--shuffle", "2,x"], 2, "tiles"),
    (
      ["probe", Samples.tiny, "--size", "32", "--shuffle", "2,33"], 2,
      "cannot be cut into 33 x 33 tiles"
    ),
    (["probe", "resnet-18", "--size", "9999"], 2, "16 to 2048"),
    (["probe", "resnet-18", "--seed", "-1"], 2, "whole number"),
    (["probe", "resnet-18", "--tap", "stage9"], 2, "stage9"),
    (["probe", "resnet-99"], 2, "resnet-99"),
    (["probe", "--decisions", "gone.csv"], 1, "gone.csv"),
    (["stimuli"], 2, "-o DIR"),
    (["stimuli", "-o", "x", "--kind", "both"], 2, "agreeing"),
    (["stimuli", "-o", "/proc/x"], 1, "/proc"),
    (["stimuli", "extra", "-o", "x"], 2, "extra"),
  ])
  func mistakes(_ arguments: [String], code: Int32, mentions: String) throws {
    expectOneLine(
      try Executable.run(arguments, in: folder), code: code, mentions: [mentions])
  }
}

@Suite struct ShapeBiasChartTests {
  private func bias(_ shape: Int, _ texture: Int, subject: String) -> ShapeBias {
    func decisions(_ category: ObjectCategory) -> [CueDecision] {
      (0..<shape + texture).map { index in
        let other: ObjectCategory = category == .truck ? .airplane : .truck
        return CueDecision(
          subject: subject, image: "", shape: category, texture: other,
          response: index < shape ? category : other)
      }
    }
    return ShapeBias(
      subject: subject, decisions: ObjectCategory.allCases.flatMap(decisions))
  }

  @Test func everyMarkerStandsAtItsBias() {
    let chart = ShapeBiasChart(
      [
        .init(marker: "a", bias: bias(1, 3, subject: "x"), interval: nil),
        .init(marker: "b", bias: bias(1, 0, subject: "y"), interval: nil),
        .init(marker: "c", bias: bias(1, 3, subject: "z"), interval: 0.1...0.4),
        .init(marker: "d", bias: bias(0, 1, subject: "guess"), interval: nil, isAtChance: true),
      ], width: 51, ascii: true)
    let lines = chart.lines
    #expect(lines.count == 2 + 16 + 2)
    #expect(lines[0] == "          shape                             texture")
    #expect(lines[1] == "          1       .8      .6      .4      .2      0")
    #expect(lines[2] == "boat      b.............................*..........")
    #expect(lines[17] == "bicycle   b.............................*..........")
    #expect(lines[18] == "average   b                             a")
    #expect(lines[19] == "                                        c")
    #expect(chart.legend.contains { $0.contains("0.100-0.400") })
    #expect(chart.legend.last?.contains("chance") == true)
    #expect(chart.note.hasPrefix("* several"))
  }

  @Test func nothingDecidedIsNotDrawn() {
    let chart = ShapeBiasChart(
      [.init(marker: "a", bias: bias(0, 0, subject: "x"), interval: nil)], width: 40,
      ascii: true)
    #expect(chart.lines.count == 18)
    #expect(!chart.lines.dropFirst(2).contains { $0.dropFirst(10).contains("a") })
    #expect(chart.legend.contains { $0.contains("n/a") })
  }
}
