import Foundation
import TestSupport
import Testing

@testable import ERFEngine

/// Small files of `make_checkpoints.py`: element i of each tensor is i / 2 - 1.
@Suite struct TorchCheckpointTests {
  private static let shapes: [String: Shape] = [
    "plain": [2, 3], "half": [5], "brain": [5], "double": [5], "whole": [6], "transposed": [3, 2],
    "window": [4], "parameter": [2, 2],
  ]

  private static func path(_ name: String) -> String { Fixtures.path("checkpoints/\(name)") }

  @Test(arguments: [
    ("zip.pth", "PyTorch zip", ""), ("legacy.pth", "PyTorch legacy", ""),
    ("protocol4.pth", "PyTorch zip", ""), ("deflated.pth", "PyTorch zip", ""),
    ("wrapped.pth", "PyTorch zip", "model.module."),
  ]) func readsEveryTensor(_ file: (name: String, format: String, prefix: String)) throws {
    let checkpoint = try Checkpoint(path: Self.path(file.name))
    #expect(checkpoint.format == file.format)
    for (key, shape) in Self.shapes {
      let tensor = try checkpoint.tensor(file.prefix + key)
      #expect(tensor.shape == shape && checkpoint.entries[file.prefix + key]?.shape == shape)
      let expected = (0..<shape.count).map { index in
        let value = Float(index) / 2 - 1
        return key == "whole" ? value.rounded(.towardZero) : value
      }
      #expect(tensor.elements == expected, "\(key)")
    }
  }

  /// Pickles of text are sound, and nothing that could be read.
  @Test func picklesOfText() throws {
    func read(_ pickle: [UInt8]) throws {
      var machine = PickleMachine(ByteArray(elements: pickle))
      _ = try machine.run()
    }
    #expect(throws: PickleError.protocolZero) { try read(Array("(dp0\nVa\np1\nI1\ns.".utf8)) }
    #expect(throws: PickleError.malformed("operation 0x56 is unknown")) {
      try read([0x80, 2] + Array("Va\n.".utf8))
    }
    let folder = try TemporaryFolder()
    let path = try folder.write(
      Array("L119547037146038801333356L\n.I1001\n.".utf8), to: "model.pth")
    let error = #expect(throws: CheckpointError.self) { try Checkpoint(path: path) }
    #expect(
      try #require(error).explanation
        == "\(path) cannot be opened: it was saved with pickle protocol 0 or 1: save it with protocol 2"
    )
  }

  /// What lies in the place of a checkpoint where something went wrong before.
  @Test(arguments: [
    (
      "version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 3\n",
      "a pointer of Git LFS, which stands for the file: fetch that with `git lfs pull`"
    ),
    ("\n<!DOCTYPE html>\n<html>", "a web page: download the file itself"),
    ("BZh91AY&SY.....", "packed with bzip2: unpack it with `bunzip2 < FILE > NEW`"),
  ])
  func otherFiles(_ text: String, words: String) throws {
    let folder = try TemporaryFolder()
    let path = try folder.write(Array(text.utf8), to: "model.pth")
    let error = #expect(throws: CheckpointError.self) { try Checkpoint(path: path) }
    #expect(try #require(error).explanation == "\(path) cannot be opened: it is \(words)")
  }

  /// `pickle.dump({"conv1.weight": torch.zeros(1)}, file)`: sound, but the numbers lie in what code reads.
  @Test func picklesOfTensorsAreNamedAsSuch() throws {
    let text = """
      gAJ9cQBYDAAAAGNvbnYxLndlaWdodHEBY3RvcmNoLl91dGlscwpfcmVidWlsZF90ZW5zb3JfdjIKcQIo
      Y3RvcmNoLnN0b3JhZ2UKX2xvYWRfZnJvbV9ieXRlcwpxA2NfY29kZWNzCmVuY29kZQpxBFgMAQAAwoAC
      wooKbMO8wpxGw7kgasKoUBkuwoACTcOpAy7CgAJ9cQAoWBAAAABwcm90b2NvbF92ZXJzaW9ucQFNw6kD
      WA0AAABsaXR0bGVfZW5kaWFucQLCiFgKAAAAdHlwZV9zaXplc3EDfXEEKFgFAAAAc2hvcnRxBUsCWAMA
      AABpbnRxBksEWAQAAABsb25ncQdLBHV1LsKAAihYBwAAAHN0b3JhZ2VxAGN0b3JjaApGbG9hdFN0b3Jh
      Z2UKcQFYDgAAADk0Mjg0NzcxNjUxNzQ0cQJYAwAAAGNwdXEDSwFOdHEEUS7CgAJdcQBYDgAAADk0Mjg0
      NzcxNjUxNzQ0cQFhLgEAAAAAAAAAAAAAAHEFWAYAAABsYXRpbjFxBoZxB1JxCIVxCVJxCksASwGFcQtL
      AYVxDIljY29sbGVjdGlvbnMKT3JkZXJlZERpY3QKcQ0pUnEOdHEPUnEQcy4=
      """
    let folder = try TemporaryFolder()
    let bytes = try #require(Data(base64Encoded: text, options: .ignoreUnknownCharacters))
    let path = try folder.write(Array(bytes), to: "weights.pkl")
    let error = #expect(throws: CheckpointError.self) { try Checkpoint(path: path) }
    #expect(error?.explanation.contains("not one written by torch.save") == true)
  }

  @Test(arguments: ["integers.pth", "integers-legacy.pth", "integers.safetensors"])
  func readsEveryInteger(_ name: String) throws {
    let checkpoint = try Checkpoint(path: Self.path(name))
    let edges: [String: [Float]] = [
      "int8": [-128, 0, 7, 127], "int16": [-32768, 0, 7, 32767],
      "int32": [-0x1p31, 0, 7, 0x1p31], "int64": [-0x1p63, 0, 7, 0x1p63],
      "uint8": [0, 0, 7, 255], "uint16": [0, 0, 7, 65535], "uint32": [0, 0, 7, 0x1p32],
      "uint64": [0, 0, 7, 0x1p64], "bool": [0, 1],
    ]
    for (key, values) in edges {
      #expect(try checkpoint.tensor(key).elements == values, "\(key)")
    }
    for (key, type) in [("complex", "C64"), ("float8", "F8_E4M3")] {
      #expect(
        throws: CheckpointError.wrongType(path: Self.path(name), key: key, found: type)
      ) { try checkpoint.tensor(key) }
    }
  }

  /// Views of one storage, in the order of their own indices.
  @Test(arguments: ["shared.pth", "shared-legacy.pth"])
  func readsSharedStorages(_ name: String) throws {
    let checkpoint = try Checkpoint(path: Self.path(name))
    func values(
      _ key: String, _ shape: Shape, _ places: [Int],
      sourceLocation: SourceLocation = #_sourceLocation
    ) throws {
      let tensor = try checkpoint.tensor(key)
      #expect(tensor.shape == shape, "\(key)", sourceLocation: sourceLocation)
      #expect(
        tensor.elements == places.map { Float($0) / 2 - 1 }, "\(key)",
        sourceLocation: sourceLocation)
    }
    try values("whole", [24], Array(0..<24))
    try values("tied", [24], Array(0..<24))
    try values("repeated", [2, 5], [Int](repeating: 3, count: 10))
    try values("column", [4], [2, 8, 14, 20])
    try values("corner", [2, 2], [10, 11, 16, 17])
    try values(
      "axes", [4, 2, 3], (0..<4).flatMap { i in (0..<6).map { 12 * ($0 / 3) + 4 * ($0 % 3) + i } })
    try values("every_second", [12], Array(stride(from: 1, to: 24, by: 2)))
    try values("empty", [0, 3], [])
    try values("number", [], [5])
  }

  @Test func tellsWhatElseTheFileSays() throws {
    let checkpoint = try Checkpoint(path: Self.path("wrapped.pth"))
    #expect(checkpoint.metadata["epoch"] == "119")
    #expect(checkpoint.entries["model.module.whole"]?.type == "I64")
    #expect(checkpoint.entries["model.module.brain"]?.type == "BF16")
  }

  @Test func prefersTrainedToAveragedWeights() throws {
    let checkpoint = try Checkpoint(path: Self.path("wrapped.pth"))
    let parameters = try CheckpointParameters(file: checkpoint, model: "test", landmarks: ["plain"])
    #expect(
      parameters.choice == WeightsChoice(chosen: "model.module", others: ["model_ema.module"]))
    #expect(parameters.weights.shapes == Self.shapes)
  }

  @Test(arguments: ["runs-a-command.pth", "runs-a-command-legacy.pth", "runs-a-command.pkl"])
  func commandsAreRefusedByName(_ name: String) {
    let path = Self.path(name)
    #expect(throws: CheckpointError.asksToRunCode(path: path, name: "posix.system")) {
      try Checkpoint(path: path)
    }
  }

  /// A pickle that is too long is called that, and nothing is guessed of why it is.
  @Test func longPicklesAreNamedAsSuch() throws {
    let path = Self.path("zip.pth")
    let file = try MappedFile(mapping: path)
    _ = try TorchCheckpoint(zip: file, path: path)
    let error = #expect(throws: CheckpointError.self) {
      try TorchCheckpoint(zip: file, path: path, maxPickle: 100)
    }
    let line = error?.explanation ?? ""
    #expect(line.contains("its data.pkl has ") && line.contains("at most 100 are read"), "\(line)")
    #expect(line.contains("save the weights alone, as tensors"), "\(line)")
    #expect(!line.contains("damaged") && !line.contains("NumPy"), "\(line)")
  }

  @Test func otherPicklesAreRefused() {
    let error = #expect(throws: CheckpointError.self) {
      try Checkpoint(path: Self.path("no-checkpoint.pkl"))
    }
    #expect(error?.explanation.contains("not one written by torch.save") == true)
  }
}
