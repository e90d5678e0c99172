// Tables of sweeps that were pasted together: each row says which sweep it is of.

import TestSupport
import Testing

@Suite struct SweepMixtureTests {
  let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private let sweep = ["sweep", Samples.tiny, "--sizes", "32,40,48,56"]

  /// Makes `cat.csv` of one table and the rows of another.
  private func paste(_ one: String, _ other: String) throws {
    let tables = try [one, other].map {
      String(decoding: try folder.read($0), as: UTF8.self).split(separator: "\n")
    }
    let text = (tables[0] + tables[1].dropFirst()).joined(separator: "\n") + "\n"
    _ = try folder.write(Array(text.utf8), to: "cat.csv")
  }

  /// A mark that a name begins with is none over the separator before it.
  @Test(arguments: ["\u{301}x", "\u{200D}x", "a,\u{301}x"])
  func namesThatBeginWithAMark(_ name: String) throws {
    let weights = "\(name).safetensors"
    _ = try succeed(["convert", Samples.tiny, weights], in: folder)
    let sweep = sweep + ["--weights", weights]
    // The second time it is resumed.
    for _ in 0..<2 { _ = try succeed(sweep + ["-o", "one.csv"], in: folder) }
    for index in 1...2 {
      _ = try succeed(sweep + ["--shard", "\(index)/2", "-o", "a\(index).csv"], in: folder)
    }
    _ = try succeed(["merge", "a1.csv", "a2.csv", "-o", "all.csv"], in: folder)
    #expect(try folder.read("all.csv") == folder.read("one.csv"))
  }

  /// Fields are the same in quotes, in which some programs put all of them.
  @Test func quotedTablesAreMerged() throws {
    _ = try succeed(["sweep", "replknet-3-nano", "--sizes", "32", "-o", "one.csv"], in: folder)
    let text = String(decoding: try folder.read("one.csv"), as: UTF8.self)
    let quoted = text.split(separator: "\n").map { line in
      line.split(separator: ",", omittingEmptySubsequences: false).map { "\"\($0)\"" }
        .joined(separator: ",") + "\r\n"
    }
    _ = try folder.write(Array(quoted.joined().utf8), to: "quoted.csv")
    _ = try succeed(["merge", "quoted.csv", "-o", "all.csv"], in: folder)
    #expect(try folder.read("all.csv") == folder.read("one.csv"))
  }

  @Test func rowsOfSeveralSweepsAreToldByTheirLine() throws {
    _ = try succeed(sweep + ["-o", "one.csv"], in: folder)
    _ = try succeed(sweep + ["--shard", "1/2", "-o", "a1.csv"], in: folder)
    _ = try succeed(sweep + ["--shard", "2/2", "-o", "a2.csv"], in: folder)
    _ = try succeed(sweep + ["--shard", "2/2", "--rule", "abs", "-o", "b2.csv"], in: folder)
    _ = try succeed(
      ["sweep", "resnet20-cifar", "--sizes", "32,40,48,56", "--shard", "2/2", "-o", "c2.csv"],
      in: folder)
    for (other, reason) in [("b2.csv", "rule abs and paper"), ("c2.csv", "made by `")] {
      try paste("a1.csv", other)
      let told = "cat.csv holds rows of several sweeps (line 4 and those above it: \(reason)"
      for files in [["cat.csv"], ["cat.csv", "a2.csv"]] {
        expectOneLine(
          try Executable.run(["merge"] + files + ["-o", "all.csv"], in: folder), code: 2,
          mentions: [told])
      }
      expectOneLine(
        try Executable.run(sweep + ["-o", "cat.csv"], in: folder), code: 2,
        mentions: [told, "--force"])
    }
    // A point that is there with other contents.
    try paste("a1.csv", "one.csv")
    expectOneLine(
      try Executable.run(["merge", "cat.csv", "-o", "all.csv"], in: folder), code: 2,
      mentions: ["cat.csv holds point 1 again in line 4"])
    #expect(!folder.names.contains("all.csv"))
    // Shares of one sweep are as good in one table as in two.
    try paste("a1.csv", "a2.csv")
    _ = try succeed(["merge", "cat.csv", "-o", "all.csv"], in: folder)
    #expect(try folder.read("all.csv") == folder.read("one.csv"))
  }

  /// No run goes on with a table that has points of the whole sweep and of a share.
  @Test func tablesOfTheWholeAndOfShares() throws {
    _ = try succeed(sweep + ["-o", "one.csv"], in: folder)
    _ = try succeed(sweep + ["--shard", "2/2", "-o", "two.csv"], in: folder)
    // The header and the first point, as a signal leaves a table.
    let rows = String(decoding: try folder.read("one.csv"), as: UTF8.self).split(separator: "\n")
    _ = try folder.write(
      Array((rows.prefix(2).joined(separator: "\n") + "\n").utf8), to: "cut.csv")
    _ = try succeed(["merge", "cut.csv", "two.csv", "--partial", "-o", "some.csv"], in: folder)
    let merged = try Executable.run(["merge", "some.csv", "-o", "all.csv"], in: folder)
    expectOneLine(
      merged, code: 1, mentions: ["1 of 4 points is missing (2)", "cut in several ways"])
    #expect(merged.text == "")
    expectOneLine(
      try Executable.run(sweep + ["-o", "some.csv"], in: folder), code: 2,
      mentions: ["some.csv holds share 2/2, not the whole run", "--force"])
  }

  /// What stands for a table that is still to be fetched is called what it is.
  @Test func pointersInThePlaceOfTables() throws {
    let pointer = "version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 3\n"
    _ = try folder.write(Array(pointer.utf8), to: "lfs.csv")
    expectOneLine(
      try Executable.run(["merge", "lfs.csv", "-o", "all.csv"], in: folder), code: 1,
      mentions: ["lfs.csv: cannot be read: it is a pointer of Git LFS", "`git lfs pull`"])
    expectOneLine(
      try Executable.run(sweep + ["-o", "lfs.csv"], in: folder), code: 2,
      mentions: [
        "lfs.csv already exists and is not the table of a sweep (it is a pointer of Git LFS",
        "--force",
      ])
    #expect(folder.names == ["lfs.csv"])
  }
}
