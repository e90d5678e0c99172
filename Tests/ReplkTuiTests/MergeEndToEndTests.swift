// Runs cut into shares on the command line, ended by signals, gone on with and merged.

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
    let endings = ["erf", "npy", "pgm", "png", "csv"]
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
    let outcome = try succeed(["merge", "parts", "--json"], in: folder)
    let result = try #require(try outcome.results().first)
    #expect((result["images"] as? [String])?.count == 8)
    // How long it took is not known to whoever merges.
    #expect((result["seconds"] as? [String: Any])?["total"] is NSNull)
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
    #expect(commands.count == 2)
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
    let told = try succeed(["merge", parts[0], parts[2], "--partial"], in: folder).text
    #expect(told.contains("4 images of 8, partial") && !told.contains("share"))
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
      mentions: [parts[1], "image 5"])
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
    expectOneLine(outcome, code: 1, mentions: ["1 of 4 images", "un.erf is not finished"])
    let line = try #require(outcome.text.split(separator: "\n").first)
    #expect(line.hasPrefix("replk-tui erf ") && line.hasSuffix(" --output un.erf"))
    #expect(!line.contains("--shard"))
    let words = line.dropFirst("replk-tui ".count)
    #expect(try Executable.run([], in: folder, shell: "\"$@\" \(words)").code == 0)
    #expect(try ERFPart(path: folder.file("un.erf")).isWhole)
    #expect(!whole.isEmpty)
  }

  /// What --force says holds of parts too; without it the line says that it exists.
  @Test func aPartIsReplacedWhereThatIsAsked() throws {
    let run = ["erf", Samples.tiny, "--size", "64", "-o", "u.erf"]
    _ = try folder.write(Array("of somebody else".utf8), to: "u.erf")
    expectOneLine(
      try Executable.run(run, in: folder), code: 2, mentions: ["u.erf already exists", "--force"])
    #expect(try folder.read("u.erf") == Array("of somebody else".utf8))
    _ = try succeed(run + ["--force"], in: folder)
    let first = try bytes("u.erf")
    let other = run + ["--weights", "random:1"]
    expectOneLine(
      try Executable.run(other, in: folder), code: 2, mentions: ["another run", "--force"])
    #expect(try bytes("u.erf") == first)
    _ = try succeed(other + ["--force"], in: folder)
    #expect(try bytes("u.erf") != first)
    expectOneLine(
      try Executable.run(["merge", "u.erf", "-o", "q.xyz"], in: folder), code: 2,
      mentions: [".erf .pgm"])
    _ = try folder.write(Array("text".utf8), to: "text.erf")
    expectOneLine(
      try Executable.run(["merge", "text.erf"], in: folder), code: 1,
      mentions: ["text.erf is not a part of a run: it is not a safetensors file"])
  }

  /// A share that is there already costs nothing.
  @Test func aFinishedShareIsLeftAsItIs() throws {
    let name = try make(shards: 1)[0]
    let before = try bytes(name)
    _ = try succeed(erf + ["--shard", "1/1", "-o", name], in: folder)
    #expect(try bytes(name) == before)
  }

  /// SIGTERM as a cluster sends it: what is done is in the file, and the same command ends with the
  /// bytes of a run that nobody disturbed.
  @Test func aTerminatedRunGoesOn() throws {
    let long = ["erf", "replknet-31-nano", "--size", "640", "--count", "8", "--threads", "1"]
    _ = try succeed(long + ["-o", "one.erf"], in: folder)
    let script = """
      "$@" & child=$!
      sleep 1
      kill -TERM $child
      wait $child
      """
    let stopped = try Executable.run(
      long + ["-o", "two.erf", "-o", "two.json"], in: folder, shell: script)
    #expect(stopped.code == 128 + SIGTERM)
    #expect(stopped.error.contains("stopped"))
    // What is done by then depends on the machine; what is written says of how many images it is.
    if folder.names.contains("two.json") {
      let result = try JSONSerialization.jsonObject(with: bytes("two.json")) as? [String: Any]
      let first = (result?["results"] as? [[String: Any]])?.first
      #expect(first?["partialOf"] as? Int == 8)
    }
    _ = try succeed(long + ["-o", "two.erf"], in: folder)
    #expect(try bytes("two.erf") == bytes("one.erf"))
  }

  /// A row says what became of trained weights: an edited network's id may be that of one that ships.
  @Test func sweepsSayHowWeightsWereFitted() throws {
    func rows(_ arguments: [String], _ name: String) throws -> [String] {
      _ = try succeed(
        ["sweep"] + arguments + ["--kernels", "3", "--sizes", "32", "-o", name], in: folder)
      return String(decoding: try folder.read(name), as: UTF8.self).split(separator: "\n")
        .dropFirst().map(String.init)
    }
    let both = try rows(["replknet-31-nano", "replknet-3-nano"], "a.csv")
    #expect(both.count == 2)
    let edited = "\"trained, edited from replknet-31-nano (kernels interpolated)\""
    #expect(both[0].hasPrefix("1,2,replknet-3-nano,\(edited),"), "\(both[0])")
    #expect(both[1].hasPrefix("2,2,replknet-3-nano,trained,"), "\(both[1])")
    let cut = try rows(["replknet-31-nano", "--fit", "crop"], "b.csv")
    #expect(cut[0].contains("(kernels cropped)"))
    func numbers(_ row: String) -> Substring? { row.split(separator: "paper,").last }
    #expect(numbers(cut[0]) != numbers(both[0]))
  }

  @Test func sweepsAreCutGoneOnWithAndMerged() throws {
    let sweep =
      ["sweep", Samples.tiny, "--kernels", "3:7:2", "--of", "1", "--sizes", "32,40"]
      + ["--weights", "random:0", "--weights", "random:1"]
    _ = try succeed(sweep + ["-o", "one.csv"], in: folder)
    let text = String(decoding: try bytes("one.csv"), as: UTF8.self)
    #expect(text.split(separator: "\n").count == 1 + 3 * 2 * 2)
    #expect(
      text.contains("\"replknet:kernels=5,9:layers=1,1:channels=8,12:small=5:dw=1:classes=5\""))
    let names = (1...5).map { "s\($0).csv" }
    for (index, name) in names.enumerated() {
      _ = try succeed(sweep + ["--shard", "\(index + 1)/5", "-o", name], in: folder)
    }
    expectOneLine(
      try Executable.run(["merge"] + names.dropLast() + ["-o", "all.csv"], in: folder), code: 1,
      mentions: ["3 of 12 points", "10, 11, 12"])
    expectOneLine(
      try Executable.run(["merge"] + names + [names[1]] + ["-o", "all.csv"], in: folder), code: 2,
      mentions: [names[1]])
    _ = try succeed(["sweep", Samples.tiny, "--sizes", "32", "-o", "other.csv"], in: folder)
    expectOneLine(
      try Executable.run(["merge", "other.csv", names[0], "-o", "all.csv"], in: folder), code: 2,
      mentions: ["other.csv", names[0], "points 12 and 1"])
    _ = try succeed(["merge"] + names.reversed() + ["-o", "all.csv"], in: folder)
    #expect(try bytes("all.csv") == bytes("one.csv"))
    // The first share, gone on with to the whole.
    _ = try succeed(sweep + ["-o", names[0]], in: folder)
    #expect(try bytes(names[0]) == bytes("one.csv"))
    expectOneLine(
      try Executable.run(
        ["sweep", Samples.tiny, "--sizes", "48", "-o", "one.csv"], in: folder), code: 2,
      mentions: ["one.csv", "another sweep"])
  }

  /// Decisions as `probe --stimuli --csv --shard` writes them, by hand.
  @Test func decisionsAreMergedInTheOrderOfOneRun() throws {
    let names = ["airplane1-cat1", "airplane2-dog1", "bear1-cat2", "truck3-oven1"]
    func table(_ indices: [Int]) throws -> [UInt8] {
      DecisionFile.encode(
        try indices.map { index in
          let name = try #require(StimulusName(names[index] + ".png"))
          return CueDecision(
            subject: "net-1", image: names[index] + ".png", shape: name.shape,
            texture: name.texture, response: name.shape)
        })
    }
    _ = try folder.write(table([2, 3]), to: "d2.csv")
    _ = try folder.write(table([0, 1]), to: "d1.csv")
    _ = try folder.write(table([]), to: "d3.csv")
    _ = try succeed(["merge", "d2.csv", "d3.csv", "d1.csv", "-o", "all.csv"], in: folder)
    #expect(try Array(bytes("all.csv")) == table([0, 1, 2, 3]))
    expectOneLine(
      try Executable.run(["merge", "d1.csv", "d2.csv", "d1.csv", "-o", "x.csv"], in: folder),
      code: 1, mentions: ["airplane1-cat1.png", "d1.csv"])
  }

  /// The format says nothing of shares: what trials and subjects tell is said.
  @Test func gapsAndSeveralNetworksAreToldOf() throws {
    let header = "subj,session,trial,rt,object_response,category,condition,imagename\n"
    func row(_ subject: String, _ trial: Int) -> String {
      "\(subject),1,\(trial),NaN,cat,cat,0,cat\(trial)-dog1.png\n"
    }
    _ = try folder.write(Array((header + row("n", 1) + row("n", 2)).utf8), to: "1.csv")
    _ = try folder.write(Array((header + row("n", 5) + row("n", 7)).utf8), to: "3.csv")
    _ = try folder.write(Array((header + row("m", 1)).utf8), to: "m.csv")
    let gaps = try Executable.run(["merge", "3.csv", "1.csv", "-o", "all.csv"], in: folder)
    expectOneLine(gaps, code: 0, mentions: ["n lacks trials 3-4, 6"])
    let rows = header + [1, 2, 5, 7].map { row("n", $0) }.joined()
    #expect(try folder.read("all.csv") == Array(rows.utf8))
    let two = try Executable.run(["merge", "1.csv", "m.csv", "-o", "two.csv"], in: folder)
    expectOneLine(two, code: 0, mentions: ["2 networks", "m, n"])
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
