// Files that appear at the place of an output while a command runs: whatever else is lost, they are not.

import Foundation
import TestSupport
import Testing

@testable import ERFEngine

@Suite struct NewFileTests {
  private let folder: TemporaryFolder
  private let other = Array("of another run".utf8)

  init() throws {
    folder = try TemporaryFolder()
    _ = try folder.write(Samples.picture(level: 90), to: "a.ppm")
  }

  /// Runs the program, for which another run writes `path` as soon as it waits for its picture.
  private func run(_ arguments: [String], besides path: String) throws -> Outcome {
    try Executable.run(
      arguments + ["--image", "b.ppm", "--size", "32"], in: folder,
      shell: """
        rm -f b.ppm
        mkfifo b.ppm
        (exec 3> b.ppm; printf 'of another run' > \(path); cat a.ppm >&3) &
        exec "$@"
        """)
  }

  @Test(arguments: [["erf"], ["features", "--tap", "stage1"]])
  func whatAppearedStays(_ words: [String]) throws {
    let arguments = words + [Samples.tiny, "-o", "out.npy"]
    expectOneLine(
      try run(arguments, besides: "out.npy"), code: 1,
      mentions: ["out.npy: was not there when this run began", "--force", "another name"])
    #expect(try folder.read("out.npy") == other)
    #expect(folder.names == ["a.ppm", "b.ppm", "out.npy"])
    let forced = try run(arguments + ["--force"], besides: "out.npy")
    #expect(forced.code == 0 && forced.error == "")
    #expect(try folder.read("out.npy") != other)
  }

  /// The same command twice at once: the same bytes are nobody's loss.
  @Test(arguments: [
    ["stimuli", "-o", "s", "--count", "40", "--size", "64"],
    ["erf", Samples.tiny, "--size", "64", "-o", "a.pgm", "-o", "a.npy", "-o", "a.json"],
    ["compare", Samples.tiny, "resnet20-cifar", "--size", "64", "-o", "out"],
  ])
  func twoRunsMayWriteTheSame(_ arguments: [String]) throws {
    let outcome = try Executable.run(
      arguments, in: folder,
      shell: "\"$@\" & other=$!; \"$@\"; code=$?; wait $other && exit $code")
    #expect(outcome.code == 0 && outcome.error == "")
  }

  /// What another program puts in the place of converted weights is not compared with their source, be it a network
  /// without the outputs of that or no network at all.
  @Test(arguments: ["mv two.safetensors", "mv notes", "rm"])
  func onlyWhatWasConvertedIsCompared(_ change: String) throws {
    _ = try succeed(["convert", Self.wide + "2", "two.safetensors"], in: folder)
    _ = try folder.write(other, to: "notes")
    let outcome = try converted(change)
    expectOneLine(
      outcome, code: 1,
      mentions: ["out.safetensors: was removed or replaced by another program", "another name"])
    #expect(outcome.text == "")
  }

  /// Whoever touches what was written changes nothing of it.
  @Test func touchedConversionsAreCompared() throws {
    let outcome = try converted("touch -t 200101010000")
    #expect(outcome.code == 0 && outcome.error == "")
    #expect(outcome.text.contains("largest difference of logits"))
  }

  private static let wide =
    "replknet:kernels=31,31:layers=8,8:channels=128,128:small=0:dw=1:classes="

  /// Converts a network, and runs `change` on the file once it is there: the source computes its outputs before what
  /// was written is read again.
  private func converted(_ change: String) throws -> Outcome {
    try Executable.run(
      ["convert", Self.wide + "16", "out.safetensors"], in: folder,
      once: "test -e out.safetensors",
      "kill -STOP $$; \(change) out.safetensors; kill -CONT $$")
  }

  /// Leftovers of writers that were killed lie in the folders of categories.
  @Test func stimuliRemoveOldLeftovers() throws {
    try folder.makeFolder("s/airplane")
    try FileManager.default.setAttributes(
      [.modificationDate: Date(timeIntervalSinceNow: -3600 * 30)],
      ofItemAtPath: folder.write([1], to: "s/airplane/.erf-999999999-0-1.tmp"))
    _ = try succeed(["stimuli", "-o", "s", "--count", "1", "--size", "16"], in: folder)
    let stimulus = BuiltInStimulus(kind: .conflict, seed: 0, index: 0)
    let names = try FileManager.default.contentsOfDirectory(atPath: folder.file("s/airplane"))
    #expect(names == [stimulus.fileName])
  }

  /// Goes on with a training, and runs `change` in a shell once its checkpoint has been read.
  private func resumed(_ change: String) throws -> Outcome {
    let model = "replknet:kernels=5,3:layers=1,1:channels=4,8:small=3:dw=1:classes=16"
    let train =
      ["train", model, "--batch", "8", "--count", "64", "--size", "32", "-o", "n.safetensors"]
      + ["--lr", "0.02", "--steps"]
    _ = try succeed(train + ["8"], in: folder)
    try folder.remove("n-best.safetensors")
    // It has read the checkpoint once it has better weights than that.
    return try Executable.run(
      train + ["400", "--resume"], in: folder, once: "test -e n-best.safetensors",
      "kill -STOP $$; \(change); kill -CONT $$")
  }

  /// A checkpoint that another program wrote is left: there is nothing to go on from, and nothing of it may be lost.
  @Test func replacedCheckpointsAreLeft() throws {
    expectOneLine(
      try resumed("printf 'of another run' > n.safetensors"), code: 1,
      mentions: [
        "n.safetensors: was written by another program", "move it and n-best.safetensors away",
      ])
    #expect(try folder.read("n.safetensors") == other)
  }

  /// Whoever touches files, lest they be cleared away for their age, ends no training.
  @Test func touchedCheckpointsAreTheTrainings() throws {
    let outcome = try resumed("touch -t 200101010000 n.safetensors n-best.safetensors")
    #expect(outcome.code == 0 && outcome.error == "")
    #expect(!outcome.text.contains("another program"))
  }

  /// A folder that is locked all the time is said before anything is computed.
  @Test func lockedFoldersAreTold() throws {
    let lock = try FileLock(waitingFor: folder.path)
    try withExtendedLifetime(lock) {
      expectOneLine(
        try Executable.run(["erf", Samples.tiny, "--size", "32", "-o", "map.npy"], in: folder),
        code: 1, mentions: ["another program holds a lock on this folder"])
    }
    #expect(folder.names == ["a.ppm"])
  }

  #if os(Linux)
    /// Runs the program, for which another run writes `path` as soon as it computes.
    private func run(_ arguments: [String], interruptedFor path: String) throws -> Outcome {
      // It has looked at its outputs by then.
      return try Executable.run(
        arguments + ["--threads", "1"], in: folder, once: Executable.hasComputed(hundredths: 30),
        """
        kill -STOP $$
        mkdir -p out
        printf 'of another run' > \(path)
        kill -CONT $$
        """)
    }

    /// One look tells which stimuli are there: what comes into the place of another one while these are compared
    /// is not taken for it, and no other one is written.
    @Test func stimuliThatAppearedStay() throws {
      let stimuli = ["stimuli", "-o", "s", "--count", "60", "--size", "512"]
      _ = try succeed(stimuli, in: folder)
      let paths = [0, 59].map {
        "s/" + BuiltInStimulus(kind: .conflict, seed: 0, index: $0).path
      }
      for path in paths { try folder.remove(path) }
      let outcome = try Executable.run(
        stimuli, in: folder, once: Executable.hasComputed(hundredths: 30),
        "kill -STOP $$; printf 'of another run' > \(paths[1]); kill -CONT $$")
      expectOneLine(
        outcome, code: 1, mentions: ["\(paths[1]): was not there when this run began"])
      #expect(try folder.read(paths[1]) == other)
      #expect(FileIdentity(of: folder.file(paths[0])) == nil)
    }

    /// Decisions about built-in stimuli, all maps of a comparison or none.
    @Test(arguments: [
      (["probe", "replknet-3-nano", "--count", "128", "--csv", "out/d.csv"], "out/d.csv"),
      (
        [
          "compare", "resnet20-cifar", "replknet-3-nano", "--size", "768", "--count", "12", "-o",
          "out",
        ], "out/results.json"
      ),
    ])
    func whatAppearedWhileItComputedStays(_ arguments: [String], _ path: String) throws {
      try folder.makeFolder("out")
      expectOneLine(
        try run(arguments, interruptedFor: path), code: 1,
        mentions: ["\(path): was not there when this run began"])
      #expect(try folder.read(path) == other)
      let names = try FileManager.default.contentsOfDirectory(atPath: folder.file("out"))
      #expect(names == [String(path.dropFirst("out/".count))])
    }

    private static let training = [
      "train", "replknet:kernels=5,3:layers=1,1:channels=4,8:small=3:dw=1:classes=16", "--batch",
      "8", "--count", "64", "--steps", "400", "--size", "32", "-o", "out/n.safetensors",
    ]

    /// No best weights lie beside the training of somebody else.
    @Test func trainingsLeaveCheckpointsThatAppeared() throws {
      try folder.makeFolder("out")
      let path = "out/n.safetensors"
      expectOneLine(
        try run(Self.training + ["--measure-every", "1000"], interruptedFor: path), code: 1,
        mentions: ["\(path): was written by another program", "choose another name"])
      #expect(try folder.read(path) == other)
      let names = try FileManager.default.contentsOfDirectory(atPath: folder.file("out"))
      #expect(names == ["n.safetensors"])
    }

    /// What is advised works.
    @Test func trainingsGoOnWhenTablesAreMovedAway() throws {
      try folder.makeFolder("out")
      let arguments = Self.training + ["--confusion", "out/c.csv"]
      expectOneLine(
        try run(arguments, interruptedFor: "out/c.csv"), code: 1,
        mentions: ["out/c.csv: was written by another program", "move it away and add --resume"])
      #expect(try folder.read("out/c.csv") == other)
      try folder.remove("out/c.csv")
      _ = try succeed(arguments + ["--resume"], in: folder)
      #expect(try folder.read("out/c.csv").count > other.count)
    }
  #endif
}
