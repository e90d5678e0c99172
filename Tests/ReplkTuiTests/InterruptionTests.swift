// Signals in the middle of features and probes: what is done is written and marked, or it is said why
// there is nothing.

import Foundation
import TestSupport
import Testing

@testable import ERFEngine
@testable import replk_tui

@Suite struct InterruptionTests {
  let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  /// Runs the program and sends it a signal after some seconds, more where it is slowed down: for work of which
  /// nothing is to be seen from outside.
  private func run(
    _ arguments: [String], interruptedBy signal: Int32, after seconds: Double
  ) throws -> Outcome {
    try Executable.run(
      arguments, in: folder,
      // In the foreground: what runs in the background ignores SIGINT.
      shell: "(sleep \(seconds * (Sanitizers.areOff ? 1 : 4)); kill -\(signal) $$) & exec \"$@\"")
  }

  /// Signals that end a command while it writes take the half-written file with them.
  @Test(arguments: [SIGQUIT, SIGTERM, SIGINT, SIGHUP])
  func noTemporaryStays(_ signal: Int32) throws {
    let outcome = try Executable.run(
      ["convert", "replknet-3", "out.safetensors"], in: folder,
      once: "ls -A | grep -q '[.]tmp$'", "ls -A > seen; kill -\(signal) $$")
    #expect(outcome.code == -signal || outcome.code == 128 + signal, "\(outcome.code)")
    #expect(try String(decoding: folder.read("seen"), as: UTF8.self).contains(".tmp"))
    #expect(folder.names == ["seen"])
  }

  /// Sends the signal as soon as the first two of three pictures are done.
  private func runOverTwo(_ arguments: [String], interruptedBy signal: Int32) throws -> Outcome {
    try Executable.run(arguments, overTwoIn: folder, "kill -\(signal) $$")
  }

  #if os(Linux)
    /// A benchmark that is stopped says how far it came, and its table holds as much.
    @Test(arguments: [SIGTERM, SIGHUP, SIGINT])
    func benchmarksSayHowFarTheyCame(_ signal: Int32) throws {
      _ = try succeed(["stimuli", "-o", "s", "--count", "200", "--size", "16"], in: folder)
      let once = Executable.hasComputed(hundredths: 200)
      let outcome = try Executable.run(
        ["probe", "resnet-18", "--stimuli", "s", "--csv", "d.csv", "--threads", "1"], in: folder,
        once: once, "kill -\(signal) $$")
      let rows = try DecisionFile.read(folder.file("d.csv")).count
      #expect((1..<200).contains(rows))
      expectOneLine(
        outcome, code: 128 + signal,
        mentions: [
          "partial, \(rows) of 200 stimuli of resnet-18; the same command resumes"
        ])
    }

    /// One that goes on with a table and is stopped before the next stimulus does not deny what the table holds.
    @Test func resumedBenchmarksSayThatTheTableStays() throws {
      _ = try succeed(["stimuli", "-o", "s", "--count", "100", "--size", "16"], in: folder)
      let probe = ["probe", "resnet-101", "--stimuli", "s", "--threads", "1", "--csv"]
      _ = try Executable.run(
        probe + ["d.csv"], in: folder, once: Executable.hasComputed(hundredths: 200),
        "kill -TERM $$")
      let table = try folder.read("d.csv")
      // In the middle of its 170 MB of weights.
      let isLoading = "awk '/^VmRSS/ { exit $2 < 60000 }' /proc/$$/status"
      for (name, words) in [
        ("d.csv", "stopped before another stimulus was decided; d.csv is as it was"),
        ("new.csv", "stopped before the first stimulus was decided; nothing was written"),
      ] {
        let outcome = try Executable.run(
          probe + [name], in: folder, once: isLoading, "kill -TERM $$")
        expectOneLine(outcome, code: 128 + SIGTERM, mentions: [words])
      }
      #expect(try folder.read("d.csv") == table && !folder.names.contains("new.csv"))
    }

    /// What another run of the same has finished meanwhile stays, and nobody is told to go on with it.
    @Test func overtakenBenchmarksSayWhatIsThere() throws {
      _ = try succeed(["stimuli", "-o", "s", "--count", "200", "--size", "16"], in: folder)
      let probe = ["probe", "resnet-18", "--stimuli", "s"]
      _ = try succeed(probe + ["--shard", "1/1", "--csv", "done.csv"], in: folder)
      for share in [[], ["--shard", "1/1"]] {
        let outcome = try Executable.run(
          probe + share + ["--csv", "d.csv", "--threads", "1"], in: folder,
          once: Executable.hasComputed(hundredths: 200),
          "kill -STOP $$; cp done.csv d.csv; kill -TERM $$; kill -CONT $$")
        expectOneLine(
          outcome, code: 128 + SIGTERM,
          mentions: ["of 200 stimuli of resnet-18; d.csv holds what another run wrote meanwhile"])
        #expect(try folder.read("d.csv") == folder.read("done.csv"))
        try folder.remove("d.csv")
      }
    }

    /// Stimuli come as a whole, or none and no folder for them.
    @Test func stoppedStimuliLeaveNothing() throws {
      let outcome = try Executable.run(
        ["stimuli", "-o", "new/s", "--size", "512"], in: folder,
        once: Executable.hasComputed(hundredths: 30), "kill -TERM $$")
      expectOneLine(
        outcome, code: 128 + SIGTERM,
        mentions: ["stopped before all stimuli were drawn; nothing was written"])
      #expect(folder.names.isEmpty)
    }

    /// Nor is a sweep that was stopped said to go on with what somebody else wrote; a table that was removed is
    /// written again.
    @Test(arguments: [
      ("", "the same command resumes"), ("rm t.csv; ", "the same command resumes"),
      ("echo other > t.csv; ", "t.csv holds what another run wrote meanwhile"),
    ])
    func stoppedSweepsSayWhatIsThere(_ script: String, _ way: String) throws {
      let outcome = try Executable.run(
        ["sweep", "resnet-101", "--sizes", "1024", "--threads", "1", "-o", "t.csv"], in: folder,
        once: "test -s t.csv",
        "kill -STOP $$; \(script)kill -TERM $$; kill -CONT $$")
      expectOneLine(
        outcome, code: 128 + SIGTERM, mentions: ["stopped after 0 of 1 point; \(way)"])
      #expect(folder.names == ["t.csv"])
    }
  #endif

  #if os(Linux)
    /// A run that waits for somebody to let go of its folder ends as the signal says.
    @Test(arguments: [SIGTERM, SIGINT]) func waitingForALockEnds(_ signal: Int32) throws {
      let outcome = try Executable.run(
        ["erf", Samples.tiny, "-o", "p.erf"], overTwoIn: folder,
        "(flock . sleep 10 &); while flock -n . true; do sleep 0.05; done; kill -\(signal) $$")
      expectOneLine(
        outcome, code: 128 + signal, mentions: ["another program holds a lock on this folder"])
      #expect(folder.names == ["a.ppm", "b.ppm", "c.ppm"])
    }
  #endif

  /// A short array would look like a whole one.
  @Test(arguments: [SIGTERM, SIGHUP, SIGINT])
  func noArrayOfSomeInputsIsLeft(_ signal: Int32) throws {
    let outcome = try runOverTwo(
      ["features", "replknet-3-nano", "--tap", "stage4", "-o", "out.npy"], interruptedBy: signal)
    expectOneLine(outcome, code: 128 + signal, mentions: ["stopped", "nothing was written"])
    #expect(folder.names == ["a.ppm", "b.ppm", "c.ppm"])
  }

  /// What says which inputs it is of is kept, and the same command ends with the bytes of a run that nobody
  /// disturbed.
  @Test(arguments: [SIGTERM, SIGHUP, SIGINT])
  func featuresGoOn(_ signal: Int32) throws {
    let features = ["features", "replknet-3-nano", "--tap", "stage4"]
    let stopped = try runOverTwo(features + ["-o", "two.safetensors"], interruptedBy: signal)
    expectOneLine(stopped, code: 128 + signal, mentions: ["2 of 3 inputs", "resumes"])
    let part = try Features(path: folder.file("two.safetensors"))
    #expect(part.isPartial && part.shape[0] == 2)
    for name in ["one", "two"] {
      try Executable.succeed(features + ["-o", "\(name).safetensors"], overThreeIn: folder)
    }
    #expect(try folder.read("two.safetensors") == folder.read("one.safetensors"))
  }

  /// Maps of the images done, marked as such in every file that tells of them.
  @Test(arguments: [SIGTERM, SIGHUP, SIGINT])
  func mapsOfTheImagesDone(_ signal: Int32) throws {
    let outcome = try runOverTwo(
      ["erf", "replknet-3-nano", "-o", "map.pgm", "-o", "map.json", "-o", "map.npy"],
      interruptedBy: signal)
    expectOneLine(
      outcome, code: 128 + signal, mentions: ["stopped after 2 of 3 images", ".npy", "cannot say"])
    #expect(outcome.text.contains("2 images of 3, partial"), "\(outcome.text)")
    let document = try JSONSerialization.jsonObject(with: Data(folder.read("map.json")))
    let results = try #require((document as? [String: Any])?["results"] as? [[String: Any]])
    #expect(results.count == 1)
    #expect(results[0]["partialOf"] as? Int == 3)
    #expect(results[0]["images"] as? [String] == ["a.ppm", "b.ppm"])
    let comments = try PGM.load(path: folder.file("map.pgm")).comments.joined(separator: "\n")
    #expect(comments.contains("images: 2 of 3, partial"), "\(comments)")
  }

  /// A map of some images replaces none of all, nor lies beside one without saying so.
  @Test(arguments: [SIGTERM, SIGHUP, SIGINT])
  func finishedExportsStay(_ signal: Int32) throws {
    let endings = ["pgm", "json", "npy", "csv"]
    let command =
      ["erf", "replknet-3-nano"] + endings.flatMap { ["-o", "map.\($0)"] } + ["--stage", "1"]
    _ = try runOverTwo(["erf", "replknet-3-nano", "--stage", "1"], interruptedBy: signal)
    try Executable.succeed(command, overThreeIn: folder)
    let files = try endings.map { try folder.read("map.\($0)") }
    let again = try runOverTwo(command, interruptedBy: signal)
    expectOneLine(
      again, code: 128 + signal,
      mentions: [
        "stopped after 2 of 3 images; files of the same run that came as far stay: map.pgm, map.json, "
          + "map.npy, map.csv"
      ])
    #expect(try endings.map { try folder.read("map.\($0)") } == files)
    for name in ["map.json", "map.csv"] { try folder.remove(name) }
    let some = try runOverTwo(command, interruptedBy: signal)
    expectOneLine(
      some, code: 128 + signal,
      mentions: ["stay: map.pgm, map.npy; not written beside them: map.json, map.csv"])
    #expect(try folder.read("map.pgm") == files[0] && folder.read("map.npy") == files[2])
    #expect(!folder.names.contains("map.json") && !folder.names.contains("map.csv"))
    // Who says so has them replaced, and the same run those of a stopped one.
    _ = try runOverTwo(command + ["--force"], interruptedBy: signal)
    #expect(try folder.read("map.pgm") != files[0] && folder.names.contains("map.csv"))
    try Executable.succeed(command, overThreeIn: folder)
    #expect(try endings.map { try folder.read("map.\($0)") } == files)
  }

  /// Nor do the files of a comparison, in which the networks before the stopped one are of all images.
  @Test func finishedComparisonsStay() throws {
    let requests = try [Samples.tiny, "replknet-3-nano"].map { model in
      try ERFRequest(
        network: NetworkSpec(model: model), images: .builtIn(2),
        size: InputSize(height: 32, width: 32)
      ).validated()
    }
    let results = try requests.map { try ERFComputer().compute($0) }
    var part = try #require(results[1].part)
    part.done.removeLast()
    let stopped = [results[0], part.result()]
    let arguments = try Arguments(
      [Samples.tiny, "replknet-3-nano"], options: Options.force, command: "compare")
    func files() throws -> ComparisonFiles {
      try ComparisonFiles(in: folder.file("out"), names: ["a", "b"], of: requests, arguments)
    }
    let options = ExportOptions()
    let written = try files().write(results, options).written
    func contents() throws -> [[UInt8]] {
      try written.map { try folder.read("out/\($0.fileName)") }
    }
    let whole = try contents()
    let again = try files().write(stopped, options)
    #expect(try contents() == whole)
    #expect(again.ofLast.left.count == 4 && again.ofLast.written.isEmpty)
    for name in ["b.png", "b.npy", "results.json"] { try folder.remove("out/\(name)") }
    let some = try files().write(stopped, options).ofLast
    #expect(some.left == [folder.file("out/b.pgm")] && some.written == [])
    #expect(
      some.unwritten == ["b.png", "b.npy", "results.json"].map { folder.file("out/\($0)") })
    try folder.remove("out/b.pgm")
    #expect(try files().write(stopped, options).ofLast.written.count == 4)
    // Files of a stopped run are the same run's to replace.
    #expect(try contents() != whole)
    #expect(try files().write(results, options).written == written && contents() == whole)
  }

  /// Of several networks it is said which one was stopped, and that only its files are short.
  @Test func theNetworkThatWasStoppedIsNamed() throws {
    let request = ERFRequest(
      network: NetworkSpec(model: Samples.tiny), images: .builtIn(2),
      size: InputSize(height: 32, width: 32))
    var part = try #require(try ERFComputer().compute(request.validated()).part)
    part.done.removeLast()
    let error = #expect(throws: Interrupted.self) {
      try part.result().requireFinished(
        keptAt: nil, exports: ExportSelection(["out/b.pgm", "out/b.npy"]), of: 2, among: 4)
    }
    #expect(
      error?.explanation
        == "stopped after 1 of 2 images of \(part.subject.model) (2 networks behind it not begun); what is "
        + "there of this network covers only these, which out/b.npy cannot say")
  }

  /// What was exported beside the part is the run's own to replace; a file of another stem is not.
  @Test func theSameCommandResumesWithItsExports() throws {
    let command = [
      "erf", Samples.tiny, "--size", "64", "--count", "2", "-o", "map.erf", "-o", "map.npy",
    ]
    _ = try succeed(command, in: folder)
    _ = try succeed(command, in: folder)
    _ = try folder.write(Array("mine".utf8), to: "other.npy")
    expectOneLine(
      try Executable.run(command + ["-o", "other.npy"], in: folder), code: 2,
      mentions: ["other.npy", "--force"])
    let others = ["erf", Samples.tiny, "--size", "32", "-o", "map.erf", "-o", "map.npy"]
    expectOneLine(try Executable.run(others, in: folder), code: 2, mentions: ["map.npy"])
  }

  /// Pictures that are pipes are left out where they were only found, and waited for no longer than
  /// until a signal comes where they were named.
  @Test func picturesThatArePipes() throws {
    try folder.makeFolder("pictures")
    for name in ["a", "b"] {
      _ = try folder.write(Samples.picture(level: 90), to: "pictures/\(name).ppm")
    }
    let found = try Executable.run(
      ["erf", Samples.tiny, "--size", "32", "--image", "pictures", "--json"], in: folder,
      shell: "mkfifo pictures/z.png; exec \"$@\"")
    #expect(found.code == 0 && found.error.contains("z.png"))
    #expect((try found.results().first?["images"] as? [String])?.count == 2)
    let named = try run(
      ["erf", Samples.tiny, "--size", "32", "--image", "pictures/z.png"],
      interruptedBy: SIGTERM, after: 2)
    expectOneLine(named, code: 128 + SIGTERM, mentions: ["stopped before the first image was done"])
  }

  /// The pictures done are printed, and it is said that they are not all.
  @Test(arguments: [SIGTERM, SIGHUP, SIGINT])
  func classesOfThePicturesDone(_ signal: Int32) throws {
    let outcome = try runOverTwo(["classify", "replknet-3-nano"], interruptedBy: signal)
    expectOneLine(
      outcome, code: 128 + signal,
      mentions: ["stopped after 2 of 3 pictures; what is there covers only these"])
    for words in ["a.ppm", "b.ppm", "note: partial, 2 of 3 pictures"] {
      #expect(outcome.text.contains(words), "\(outcome.text)")
    }
    #expect(!outcome.text.contains("c.ppm"))
  }

  @Test func classesOfThePicturesDoneAsJSON() throws {
    let outcome = try runOverTwo(
      ["classify", "replknet-3-nano", "--json"], interruptedBy: SIGTERM)
    expectOneLine(outcome, code: 128 + SIGTERM, mentions: ["stopped after 2 of 3 pictures"])
    let document = try JSONSerialization.jsonObject(with: Data(outcome.text.utf8))
    let fields = try #require(document as? [String: Any])
    #expect(fields["partialOf"] as? Int == 3)
    #expect((fields["results"] as? [Any])?.count == 2)
  }

  /// A named pipe that nobody reads is waited for, but not longer than a signal says.
  @Test func pipesWithoutAReader() throws {
    #expect(unsafe mkfifo(folder.file("map.npy"), 0o600) == 0)
    let outcome = try run(
      ["erf", Samples.tiny, "--size", "32", "-o", "map.npy", "--force"],
      interruptedBy: SIGTERM, after: 4)
    expectOneLine(
      outcome, code: 128 + SIGTERM, mentions: ["map.npy", "nobody reads from this pipe"])
    // Somebody who comes later gets it all.
    let read = try Executable.run(
      ["erf", Samples.tiny, "--size", "32", "-o", "map.npy", "--force"], in: folder,
      shell: "(sleep 1; cat map.npy > read.npy) & \"$@\"; wait")
    #expect(read.code == 0)
    #expect(try NPY(decoding: folder.read("read.npy"), path: "read.npy").shape == [32, 32])
  }

  /// Pictures are made before the first step: thousands, which takes longer than the signal.
  @Test func trainingsBeforeTheirFirstStep() throws {
    let outcome = try run(
      [
        "train", "replknet-3-nano", "-o", "net.safetensors", "--size", "96", "--count", "20000",
        "--threads", "1",
      ], interruptedBy: SIGTERM, after: 4)
    expectOneLine(
      outcome, code: 128 + SIGTERM, mentions: ["stopped before the first step", "nothing was"])
    #expect(folder.names.isEmpty)
  }

  @Test func aReadOutNeedsAllOfItsStimuli() throws {
    let outcome = try run(
      ["probe", "replknet-3", "--count", "5000", "--csv", "out.csv"], interruptedBy: SIGTERM,
      after: 4)
    expectOneLine(
      outcome, code: 128 + SIGTERM, mentions: ["stopped during replknet-3", "read-out"])
    #expect(folder.names.isEmpty)
  }

  @Test func partialFeaturesCount() throws {
    _ = try folder.write(Samples.noise(images: 3), to: "noise.npy")
    let request = ERFRequest(
      network: NetworkSpec(model: Samples.tiny), images: .tensor(folder.file("noise.npy")),
      tap: "stage1")
    let whole = try Features(of: request.validated())
    #expect(!whole.isPartial && whole.shape[0] == 3)
    let cancellation = Cancellation()
    cancellation.cancel()
    #expect(throws: CancellationError.self) {
      try Features(of: request.validated(), cancellation: cancellation)
    }
  }
}
