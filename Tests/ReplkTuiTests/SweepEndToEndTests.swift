// Tables of sweeps say what they are of: others are neither gone on with nor merged.

import ERFEngine
import Foundation
import TestSupport
import Testing

@Suite struct SweepEndToEndTests {
  let folder: TemporaryFolder

  init() throws {
    folder = try TemporaryFolder()
    for (name, level) in [("a", 60), ("b", 120)] {
      try folder.makeFolder(name)
      for index in 0..<2 {
        _ = try folder.write(
          Samples.picture(level: UInt8(level + index)), to: "\(name)/\(index).ppm")
      }
    }
  }

  private static let sizes = ["--sizes", "32,40,48,56"]
  private let sweep = ["sweep", Samples.tiny, "--image", "a"] + Self.sizes

  private func rows(_ name: String) throws -> [Substring] {
    String(decoding: try folder.read(name), as: UTF8.self).split(separator: "\n")
  }

  /// The header and the first point, as a signal leaves a table.
  private func cut(_ name: String, to other: String) throws {
    let lines = try rows(name).prefix(2).joined(separator: "\n") + "\n"
    _ = try folder.write(Array(lines.utf8), to: other)
  }

  @Test func anotherRunIsNotGoneOnWith() throws {
    _ = try succeed(sweep + ["-o", "one.csv"], in: folder)
    try cut("one.csv", to: "cut.csv")
    let before = try folder.read("cut.csv")
    let images = ["sweep", Samples.tiny, "--image", "b"] + Self.sizes
    for (command, words) in [
      (images, ["images_hash"]),
      (sweep + ["--at", "0,0"], ["unit_row", "not 0"]),
      (sweep + ["--rule", "abs"], ["rule paper, not abs"]),
      (sweep + ["--isa", "scalar"], ["instruction_set", "not scalar"]),
      (["sweep", Samples.tiny, "--image", "a", "--sizes", "32,40,48,64"], ["command"]),
    ] {
      let outcome = try Executable.run(command + ["-o", "cut.csv"], in: folder)
      expectOneLine(
        outcome, code: 2, mentions: ["cut.csv is of another sweep", "--force"] + words)
      #expect(try folder.read("cut.csv") == before)
    }
    // The same names, other contents.
    let picture = try folder.read("a/1.ppm")
    _ = try folder.write(Samples.picture(level: 200), to: "a/1.ppm")
    expectOneLine(
      try Executable.run(sweep + ["-o", "cut.csv"], in: folder), code: 2,
      mentions: ["images_hash"])
    _ = try folder.write(picture, to: "a/1.ppm")
    _ = try succeed(sweep + ["-o", "cut.csv"], in: folder)
    #expect(try folder.read("cut.csv") == folder.read("one.csv"))
    _ = try folder.write(Array("notes".utf8), to: "notes.csv")
    expectOneLine(
      try Executable.run(sweep + ["-o", "notes.csv"], in: folder), code: 2,
      mentions: ["notes.csv already exists"])
  }

  @Test func otherContentsOfTheWeightsAreAnotherSweep() throws {
    _ = try succeed(["convert", Samples.tiny, "net.safetensors"], in: folder)
    let sweep = ["sweep", "net.safetensors", "--sizes", "32,40"]
    _ = try succeed(sweep + ["-o", "one.csv"], in: folder)
    try cut("one.csv", to: "cut.csv")
    _ = try succeed(
      ["convert", Samples.tiny, "--weights", "random:1", "net.safetensors", "--force"], in: folder)
    expectOneLine(
      try Executable.run(sweep + ["-o", "cut.csv"], in: folder), code: 2,
      mentions: ["files_hash"])
    _ = try succeed(sweep + ["--shard", "2/2", "-o", "two.csv"], in: folder)
    expectOneLine(
      try Executable.run(["merge", "cut.csv", "two.csv", "-o", "all.csv"], in: folder), code: 2,
      mentions: ["cut.csv", "two.csv", "contents of net.safetensors"])
  }

  @Test func sharesOfSeveralSweepsAreNotMerged() throws {
    _ = try succeed(sweep + ["--shard", "1/2", "-o", "1.csv"], in: folder)
    let other = ["sweep", "replknet-3-nano", "--image", "a"] + Self.sizes
    for (command, words) in [
      (other, ["made by", "replknet-3-nano"]),
      (sweep + ["--rule", "abs"], ["rule abs and paper"]),
      (["sweep", Samples.tiny, "--image", "b"] + Self.sizes, ["images hash"]),
      (["sweep", Samples.tiny, "--image", "a", "--sizes", "64,72,80,96"], ["made by", "64,72"]),
    ] {
      _ = try succeed(command + ["--shard", "2/2", "-o", "2.csv"], in: folder)
      expectOneLine(
        try Executable.run(["merge", "1.csv", "2.csv", "-o", "all.csv"], in: folder), code: 2,
        mentions: ["2.csv and 1.csv are not of one sweep"] + words)
      try FileManager.default.removeItem(atPath: folder.file("2.csv"))
    }
    #expect(!folder.names.contains("all.csv"))
  }

  /// What is missing comes with the commands that make it.
  @Test func missingPointsComeWithTheirCommands() throws {
    _ = try succeed(sweep + ["-o", "one.csv"], in: folder)
    for index in [1, 3] {
      _ = try succeed(sweep + ["--shard", "\(index)/4", "-o", "s-\(index).csv"], in: folder)
    }
    let merge = ["merge"] + (1...4).map { "s-\($0).csv" } + ["-o", "all.csv"]
    let outcome = try Executable.run(
      ["merge", "s-3.csv", "s-1.csv", "-o", "all.csv"], in: folder)
    expectOneLine(
      outcome, code: 1, mentions: ["2 of 4 points are missing (2, 4)", "shares 2, 4 of 4"])
    for line in outcome.text.split(separator: "\n") {
      let words = line.dropFirst("replk-tui ".count)
      #expect(try Executable.run([], in: folder, shell: "\"$@\" \(words)").code == 0, "\(line)")
    }
    _ = try succeed(merge, in: folder)
    #expect(try folder.read("all.csv") == folder.read("one.csv"))
    // A sweep that is not cut goes on where it ended.
    try cut("one.csv", to: "cut.csv")
    let unfinished = try Executable.run(["merge", "cut.csv", "-o", "x.csv"], in: folder)
    expectOneLine(unfinished, code: 1, mentions: ["3 of 4 points", "cut.csv is not finished"])
    let words = unfinished.text.split(separator: "\n")[0].dropFirst("replk-tui ".count)
    #expect(words.hasSuffix("/cut.csv") && !words.contains("--shard"))
    #expect(try Executable.run([], in: folder, shell: "\"$@\" \(words)").code == 0)
    #expect(try folder.read("cut.csv") == folder.read("one.csv"))
    // A share's file is not one of another share.
    expectOneLine(
      try Executable.run(sweep + ["--shard", "2/4", "-o", "s-1.csv"], in: folder), code: 2,
      mentions: ["s-1.csv holds share 1/4, not share 2/4"])
  }

  @Test func severalInstructionSetsAreToldOf() throws {
    _ = try succeed(sweep + ["--shard", "1/2", "-o", "1.csv"], in: folder)
    _ = try succeed(sweep + ["--shard", "2/2", "-o", "2.csv", "--isa", "scalar"], in: folder)
    let outcome = try Executable.run(["merge", "1.csv", "2.csv", "-o", "all.csv"], in: folder)
    guard InstructionSet.available.count > 1 else { return }
    expectOneLine(outcome, code: 0, mentions: ["computed with", " and scalar", "5e-6"])
  }

  /// They are no result, but a table to go on with, as empty shares of maps are.
  @Test func sharesWithoutPointsAreMerged() throws {
    let one = ["sweep", Samples.tiny, "--sizes", "32", "--shard", "1/2", "-o", "empty.csv"]
    _ = try succeed(one, in: folder)
    #expect(try rows("empty.csv").count == 2)
    let merge = ["merge", "empty.csv", "-o", "all.csv"]
    // It knows which share has the point.
    let missing = try Executable.run(merge, in: folder)
    expectOneLine(missing, code: 1, mentions: ["1 of 1 point is missing (1)", "share 2 of 2"])
    #expect(missing.text.contains(" --shard 2/2 --output "))
    let unnamed = try Executable.run(["merge", "empty.csv"], in: folder)
    #expect(unnamed.error == missing.error && unnamed.text == missing.text)
    let told = try succeed(merge + ["--partial"], in: folder).text
    #expect(told == "wrote all.csv: 0 of 1 point\n")
    #expect(try folder.read("all.csv") == folder.read("empty.csv"))
    let whole = ["sweep", Samples.tiny, "--sizes", "32", "-o"]
    _ = try succeed(whole + ["rest.csv", "--shard", "2/2"], in: folder)
    _ = try succeed(whole + ["one.csv"], in: folder)
    _ = try succeed(["merge", "all.csv", "rest.csv", "-o", "both.csv"], in: folder)
    #expect(try folder.read("both.csv") == folder.read("one.csv"))
  }

  /// A share without a point is no other sweep's, and does not stand in the way of a merge.
  @Test func emptySharesSayWhatTheyAreOf() throws {
    let one = ["sweep", Samples.tiny, "--sizes", "32"]
    for index in 1...2 {
      _ = try succeed(one + ["--shard", "\(index)/2", "-o", "\(index).csv"], in: folder)
    }
    let empty = try folder.read("1.csv")
    for (words, mentions) in [
      (["sweep", Samples.tiny, "--sizes", "40", "--shard", "1/2"], ["another sweep", "command"]),
      (sweep + ["--shard", "1/4"], ["holds share 1/2, not share 1/4"]),
      (one + ["--shard", "2/2"], ["holds share 1/2, not share 2/2"]),
    ] {
      expectOneLine(
        try Executable.run(words + ["-o", "1.csv"], in: folder), code: 2,
        mentions: ["1.csv", "--force"] + mentions)
      #expect(try folder.read("1.csv") == empty)
    }
    _ = try succeed(one + ["--shard", "1/2", "-o", "1.csv"], in: folder)
    #expect(try folder.read("1.csv") == empty)
    _ = try succeed(one + ["-o", "one.csv"], in: folder)
    _ = try succeed(["merge", "1.csv", "2.csv", "-o", "all.csv"], in: folder)
    #expect(try folder.read("all.csv") == folder.read("one.csv"))
    _ = try succeed(
      ["sweep", Samples.tiny, "--sizes", "40", "--shard", "2/2", "-o", "2.csv", "--force"],
      in: folder)
    expectOneLine(
      try Executable.run(["merge", "1.csv", "2.csv", "-o", "x.csv"], in: folder), code: 2,
      mentions: ["1.csv and 2.csv are not of one sweep"])
    // Of an earlier version, which did not say it.
    let header = String(decoding: empty, as: UTF8.self).split(separator: "\n")[0] + "\n"
    _ = try folder.write(Array(header.utf8), to: "old.csv")
    expectOneLine(
      try Executable.run(one + ["-o", "old.csv"], in: folder), code: 2, mentions: ["old.csv"])
    expectOneLine(
      try Executable.run(["merge", "old.csv", "-o", "x.csv"], in: folder), code: 1,
      mentions: ["none of the tables holds a point"])
  }

  /// Several shares without a point are all named by what is made of them, in whichever order they are given.
  @Test func severalEmptySharesAreAllNamed() throws {
    let run = ["sweep", Samples.tiny, "--sizes", "32", "-o"]
    _ = try succeed(run + ["one.csv"], in: folder)
    for (name, share) in [("a", "1/3"), ("b", "2/3"), ("c", "3/3"), ("other", "1/2")] {
      _ = try succeed(run + ["\(name).csv", "--shard", share], in: folder)
    }
    let merge = ["merge", "--partial", "--force", "-o", "some.csv"]
    _ = try succeed(merge + ["b.csv", "a.csv", "a.csv"], in: folder)
    let some = try rows("some.csv")
    #expect(some.count == 3 && some[1].contains(",1/3,") && some[2].contains(",2/3,"))
    let bytes = try folder.read("some.csv")
    _ = try succeed(merge + ["a.csv", "b.csv"], in: folder)
    #expect(try folder.read("some.csv") == bytes)
    expectOneLine(
      try Executable.run(["merge", "some.csv", "-o", "x.csv"], in: folder), code: 1,
      mentions: ["1 of 1 point is missing (1): share 3 of 3"])
    expectOneLine(
      try Executable.run(run + ["some.csv", "--shard", "1/3"], in: folder), code: 2,
      mentions: ["some.csv holds share 2/3, not share 1/3"])
    _ = try succeed(["merge", "some.csv", "c.csv", "-o", "all.csv"], in: folder)
    #expect(try folder.read("all.csv") == folder.read("one.csv"))
    // No number says what is missing where each is of another cut.
    let cut = try Executable.run(["merge", "a.csv", "other.csv", "-o", "x.csv"], in: folder)
    expectOneLine(cut, code: 1, mentions: ["1 of 1 point is missing", "cut in several ways"])
    #expect(cut.text == "")
  }

  /// Pictures are prepared as asked for, for all networks or for each, and rows say how.
  @Test func rowsSayHowPicturesWerePrepared() throws {
    let sizes = ["--sizes", "32"]
    func fields(_ words: [String]) throws -> [[String]] {
      _ = try succeed(["sweep"] + words + ["-o", "p.csv", "--force"], in: folder)
      return try rows("p.csv").dropFirst().map {
        $0.replacing(/"[^"]*"/, with: "q").split(separator: ",", omittingEmptySubsequences: false)
          .map(String.init)
      }
    }
    let plain = try fields([Samples.tiny] + sizes)[0]
    let both = try fields(
      [Samples.tiny, "resnet-18"] + sizes + ["--range", "0:255", "--range", "own", "--bgr"])
    #expect(plain[11] == "" && both[0][11] == "q" && both[1][11] == "BGR")
    let column = try #require(
      rows("p.csv")[0].split(separator: ",").firstIndex(of: "sigma"))
    #expect(plain[column] != both[0][column])
    _ = try succeed(["sweep", Samples.tiny] + sizes + ["-o", "q.csv"], in: folder)
    expectOneLine(
      try Executable.run(["sweep", Samples.tiny, "--bgr"] + sizes + ["-o", "q.csv"], in: folder),
      code: 2, mentions: ["q.csv is of another sweep", "preparation (none), not BGR"])
  }

  /// Of what a table claims nothing is believed that no sweep has.
  @Test func absurdTablesAreRefused() throws {
    _ = try succeed(["sweep", Samples.tiny, "--sizes", "32", "-o", "one.csv"], in: folder)
    let text = String(decoding: try folder.read("one.csv"), as: UTF8.self)
    for points in ["1000000000000000000", "0", "-1", "x"] {
      _ = try folder.write(
        Array(text.replacing("\n1,1,", with: "\n1,\(points),").utf8), to: "x.csv")
      expectOneLine(
        try Executable.run(["merge", "x.csv", "-o", "all.csv"], in: folder), code: 1,
        mentions: ["x.csv is damaged or was edited, since line 2"])
    }
  }

  /// A merged table that has a part of an unfinished share is not to be merged with that share's own table.
  @Test func tablesThatOverlapWithWhatIsMissingAreNamed() throws {
    for index in 1...2 {
      _ = try succeed(sweep + ["--shard", "\(index)/2", "-o", "\(index).csv"], in: folder)
    }
    try cut("2.csv", to: "2.csv")
    _ = try succeed(["merge", "1.csv", "2.csv", "--partial", "-o", "some.csv"], in: folder)
    let run = try Executable.run(["merge", "some.csv", "-o", "all.csv"], in: folder)
    #expect(run.code == 1 && run.error.contains("the shares' own files, not some.csv"))
    let own = try Executable.run(["merge", "1.csv", "2.csv", "-o", "all.csv"], in: folder)
    #expect(own.code == 1 && !own.error.contains("own files"))
    expectOneLine(
      try Executable.run(["merge", "some.csv", "1.csv", "-o", "x.csv"], in: folder), code: 2,
      mentions: ["both hold point 1: give each share once"])
  }

  /// Numbers that changed are told, and nothing is written over them unasked.
  @Test func damagedTablesAreRefused() throws {
    let share = sweep + ["--shard", "1/2", "-o", "1.csv"]
    _ = try succeed(share, in: folder)
    _ = try succeed(sweep + ["--shard", "2/2", "-o", "2.csv"], in: folder)
    let whole = try folder.read("1.csv")
    var damaged = whole
    let place = try #require(damaged.dropLast().lastIndex(of: UInt8(ascii: ",")))
    damaged[place - 1] ^= 1
    _ = try folder.write(damaged, to: "1.csv")
    let merge = ["merge", "1.csv", "2.csv", "-o", "all.csv"]
    expectOneLine(
      try Executable.run(merge, in: folder), code: 1,
      mentions: ["1.csv is damaged or was edited", "line 3", "--force"])
    expectOneLine(
      try Executable.run(share, in: folder), code: 2,
      mentions: ["1.csv already exists", "damaged or was edited (line 3", "--force"])
    #expect(try folder.read("1.csv") == damaged)
    _ = try succeed(share + ["--force"], in: folder)
    #expect(try folder.read("1.csv") == whole)
    _ = try succeed(merge, in: folder)
  }

  /// A picture that cannot be read is named once, not for each of four points.
  @Test func skippedPicturesAreNamedOnce() throws {
    _ = try folder.write(Array("no picture".utf8), to: "a/broken.ppm")
    let outcome = try Executable.run(sweep + ["-o", "one.csv"], in: folder)
    expectOneLine(outcome, code: 0, mentions: ["broken.ppm"])
  }

  /// A row says what became of trained weights; an edited network does not bear the name of one that ships.
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
    #expect(both[0].hasPrefix("1,2,\"replknet:kernels=3,3,3,3:"), "\(both[0])")
    #expect(both[0].contains(":classes=10\",\(edited),"), "\(both[0])")
    #expect(both[1].hasPrefix("2,2,replknet-3-nano,trained,"), "\(both[1])")
    let cut = try rows(["replknet-31-nano", "--fit", "crop"], "b.csv")
    #expect(cut[0].contains("(kernels cropped or padded)"))
    func numbers(_ row: String) -> Substring? { row.split(separator: "paper,").last }
    #expect(numbers(cut[0]) != numbers(both[0]))
  }

  @Test func sweepsAreCutGoneOnWithAndMerged() throws {
    let sweep =
      ["sweep", Samples.tiny, "--kernels", "3:7:2", "--of", "1", "--sizes", "32,40"]
      + ["--weights", "random:0", "--weights", "random:1"]
    _ = try succeed(sweep + ["-o", "one.csv"], in: folder)
    let text = String(decoding: try folder.read("one.csv"), as: UTF8.self)
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
      mentions: ["\(names[1]) is given twice: give each share once"])
    _ = try succeed(["sweep", Samples.tiny, "--sizes", "32", "-o", "other.csv"], in: folder)
    expectOneLine(
      try Executable.run(["merge", "other.csv", names[0], "-o", "all.csv"], in: folder), code: 2,
      mentions: ["other.csv", names[0], "points 12 and 1"])
    _ = try succeed(["merge"] + names.reversed() + ["-o", "all.csv"], in: folder)
    #expect(try folder.read("all.csv") == folder.read("one.csv"))
    expectOneLine(
      try Executable.run(sweep + ["-o", names[0]], in: folder), code: 2,
      mentions: ["\(names[0]) holds share 1/5, not the whole run (`replk-tui merge`", "--force"])
    _ = try succeed(sweep + ["-o", names[0], "--force"], in: folder)
    #expect(try folder.read(names[0]) == folder.read("one.csv"))
    expectOneLine(
      try Executable.run(
        ["sweep", Samples.tiny, "--sizes", "48", "-o", "one.csv"], in: folder), code: 2,
      mentions: ["one.csv", "another sweep"])
  }

  @Test func kernelsThatStepsPassOverAreToldOf() throws {
    let run = ["sweep", Samples.tiny, "--of", "1", "--sizes", "32", "-o", "one.csv", "--kernels"]
    let told = ["note: --kernels 3:13:4 ends at 11", "steps of 4 from 3 do not reach 13"]
    expectOneLine(try Executable.run(run + ["3:13:4"], in: folder), code: 0, mentions: told)
    _ = try succeed(run + ["3:11:4", "--force"], in: folder)
  }

  /// Points that are given twice are computed once.
  @Test func sweepsHaveNoPointTwice() throws {
    _ = try succeed(
      [
        "sweep", Samples.tiny, Samples.tiny, "--kernels", "3,3", "--of", "1", "--sizes", "32,32x32",
        "--weights", "random:0", "--weights", "random", "-o", "one.csv",
      ], in: folder)
    let rows = String(decoding: try folder.read("one.csv"), as: UTF8.self).split(separator: "\n")
    #expect(rows.count == 2 && rows[1].hasPrefix("1,1,"))
  }

  #if os(Linux)
    /// A signal that comes while the networks of a large grid are opened ends it with a word, before any file.
    @Test func aSignalBeforeTheFirstPoint() throws {
      let sizes = (16..<48).map { "\($0 * 2)" }.joined(separator: ",")
      // Whether it catches SIGTERM, the fifteenth bit: first to end plainly, and a moment later with a word.
      let catches =
        "[ $(( 0x$(sed -n 's/^SigCgt:[[:space:]]*//p' /proc/$$/status) >> 14 & 1 )) = 1 ]"
      let outcome = try Executable.run(
        ["sweep", Samples.tiny, "--kernels", "1:63:2", "--sizes", sizes, "-o", "large.csv"],
        in: folder, once: catches, "sleep 0.1; kill -TERM $$")
      expectOneLine(
        outcome, code: 143,
        mentions: ["stopped before the first point was done; nothing was written"])
      #expect(!folder.names.contains("large.csv"))
    }
  #endif
}
