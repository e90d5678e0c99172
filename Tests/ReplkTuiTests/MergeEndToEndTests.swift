// Runs cut into shares on the command line, and merged.

import Foundation
import TestSupport
import Testing

@testable import ERFEngine

@Suite struct MergeEndToEndTests {
  let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private let erf = ["erf", Samples.tiny, "--size", "64", "--count", "8"]

  private func bytes(_ name: String) throws -> Data {
    try Data(contentsOf: URL(fileURLWithPath: folder.file(name)))
  }

  private func make(shards count: Int) throws -> [String] {
    try (1...count).map { index in
      let name = "part-\(index)-of-\(count).erf"
      _ = try succeed(erf + ["--shard", "\(index)/\(count)", "-o", name], in: folder)
      return name
    }
  }

  /// The exports of merged parts are those of one run, to the byte.
  @Test(arguments: [1, 3, 9]) func mergedFilesAreThoseOfOneRun(_ count: Int) throws {
    let endings = ["erf", "npy", "pgm", "png", "csv", "json"]
    _ = try succeed(erf + endings.flatMap { ["-o", "one.\($0)"] }, in: folder)
    let parts = try make(shards: count)
    for order in [parts, parts.reversed()] {
      _ = try succeed(["merge"] + order + endings.flatMap { ["-o", "all.\($0)"] }, in: folder)
      for ending in endings {
        #expect(try bytes("all.\(ending)") == bytes("one.\(ending)"), "\(ending)")
      }
    }
  }

  @Test func aFolderOfPartsIsMerged() throws {
    try FileManager.default.createDirectory(
      atPath: folder.file("parts"), withIntermediateDirectories: false)
    for index in 1...2 {
      _ = try succeed(
        erf + ["--shard", "\(index)/2", "-o", "parts/\(index).erf"], in: folder)
    }
    // As macOS leaves one beside each file on other file systems.
    _ = try folder.write(Array("hidden".utf8), to: "parts/._1.erf")
    let outcome = try succeed(["merge", "parts", "--json"], in: folder)
    let result = try #require(try outcome.results().first)
    #expect((result["images"] as? [String])?.count == 8)
    // How long it took, and how much memory, is not known to whoever merges.
    let seconds = try #require(result["seconds"] as? [String: Any])
    #expect(seconds.count == 5 && seconds.values.allSatisfy { $0 is NSNull })
    #expect(result["peakBytes"] is NSNull)
  }

  /// Shares run over other pictures of the same names are of another run, of whatever kind.
  @Test func picturesOfOtherSizesAreAnotherRun() throws {
    for (set, level) in [("one", UInt8(90)), ("two", 200)] {
      for (index, name) in ["cat1-dog1", "cat2-dog2"].enumerated() {
        let path = "\(set)/cat/\(name).ppm"
        try FileManager.default.createDirectory(
          atPath: folder.file("\(set)/cat"), withIntermediateDirectories: true)
        let side = set == "one" ? 8 : 9
        _ = try folder.write(
          Array("P6 8 \(side) 255\n".utf8)
            + [UInt8](repeating: level + UInt8(index), count: 8 * side * 3),
          to: path)
      }
    }
    _ = try folder.write(Array("cat\ndog\n".utf8), to: "names.txt")
    let classifier = "replknet:kernels=3:layers=1:channels=2:classes=2"
    let runs: [(words: [String], pictures: String, option: String, ending: String)] = [
      (["erf", Samples.tiny, "--size", "64", "--image"], "/cat", "-o", "erf"),
      (["features", Samples.tiny, "--size", "64", "--image"], "/cat", "-o", "safetensors"),
      (["probe", classifier, "--classes", "names.txt", "--stimuli"], "", "--csv", "csv"),
    ]
    for run in runs {
      for (set, index) in [("one", 1), ("two", 2), ("one", 2)] {
        _ = try succeed(
          run.words + [
            set + run.pictures, "--shard", "\(index)/2", run.option, "\(set)\(index).\(run.ending)",
          ], in: folder)
      }
      let merge = ["merge", "one1.\(run.ending)"]
      expectOneLine(
        try Executable.run(
          merge + ["two2.\(run.ending)", "-o", "all.\(run.ending)"], in: folder), code: 2,
        mentions: [
          "one1", "two2", "other names or \(run.words[0] == "probe" ? "contents" : "file sizes")",
        ])
      _ = try succeed(merge + ["one2.\(run.ending)", "-o", "all.\(run.ending)"], in: folder)
    }
  }

  /// No missing share is told to lie where the merge is to be written.
  @Test func missingSharesKeepOffTheMerge() throws {
    for name in ["p1", "f1"] {
      let run = name == "p1" ? erf : ["features"] + erf.dropFirst()
      let ending = name == "p1" ? "erf" : "safetensors"
      _ = try succeed(run + ["--shard", "1/2", "-o", "\(name).\(ending)"], in: folder)
      let output = "\(name.prefix(1))2.\(ending)"
      for spelling in [output, "./" + output, folder.file(output)] {
        let outcome = try Executable.run(
          ["merge", "\(name).\(ending)", "-o", spelling], in: folder)
        #expect(outcome.code == 1 && outcome.text.contains("--shard 2/2"))
        #expect(!outcome.text.contains(output), "\(outcome.text)")
      }
    }
  }

  /// What another share holds is not replaced by a merge without it.
  @Test func mergesReplaceNoOtherShare() throws {
    let parts = try make(shards: 3)
    let before = try folder.read(parts[1])
    let merge = ["merge", parts[0], parts[2], "--partial", "-o"]
    expectOneLine(
      try Executable.run(merge + [parts[1]], in: folder), code: 2, mentions: [parts[1], "--force"])
    #expect(try folder.read(parts[1]) == before)
    _ = try succeed(merge + ["some.erf"], in: folder)
    _ = try succeed(["merge"] + parts + ["-o", "some.erf"], in: folder)
  }

  /// What is read again for each network or point cannot come out of a pipe.
  @Test(arguments: [
    "compare replknet-3-nano \(Samples.tiny) --size 64 --image /dev/stdin",
    "sweep \(Samples.tiny) --sizes 64 --image /dev/stdin -o s.csv",
  ])
  func picturesThatAreReadTwiceAreFiles(_ command: String) throws {
    _ = try folder.write(Samples.picture(level: 90), to: "a.png")
    let outcome = try Executable.run([], in: folder, shell: "cat a.png | \"$@\" \(command)")
    expectOneLine(
      outcome, code: 1, mentions: ["/dev/stdin", "read only once", "save it as a file"])
  }

  /// Nor can shares, of whatever kind: they are looked at before they are read.
  @Test(arguments: ["erf", "csv", "safetensors"]) func sharesAreFiles(_ ending: String) throws {
    let merge = "merge p.\(ending) s.\(ending) -o all.\(ending)"
    expectOneLine(
      try Executable.run([], in: folder, shell: "mkfifo p.\(ending) && \"$@\" \(merge)"), code: 1,
      mentions: ["p.\(ending): cannot be read: it is not a regular file"])
  }

  /// The commands printed for missing shares are those that make them.
  @Test func missingSharesComeWithTheirCommands() throws {
    let parts = try make(shards: 4)
    try FileManager.default.removeItem(atPath: folder.file(parts[1]))
    try FileManager.default.removeItem(atPath: folder.file(parts[3]))
    let outcome = try Executable.run(
      ["merge", parts[0], parts[2], "-o", "all.npy"], in: folder)
    expectOneLine(outcome, code: 1, mentions: ["4 of 8 images", "shares 2, 4 of 4"])
    #expect(!folder.names.contains("all.npy"))
    let commands = outcome.text.split(separator: "\n")
    #expect(commands.count == 2 && !outcome.error.contains("folder"))
    for command in commands {
      #expect(command.hasPrefix("replk-tui erf "))
      let words = command.dropFirst("replk-tui ".count)
      let made = try Executable.run([], in: folder, shell: "\"$@\" \(words)")
      #expect(made.code == 0, "\(command)")
    }
    #expect(Set(folder.names).isSuperset(of: parts))
    _ = try succeed(["merge"] + parts + ["-o", "all.npy"], in: folder)
    let some = try succeed(
      ["merge", parts[0], parts[2], "--partial", "-o", "some.npy", "--json"], in: folder)
    #expect((try some.results()[0]["images"] as? [String])?.count == 4)
    let told = try succeed(
      [
        "merge", parts[0], parts[2], "--partial", "-o", "some.json", "-o", "some.pgm", "-o",
        "some.png",
      ],
      in: folder
    ).text
    #expect(told.contains("4 images of 8, partial") && !told.contains("share"))
    try expectPartial("some", of: 8, shares: ["1/4", "3/4"])
    _ = try succeed(
      ["merge", parts[0], "--partial", "-o", "one.json", "-o", "one.pgm", "-o", "one.png"],
      in: folder)
    try expectPartial("one", of: 8, shares: ["1/4"])
    // The same again replaces them unasked, the whole does not.
    _ = try succeed(
      ["merge", parts[0], "--partial", "-o", "one.json", "-o", "one.pgm"], in: folder)
    expectOneLine(
      try Executable.run(["merge"] + parts + ["-o", "one.pgm"], in: folder), code: 2,
      mentions: ["one.pgm already exists"])
    #expect(try succeed(["merge"] + parts + ["--json"], in: folder).results()[0]["shares"] == nil)
    let share = erf + ["--shard", "1/4", "-o", parts[0], "--json"]
    let result = try succeed(share, in: folder).results()[0]
    #expect(result["partialOf"] as? Int == 8 && result["shares"] as? [String] == ["1/4"])
  }

  /// What is written of some images says so in every file that tells of them.
  private func expectPartial(_ stem: String, of whole: Int, shares: [String]) throws {
    let document = try JSONSerialization.jsonObject(with: bytes("\(stem).json")) as? [String: Any]
    let result = try #require((document?["results"] as? [[String: Any]])?.first)
    #expect(result["partialOf"] as? Int == whole && result["shares"] as? [String] == shares)
    let count = try #require(result["images"] as? [String]).count
    let comments = try PGM.load(path: folder.file("\(stem).pgm")).comments
    #expect(comments.contains { $0.hasPrefix("images: \(count) of \(whole), partial: ") })
    let texts = PNGText.lines(in: try folder.read("\(stem).png"))
    #expect(texts.contains { $0.text.hasPrefix("\(count) of \(whole), partial: ") })
  }

  @Test func whatDoesNotGoTogetherIsNamed() throws {
    let parts = try make(shards: 2)
    _ = try succeed(
      erf + ["--weights", "random:1", "--shard", "2/2", "-o", "other.erf"], in: folder)
    expectOneLine(
      try Executable.run(["merge", parts[0], "other.erf"], in: folder), code: 2,
      mentions: [parts[0], "other.erf", "weights"])
    expectOneLine(
      try Executable.run(["merge", parts[0], parts[1], parts[1]], in: folder), code: 2,
      mentions: ["\(parts[1]) is given twice: give each share once"])
    _ = try succeed(erf + ["--shard", "2/3", "-o", "third.erf"], in: folder)
    expectOneLine(
      try Executable.run(["merge", parts[0], "third.erf"], in: folder), code: 2,
      mentions: [
        "third.erf and \(parts[0])", "image 3", "share 2/3 and share 1/2", "give shares of one cut",
      ])
    expectOneLine(
      try Executable.run(erf + ["--shard", "1/2", "-o", "other.erf"], in: folder), code: 2,
      mentions: ["other.erf", "another run"])
    expectOneLine(
      try Executable.run(erf + ["--shard", "1/2", "-o", parts[1]], in: folder), code: 2,
      mentions: [parts[1], "share 2/2", "share 1/2"])
    expectOneLine(
      try Executable.run(erf + ["--shard", "1/2", "-o", "map.npy"], in: folder), code: 2)
    expectOneLine(try Executable.run(erf + ["--shard", "3/2"], in: folder), code: 2)
    expectOneLine(try Executable.run(["merge"], in: folder), code: 2)
    _ = try succeed(erf + ["-o", "one.npy"], in: folder)
    expectOneLine(
      try Executable.run(["merge", parts[0], "one.npy"], in: folder), code: 2,
      mentions: ["one.npy: an array does not record", "the .erf alone"])
    _ = try folder.write(Array("1,2\n3,4\n".utf8), to: "map.csv")
    expectOneLine(
      try Executable.run(["merge", "map.csv", parts[0]], in: folder), code: 2,
      mentions: ["map.csv and \(parts[0]) are shares of different kinds"])
    expectOneLine(
      try Executable.run(["merge", "map.csv", "-o", "all.csv"], in: folder), code: 1,
      mentions: ["map.csv", "`sweep`", "`probe`"])
    try folder.makeFolder("empty")
    expectOneLine(
      try Executable.run(["merge", "empty"], in: folder), code: 2,
      mentions: ["empty holds no part of a run"])
  }

  /// Nothing that reads like a result.
  @Test func anEmptyShareHasNoNumbers() throws {
    let text = try succeed(
      ["erf", Samples.tiny, "--size", "64", "--shard", "2/2", "-o", "empty.erf"], in: folder
    ).text
    #expect(text.contains("0 images") || text.contains("1 image"))
    let other = try succeed(
      ["erf", Samples.tiny, "--size", "64", "--shard", "1/2", "-o", "other.erf"], in: folder
    ).text
    let empty = text.contains("0 images") ? text : other
    #expect(empty.contains("0 images, share") && !empty.contains("reached"))
    #expect(!empty.contains("sigma") && empty.contains("wrote "))
    let share = empty == text ? ("2/2", "empty.erf") : ("1/2", "other.erf")
    let result = try succeed(
      ["erf", Samples.tiny, "--size", "64", "--shard", share.0, "-o", share.1, "--json"], in: folder
    ).results()[0]
    #expect(result["sigma"] is NSNull && result["borderShare"] is NSNull)
    #expect((result["centreOfMass"] as? [Any])?.allSatisfy { $0 is NSNull } == true)
    for name in ["radii", "ratios", "rawRatios"] {
      let entries = try #require(result[name] as? [[String: Any]])
      #expect(!entries.isEmpty)
      for entry in entries {
        #expect(entry.filter { $0.key != "t" }.allSatisfy { $0.value is NSNull })
      }
      #expect(entries.allSatisfy { $0.count > 1 }, "\(name)")
    }
    let seconds = try #require(result["seconds"] as? [String: Any])
    #expect(["forward", "backward", "first"].allSatisfy { seconds[$0] is NSNull })
  }

  /// What is printed for a missing share is right in the folder of the run, wherever the merge is.
  @Test func commandsAreRightInTheFolderOfTheRun() throws {
    for name in ["run", "run/pic's tures", "else", "else/pic's tures"] {
      try folder.makeFolder(name)
    }
    for index in 0..<4 {
      _ = try folder.write(
        Samples.picture(level: UInt8(60 + index)), to: "run/pic's tures/\(index).ppm")
    }
    func runIn(_ place: String, _ words: String) throws -> Outcome {
      try Executable.run([], in: folder, shell: "cd \(place) && \"$@\" \(words)")
    }
    let run = "erf '\(Samples.tiny)' --size 32 --image 'pic'\\''s tures'"
    for index in [1, 3] {
      #expect(try runIn("run", "\(run) --shard \(index)/4 -o p\(index).erf").code == 0)
    }
    // Of another run.
    #expect(try runIn("run", "erf '\(Samples.tiny)' --size 40 -o p4.erf").code == 0)
    let other = try folder.read("run/p4.erf")
    let outcome = try runIn("else", "merge ../run/p1.erf ../run/p3.erf -o all.npy")
    expectOneLine(outcome, code: 1, mentions: ["shares 2, 4 of 4", "in the same folder"])
    let lines = outcome.text.split(separator: "\n")
    #expect(lines.count == 2)
    for line in lines {
      #expect(try runIn("run", String(line.dropFirst("replk-tui ".count))).code == 0, "\(line)")
    }
    #expect(try folder.read("run/p4.erf") == other)
    let all = ["p1", "p2", "p3", "part-4-of-4"].map { "../run/\($0).erf" }
    #expect(
      try runIn("else", "merge \(all.joined(separator: " ")) -o all.erf").code == 0)
    #expect(try ERFPart(path: folder.file("else/all.erf")).isWhole)
  }

  /// What a run wrote is no network, and called what it is.
  @Test(arguments: [["erf"], ["inspect"], ["info"], ["erf", "resnet-18", "--weights"]])
  func resultsAreNoNetworks(_ words: [String]) throws {
    _ = try succeed(["erf", Samples.tiny, "--size", "32", "-o", "part-1.erf"], in: folder)
    _ = try succeed(
      ["features", Samples.tiny, "--size", "32", "--tap", "stage1", "-o", "f.safetensors"],
      in: folder)
    for (file, mention) in [
      ("part-1.erf", "is a part of a run, not a network: `replk-tui merge` makes its map"),
      ("f.safetensors", "holds features of pictures, not a network"),
    ] {
      expectOneLine(
        try Executable.run(words + [file], in: folder), code: 1, mentions: ["\(file) \(mention)"])
    }
  }

  /// A run that is not cut goes on by the command that began it, not by one of a share.
  @Test func anUnfinishedRunComesWithTheCommandThatGoesOn() throws {
    _ = try folder.write(Samples.noise(images: 4), to: "in.npy")
    let run = ["erf", Samples.tiny, "--tensor", "in.npy", "-o", "un.erf"]
    _ = try succeed(run, in: folder)
    let whole = try bytes("un.erf")
    // As a signal would have left it.
    var part = try ERFPart(path: folder.file("un.erf"))
    part.done.removeLast()
    _ = try folder.write(part.encoded(), to: "un.erf")
    let outcome = try Executable.run(["merge", "un.erf", "-o", "all.npy"], in: folder)
    expectOneLine(
      outcome, code: 1,
      mentions: ["1 of 4 images is missing", "un.erf is not finished", "in the same folder"])
    let line = try #require(outcome.text.split(separator: "\n").first)
    #expect(line.hasPrefix("replk-tui erf ") && line.hasSuffix("/un.erf"))
    #expect(!line.contains("--shard"))
    let words = line.dropFirst("replk-tui ".count)
    #expect(try Executable.run([], in: folder, shell: "\"$@\" \(words)").code == 0)
    #expect(try ERFPart(path: folder.file("un.erf")).isWhole)
    #expect(!whole.isEmpty)
  }

  @Test func compareKeepsAPartOfEachNetwork() throws {
    let compare = ["compare", Samples.tiny, Samples.tiny, "--size", "64", "--count", "4"]
    let weights = ["--weights", "random:0", "--weights", "random:1"]
    for index in 1...2 {
      _ = try succeed(
        compare + weights + ["--shard", "\(index)/2", "-o", "out"], in: folder)
    }
    let names = try FileManager.default.contentsOfDirectory(atPath: folder.file("out")).sorted()
    #expect(names.count == 4 && names.allSatisfy { $0.hasSuffix("-of-2.erf") })
    let second = names.filter { $0.contains("-2-") }
    #expect(second.count == 3 || second.count == 2)
    _ = try succeed(compare + weights + ["-o", "whole"], in: folder)
    let whole = try FileManager.default.contentsOfDirectory(atPath: folder.file("whole"))
    let maps = whole.filter { $0.hasSuffix(".npy") }.sorted()
    // The folder holds two networks: it is said how to merge each.
    let both = try Executable.run(["merge", "out", "-o", "all.npy"], in: folder)
    expectOneLine(both, code: 2, mentions: ["weights", "each of the 2 networks"])
    let commands = both.text.split(separator: "\n")
    #expect(commands.count == 2)
    // Commands that would fail are not printed.
    let first = "out/\(try #require(names.first))"
    let twice = try Executable.run(["merge", first, "out", "-o", "all.npy"], in: folder)
    expectOneLine(twice, code: 2, mentions: ["\(first) is given twice"])
    #expect(twice.text == "")
    for command in commands {
      let words = command.dropFirst("replk-tui ".count)
      #expect(try Executable.run([], in: folder, shell: "\"$@\" \(words)").code == 0, "\(command)")
    }
    let merged = try ["all-1.npy", "all-2.npy"].map(bytes)
    #expect(try Set(merged) == Set(maps.map { try bytes("whole/\($0)") }))
    for (map, stem) in maps.map({ ($0, $0.dropLast(".npy".count)) }) {
      _ = try succeed(
        [
          "merge", "out/\(stem)-1-of-2.erf", "out/\(stem)-2-of-2.erf", "-o", "merged.npy",
          "--force",
        ],
        in: folder)
      #expect(try bytes("merged.npy") == bytes("whole/\(map)"))
    }
  }
}
