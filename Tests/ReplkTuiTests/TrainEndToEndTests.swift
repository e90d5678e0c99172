// `train` as a user runs it: stopped, killed, resumed, and used afterwards.

import Foundation
import TestSupport
import Testing

@testable import ERFEngine

@Suite struct TrainEndToEndTests {
  private let folder: TemporaryFolder
  private static let model = "replknet:kernels=5,3:layers=1,1:channels=4,8:small=3:dw=1:classes=16"

  init() throws { folder = try TemporaryFolder() }

  private func train(_ steps: Int, _ name: String, _ more: [String] = []) -> [String] {
    ["train", Self.model, "--batch", "8", "--count", "64", "-o", name]
      + ["--steps", "\(steps)"] + (more.contains("--size") ? [] : ["--size", "32"]) + more
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
      try Executable.run(train(6, "net.safetensors", ["--resume"]), in: folder), code: 2,
      mentions: ["steps", "12", "6"])
    let longer = try succeed(train(24, "net.safetensors", ["--resume"]), in: folder)
    #expect(longer.text.contains("24 steps of 8 at 32 px, resumed after step 12"))
    expectOneLine(
      try Executable.run(train(12, "net.safetensors"), in: folder), code: 2, mentions: ["--force"])
    _ = try succeed(train(2, "net.safetensors", ["--force"]), in: folder)
  }

  /// A folder of small pictures in train and val, one file broken, classes unequal: trained, measured,
  /// stopped, resumed, fine-tuned at another size and with other classes.
  @Test func photographsAreLearnt() throws {
    let pictures = folder.path + "/pictures"
    for (part, count) in [("train", 12), ("val", 3)] {
      for (name, level, more) in [("cat", 40, 0), ("dog", 160, 6)] {
        let place = "\(pictures)/\(part)/\(name)"
        try FileManager.default.createDirectory(
          atPath: place, withIntermediateDirectories: true)
        for index in 0..<count + (part == "train" ? more : 0) {
          let pixels = (0..<40 * 48 * 3).map { UInt8(level + ($0 * (index + 3)) % 50) }
          try Data(Array("P6 48 40 255\n".utf8) + pixels)
            .write(to: URL(fileURLWithPath: "\(place)/\(index).ppm"))
        }
      }
    }
    try Data("no picture".utf8).write(
      to: URL(fileURLWithPath: pictures + "/train/cat/broken.ppm"))
    let command =
      ["train", Self.model, "--data", "pictures", "--batch", "8", "-o", "net.safetensors"]
      + ["--size", "32:2,32/40:2", "--crop", "0.5", "--jitter", "0.2", "--balance"]
    let outcome = try Executable.run(command + ["--confusion", "c.csv"], in: folder)
    #expect(outcome.code == 0, "\(outcome.error)")
    #expect(outcome.error.contains("train/cat/broken.ppm"))
    for words in [
      "classes=2", "30 pictures to learn from, 6 held out, 12 steps of 8 at 32, then 32/40 px",
      "pictures: hash ", "epoch 1.0, step 3: ", "held-out pictures right at 40 px", "1 cat",
      "2 dog",
      " of the held out at 40 px",
    ] { #expect(outcome.text.contains(words), "\(words)") }
    #expect(folder.names.contains("net-best.safetensors"))
    let rows = String(decoding: try folder.read("c.csv"), as: UTF8.self).split(separator: "\n")
    #expect(rows[0] == "class,cat,dog" && rows.count == 3)
    // The file knows its classes and size.
    let inspected = try succeed(["inspect", "net.safetensors"], in: folder)
    #expect(inspected.text.contains("training.size: 40"))
    let named = try succeed(["classify", "net.safetensors", "--image", "pictures/val"], in: folder)
    #expect(
      named.text.contains("cat ") && named.text.contains("of 6 pictures whose class is known"))
    // Its head may be replaced, at another size; other pictures are refused.
    let tuned = try succeed(
      ["train", Self.model, "--from", "net.safetensors", "--count", "32", "--batch", "8"]
        + ["--steps", "2", "--size", "64", "-o", "tuned.safetensors"], in: folder)
    #expect(tuned.text.contains("has 2 classes: a new one of 16 is made"))
    expectOneLine(
      try Executable.run(
        command + ["--force", "--data-hash", "0123456789abcdef"], in: folder), code: 1,
      mentions: ["pictures", "0123456789abcdef"])
    // The same pictures are the same data in another place, and with one less they are not.
    try FileManager.default.moveItem(atPath: pictures, toPath: folder.path + "/moved")
    let there = command.map { $0 == "pictures" ? "moved" : $0 } + ["--resume"]
    let resumed = try Executable.run(there, in: folder)
    #expect(resumed.code == 0 && resumed.text.contains("resumed after step 12"))
    try FileManager.default.removeItem(atPath: folder.path + "/moved/train/dog/1.ppm")
    expectOneLine(try Executable.run(there, in: folder), code: 1, mentions: ["hash", "moved"])
  }

  /// Ended while the held-out pictures were measured, a run lacks that measurement: on resuming it is made
  /// first, and the course is that of a run that nobody ended.
  @Test func measurementsThatWereCutOffAreMadeUpFor() throws {
    _ = try succeed(train(24, "whole.safetensors"), in: folder)
    _ = try succeed(train(8, "cut.safetensors"), in: folder)
    let file = try Checkpoint(path: folder.file("cut.safetensors"))
    var metadata = file.metadata
    let saved = try #require(metadata["log"])
    let object = try JSONSerialization.jsonObject(with: Data(saved.utf8))
    var log = try #require(object as? [String: Any])
    #expect((log["measurements"] as? [Any])?.count == 1)
    log["measurements"] = [Any]()
    metadata["log"] = String(
      decoding: try JSONSerialization.data(withJSONObject: log), as: UTF8.self)
    try SafetensorsWriter(
      tensors: file.entries.keys.sorted().map { ($0, try file.tensor($0)) }, type: .float32,
      metadata: metadata
    ).write(to: folder.file("cut.safetensors"))
    let resumed = try succeed(train(24, "cut.safetensors", ["--resume"]), in: folder)
    #expect(resumed.text.contains("epoch 1.0, step 8: "), "\(resumed.text)")
    func measured(_ name: String) throws -> [Int] {
      let text = try Checkpoint(path: folder.file(name)).metadata["log"] ?? ""
      return try JSONDecoder().decode(TrainingLog.self, from: Data(text.utf8)).measurements.map(
        \.step)
    }
    #expect(try measured("cut.safetensors") == [8, 16, 24])
    #expect(try measured("whole.safetensors") == [8, 16, 24])
  }

  /// The best weights are said to be in their file only where they are.
  @Test func bestWeightsThatAreGoneAreCalledThat() throws {
    // Nothing is learnt: the first measurement stays the best.
    let slow = ["--lr", "0.000000001"]
    let whole = try succeed(train(16, "net.safetensors", slow), in: folder)
    #expect(whole.text.contains(" % after step 8, in net-best.safetensors"), "\(whole.text)")
    try folder.remove("net-best.safetensors")
    let resumed = try succeed(train(24, "net.safetensors", slow + ["--resume"]), in: folder)
    #expect(
      resumed.text.contains(" % after step 8, is lost: net-best.safetensors is gone"),
      "\(resumed.text)")
  }

  @Test func unreachedWeightsAreToldOf() throws {
    let model = "replknet:kernels=13,13:layers=1,1:channels=4,4:small=3:dw=1:classes=16"
    let command = ["train", model, "--batch", "8", "--count", "16", "--steps", "1"]
    let warned = try succeed(command + ["--size", "32", "-o", "a.safetensors"], in: folder)
    #expect(warned.text.contains("warning: at 32 px "))
    #expect(warned.text.contains("of stage 2 meet no pixel"))
    #expect(warned.text.contains("--size 64 is the smallest that reaches all"))
    let quiet = try succeed(command + ["-o", "b.safetensors"], in: folder)
    #expect(!quiet.text.contains("warning") && quiet.text.contains("at 96 px"))
  }

  /// Killed at any moment, or asked to end, a run loses at most what came after its last checkpoint;
  /// what goes on from there ends as if nothing had happened.
  @Test func killedRunsGoOn() throws {
    let steps = Self.longRun
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

  private static let longRun = 60

  /// Starts `arguments` and sends `signal` once there is a checkpoint, unless the run is over by then.
  private func end(
    _ arguments: [String], by signal: Int32, sourceLocation: SourceLocation = #_sourceLocation
  ) throws {
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
    #expect(
      ended.wait(timeout: .now() + Executable.patience) == .success, sourceLocation: sourceLocation)
    let leftovers = folder.names.filter {
      $0.contains("cut") && !["cut.safetensors", "cut-best.safetensors"].contains($0)
    }
    if signal == SIGINT {
      #expect(leftovers.isEmpty, "\(leftovers)", sourceLocation: sourceLocation)
      // Whoever started it has to know that it is not done, unless the signal came too late.
      let saved = try succeed(["inspect", "cut.safetensors"], in: folder).text
      let isDone = saved.contains("training.steps: \(Self.longRun)")
      let status = process.terminationStatus
      #expect(
        status == 128 + SIGINT || status == 0 && isDone, "\(status)",
        sourceLocation: sourceLocation)
    }
    guard folder.names.contains("cut.safetensors") else { return }
    _ = try succeed(["inspect", "cut.safetensors"], in: folder, sourceLocation: sourceLocation)
  }

  @Test func mistakesAreOneLine() throws {
    for (arguments, words) in [
      (["train", Self.model], ["-o"]),
      (["train", "-o", "x.safetensors"], ["model"]),
      (["train", Self.model, "-o", "x.pth"], [".safetensors"]),
      (train(3, "x.safetensors", ["--size", "224:2"]), ["--size", "--steps"]),
      (train(3, "x.safetensors", ["--crop", "0"]), ["--crop", "0.05"]),
      (train(3, "x.safetensors", ["--resume", "--force"]), ["--resume", "--force"]),
      (train(3, "x.safetensors", ["--from", "none.pth"]), ["none.pth"]),
      (train(3, "x.safetensors", ["--data", "/nowhere"]), ["--count"]),
      (
        ["train", Self.model, "-o", "x.safetensors", "--data", "/nowhere"],
        ["/nowhere: there is no such folder"]
      ),
      (
        train(3, "x.safetensors", ["--resume"]),
        ["x.safetensors: there is no such file to resume: leave --resume out to begin"]
      ),
      (train(3, "x.safetensors", ["--lr", "much"]), ["--lr"]),
      (train(3, "x.safetensors", ["--epochs", "3"]), ["--steps"]),
      (train(3, "x.safetensors", ["--optimizer", "adam"]), ["adamw or sgd"]),
    ] {
      let outcome = try Executable.run(arguments, in: folder)
      expectOneLine(outcome, code: outcome.code == 1 ? 1 : 2, mentions: words)
    }
    #expect(folder.names.isEmpty)
  }

  /// A file is not what is trained on, be it a picture, a pipe or a device.
  @Test func filesAreNoDataToTrainOn() throws {
    let picture = try folder.write(Fixtures.bytes("images/rgb.png"), to: "rgb.png")
    #expect(unsafe mkfifo(folder.file("pipe"), 0o600) == 0)
    for path in [picture, "pipe", "/dev/zero"] {
      let outcome = try Executable.run(
        ["train", Self.model, "-o", "x.safetensors", "--data", path], in: folder)
      expectOneLine(
        outcome, code: 2,
        mentions: ["\(path) is not a folder: give a folder with one folder of pictures per class"])
    }
    #expect(Set(folder.names) == ["rgb.png", "pipe"])
  }

  /// A path is not what is trained, whether it is a checkpoint, one file of several, or not there.
  @Test func filesAreNoNetworksToTrain() throws {
    let shard = "net-00001-of-00002.safetensors"
    _ = try folder.write(Array("not looked into".utf8), to: shard)
    try folder.makeFolder("folder")
    for path in [Samples.checkpoint, shard, "none.pth", "folder"] {
      let outcome = try Executable.run(["train", path, "-o", "x.safetensors"], in: folder)
      var words = ["\(path) is a path", "MODEL --from FILE"]
      if path == shard {
        words += ["this is one of the 2 files", "net-00002-of-00002.safetensors is missing"]
      }
      expectOneLine(outcome, code: 2, mentions: words)
    }
    #expect(Set(folder.names) == [shard, "folder"])
  }
}
