import TestSupport
import Testing

@testable import ERFEngine

/// Weights in the files of an index or of a folder.
@Suite struct ShardedCheckpointTests {
  private let folder: TemporaryFolder
  private let plain: Checkpoint

  init() throws {
    folder = try TemporaryFolder()
    plain = try Checkpoint(path: Fixtures.path("names/plain.pth"))
  }

  private func write(_ keys: [String], to name: String) throws {
    try SafetensorsWriter(
      tensors: try keys.map { ($0, try plain.tensor($0)) }, type: .float32, metadata: [:]
    ).write(to: folder.file(name))
  }

  /// An index that says of these that they are in one file.
  private func writeIndex(_ keys: [String], of file: String, to name: String) throws {
    let pairs = keys.map { "\"\($0)\": \"\(file)\"" }.joined(separator: ", ")
    _ = try folder.write(Array("{\"weight_map\": {\(pairs)}}".utf8), to: name)
  }

  private var hash: String? {
    get throws { try Network(NetworkSpec(file: plain.path)).weightsHash }
  }

  /// Without its last block a network would open as a shorter one.
  @Test func tensorsThatTheIndexDoesNotName() throws {
    let parts = "model-00001-of-00001.safetensors"
    try write(plain.keys, to: parts)
    let index = "model.safetensors.index.json"
    let named = plain.keys.filter { $0 != "layer4.0.bn1.bias" && $0 != "layer4.0.bn1.weight" }
    try writeIndex(named, of: parts, to: index)
    let error = CheckpointError.malformed(
      path: folder.file(index),
      reason: "its index does not name layer4.0.bn1.bias, layer4.0.bn1.weight, which "
        + "\(folder.file(parts)) holds: save the weights again, or take the index away and open "
        + "the folder")
    #expect(throws: error) { try Checkpoint(path: folder.file(index)) }
    try writeIndex(plain.keys, of: parts, to: index)
    #expect(try Network(NetworkSpec(file: folder.file(index))).weightsHash == hash)
  }

  /// The hub keeps weights twice; those of safetensors are taken, and the others named.
  @Test(arguments: [
    (["pytorch_model.bin"], "pytorch_model.bin too, which is"),
    (
      ["pytorch_model-00001-of-00001.bin", "pytorch_model.bin.index.json"],
      "pytorch_model-00001-of-00001.bin, pytorch_model.bin.index.json too, which are"
    ),
  ])
  func foldersOfTheHub(_ twins: [String], words: String) throws {
    for twin in twins { _ = try folder.write([0], to: twin) }
    try write(plain.keys, to: "model.safetensors")
    let network = try Network(NetworkSpec(file: folder.path))
    #expect(try network.weightsHash == hash)
    #expect(
      network.weightsChoice?.notes == [
        "the folder holds \(words) taken for the same weights and not read"
      ])
  }

  /// Other names are those of other weights.
  @Test func foldersOfSeveralCheckpoints() throws {
    for name in ["model.safetensors", "other.safetensors"] { try write(plain.keys, to: name) }
    let error = #expect(throws: CheckpointError.self) { try Checkpoint(path: folder.path) }
    #expect(
      try #require(error).explanation.contains(
        "several checkpoints (model.safetensors, other.safetensors): name one"))
  }
}
