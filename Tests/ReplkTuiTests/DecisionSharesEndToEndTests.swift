// Shares of decisions as a user makes and merges them.

import Foundation
import TestSupport
import Testing

@testable import ERFEngine

@Suite struct DecisionSharesEndToEndTests {
  let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  /// Decisions of a share, or of a run that was stopped, are said to be some of it.
  @Test func decisionsOfSharesSayWhatTheyAreOf() throws {
    let paths = try shares(3)
    func decisions(_ files: [String]) throws -> (text: String, entry: [String: Any]) {
      let words = ["probe", "--decisions"] + files
      let found = try succeed(words + ["--json"], in: folder).object()
      return (
        try succeed(words + ["--ascii"], in: folder).text,
        try #require((found["decisions"] as? [[String: Any]])?.first)
      )
    }
    let some = try decisions([paths[2], paths[0]])
    #expect(some.text.contains("partial, shares 1/3, 3/3 of a run over 5 stimuli\n"))
    #expect(some.entry["partialOf"] as? Int == 5)
    #expect(some.entry["shares"] as? [String] == ["1/3", "3/3"] && some.entry["unfinished"] == nil)
    let all = try decisions(paths)
    #expect(!all.text.contains("partial") && all.entry["partialOf"] == nil)
    #expect(all.entry["shares"] == nil)
    try reopen(paths[1])
    let stopped = try decisions(paths)
    #expect(stopped.text.contains("of a run over 5 stimuli; not finished: share 2/3"))
    #expect(stopped.entry["unfinished"] as? [String] == ["2/3"])
    // A whole run is not written over a share, which is called one.
    expectOneLine(
      try Executable.run(probe() + [paths[2]], in: folder), code: 2,
      mentions: [
        "\(paths[2]) holds share 3/3, not the whole run: `replk-tui merge` puts all shares together",
        "--force",
      ])
  }

  /// A run that is not cut is called one as long as it is not finished, too.
  @Test func unfinishedTablesAreNoShares() throws {
    let path = try shares(1)[0]
    try reopen(path)
    let text = try succeed(["probe", "--decisions", path, "--ascii"], in: folder).text
    #expect(text.contains(": partial, a run over 5 stimuli that is not finished\n"), "\(text)")
    expectOneLine(
      try Executable.run(probe() + [path, "--shard", "1/2"], in: folder), code: 2,
      mentions: ["\(path) holds the whole run, not share 1/2", "--force"])
  }

  /// Trials are numbered over all shares, so that a merge gives the bytes of one run and knows gaps.
  @Test func sharesNumberTheirTrialsAsOneRun() throws {
    _ = try succeed(["stimuli", "-o", "s", "--count", "5", "--size", "16"], in: folder)
    let model = "replknet:kernels=3:layers=1:channels=2:classes=1000"
    let probe = ["probe", model, "--stimuli", "s", "--csv"]
    _ = try succeed(probe + ["one.csv"], in: folder)
    for index in 1...3 {
      _ = try succeed(probe + ["\(index).csv", "--shard", "\(index)/3"], in: folder)
    }
    _ = try succeed(["merge", "3.csv", "1.csv", "2.csv", "-o", "all.csv"], in: folder)
    #expect(try folder.read("all.csv") == folder.read("one.csv"))
  }

  /// Shares of two networks over five stimuli, and the table of one run.
  private func shares(
    _ count: Int, seed: Int = 0, names: String = ""
  ) throws -> [String] {
    _ = try succeed(["stimuli", "-o", "s", "--count", "5", "--size", "16", "--force"], in: folder)
    let paths = (1...count).map { "\(names)\($0).csv" }
    for (index, path) in paths.enumerated() {
      _ = try succeed(
        probe(seed) + [path, "--shard", "\(index + 1)/\(count)"], in: folder)
    }
    return paths
  }

  private func probe(_ seed: Int = 0) -> [String] {
    [
      "probe", "replknet:kernels=3:layers=1:channels=2:classes=1000",
      "replknet:kernels=5:layers=1:channels=2:classes=1000", "--weights", "random:\(seed)",
      "--stimuli", "s", "--csv",
    ]
  }

  /// Any share that is missing is named, the last too, with the command that makes it.
  @Test(arguments: [2, 3, 7]) func missingSharesOfDecisions(_ count: Int) throws {
    let paths = try shares(count)
    _ = try succeed(probe() + ["one.csv"], in: folder)
    _ = try succeed(["merge"] + paths.reversed() + ["-o", "all.csv"], in: folder)
    #expect(try folder.read("all.csv") == folder.read("one.csv"))
    let last = paths[count - 1]
    try FileManager.default.removeItem(atPath: folder.file(last))
    let others = Array(paths.dropLast())
    let lacking = try Executable.run(["merge"] + others + ["-o", "x.csv"], in: folder)
    expectOneLine(
      lacking, code: 1,
      mentions: ["of 5 stimuli", "share \(count) of \(count)", "in the same folder"])
    #expect(!folder.names.contains("x.csv"))
    // Whether or not it is said where the merge is to be written.
    let unnamed = try Executable.run(["merge"] + others, in: folder)
    #expect(unnamed.error == lacking.error && unnamed.text == lacking.text)
    let line = try #require(lacking.text.split(separator: "\n").first)
    #expect(line.contains("--shard \(count)/\(count) --csv /") && line.hasSuffix("/\(last)"))
    let words = line.dropFirst("replk-tui ".count)
    #expect(try Executable.run([], in: folder, shell: "\"$@\" \(words)").code == 0)
    _ = try succeed(["merge"] + paths + ["-o", "all.csv", "--force"], in: folder)
    #expect(try folder.read("all.csv") == folder.read("one.csv"))
    let some = try succeed(["merge"] + others + ["--partial", "-o", "some.csv"], in: folder)
    #expect(some.text.contains("partial"))
    #expect(
      try DecisionFile.read(folder.file("some.csv")).count
        < DecisionFile.read(folder.file("one.csv")).count)
    _ = try succeed(["merge", last, "some.csv", "-o", "all.csv", "--force"], in: folder)
    #expect(try folder.read("all.csv") == folder.read("one.csv"))
  }

  @Test func oneStimulusIsMissing() throws {
    let paths = try shares(5)
    expectOneLine(
      try Executable.run(["merge"] + paths.dropLast() + ["-o", "x.csv"], in: folder), code: 1,
      mentions: ["1 of 5 stimuli is missing or belongs to an unfinished share: share 5 of 5"])
    expectOneLine(
      try Executable.run(["merge"] + paths, in: folder), code: 2,
      mentions: ["merge of .csv files needs -o FILE.csv"])
  }

  /// What a merge holds of a run can be merged with the rest, in any grouping.
  @Test func sharesOfDecisionsAreMergedInSteps() throws {
    let paths = try shares(4)
    _ = try succeed(probe() + ["one.csv"], in: folder)
    func merge(_ files: [String], to output: String, _ options: [String] = []) throws {
      _ = try succeed(["merge"] + files + options + ["-o", output, "--force"], in: folder)
    }
    for (left, right) in [([2], [1, 3, 0]), ([3, 0], [1, 2]), ([1, 0], [2, 3])] {
      let rest = right.map { paths[$0] }
      try merge(left.map { paths[$0] }, to: "left.csv", ["--partial"])
      try merge(["left.csv"] + rest, to: "all.csv")
      #expect(try folder.read("all.csv") == folder.read("one.csv"))
      try merge(rest, to: "right.csv", ["--partial"])
      try merge(["right.csv", "left.csv"], to: "all.csv")
      #expect(try folder.read("all.csv") == folder.read("one.csv"))
      try merge([rest[0], "left.csv"], to: "more.csv", ["--partial"])
      try merge(["more.csv"] + rest.dropFirst(), to: "all.csv")
      #expect(try folder.read("all.csv") == folder.read("one.csv"))
    }
    let lacking = try Executable.run(["merge", "left.csv", "-o", "x.csv"], in: folder)
    expectOneLine(lacking, code: 1, mentions: ["3 of 5 stimuli are missing", "shares 3, 4 of 4"])
    #expect(lacking.text.split(separator: "\n").count == 2)
    expectOneLine(
      try Executable.run(["merge", "left.csv", paths[1], "-o", "x.csv"], in: folder), code: 2,
      mentions: ["left.csv", paths[1], "both hold stimulus 2"])
    let text = try succeed(["probe", "--decisions", "left.csv", "--ascii"], in: folder).text
    #expect(text.contains("partial, shares 1/4, 2/4 of a run over 5 stimuli\n"))
    expectOneLine(
      try Executable.run(probe() + ["left.csv", "--shard", "1/4"], in: folder), code: 2,
      mentions: ["left.csv holds shares 1/4, 2/4, not share 1/4", "--force"])
  }

  /// What could not be read when a share was computed is not added to it once it is finished.
  @Test func finishedSharesOfDecisionsStay() throws {
    _ = try succeed(["stimuli", "-o", "s", "--count", "2", "--size", "16"], in: folder)
    let picture = Samples.picture(level: 90)
    try FileManager.default.createDirectory(
      atPath: folder.file("s/cat"), withIntermediateDirectories: true)
    _ = try folder.write([UInt8](repeating: 0x47, count: picture.count), to: "s/cat/cat1-dog1.png")
    let model = "replknet:kernels=3:layers=1:channels=2:classes=1000"
    let run = ["probe", model, "--stimuli", "s", "--csv", "d.csv", "--shard"]
    #expect(try Executable.run(run + ["1/1"], in: folder).code == 0)
    let made = try folder.read("d.csv")
    let again = try Executable.run(run + ["1/1"], in: folder)
    expectOneLine(
      again, code: 0, mentions: ["skipped s/cat/cat1-dog1.png: could not be read when its share"])
    #expect(again.text.hasSuffix("\n\nd.csv was finished before: left as it is\n"))
    #expect(try folder.read("d.csv") == made)
    // Other contents make another run of it.
    _ = try folder.write(picture, to: "s/cat/cat1-dog1.png")
    expectOneLine(
      try Executable.run(run + ["1/1"], in: folder), code: 2,
      mentions: ["d.csv is of another run", "other names or contents"])
    #expect(try folder.read("d.csv") == made)
    _ = try succeed(["merge", "d.csv", "-o", "all.csv"], in: folder)
    #expect(try DecisionFile.read(folder.file("all.csv")).count == 2)
    // One without a stimulus too.
    let empty = run.map { $0 == "d.csv" ? "empty.csv" : $0 } + ["1/9"]
    _ = try succeed(empty, in: folder)
    #expect(
      try succeed(empty, in: folder).text == "empty.csv was finished before: left as it is\n")
  }

  /// A share that a signal stopped is one that is missing; the same command ends it, and a finished one is
  /// left alone.
  @Test func unfinishedSharesOfDecisions() throws {
    let paths = try shares(2)
    let whole = try folder.read(paths[0])
    let rows = try DecisionShare(path: folder.file(paths[0])).count
    try reopen(paths[0], rows: 1)
    expectOneLine(
      try Executable.run(["merge"] + paths + ["-o", "x.csv"], in: folder), code: 1,
      mentions: ["share 1 of 2"])
    let command = probe() + [paths[0], "--shard", "1/2"]
    _ = try succeed(command, in: folder)
    #expect(try folder.read(paths[0]) == whole)
    func number() throws -> Int? {
      try FileManager.default.attributesOfItem(atPath: folder.file(paths[0]))[.systemFileNumber]
        as? Int
    }
    let before = try number()
    let again = try succeed(command, in: folder)
    #expect(again.text.hasSuffix("\n\n\(paths[0]) was finished before: left as it is\n"))
    #expect(try number() == before)
    #expect(try DecisionFile.read(folder.file(paths[0])).count == rows)
  }

  /// Files of the same names and sizes that hold something else: stimuli, and weights.
  @Test func changedFilesAreAnotherRun() throws {
    let model = "replknet:kernels=3:layers=1:channels=2:classes=1000"
    try folder.makeFolder("s/cat")
    func write(stimulus level: UInt8, weights seed: Int) throws {
      for index in 1...2 {
        _ = try folder.write(Samples.picture(level: level), to: "s/cat/cat\(index)-dog1.ppm")
      }
      _ = try succeed(
        ["convert", model, "--weights", "random:\(seed)", "w.safetensors", "--force"], in: folder)
    }
    let run = ["probe", model, "--weights", "w.safetensors", "--stimuli", "s", "--csv"]
    let second = run + ["2.csv", "--shard", "2/2", "--force"]
    try write(stimulus: 90, weights: 0)
    _ = try succeed(run + ["1.csv", "--shard", "1/2"], in: folder)
    for (level, seed, difference) in [
      (UInt8(91), 0, "stimuli have other names or contents"), (90, 1, "weights "),
    ] {
      try write(stimulus: level, weights: seed)
      _ = try succeed(second, in: folder)
      expectOneLine(
        try Executable.run(["merge", "1.csv", "2.csv", "-o", "x.csv"], in: folder), code: 2,
        mentions: ["2.csv and 1.csv are not of one run", difference])
      expectOneLine(
        try Executable.run(run + ["1.csv", "--shard", "1/2"], in: folder), code: 2,
        mentions: ["1.csv is of another run", difference])
    }
    try write(stimulus: 90, weights: 0)
    _ = try succeed(second, in: folder)
    _ = try succeed(["merge", "1.csv", "2.csv", "-o", "x.csv"], in: folder)
  }

  @Test func sharesOfDecisionsThatDoNotGoTogether() throws {
    let paths = try shares(2)
    let others = try shares(2, seed: 1, names: "other-")
    let cut = try shares(3, names: "cut-")
    _ = try succeed(probe() + ["one.csv"], in: folder)
    // What a file claims to be of costs nothing.
    let share = String(decoding: try folder.read(paths[0]), as: UTF8.self)
    let claim = share.replacing(/stimuli"":\d+/, with: "stimuli\"\":100000000")
    #expect(claim != share)
    _ = try folder.write(Array(claim.utf8), to: "huge.csv")
    for (files, code, mentions) in [
      (["huge.csv"], 1, ["huge.csv", "damaged"]),
      ([paths[0], others[1]], 2, [paths[0], others[1], "weights random:"]),
      ([paths[0], paths[1], paths[0]], 2, ["\(paths[0]) is given twice"]),
      ([paths[0], cut[0], cut[2]], 2, [paths[0], cut[0], "both hold stimulus 1"]),
      ([paths[0], "one.csv"], 1, ["one.csv", "is not a table that `merge` takes"]),
      (["one.csv"], 1, ["one.csv", "`probe`"]),
    ] {
      expectOneLine(
        try Executable.run(["merge"] + files + ["-o", "x.csv"], in: folder), code: Int32(code),
        mentions: mentions)
    }
    for (words, mentions) in [
      (probe(1) + [paths[0], "--shard", "1/2"], ["another run", "weights random:0"]),
      (probe() + [paths[0], "--shard", "2/2"], ["share 1/2", "share 2/2"]),
      (probe() + ["one.csv", "--shard", "2/2"], ["one.csv", "not share 2/2"]),
    ] {
      expectOneLine(try Executable.run(words, in: folder), code: 2, mentions: mentions)
    }
    _ = try succeed(probe(1) + [paths[0], "--shard", "1/2", "--force"], in: folder)
    _ = try succeed(["merge", paths[0], others[1], "-o", "x.csv"], in: folder)
  }

  /// Makes of a finished share what it was before its end, when it had its first rows.
  private func reopen(_ path: String, rows: Int = .max) throws {
    var share = try DecisionShare(path: folder.file(path))
    share.finished = []
    share.rows = Array(share.rows.prefix(rows))
    _ = try folder.write(share.encoded(), to: path)
  }

  /// What somebody changed in a share that is not finished is neither gone on with nor merged.
  @Test func changedSharesAreRefused() throws {
    let path = try shares(2)[0]
    let whole = try folder.read(path)
    try reopen(path, rows: 1)
    let text = String(decoding: try folder.read(path), as: UTF8.self)
    let row = try #require(text.split(separator: "\n").last)
    func changed(_ field: Int, to value: String) -> String {
      var fields = row.split(separator: ",").map(String.init)
      fields[field] = value
      return text.replacing(row, with: fields.joined(separator: ","))
    }
    let command = probe() + [path, "--shard", "1/2"]
    for wrong in [
      changed(0, to: "somebody"), changed(4, to: row.contains(",cat,") ? "dog" : "cat"),
      "\(text)\(row)\n", text.replacing("stimuli\"\":5", with: "stimuli\"\":6"),
    ] {
      #expect(wrong != text)
      _ = try folder.write(Array(wrong.utf8), to: path)
      // A command that would write there is a mistake, as with shares of maps, features and sweeps.
      for (words, code, start) in [
        (command, 2, "\(path) already exists and is a share that"),
        (["merge", path, "--partial", "-o", "x.csv"], 1, "\(path) is a share that"),
      ] {
        expectOneLine(
          try Executable.run(words, in: folder), code: Int32(code),
          mentions: ["\(start) is damaged, was changed", "--force"])
      }
      #expect(try folder.read(path) == Array(wrong.utf8))
    }
    _ = try succeed(command + ["--force"], in: folder)
    #expect(try folder.read(path) == whole)
  }

  /// The same command twice at once: either writes all of the share, and no row stands in it twice.
  @Test func twoRunsAtOnceWriteOneShare() throws {
    _ = try succeed(["stimuli", "-o", "s", "--count", "40", "--size", "16"], in: folder)
    let run = probe() + ["d.csv", "--shard", "1/2", "--threads", "1"]
    let outcome = try Executable.run(
      run, in: folder, shell: "\"$@\" & other=$!; \"$@\"; code=$?; wait $other && exit $code")
    #expect(outcome.code == 0 && outcome.error == "")
    let share = try DecisionShare(path: folder.file("d.csv"))
    #expect(share.isFinished && share.count == 40)
  }

  /// Of two runs that are not cut, one may find the other's finished table, and stops.
  @Test func twoRunsAtOnceDoubleNoRow() throws {
    _ = try succeed(["stimuli", "-o", "s", "--count", "40", "--size", "16"], in: folder)
    let outcome = try Executable.run(
      probe() + ["d.csv", "--threads", "1"], in: folder,
      shell: "\"$@\" & other=$!; \"$@\"; code=$?; wait $other; exit $((code + $?))")
    if outcome.code != 0 {
      expectOneLine(outcome, code: 1, mentions: ["d.csv holds something else by now"])
    }
    let decisions = try DecisionFile.read(folder.file("d.csv"))
    #expect(decisions.count == 80 && Set(decisions).count == 80)
  }
}
