// `train` as a user runs it: stopped, killed, resumed, and used afterwards.

import Foundation
import TestSupport
import Testing

@Suite struct TrainEndToEndTests {
  private let folder: TemporaryFolder
  private static let model = "replknet:kernels=5,3:layers=1,1:channels=4,8:small=3:dw=1:classes=16"

  init() throws { folder = try TemporaryFolder() }

  private func train(_ steps: Int, _ name: String, _ more: [String] = []) -> [String] {
    ["train", Self.model, "--size", "32", "--batch", "8", "--count", "64", "-o", name]
      + ["--steps", "\(steps)"] + more
  }

  @Test func whatIsTrainedIsUsed() throws {
    let outcome = try succeed(train(12, "net.safetensors"), in: folder)
    #expect(outcome.text.contains("step 12/12: loss "))
    #expect(outcome.text.contains("wrote net.safetensors: "))
    let map = try succeed(["erf", "net.safetensors", "--size", "32", "--json"], in: folder)
    #expect(try map.results()[0]["model"] as? String == Self.model)
    _ = try succeed(["convert", "net.safetensors", "h.safetensors", "--dtype", "f16"], in: folder)
    let inspected = try succeed(["inspect", "h.safetensors"], in: folder)
    #expect(
      inspected.text.contains("training.accuracy: ") && !inspected.text.contains("optimizer."))
    expectOneLine(
      try Executable.run(train(24, "net.safetensors", ["--resume"]), in: folder), code: 2,
      mentions: ["steps", "12", "24"])
  }

  /// Killed at any moment, or asked to end, a run loses at most what came after its last checkpoint;
  /// what goes on from there ends as if nothing had happened.
  @Test func killedRunsGoOn() throws {
    let steps = 60
    _ = try succeed(train(steps, "whole.safetensors"), in: folder)
    let command = train(steps, "cut.safetensors", ["--save-every", "1"])
    for signal in [SIGKILL, SIGINT] {
      try end(command + (signal == SIGINT ? ["--resume"] : []), by: signal)
    }
    _ = try succeed(train(steps, "cut.safetensors", ["--resume"]), in: folder)
    for name in ["whole", "cut"] {
      _ = try succeed(["convert", "\(name).safetensors", "\(name)-f32.safetensors"], in: folder)
    }
    func hash(_ name: String) throws -> String? {
      try succeed(["erf", "\(name).safetensors", "--size", "32", "--json"], in: folder)
        .results()[0]["weightsHash"] as? String
    }
    #expect(try hash("cut-f32") == hash("whole-f32"))
  }

  /// Starts `arguments` and sends `signal` once there is a checkpoint, unless the run is over by then.
  private func end(_ arguments: [String], by signal: Int32) throws {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: Executable.path)
    process.arguments = arguments
    process.currentDirectoryURL = URL(fileURLWithPath: folder.path)
    process.standardOutput = FileHandle.nullDevice
    process.standardError = FileHandle.nullDevice
    let ended = DispatchSemaphore(value: 0)
    process.terminationHandler = { _ in ended.signal() }
    try process.run()
    let deadline = Date.now.addingTimeInterval(Executable.patience)
    while process.isRunning, !folder.names.contains("cut.safetensors"), Date.now < deadline {
      usleep(5000)
    }
    kill(process.processIdentifier, signal)
    #expect(ended.wait(timeout: .now() + Executable.patience) == .success)
    let leftovers = folder.names.filter { $0.contains("cut") && $0 != "cut.safetensors" }
    if signal == SIGINT { #expect(leftovers.isEmpty, "\(leftovers)") }
    guard folder.names.contains("cut.safetensors") else { return }
    _ = try succeed(["inspect", "cut.safetensors"], in: folder)
  }

  @Test func mistakesAreOneLine() throws {
    for (arguments, words) in [
      (["train", Self.model], ["-o"]),
      (["train", "-o", "x.safetensors"], ["model"]),
      (["train", Self.model, "-o", "x.pth"], [".safetensors"]),
      (["train", "resnet-18", "-o", "x.safetensors", "--size", "32"], ["1000", "16"]),
      (train(3, "x.safetensors", ["--data", "/nowhere"]), ["--count"]),
      (["train", Self.model, "-o", "x.safetensors", "--data", "/nowhere"], ["/nowhere"]),
      (train(3, "x.safetensors", ["--lr", "much"]), ["--lr"]),
      (train(3, "x.safetensors", ["--epochs", "3"]), ["--steps"]),
      (train(3, "x.safetensors", ["--optimizer", "adam"]), ["adamw or sgd"]),
    ] {
      let outcome = try Executable.run(arguments, in: folder)
      expectOneLine(outcome, code: outcome.code == 1 ? 1 : 2, mentions: words)
    }
    #expect(folder.names.isEmpty)
  }
}
