// Checkpoints as training programs leave them: files of make_wild.py, all with the same tiny ResNet.

import Foundation
import TestSupport
import Testing

@testable import ERFEngine

@Suite struct WildCheckpointTests {
  private static let model = "resnet:block=basic:layers=1,1,1,1:width=2:classes=7"

  private static func path(_ name: String) -> String { Fixtures.path("wild/\(name)") }

  private func network(_ name: String) throws -> Network {
    try Network(NetworkSpec(file: Self.path(name)))
  }

  @Test(arguments: ["companions.pth", "companions-4.pth", "companions-legacy.pth"])
  func objectsOfOtherLibrariesAreLeftAlone(_ name: String) throws {
    let plain = try network("unsigned.pth")
    let network = try network(name)
    #expect(network.id == Self.model && network.weightsChoice?.chosen == "state_dict")
    // The same but for the bias that the other file holds as unsigned integers.
    #expect(network.weightsHash != plain.weightsHash)
    let file = try CheckpointInspection(path: Self.path(name))
    var expected: [String: Int] = [
      "mmengine.logging.history_buffer.HistoryBuffer": 1, "omegaconf.dictconfig.DictConfig": 1,
      "omegaconf.base.ContainerMetadata": 1, "easydict.EasyDict": 1, "yacs.config.CfgNode": 1,
      "lightning.fabric.utilities.data.AttributeDict": 1, "pathlib.PosixPath": 1,
      "datetime.datetime": 1, "collections.deque": 1, "numpy.ndarray": 3,
    ]
    for found in file.classes {
      #expect(expected.removeValue(forKey: found.name) == found.count, "\(found.name)")
    }
    #expect(expected.isEmpty)
    #expect(file.metadata["epoch"] == "119")
  }

  /// What would be a weight is refused by what it is, by `erf` and `inspect` in the same words.
  @Test(arguments: [
    ("quantised.pth", "fc.weight is a quantised tensor"),
    ("sparse.pth", "fc.weight is a sparse tensor"), ("meta.pth", "fc.weight is a meta tensor"),
    ("float8.pth", "fc.weight has type F8_E4M3"), ("complex.pth", "fc.weight has type C64"),
  ])
  func unreadableWeights(_ file: (name: String, words: String)) throws {
    let error = #expect(throws: CheckpointError.self) { try network(file.name) }
    let line = try #require(error).explanation
    #expect(line.contains(file.words) && !line.contains("run code"), "\(line)")
    let inspection = try CheckpointInspection(path: Self.path(file.name))
    #expect(try inspection.problems(inspection.names.map(inspection.tensor)).first == error)
    #expect(throws: try #require(error)) {
      try NetworkSpec(file: Self.path(file.name)).requireWeights()
    }
  }

  @Test func unsignedWeightsOpen() throws {
    #expect(try network("unsigned.pth").id == Self.model)
    let inspection = try CheckpointInspection(path: Self.path("unsigned.pth"))
    #expect(try inspection.problems(inspection.names.map(inspection.tensor)).isEmpty)
  }

  @Test(arguments: [
    ("object.pth", "fc.weight is an object of the class bitsandbytes.nn.modules.Params4bit"),
    ("arrays.pth", "no tensors, but objects such as numpy.ndarray (bn1.bias)"),
    ("whole-model.pth", "an object of torchvision.models.resnet.ResNet"),
  ])
  func objectsWhereWeightsBelong(_ file: (name: String, words: String)) throws {
    let error = #expect(throws: CheckpointError.self) { try network(file.name) }
    #expect(try #require(error).explanation.contains(file.words))
  }

  /// A classifier that is left out is listed whole, the objects in it too.
  @Test func objectsThatAreLeftOut() throws {
    var spec = NetworkSpec(file: Self.path("object.pth"))
    spec.allowsMissingHead = true
    let notes = try #require(try Network(spec).weightsChoice).notes
    #expect(
      notes.contains { $0.hasPrefix("left out 2 tensors") && $0.hasSuffix("fc.bias, fc.weight") },
      "\(notes)")
  }
}

/// Pickles made to cost more than they hold.
@Suite struct PickleCostTests {
  private static let magic: [UInt8] = [
    0x80, 2, 0x8A, 10, 0x6C, 0xFC, 0x9C, 0x46, 0xF9, 0x20, 0x6A, 0xA8, 0x50, 0x19, 0x2E,
  ]

  private static func text(_ text: String) -> [UInt8] {
    let bytes = Array(text.utf8)
    return [UInt8(ascii: "X")] + Self.word(bytes.count) + bytes
  }

  private static func word(_ value: Int) -> [UInt8] {
    (0..<4).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }
  }

  /// What an object's pickle begins with.
  private static var storage: [UInt8] {
    var bytes = [0x80, 2] + Array("ctorch._utils\n_rebuild_tensor_v2\nq\0".utf8) + [0x30]
    bytes += [UInt8(ascii: "(")] + text("storage") + Array("ctorch\nFloatStorage\n".utf8)
    bytes += text("0") + text("cpu") + Array("K\u{4}NtQq\u{1}0".utf8)
    return bytes + Array("ccollections\nOrderedDict\nq\u{2}0".utf8)
  }

  /// Views whose bits say that their numbers have the other sign, whole and in steps, with a type and without.
  @Test func negatedViews() throws {
    let bits = Array("}".utf8) + Self.text("neg") + [0x88] + Array("s".utf8)
    func tensor(_ name: String, count: UInt8, step: UInt8, typed: Bool, bits: [UInt8]) -> [UInt8] {
      let start = Self.text(name) + Array((typed ? "h\u{3}(" : "h\0(").utf8)
      let view = Array("h\u{1}K\0K".utf8) + [count, 0x85] + Array("K".utf8) + [step, 0x85, 0x89]
      let type = typed ? Array("ctorch\nfloat32\n".utf8) : []
      return start + view + Array("h\u{2})R".utf8) + type + bits + Array("tR".utf8)
    }
    var object = Array("ctorch._utils\n_rebuild_tensor_v3\nq\u{3}0}(".utf8)
    object += tensor("negated", count: 4, step: 1, typed: false, bits: bits)
    object += tensor("steps", count: 2, step: 2, typed: false, bits: bits)
    object += tensor("typed", count: 4, step: 1, typed: true, bits: bits)
    object += tensor("plain", count: 4, step: 1, typed: false, bits: Array("}".utf8))
    var bytes = Self.legacy(object + Array("u.".utf8))
    let values: [Float] = [1, -2, 3, 4]
    bytes.replaceSubrange(
      bytes.count - 16..<bytes.count,
      with: values.flatMap { Self.word(Int($0.bitPattern)) })
    let folder = try TemporaryFolder()
    let file = try Checkpoint(path: try folder.write(bytes, to: "negated.pth"))
    #expect(try file.tensor("negated").elements == [-1, 2, -3, -4])
    #expect(try file.tensor("steps").elements == [-1, -3])
    #expect(try file.tensor("typed").elements == [-1, 2, -3, -4])
    #expect(try file.tensor("plain").elements == values)
  }

  /// A file in the legacy layout with one storage of four floats; `object` follows the memo entries
  /// 0: `_rebuild_tensor_v2`, 1: the storage, 2: `OrderedDict`.
  private static func legacy(_ object: [UInt8]) -> [UInt8] {
    var bytes = magic
    bytes += [0x80, 2, UInt8(ascii: "M"), 0xE9, 0x03, 0x2E, 0x80, 2, UInt8(ascii: "}"), 0x2E]
    bytes += storage + object
    bytes += [0x80, 2, UInt8(ascii: "]"), UInt8(ascii: "(")] + text("0") + Array("e.".utf8)
    return bytes + [4] + [UInt8](repeating: 0, count: 7 + 16)
  }

  /// A dictionary of `count` tensors, and how long its file takes to open, in seconds of this thread's own
  /// time.
  private static func seconds(_ count: Int) throws -> Double {
    // rebuild(storage, 0, (4,), (1,), False, OrderedDict()), each with a tuple of its own for the storage:
    // tuples between marks are what took quadratic time.
    let storage =
      [UInt8(ascii: "(")] + Self.text("storage") + Array("ctorch\nFloatStorage\n".utf8)
      + Self.text("0") + Self.text("cpu") + Array("K\u{4}NtQ".utf8)
    let tensor =
      Array("h\0(".utf8) + storage + Array("K\0K\u{4}".utf8) + [0x85] + Array("K\u{1}".utf8)
      + [0x85, 0x89] + Array("h\u{2})RtR".utf8)
    var object = Array("}(".utf8)
    for index in 0..<count {
      // Stored for later use, as torch.save stores all that it writes.
      object += Self.text("layers.\(index).weight") + [UInt8(ascii: "r")] + Self.word(index + 3)
      object += tensor
    }
    object += Array("u.".utf8)
    let folder = try TemporaryFolder()
    let path = try folder.write(Self.legacy(object), to: "many.pth")
    let start = Self.threadSeconds()
    let file = try Checkpoint(path: path)
    let seconds = Self.threadSeconds() - start
    #expect(file.entries.count == count)
    #expect(try file.tensor("layers.7.weight").elements == [0, 0, 0, 0])
    return seconds
  }

  private static func threadSeconds() -> Double {
    var time = timespec()
    unsafe clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
  }

  /// Minutes before, when each tuple copied the whole stack: four times as many take four times as long, not
  /// sixteen times.
  @Test(.timeLimit(.minutes(Sanitizers.areOff ? 1 : 10)))
  func manyTensorsUnderOneMark() throws {
    // The least of some: other work on the machine takes time too.
    func least(_ count: Int) throws -> Double {
      try (0..<3).map { _ in try Self.seconds(count) }.min() ?? 0
    }
    let (few, many) = (try least(4000), try least(16_000))
    #expect(many < 7 * few, "\(few) s and \(many) s")
  }

  /// Tensors of 64 axes that take 27 bytes of the file each would take 40 times that in memory as
  /// lists. What is held of them is less; more than the file's size bounds is refused, by a bound that is small here.
  @Test func manyAxes() throws {
    var start = Array("(".utf8)
    for _ in 0..<64 { start += Array("K\u{1}".utf8) }
    start += Array("tq\u{3}0](".utf8)
    let tensor = Array("h\0(h\u{1}K\0h\u{3}h\u{3}".utf8) + [0x89] + Array("h\u{2})RtR".utf8)
    func read(_ count: Int) throws(PickleError) -> TorchContents {
      var object = Self.storage + start
      for _ in 0..<count { object += tensor }
      object += Array("e.".utf8)
      var machine = PickleMachine(ByteArray(elements: object), spare: 1 << 18)
      return try TorchContents(try machine.run(), of: machine)
    }
    let few = try read(500)
    #expect(few.entries.count == 500)
    #expect(few.entries["7"]?.shape == Shape([Int](repeating: 1, count: 64)))
    let error = #expect(throws: PickleError.self) { _ = try read(2000) }
    #expect([.tooLarge, .tooManyTensors].contains(error))
  }

  /// A log of a hundred thousand losses beside the weights takes nothing, but each has to be passed by.
  @Test func logsOfNumbersAreCheap() throws {
    var object = Self.storage + Array("}(".utf8) + Self.text("log") + Array("]".utf8)
    // A thousand at a time, as Python writes them.
    for index in 0..<100_000 {
      if index % 1000 == 0 { object += Array("(".utf8) }
      object += Array("G".utf8) + [UInt8](repeating: 63, count: 8)
      if index % 1000 == 999 { object += Array("e".utf8) }
    }
    object += Self.text("w") + Array("h\0(h\u{1}K\0K\u{4}".utf8) + [0x85]
    object += Array("K\u{1}".utf8) + [0x85, 0x89] + Array("h\u{2})RtRu.".utf8)
    var machine = PickleMachine(ByteArray(elements: object), spare: 4 << 20)
    let contents = try TorchContents(try machine.run(), of: machine)
    #expect(Array(contents.entries.keys) == ["w"] && contents.settings.metadata.isEmpty)
  }

  /// Means and deviations of pictures are numbers in a list too, of as many as there are colours.
  @Test func listsOfMeansAreKept() throws {
    var object = Self.storage + Array("}(".utf8) + Self.text("args") + Array("}(".utf8)
    object += Self.text("mean") + Array("](".utf8)
    for _ in 0..<3 { object += Array("G".utf8) + [0x3F, 0xE0, 0, 0, 0, 0, 0, 0] }
    object += Array("eu".utf8) + Self.text("w") + Array("h\0(h\u{1}K\0K\u{4}".utf8) + [0x85]
    object += Array("K\u{1}".utf8) + [0x85, 0x89] + Array("h\u{2})RtRu.".utf8)
    var machine = PickleMachine(ByteArray(elements: object), spare: 1 << 18)
    let contents = try TorchContents(try machine.run(), of: machine)
    #expect(
      contents.settings.metadata == [
        "args.mean.0": "0.5", "args.mean.1": "0.5", "args.mean.2": "0.5",
      ])
  }

  /// A sound file of more tensors than its size allows for is called that, and not damaged.
  @Test func soundFilesOfTooManyTensors() throws {
    // Names of 60,000 letters stand for many names, which would take this test long.
    var object = Array("}(".utf8) + Self.text(String(repeating: "a", count: 60_000))
    object += Array("}(".utf8)
    for index in 0..<1000 {
      object += Self.text("\(index)") + Array("h\0(h\u{1}K\0K\u{4}".utf8) + [0x85]
      object += Array("K\u{1}".utf8) + [0x85, 0x89] + Array("h\u{2})RtR".utf8)
    }
    object += Array("uu.".utf8)
    let folder = try TemporaryFolder()
    let path = try folder.write(Self.legacy(object), to: "many.pth")
    let error = #expect(throws: CheckpointError.self) { try Checkpoint(path: path) }
    let line = error?.explanation ?? ""
    #expect(line.contains("too many tensors or other objects for its size"), "\(line)")
    #expect(!line.contains("damaged") && !line.contains("\n"), "\(line)")
  }

  /// The keys on the way to a tensor make its name. Of two tensors of one name nothing tells which is meant; a key may
  /// be empty.
  @Test func namesThatComeTwiceAreRefused() throws {
    var tensor = Array("h\0(h\u{1}K\0K\u{4}".utf8) + [0x85]
    tensor += Array("K\u{1}".utf8) + [0x85, 0x89] + Array("h\u{2})RtR".utf8)
    let folder = try TemporaryFolder()
    func write(_ key: String, to name: String) throws -> String {
      var object = Array("}(".utf8) + Self.text(key) + tensor
      object += Self.text("a") + Array("}(".utf8) + Self.text("b") + tensor
      return try folder.write(Self.legacy(object + Array("uu.".utf8)), to: name)
    }
    let path = try write("a.b", to: "twice.pth")
    #expect(
      throws: CheckpointError.unsupported(path: path, reason: "two of its tensors are named a.b")
    ) { try Checkpoint(path: path) }
    #expect(try Checkpoint(path: write("", to: "empty.pth")).keys.sorted() == ["", "a.b"])
  }

  /// Before 1.6 PyTorch kept the source of a module's class beside its name. It is a class like any other:
  /// a whole network is refused by it, and beside weights it is left alone.
  @Test func modulesOfTheOldLayout() throws {
    var module = Array("(".utf8) + Self.text("module") + Array("cnets.zoo\nTinyNet\n".utf8)
    module += Self.text("zoo.py") + Self.text("class TinyNet(Module): pass")
    module += Array("tQ)".utf8)
    module += [0x81]
    module += Array("}b".utf8)
    let folder = try TemporaryFolder()
    let whole = try folder.write(Self.legacy(module + Array(".".utf8)), to: "whole.pth")
    let error = #expect(throws: CheckpointError.self) { try Checkpoint(path: whole) }
    let line = error?.explanation ?? ""
    #expect(line.contains("holds an object of nets.zoo.TinyNet"), "\(line)")
    #expect(line.contains("save its state_dict() instead"), "\(line)")

    var object = Array("}(".utf8) + Self.text("criterion") + module + Self.text("w")
    object += Array("h\0(h\u{1}K\0K\u{4}".utf8) + [0x85]
    object += Array("K\u{1}".utf8) + [0x85, 0x89] + Array("h\u{2})RtRu.".utf8)
    let beside = try folder.write(Self.legacy(object), to: "beside.pth")
    let file = try Checkpoint(path: beside)
    #expect(file.keys.sorted() == ["w"])
    #expect(try file.tensor("w").elements == [0, 0, 0, 0])
  }

  /// An answer that nobody waits for any more ends early.
  @Test func readingCanBeCancelled() throws {
    let folder = try TemporaryFolder()
    let path = try folder.write(Self.legacy(Array("}.".utf8)), to: "empty.pth")
    let cancellation = Cancellation()
    cancellation.cancel()
    #expect(throws: CancellationError.self) {
      try Checkpoint(path: path, cancellation: cancellation)
    }
  }
}
