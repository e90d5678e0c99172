// Signals in the middle of features and probes: what is done is written and marked, or it is said why
// there is nothing.

import ERFEngine
import Foundation
import TestSupport
import Testing

@Suite struct InterruptionTests {
  let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  /// Runs the program and sends it a signal once `sign` holds.
  private func run(
    _ arguments: [String], interruptedBy signal: Int32, after seconds: Double
  ) throws -> Outcome {
    try Executable.run(
      arguments, in: folder,
      // In the foreground: what runs in the background ignores SIGINT.
      shell: "(sleep \(seconds); kill -\(signal) $$) & exec \"$@\"")
  }

  /// Signals that end a command while it writes take the half-written file with them. A file that is
  /// written all the time is seldom whole when the signal comes.
  @Test(.enabled(if: Sanitizers.areOff), arguments: [SIGQUIT, SIGTERM, SIGINT, SIGHUP])
  func noTemporaryStays(_ signal: Int32) throws {
    for delay in [1.4, 1.6, 1.8, 2.0] {
      let outcome = try run(
        ["convert", "replknet-3", "out.safetensors", "--force"], interruptedBy: signal,
        after: delay)
      #expect(outcome.code == -signal || outcome.code == 128 + signal || outcome.code == 0)
      let names = try FileManager.default.contentsOfDirectory(atPath: folder.path)
      #expect(!names.contains { $0.hasSuffix(".tmp") }, "\(names)")
    }
  }

  /// A benchmark that is stopped says how far it came.
  @Test func benchmarksSayHowFarTheyCame() throws {
    _ = try succeed(["stimuli", "-o", "s", "--count", "256", "--size", "64"], in: folder)
    let outcome = try run(
      ["probe", "replknet-31", "--stimuli", "s", "--csv", "d.csv", "--threads", "1"],
      interruptedBy: SIGTERM, after: 12)
    #expect(outcome.code == 128 + SIGTERM)
    #expect(
      outcome.error.contains("of 256 stimuli of replknet-31; the same command goes on")
        || outcome.error.contains("no stimulus was decided"), "\(outcome.error)")
    #expect(!outcome.error.contains("read-out"))
  }

  /// Enough work for minutes, which a signal ends within seconds: a short array would look like a whole
  /// one.
  @Test(arguments: [SIGTERM, SIGHUP, SIGINT])
  func noArrayOfSomeInputsIsLeft(_ signal: Int32) throws {
    _ = try folder.write(Samples.noise(images: 2000), to: "noise.npy")
    let outcome = try run(
      [
        "features", "replknet-3", "--tensor", "noise.npy", "--tap", "stage4", "-o", "out.npy",
        "--threads", "1",
      ], interruptedBy: signal, after: 8)
    expectOneLine(outcome, code: 128 + signal, mentions: ["stopped", "nothing was written"])
    #expect(folder.names == ["noise.npy"])
  }

  /// What says which inputs it is of is kept, and the same command ends with the bytes of a run that nobody
  /// disturbed.
  @Test func featuresGoOn() throws {
    _ = try folder.write(Samples.noise(images: 24), to: "noise.npy")
    let features = ["features", "replknet-3", "--tensor", "noise.npy", "--tap", "stage4"]
    _ = try succeed(features + ["-o", "one.safetensors"], in: folder)
    let stopped = try run(
      features + ["-o", "two.safetensors", "--threads", "1"], interruptedBy: SIGTERM, after: 2.5)
    // What is done by then depends on the machine.
    if folder.names.contains("two.safetensors") && stopped.code != 0 {
      expectOneLine(stopped, code: 128 + SIGTERM, mentions: ["of 24 inputs", "resumes"])
      let part = try Features(path: folder.file("two.safetensors"))
      #expect(part.isPartial && (1..<24).contains(part.shape[0]) && part.shape[1] == 1024)
    }
    _ = try succeed(features + ["-o", "two.safetensors"], in: folder)
    #expect(try folder.read("two.safetensors") == folder.read("one.safetensors"))
  }

  /// Maps of the images done, marked as such in every file that tells of them.
  @Test(arguments: ["erf", "compare"], [SIGTERM, SIGHUP, SIGINT])
  func mapsOfTheImagesDone(_ command: String, _ signal: Int32) throws {
    _ = try folder.write(Samples.noise(images: 2000), to: "noise.npy")
    let models = command == "erf" ? ["replknet-3"] : ["replknet-3", "replknet-7"]
    let outputs =
      command == "erf" ? ["-o", "map.pgm", "-o", "map.json", "-o", "map.npy"] : ["-o", "out"]
    let outcome = try run(
      [command] + models + ["--tensor", "noise.npy", "--threads", "1", "--weights", "random:1"]
        + outputs, interruptedBy: signal, after: 8)
    #expect(outcome.code == 128 + signal)
    let (json, pgm) =
      command == "erf" ? ("map.json", "map.pgm") : ("out/results.json", "out/replknet-3.pgm")
    guard FileManager.default.fileExists(atPath: folder.file(json)) else {
      expectOneLine(outcome, code: 128 + signal, mentions: ["stopped", "nothing was written"])
      #expect(folder.names == ["noise.npy"])
      return
    }
    let document = try JSONSerialization.jsonObject(with: Data(folder.read(json)))
    let result = try #require(((document as? [String: Any])?["results"] as? [[String: Any]])?.first)
    #expect(result["partialOf"] as? Int == 2000)
    let count = try #require(result["images"] as? [String]).count
    #expect((1..<2000).contains(count))
    expectOneLine(
      outcome, code: 128 + signal,
      mentions: ["stopped after \(count) of 2000", ".npy", "cannot say"])
    #expect(outcome.text.contains("\(count) images of 2000, partial"))
    let comments = try PGM.load(path: folder.file(pgm)).comments.joined(separator: "\n")
    #expect(comments.contains("\(count)") && comments.contains("2000"), "\(comments)")
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
    let named = try Executable.run(
      ["erf", Samples.tiny, "--size", "32", "--image", "pictures/z.png"], in: folder,
      shell: "(sleep 2; kill -\(SIGTERM) $$) & exec \"$@\"")
    #expect(named.code != 0 && named.error.contains("z.png"))
  }

  /// A named pipe that nobody reads is waited for, but not longer than a signal says.
  @Test func pipesWithoutAReader() throws {
    let outcome = try Executable.run(
      ["erf", Samples.tiny, "--size", "32", "-o", "map.npy", "--force"], in: folder,
      shell: "mkfifo map.npy; (sleep 4; kill -\(SIGTERM) $$) & exec \"$@\"")
    expectOneLine(outcome, code: 1, mentions: ["map.npy", "nobody reads from this pipe"])
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
