// Tables of decisions are added to and replaced only where they are the same run's.

import ERFEngine
import Foundation
import TestSupport
import Testing

@Suite struct DecisionOverwriteTests {
  let folder: TemporaryFolder
  private let other = Array("of somebody else".utf8)

  init() throws { folder = try TemporaryFolder() }

  /// A share without a stimulus neither replaces a file of another kind nor empties a table.
  @Test func emptySharesOfDecisionsReplaceNothing() throws {
    _ = try succeed(["stimuli", "-o", "s", "--count", "1", "--size", "16"], in: folder)
    let model = "replknet:kernels=3:layers=1:channels=2:classes=1000"
    let probe = ["probe", model, "--stimuli", "s", "--shard", "1/2", "--csv"]
    _ = try folder.write(other, to: "notes.csv")
    let outcome = try Executable.run(probe + ["notes.csv"], in: folder)
    expectOneLine(outcome, code: 2, mentions: ["notes.csv", "--force"])
    #expect(try folder.read("notes.csv") == other)
    _ = try succeed(["probe", model, "--stimuli", "s", "--csv", "d.csv"], in: folder)
    let table = try folder.read("d.csv")
    expectOneLine(
      try Executable.run(probe + ["d.csv"], in: folder), code: 2,
      mentions: ["d.csv already exists and is not share 1/2", "--force"])
    #expect(try folder.read("d.csv") == table)
    _ = try succeed(probe + ["new.csv"], in: folder)
    #expect(String(decoding: try folder.read("new.csv"), as: UTF8.self).hasPrefix("subj,session"))
  }

  /// A run replaces nothing but what it began itself.
  @Test func tablesOfOthersStay() throws {
    _ = try succeed(["stimuli", "-o", "s", "--count", "3", "--size", "16"], in: folder)
    let model = "replknet:kernels=3:layers=1:channels=2:classes=1000"
    let probe = ["probe", model, "--stimuli", "s", "--csv"]
    _ = try succeed(probe + ["own.csv"], in: folder)
    let own = String(decoding: try folder.read("own.csv"), as: UTF8.self)
    let header = "subj,session,trial,rt,object_response,category,condition,imagename\n"
    let strangers = [
      "notes.txt": "first\nsecond, without an end", "picture.jpg": "\u{1}\n\u{2}\n\u{3}",
      "alexnet.csv": header + "alexnet,1,1,NaN,cat,cat,0,0001_cat1-dog1.png\n",
      "cut.csv": header + "alexnet,1,1,NaN,cat,cat,0,cat1-dog1.png\nalexnet,1,2,N",
      "weights.csv": own.replacing("-", with: "-0"),
    ]
    for (name, text) in strangers {
      _ = try folder.write(Array(text.utf8), to: name)
      let outcome = try Executable.run(probe + [name], in: folder)
      expectOneLine(outcome, code: 2, mentions: [name, "--force"])
      #expect(try folder.read(name) == Array(text.utf8), "\(name)")
    }
    // A finished table does not say what made it.
    for more in [[], ["--bgr", "--range", "0:255"], ["--weights", "random:1"]] {
      expectOneLine(
        try Executable.run(probe + ["own.csv"] + more, in: folder), code: 2,
        mentions: [
          "own.csv is a table of decisions that does not say how they were made", "--force",
        ])
    }
    #expect(try folder.read("own.csv") == Array(own.utf8))
    // No stimulus is replaced by what is found on it.
    let stimulus = "s/" + BuiltInStimulus(kind: .conflict, seed: 0, index: 0).path
    let picture = try folder.read(stimulus)
    let onto = try Executable.run(probe + [stimulus, "--force"], in: folder)
    expectOneLine(onto, code: 2, mentions: [stimulus, "read"])
    #expect(try folder.read(stimulus) == picture)
    _ = try succeed(probe + ["notes.txt", "--force"], in: folder)
    #expect(try folder.read("notes.txt") == Array(own.utf8))
    // Networks of one run share a table.
    let two = ["probe", model, model, "--weights", "random:0", "--weights", "random:1"]
    _ = try succeed(two + ["--stimuli", "s", "--csv", "two.csv"], in: folder)
    let subjects = try DecisionFile.read(folder.file("two.csv")).map(\.subject)
    #expect(subjects.count == 6 && Set(subjects).count == 2)
  }

  /// Rows of two networks that a table calls the same could not be told apart, whether the run is cut or not.
  @Test func oneNetworkIsNotDecidedTwice() throws {
    _ = try succeed(["stimuli", "-o", "s", "--count", "2", "--size", "16"], in: folder)
    let model = "replknet:kernels=3:layers=1:channels=2:classes=1000"
    let probe = ["probe", model, model, "--stimuli", "s"]
    _ = try succeed(["convert", model, "a.safetensors"], in: folder)
    _ = try folder.write(folder.read("a.safetensors"), to: "b.safetensors")
    let copies = ["--weights", "a.safetensors", "--weights", "b.safetensors"]
    for more in [[], copies, ["--range", "0:255", "--range", "own"]] {
      for shard in [[], ["--shard", "1/2"]] {
        expectOneLine(
          try Executable.run(probe + more + shard + ["--csv", "d.csv"], in: folder), code: 2,
          mentions: ["a table of decisions calls two of these networks", "give each network once"])
      }
    }
    // A pipe cannot be read and written again.
    for command in [
      ["probe", model, "--stimuli", "s", "--csv", "p.csv"], ["sweep", model, "-o", "p.csv"],
    ] {
      let outcome = try Executable.run(
        command, in: folder, shell: "rm -f p.csv; mkfifo p.csv; exec \"$@\"")
      expectOneLine(
        outcome, code: 2, mentions: ["p.csv: expected a file rather than a pipe or device"])
    }
    // Nor can a stream that a shell leads into a file, through a link or not.
    try FileManager.default.createSymbolicLink(
      atPath: folder.file("link.csv"), withDestinationPath: "/dev/stdout")
    for command in [
      ["probe", model, "--stimuli", "s", "--csv", "/dev/stdout"],
      ["probe", model, "--stimuli", "s", "--shard", "1/2", "--csv", "/dev/stdout"],
      ["probe", model, "--stimuli", "s", "--csv", "link.csv"], ["sweep", model, "-o", "link.csv"],
    ] {
      let outcome = try Executable.run(command, in: folder, shell: "exec \"$@\" > o.csv")
      expectOneLine(
        outcome, code: 2, mentions: ["\(command.last ?? ""): expected a file rather than a pipe"])
    }
    // About built-in stimuli a table says the id alone.
    let built = ["probe", model, model, "--weights", "random:1", "--weights", "random:2"]
    expectOneLine(
      try Executable.run(
        built + ["--count", "64", "--size", "32", "--csv", "d.csv"], in: folder), code: 2,
      mentions: ["a table of decisions calls two of these networks replknet:kernels=3:"])
    #expect(!folder.names.contains("d.csv"))
    // Without a table nothing is mixed.
    _ = try succeed(probe, in: folder)
  }
}
