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
  @Test func twoRunsMayWriteTheSame() throws {
    let outcome = try Executable.run(
      ["stimuli", "-o", "s", "--count", "40", "--size", "64"], in: folder,
      shell: "\"$@\" & other=$!; \"$@\"; code=$?; wait $other && exit $code")
    #expect(outcome.code == 0 && outcome.error == "")
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

    /// Decisions about built-in stimuli, all maps of a comparison or none, trainings.
    @Test(arguments: [
      (["probe", "replknet-3-nano", "--count", "128", "--csv", "out/d.csv"], "out/d.csv"),
      (
        [
          "compare", "resnet20-cifar", "replknet-3-nano", "--size", "768", "--count", "12", "-o",
          "out",
        ], "out/results.json"
      ),
      (
        [
          "train", "replknet:kernels=5,3:layers=1,1:channels=4,8:small=3:dw=1:classes=16",
          "--batch", "8", "--count", "64", "--steps", "400", "--size", "32", "-o",
          "out/n.safetensors",
        ], "out/n.safetensors"
      ),
    ])
    func whatAppearedWhileItComputedStays(_ arguments: [String], _ path: String) throws {
      try folder.makeFolder("out")
      expectOneLine(
        try run(arguments, interruptedFor: path), code: 1,
        mentions: ["\(path): was not there when this run began"])
      #expect(try folder.read(path) == other)
      let names = try FileManager.default.contentsOfDirectory(atPath: folder.file("out"))
      // The best weights of a training are in a file of their own.
      #expect(names.filter { !$0.contains("-best") } == [String(path.dropFirst("out/".count))])
    }
  #endif
}
