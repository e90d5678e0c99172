// Two runs of one command at once, into files of one name.

import Foundation
import TestSupport
import Testing

@testable import ERFEngine
@testable import replk_tui

@Suite struct SimultaneousRunTests {
  let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  /// What a run that was stopped wrote meanwhile has less of the same: the one that is finished replaces it, but not
  /// what is of something else.
  @Test func finishedExportsReplacePartialOnes() throws {
    let outputs = ["map.pgm", "map.json", "map.npy"]
    let command = ["erf", "replknet-3-nano"] + outputs.flatMap { ["-o", $0] }
    _ = try Executable.run(command, overTwoIn: folder, "kill -TERM $$")
    try folder.makeFolder("stopped")
    for name in outputs { try move(name, to: "stopped/\(name)") }
    try Executable.succeed(command, overThreeIn: folder)
    let finished = try outputs.map(folder.read)
    for name in outputs { try folder.remove(name) }
    let run = try self.run(command, besides: "cp stopped/* .")
    #expect(run.code == 0 && run.error == "")
    #expect(try outputs.map(folder.read) == finished)
    for name in outputs { try folder.remove(name) }
    expectOneLine(
      try self.run(command, besides: "cp stopped/* .; printf other > map.npy"), code: 1,
      mentions: ["map.npy: was not there when this run began"])
    #expect(try folder.read("map.pgm") == folder.read("stopped/map.pgm"))
  }

  private func move(_ name: String, to target: String) throws {
    try FileManager.default.moveItem(atPath: folder.file(name), toPath: folder.file(target))
  }

  /// Runs the program over three pictures, and `script` of a shell while it reads the last two.
  private func run(_ arguments: [String], besides script: String) throws -> Outcome {
    try Executable.run(
      arguments + Executable.threeImages, in: folder,
      shell: """
        (cat a.ppm > b.ppm; \(script); cat a.ppm > c.ppm) & feeder=$!
        "$@"
        code=$?
        kill $feeder 2> /dev/null
        exit $code
        """)
  }

  /// The same of a comparison, the files of each network and what was measured on all.
  @Test func comparisonsReplacePartialOnes() throws {
    let requests = try [Samples.tiny, "replknet-3-nano"].map { model in
      try ERFRequest(
        network: NetworkSpec(model: model), images: .builtIn(3),
        size: InputSize(height: 32, width: 32)
      ).validated()
    }
    let whole = try requests.map { try ERFComputer().compute($0) }
    func stopped(_ index: Int, after images: Int) throws -> [ERFResult] {
      var part = try #require(whole[index].part)
      part.done.removeLast(part.done.count - images)
      return whole.prefix(index) + [part.result()]
    }
    let arguments = try Arguments(
      [Samples.tiny, "replknet-3-nano"], options: Options.force, command: "compare")
    func files() throws -> ComparisonFiles {
      try ComparisonFiles(in: folder.file("out"), names: ["a", "b"], of: requests, arguments)
    }
    func contents() throws -> [[UInt8]] {
      try ["a.pgm", "b.pgm", "b.npy", "results.json"].map { try folder.read("out/\($0)") }
    }
    let options = ExportOptions()
    // All begin before one of them writes.
    let (first, second, third, late) = (try files(), try files(), try files(), try files())
    _ = try first.write(stopped(0, after: 2), options)
    // In the second network after one image is farther than in the first after two.
    #expect(try second.write(stopped(1, after: 1), options).ofLast.written.count == 4)
    #expect(try third.write(whole, options).written.count == 7)
    let finished = try contents()
    let behind = try late.write(stopped(1, after: 2), options).ofLast
    #expect(behind.written == [] && behind.left.count == 4)
    #expect(try contents() == finished)
  }

  /// Of two trainings into one file the second is refused, whatever it may replace, until the first has ended,
  /// be it by force.
  @Test(arguments: ["--force", "--resume"]) func oneTrainingHasAName(_ option: String) throws {
    let model = "replknet:kernels=5,3:layers=1,1:channels=4,8:small=3:dw=1:classes=16"
    let train = [
      "train", model, "--batch", "8", "--count", "64", "--size", "32", "-o", "n.safetensors",
      "--steps",
    ]
    if option == "--resume" { _ = try succeed(train + ["1"], in: folder) }
    let before = folder.names
    var lock = try OutputLock(of: folder.file("n.safetensors"))
    try withExtendedLifetime(lock) {
      let refused = try Executable.run(train + ["2", option], in: folder)
      expectOneLine(
        refused, code: 1,
        mentions: ["n.safetensors: another training is running", "stop it", "another name"])
      #expect(refused.text == "" && folder.names == [".n.safetensors.lock"] + before)
    }
    lock = nil
    // As one that was killed leaves it.
    let killed = try Executable.run(
      train + ["100000", option], in: folder, once: "test -e .n.safetensors.lock",
      "kill -KILL $$")
    #expect(killed.code == -SIGKILL && folder.names.contains(".n.safetensors.lock"))
    _ = try succeed(train + ["2", "--force"], in: folder)
    #expect(!folder.names.contains(".n.safetensors.lock"))
  }
}
