// What the engine of the explorer refuses, and work that hangs.

import Dispatch
import Foundation
import Synchronization
import TestSupport
import Testing

@testable import ERFEngine
@testable import ERFInterface

private let zeros = "checkpoints/refused/wrong-shape.pth"

@Suite struct LocalEngineTests {
  private let folder: TemporaryFolder
  private let engine = LocalEngine()

  init() throws { folder = try TemporaryFolder() }

  private func makePipe(_ name: String) -> String {
    let path = folder.file(name)
    #expect(unsafe mkfifo(path, 0o600) == 0)
    return path
  }

  /// Of several files all are written or, where one of them cannot be, none.
  @Test func exportsAreAllOrNone() throws {
    let result = makeResult(makeRequest(size: 64))
    func files(_ names: String...) -> [ExportedFile] {
      names.map { name in
        ExportedFile(result: result, path: folder.file(name), options: ExportOptions())
      }
    }
    #expect(throws: FileError.self) { try engine.export(files("a.pgm", "missing/b.npy", "c.png")) }
    #expect(folder.names.isEmpty)
    try engine.export(files("a.pgm", "b.npy"))
    #expect(folder.names == ["a.pgm", "b.npy"])
  }

  /// Two maps of one name do not take one place, though neither lies there yet.
  @Test func exportsOfOneNameLieApart() {
    let item = ExportItem(result: makeResult(makeRequest(size: 64)), stem: "map")
    let files = ExportedFile.all([item, item], .maps, colours: "ember") { $0 == "map.png" }
    let endings = ["pgm", "png", "npy"]
    #expect(files.map(\.path) == endings.map { "map-2.\($0)" } + endings.map { "map-3.\($0)" })
  }

  /// It never ends, and it is no pipe.
  @Test func devicesAreNoFiles() {
    let refusal = FileError.unreadable(path: "/dev/zero", reason: "it is a device, not a file")
    #expect(throws: refusal) { try engine.images(at: "/dev/zero") }
    #expect(throws: refusal) { try FileBytes.read("/dev/zero", limit: 1 << 20) }
    let error = #expect(throws: (any Error).self) {
      try engine.open(NetworkSpec(file: "/dev/zero"))
    }
    #expect(error.map { "\($0)" }?.contains("it is a device, not a file") == true)
  }

  /// Nobody writes into it: whoever read it would wait for ever.
  @Test(.timeLimit(.minutes(1))) func pipesAreNoPictures() throws {
    let pipe = makePipe("fifo.png")
    let words = "it is not a regular file: what a pipe gives has to be saved as one"
    let refusal = FileError.unreadable(path: pipe, reason: words)
    #expect(throws: refusal) { try engine.images(at: pipe) }
    #expect(engine.picture(.file(pipe)) == .failed(refusal.explanation))
    var request = makeRequest("RepLKNet-13-nano", size: 64)
    request.images = .files([pipe])
    let cancellation = Cancellation()
    #expect(throws: refusal) {
      try engine.compute(request, cancellation: cancellation) { _ in }
    }
    #expect(throws: refusal) {
      try engine.layerFields(request, layers: ["stage1"], cancellation: cancellation) { _ in }
    }
    let prediction = PredictionRequest(network: request.network, image: .file(pipe))
    #expect(throws: refusal) {
      try engine.predict(prediction, threads: 1, cancellation: cancellation)
    }
    // The file browser says the same.
    let opening = #expect(throws: CheckpointError.self) {
      try engine.contents(of: pipe, cancellation: cancellation)
    }
    #expect(opening?.explanation.hasSuffix(words) == true)
    // In a folder it is passed over, and told of.
    let picture = try folder.write(Fixtures.bytes("images/binary-16.ppm"), to: "a.ppm")
    let (paths, leftOut) = try engine.images(at: folder.path)
    #expect(paths == [picture] && leftOut.unread == [pipe])
  }

  /// No file of the user's is waited for in a pipe: neither a session, nor a map, nor names of classes, nor what is to
  /// be trained on.
  @Test(.timeLimit(.minutes(1)), arguments: ["s.json", "map.npy", "map.csv", "map.pgm"])
  func pipesAreNoFilesOfOtherKinds(_ name: String) throws {
    let pipe = makePipe(name)
    let refusal = FileError.notRegular(path: pipe)
    #expect(throws: refusal) { try engine.read(pipe, limit: 1 << 20) }
    if SavedMap.isSaved(name) {
      #expect(throws: refusal) { try engine.map(at: pipe) }
      #expect(throws: refusal) {
        try engine.contents(of: pipe, cancellation: Cancellation())
      }
    }
    var network = NetworkSpec(model: "RepLKNet-3-nano")
    network.classes = pipe
    #expect(throws: refusal) { try engine.open(network) }
    var request = makeRequest("RepLKNet-3-nano", size: 64)
    request.network = network
    #expect(throws: refusal) {
      try engine.compute(request, cancellation: Cancellation()) { _ in }
    }
    #expect(throws: refusal) { try engine.kernels(of: network, cancellation: Cancellation()) }
    let training = TrainingRequest(
      network: NetworkSpec(model: "RepLKNet-3-nano"), folder: pipe, threads: 1)
    let other = #expect(throws: TrainingError.self) {
      try engine.train(training, cancellation: Cancellation()) { _ in }
    }
    #expect(other?.explanation.hasPrefix("\(pipe) is not a folder: give a folder") == true)
    engine.removeTemporaryFiles()
  }

  @Test func damagedPicturesAreRefusedAsTheyAreAdded() throws {
    let empty = try folder.write([], to: "empty.png")
    #expect(throws: ImageError.empty(path: empty)) { try engine.images(at: empty) }
    let text = try folder.write(Array("not a picture".utf8), to: "text.png")
    #expect(throws: ImageError.notAnImage(path: text)) { try engine.images(at: text) }
    let whole = try Fixtures.bytes("images/rgb-444.jpg")
    let half = try folder.write(Array(whole.prefix(whole.count / 2)), to: "half.jpg")
    #expect(throws: ImageError.truncated(path: half, format: "JPEG")) {
      try engine.images(at: half)
    }
    // What a folder holds is told of when its turn comes.
    #expect(try engine.images(at: folder.path).paths.count == 3)
  }

  /// The file browser says what takes a file that is no network.
  @Test(arguments: [
    ("a.png", "A in Images (5) takes pictures"), ("s.json", "opens a session"),
    ("notes.txt", "one written by torch.save"),
  ]) func otherFilesHaveTheirKeys(_ name: String, _ words: String) throws {
    let path = try folder.write(Array("{ \"this\": \"is no checkpoint\" }".utf8), to: name)
    let error = #expect(throws: CheckpointError.self) {
      try engine.contents(of: path, cancellation: Cancellation())
    }
    let refusal = CheckpointBrowsing.refusal(try #require(error))
    #expect(refusal.contains("is not a checkpoint") && refusal.hasSuffix(words))
  }

  /// A file that was not named opens in the explorer as it does everywhere else.
  @Test(.enabled(if: SharedFolder.has(zeros))) func zerosAreRefused() throws {
    let path = SharedFolder.path(zeros)
    let whole = #expect(throws: CheckpointError.self) { try Network(NetworkSpec(file: path)) }
    let (network, _) = try engine.contents(of: path, cancellation: Cancellation())
    var request = makeRequest(size: 64)
    request.network = network
    for _ in 0..<2 {
      let refusal = #expect(throws: CheckpointError.self) {
        try engine.compute(request, cancellation: Cancellation()) { _ in }
      }
      #expect(refusal == whole)
    }
    // So it does from the command line.
    let other = LocalEngine()
    request.network = try NetworkSpec(opening: NetworkSpec(file: path)) { try other.open($0) }
    #expect(throws: CheckpointError.self) {
      try other.compute(request, cancellation: Cancellation()) { _ in }
    }
    // Where it is said which network it is, it is taken for that.
    _ = try LocalEngine().compute(request, cancellation: Cancellation()) { _ in }
  }
}

@Suite struct PatientQueueTests {
  @Test(.timeLimit(.minutes(2))) func workThatHangsHoldsUpTheNextForAMomentOnly() {
    let queue = PatientQueue(label: "test", qos: .userInitiated, patience: 0.01)
    let group = DispatchGroup()
    let (first, second) = (Cancellation(), Cancellation())
    let (file, done) = (DispatchSemaphore(value: 0), DispatchSemaphore(value: 0))
    let order = Mutex<[Int]>([])
    queue.async(first, group: group) {
      file.wait()
      order.withLock { $0.append(1) }
    }
    queue.async(second, group: group) {
      order.withLock { $0.append(2) }
      done.signal()
    }
    // One at a time, however long it takes.
    #expect(done.wait(timeout: .now() + 0.1) == .timedOut)
    first.cancel()
    queue.giveUp(first)
    #expect(done.wait(timeout: .now() + 60) == .success)
    file.signal()
    #expect(group.wait(timeout: .now() + 60) == .success)
    #expect(order.withLock { $0 } == [2, 1])
  }
}
