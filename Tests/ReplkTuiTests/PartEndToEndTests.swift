// Parts that earlier runs left: gone on with, left alone, replaced where that is asked, whatever ended them.

import Foundation
import TestSupport
import Testing

@testable import ERFEngine

@Suite struct PartEndToEndTests {
  let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private let erf = ["erf", Samples.tiny, "--size", "64", "--count", "8"]

  private func bytes(_ name: String) throws -> Data {
    try Data(contentsOf: URL(fileURLWithPath: folder.file(name)))
  }

  /// A share of a picture that cannot be read alone names it; one that cannot be read again is refused.
  @Test func sharesNameWhatTheySkip() throws {
    try folder.makeFolder("mix")
    _ = try folder.write(Samples.picture(level: 90), to: "mix/a.ppm")
    _ = try folder.write(Array("P6 broken".utf8), to: "mix/b.ppm")
    let share = [
      "erf", Samples.tiny, "--size", "32", "--image", "mix", "--shard", "2/2", "-o", "2.erf",
    ]
    let outcome = try Executable.run(share, in: folder)
    #expect(outcome.code == 0 && outcome.error.contains("skipped mix/b.ppm"))
    for command in [
      ["erf", "-o", "p.erf"], ["features", "--tap", "stage1", "-o", "p.safetensors"],
    ] {
      let outcome = try Executable.run(
        command.prefix(1) + [Samples.tiny, "--image", "/dev/null", "--shard", "1/2"]
          + command.dropFirst(), in: folder)
      expectOneLine(outcome, code: 1, mentions: ["/dev/null", "every share"])
    }
  }

  /// A finished share says what it holds: bits that changed and rows that are gone are told, and the share can be
  /// computed anew.
  @Test func damagedSharesAreNotMerged() throws {
    let features = ["features", Samples.tiny, "--size", "32", "--count", "2", "--tap", "stage1"]
    _ = try succeed(features + ["-o", "f.safetensors"], in: folder)
    let whole = try folder.read("f.safetensors")
    for place in [whole.count - 1, whole.count / 2, 200] {
      var damaged = whole
      damaged[place] ^= 64
      let path = try folder.write(damaged, to: "damaged.safetensors")
      #expect(throws: (any Error).self, "\(place)") { try Features(path: path) }
    }
    _ = try succeed(["stimuli", "-o", "s", "--count", "5", "--size", "16"], in: folder)
    let probe = [
      "probe", "replknet:kernels=3:layers=1:channels=2:classes=1000", "--stimuli", "s",
    ]
    let second = probe + ["--shard", "2/2", "--csv", "2.csv"]
    _ = try succeed(probe + ["--shard", "1/2", "--csv", "1.csv"], in: folder)
    _ = try succeed(second, in: folder)
    let rows = try folder.read("2.csv")
    let merge = ["merge", "1.csv", "2.csv", "-o", "all.csv"]
    for length in [rows.count - 3, rows.dropLast().lastIndex(of: UInt8(ascii: "\n"))! + 1] {
      _ = try folder.write(Array(rows.prefix(length)), to: "2.csv")
      expectOneLine(
        try Executable.run(merge, in: folder), code: 1,
        mentions: ["2.csv is a share that is damaged", "--force"])
    }
    expectOneLine(try Executable.run(second, in: folder), code: 2, mentions: ["2.csv", "--force"])
    _ = try succeed(second + ["--force"], in: folder)
    #expect(try folder.read("2.csv") == rows)
    _ = try succeed(merge, in: folder)
    // Decisions and sweeps are tables both.
    _ = try succeed(["sweep", Samples.tiny, "--sizes", "32", "-o", "sweep.csv"], in: folder)
    expectOneLine(
      try Executable.run(["merge", "1.csv", "sweep.csv", "-o", "x.csv"], in: folder), code: 2,
      mentions: ["1.csv and sweep.csv are shares of different kinds"])
  }

  /// Parts are merged in several steps, those of no images too.
  @Test func emptySharesAreMergedInSteps() throws {
    let run = ["erf", Samples.tiny, "--size", "32", "--count", "2"]
    for index in 1...5 {
      // What computed no image is not among what computed the map.
      let set = index == 1 ? ["--isa", "scalar"] : []
      _ = try succeed(run + set + ["--shard", "\(index)/5", "-o", "\(index).erf"], in: folder)
    }
    let told = try succeed(["merge", "1.erf", "2.erf", "-o", "a.erf", "--partial"], in: folder)
    #expect(
      told.text.contains("0 images of 2, partial") && told.text.hasSuffix("\n\nwrote a.erf\n"))
    let json = try succeed(
      ["merge", "1.erf", "2.erf", "-o", "a.erf", "--partial", "--json"], in: folder
    ).object()
    let entry = try #require((json["results"] as? [[String: Any]])?.first)
    #expect(entry["partialOf"] as? Int == 2 && (entry["images"] as? [Any])?.isEmpty == true)
    expectOneLine(
      try Executable.run(["merge", "1.erf", "-o", "a.npy", "--partial"], in: folder), code: 1,
      mentions: ["none of the parts holds an image"])
    _ = try succeed(["merge", "5.erf", "a.erf", "4.erf", "3.erf", "-o", "all.npy"], in: folder)
    _ = try succeed(run + ["-o", "one.npy"], in: folder)
    #expect(try bytes("all.npy") == bytes("one.npy"))
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

  private func number(_ name: String) throws -> Int? {
    try FileManager.default.attributesOfItem(atPath: folder.file(name))[.systemFileNumber] as? Int
  }

  /// A share that is there already costs nothing and is not written again, whatever would compute it now.
  @Test func aFinishedShareIsLeftAsItIs() throws {
    let name = "part-1-of-1.erf"
    _ = try succeed(erf + ["--shard", "1/1", "-o", name], in: folder)
    let features = ["features", Samples.tiny, "--tap", "stage1", "-o", "f.safetensors"]
    _ = try succeed(features, in: folder)
    let (before, numbers) = (try bytes(name), try [number(name), number("f.safetensors")])
    for set in InstructionSet.available {
      let again = erf + ["--shard", "1/1", "-o", name, "--isa", set]
      #expect(try succeed(again, in: folder).error == "")
      #expect(try succeed(features + ["--isa", set], in: folder).error == "")
    }
    #expect(try bytes(name) == before)
    #expect(try [number(name), number("f.safetensors")] == numbers)
    for command in [erf + ["--shard", "1/1", "-o", name], features] {
      let text = try succeed(command, in: folder).text
      #expect(text.contains("was finished before: left as it is") && !text.contains("wrote"))
    }
    // Told to replace it, other kernels do so.
    guard InstructionSet.available.count > 1 else { return }
    for command in [erf + ["--shard", "1/1", "-o", name], features] {
      #expect(
        try succeed(command + ["--isa", "scalar"], in: folder).text.contains(
          "left as it is (computed with \(InstructionSet.selected); --force computes it anew)"))
    }
    // What is made of it says whose it is.
    let whole = erf + ["-o", "whole.erf"]
    _ = try succeed(whole + ["--isa", "scalar"], in: folder)
    let exported = try Executable.run(whole + ["-o", "whole.npy"], in: folder)
    #expect(exported.code == 0)
    #expect(exported.error.contains("whole.erf is computed with scalar, whose maps usually differ"))
    let scalar = ["--isa", "scalar", "--force"]
    let text = try succeed(erf + ["--shard", "1/1", "-o", name] + scalar, in: folder).text
    #expect(text.contains("wrote \(name)"))
    #expect(try ERFPart(path: folder.file(name)).makers.map(\.instructionSet) == ["scalar"])
    _ = try succeed(features + scalar, in: folder)
    #expect(
      try Features(path: folder.file("f.safetensors")).makers.map(\.instructionSet) == ["scalar"])
  }

  /// What several kernels computed is said where a run goes on, as where parts are merged.
  @Test(.enabled(if: InstructionSet.available.count > 1)) func mixturesOfKernelsAreToldOf() throws {
    _ = try succeed(erf + ["-o", "un.erf", "--isa", "scalar"], in: folder)
    var part = try ERFPart(path: folder.file("un.erf"))
    part.done.removeLast()
    _ = try folder.write(part.encoded(), to: "un.erf")
    let outcome = try Executable.run(erf + ["-o", "un.erf"], in: folder)
    expectOneLine(outcome, code: 0, mentions: ["un.erf", "scalar", "5e-6"])
    #expect(try ERFPart(path: folder.file("un.erf")).makers.count == 2)
  }

  /// Over three pictures.
  private let long = ["erf", "replknet-3-nano"]

  /// What a part held before is there, wherever the signal came.
  @Test func aResumedPartThatIsStoppedIsNotNothing() throws {
    let command = long + ["-o", "two.erf"]
    for _ in 1...2 {
      // The second run begins at the third picture, and is stopped before it is done.
      let stopped = try Executable.run(command, overTwoIn: folder, "kill -TERM $$")
      expectOneLine(stopped, code: 128 + SIGTERM, mentions: ["2 of 3 images"])
      #expect(try ERFPart(path: folder.file("two.erf")).done.count == 2)
    }
  }

  /// A signal while the pictures of a finished part are checked ends the run as any other.
  @Test func aFinishedPartThatIsCheckedIsInterrupted() throws {
    let command = long + ["-o", "done.erf"]
    _ = try Executable.run(command, overTwoIn: folder, "kill -TERM $$")
    try Executable.succeed(command, overThreeIn: folder)
    let before = try bytes("done.erf")
    let stopped = try Executable.run(command, overTwoIn: folder, "kill -TERM $$")
    expectOneLine(
      stopped, code: 128 + SIGTERM, mentions: ["done.erf", "finished before and is as it was"])
    #expect(try bytes("done.erf") == before && stopped.text.isEmpty)
  }

  /// A damaged part is said to be one where a run would go on with it.
  @Test func damagedPartsAreToldOf() throws {
    let run = erf + ["-o", "d.erf"]
    _ = try succeed(run, in: folder)
    var damaged = try folder.read("d.erf")
    damaged[damaged.count - 5] ^= 4
    _ = try folder.write(damaged, to: "d.erf")
    expectOneLine(
      try Executable.run(run, in: folder), code: 2,
      mentions: ["d.erf already exists", "it is damaged", "--force"])
    #expect(try folder.read("d.erf") == damaged)
    // What an earlier version wrote may have another hash.
    let version = "was changed, or is of another version of the program: copy it again"
    expectOneLine(
      try Executable.run(["merge", "d.erf"], in: folder), code: 1, mentions: ["d.erf", version])
    _ = try succeed(
      ["features", Samples.tiny, "--size", "32", "--tap", "stage1", "-o", "f.safetensors"],
      in: folder)
    var features = try folder.read("f.safetensors")
    features[features.count - 1] ^= 64
    _ = try folder.write(features, to: "f.safetensors")
    expectOneLine(
      try Executable.run(["merge", "f.safetensors", "-o", "f.npy"], in: folder), code: 1,
      mentions: ["f.safetensors", version])
    _ = try succeed(run + ["--force"], in: folder)
  }

  /// What another run wrote into the file while this one went on stays.
  @Test(arguments: [["erf", "x.erf"], ["features", "x.safetensors", "--tap", "stage1"]])
  func filesOfOtherRunsStay(_ words: [String]) throws {
    let (run, name, more) = (words[0], words[1], Array(words[2...]))
    let other = "other-\(name)"
    _ = try succeed([run, Samples.tiny, "--size", "32", "-o", other] + more, in: folder)
    let outcome = try Executable.run(
      [run, "replknet-3-nano", "-o", name] + more, overTwoIn: folder,
      "cp \(other) \(name); kill -TERM $$")
    expectOneLine(
      outcome, code: 1,
      mentions: ["\(name) holds another run (model ", "give each run a file of its own"])
    #expect(try folder.read(name) == folder.read(other))
  }

  /// As `timeout` sends them: to the process, and to its group.
  @Test func signalsThatRepeatAreOne() throws {
    let outcome = try Executable.run(
      long + ["-o", "a.erf"], overTwoIn: folder,
      "kill -TERM $$; sleep 0.003; kill -TERM $$; kill -HUP $$")
    expectOneLine(outcome, code: 128 + SIGTERM, mentions: ["stopped after 2 of 3 images"])
    #expect(try ERFPart(path: folder.file("a.erf")).done.count == 2)
  }

  /// SIGTERM as a cluster sends it: what is done is in the file, and the same command ends with the
  /// bytes of a run that nobody disturbed.
  @Test func aTerminatedRunGoesOn() throws {
    let stopped = try Executable.run(
      long + ["-o", "two.erf", "-o", "two.json", "-o", "two.npy"], overTwoIn: folder,
      "kill -TERM $$")
    expectOneLine(stopped, code: 128 + SIGTERM, mentions: ["stopped after 2 of 3 images"])
    // An array cannot say that it is of some images.
    #expect(!folder.names.contains("two.npy"))
    // What is written says of how many images it is.
    let result = try JSONSerialization.jsonObject(with: bytes("two.json")) as? [String: Any]
    let first = (result?["results"] as? [[String: Any]])?.first
    #expect(first?["partialOf"] as? Int == 3)
    for name in ["one", "two"] {
      try Executable.succeed(long + ["-o", "\(name).erf"], overThreeIn: folder)
    }
    #expect(try bytes("two.erf") == bytes("one.erf"))
  }
}
