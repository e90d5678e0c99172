// Runs cut into shares on the command line, ended by signals, gone on with and merged.

import Foundation
import TestSupport
import Testing

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
    let long = ["erf", "replknet-31-nano", "--size", "256", "--count", "8", "--threads", "1"]
    _ = try succeed(long + ["-o", "one.erf"], in: folder)
    let script = """
      "$@" & child=$!
      sleep 1
      kill -TERM $child
      wait $child
      """
    let stopped = try Executable.run(long + ["-o", "two.erf"], in: folder, shell: script)
    // On a fast machine all may be done before the signal comes.
    if stopped.code != 0 {
      #expect(stopped.code == 128 + SIGTERM)
      #expect(stopped.error.contains("stopped"))
    }
    _ = try succeed(long + ["-o", "two.erf"], in: folder)
    #expect(try bytes("two.erf") == bytes("one.erf"))
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
        ["merge", "out/\(stem)-1-of-2.erf", "out/\(stem)-2-of-2.erf", "-o", "merged.npy"],
        in: folder)
      #expect(try bytes("merged.npy") == bytes("whole/\(map)"))
    }
  }
}
