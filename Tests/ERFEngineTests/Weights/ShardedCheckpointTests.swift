import Foundation
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

  /// Of a whole file and an index of others beside it the file is taken, as transformers does.
  @Test func wholeFilesBeforeIndices() throws {
    for (whole, part) in [
      ("model.safetensors", "model-00001-of-00001.safetensors"),
      ("pytorch_model.bin", "pytorch_model-00001-of-00001.bin"),
    ] {
      let folder = try TemporaryFolder()
      try SafetensorsWriter(
        tensors: try plain.keys.map { ($0, try plain.tensor($0)) }, type: .float32, metadata: [:]
      ).write(to: folder.file(whole))
      _ = try folder.write([0], to: part)
      let index = whole + ".index.json"
      _ = try folder.write(Array("{\"weight_map\": {\"a\": \"\(part)\"}}".utf8), to: index)
      let network = try Network(NetworkSpec(file: folder.path))
      #expect(try network.weightsHash == hash)
      let notes = try #require(network.weightsChoice).notes
      #expect(
        notes.count == 1 && notes[0].contains(part) && notes[0].contains(index), "\(notes)")
      #expect(Checkpoint.files(of: folder.path).contains(folder.file(whole)))
    }
  }

  /// A file that its own index names is a part of what the index tells of.
  @Test func wholeNamesOfParts() throws {
    let parts = halves(["model.safetensors", "more.safetensors"])
    for part in parts { try write(part.keys, to: part.name) }
    try writeIndex(parts, to: "model.safetensors.index.json")
    #expect(try Network(NetworkSpec(file: folder.path)).weightsHash == hash)
  }

  /// With a mark of its encoding, as editors on Windows save it, and names of files as shells give them.
  @Test(arguments: ["./", "././", ".//"])
  func indicesInOtherSpellings(_ folderItself: String) throws {
    let part = "model-00001-of-00001.safetensors"
    try write(plain.keys, to: part)
    let index = "model.safetensors.index.json"
    try writeIndex(plain.keys, of: folderItself + part, to: index)
    let text = try FileBytes.read(folder.file(index), limit: 1 << 20)
    _ = try folder.write([0xEF, 0xBB, 0xBF] + text, to: index)
    #expect(try Network(NetworkSpec(file: folder.file(index))).weightsHash == hash)
  }

  /// Other names are those of other weights.
  @Test func foldersOfSeveralCheckpoints() throws {
    for name in ["model.safetensors", "other.safetensors"] { try write(plain.keys, to: name) }
    let error = #expect(throws: CheckpointError.self) { try Checkpoint(path: folder.path) }
    #expect(
      try #require(error).explanation.contains(
        "several checkpoints (model.safetensors, other.safetensors): name one"))
  }

  /// What training goes on with beside weights is no other checkpoint, and neither are further networks of the
  /// same training, which are numbered, and the same weights in another format.
  @Test(arguments: [
    ("model.safetensors", ["optimizer.pt", "rng_state_0.pth", "scheduler.pt"], "not read"),
    ("pytorch_model.bin", ["optimizer.bin", "random_states_0.pkl"], "not read"),
    ("model.safetensors", ["model_1.safetensors"], "not read"),
    ("weights.safetensors", ["training_args.bin"], "not read"),
    (
      "open_clip_model.safetensors", ["open_clip_pytorch_model.bin"],
      "taken for the same weights and not read"
    ),
  ])
  func foldersOfTrainers(_ name: String, beside: [String], end: String) throws {
    for other in beside { _ = try folder.write([0], to: other) }
    try write(plain.keys, to: name)
    let network = try Network(NetworkSpec(file: folder.path))
    #expect(try network.weightsHash == hash)
    let verb = beside.count == 1 ? "is" : "are"
    #expect(
      network.weightsChoice?.notes == [
        "the folder holds \(beside.joined(separator: ", ")) too, which \(verb) \(end)"
      ])
  }

  /// An index of a variant, by its name and by the folder.
  @Test func indicesOfVariants() throws {
    let names = (1...2).map { "model.fp16-0000\($0)-of-00002.safetensors" }
    let parts = halves(names)
    for part in parts { try write(part.keys, to: part.name) }
    let index = "model.safetensors.index.fp16.json"
    try writeIndex(parts, to: index)
    for path in [folder.file(index), folder.path] {
      #expect(try Network(NetworkSpec(file: path)).weightsHash == hash)
    }
    #expect(
      try refusal(names[0]) == "open \(folder.file(index)), which stands for all of them")
  }

  /// Files that are numbered from zero, of few digits, or of another ending, with what training leaves.
  @Test(arguments: [
    ["model-00000-of-00002.safetensors", "model-00001-of-00002.safetensors"],
    ["m-1-of-2.pth", "m-2-of-2.pth"],
  ])
  func otherNumbers(_ names: [String]) throws {
    try write(Array(plain.keys.prefix(20)), to: names[0])
    _ = try folder.write([0], to: "optimizer.pt")
    #expect(
      try refusal(names[0])
        == "\(names[1]) is missing beside it: put all files of the checkpoint together, and open "
        + "\(folder.path)/")
    #expect(throws: CheckpointError.self) { try Network(NetworkSpec(file: folder.path)) }
    try write(Array(plain.keys.dropFirst(20)), to: names[1])
    for name in names {
      #expect(try refusal(name) == "open \(folder.path)/, which stands for all of them")
    }
    #expect(try Network(NetworkSpec(file: folder.path)).weightsHash == hash)
  }

  /// Whole networks that are numbered likewise are not put together.
  @Test func numberedCheckpoints() throws {
    for name in ["epoch-1-of-2.pth", "epoch-2-of-2.pth"] { try write(plain.keys, to: name) }
    let error = #expect(throws: CheckpointError.self) { try Checkpoint(path: folder.path) }
    #expect(
      try #require(error).explanation.hasSuffix(
        " is in several of its files, which are checkpoints of their own: name one"))
  }

  /// What PyTorch's processes write each for itself.
  @Test func foldersOfProcesses() throws {
    _ = try folder.write([0], to: "__0_0.distcp")
    _ = try folder.write([0], to: ".metadata")
    let error = #expect(throws: CheckpointError.self) { try Checkpoint(path: folder.path) }
    #expect(try #require(error).explanation.contains("dcp_to_torch \(folder.path) FILE"))
  }

  // MARK: One of the files alone

  /// What is said where the file is opened alone.
  private func refusal(_ name: String, headless: Bool = false) throws -> String {
    var spec = NetworkSpec(file: folder.file(name))
    spec.allowsMissingHead = headless
    let error = #expect(throws: CheckpointError.self) { try Network(spec) }
    let line = try #require(error).explanation
    let start = "\(folder.file(name)) is one of the 2 files of a checkpoint: "
    #expect(line.hasPrefix(start), "\(line)")
    return String(line.dropFirst(start.count))
  }

  /// The tensors in two files.
  private func halves(_ names: [String]) -> [(name: String, keys: [String])] {
    let half = plain.keys.count / 2
    return [(names[0], Array(plain.keys[..<half])), (names[1], Array(plain.keys[half...]))]
  }

  /// An index that says which of two files each tensor is in.
  private func writeIndex(_ parts: [(name: String, keys: [String])], to name: String) throws {
    let pairs = parts.flatMap { part in part.keys.map { "\"\($0)\": \"\(part.name)\"" } }
    let text = "{\"weight_map\": {\(pairs.joined(separator: ", "))}}"
    _ = try folder.write(Array(text.utf8), to: name)
  }

  /// It names the path that opens all of them: the folder, or the index where there is one.
  @Test func oneOfSeveralFiles() throws {
    let names = (1...2).map { "model-0000\($0)-of-00002.safetensors" }
    let parts = halves(names)
    for part in parts { try write(part.keys, to: part.name) }
    for name in names {
      #expect(try refusal(name) == "open \(folder.path)/, which stands for all of them")
    }
    #expect(try Network(NetworkSpec(file: folder.path + "/")).weightsHash == hash)
    let index = folder.file("model.safetensors.index.json")
    try writeIndex(parts, to: "model.safetensors.index.json")
    for name in names {
      #expect(try refusal(name) == "open \(index), which stands for all of them")
    }
    #expect(try Network(NetworkSpec(file: index)).weightsHash == hash)
    try FileManager.default.removeItem(atPath: folder.file(names[1]))
    #expect(
      try refusal(names[0])
        == "\(names[1]) is missing beside it: put all files of the checkpoint together, and open "
        + index)
  }

  /// Files of torch.save are put together by their folder too, and those of other endings by an index alone.
  @Test func oneOfSeveralFilesWithoutAnIndex() throws {
    let names = (1...2).map { "pytorch_model-0000\($0)-of-00002.bin" }
    try write(Array(plain.keys.prefix(20)), to: names[0])
    #expect(
      try refusal(names[0])
        == "\(names[1]) is missing beside it: put all files of the checkpoint together, and open "
        + "\(folder.path)/")
    try write(Array(plain.keys.dropFirst(20)), to: names[1])
    #expect(try refusal(names[0]) == "open \(folder.path)/, which stands for all of them")
    #expect(try Network(NetworkSpec(file: folder.path)).weightsHash == hash)
    let name = "model-00001-of-00002.ckpt"
    try write(Array(plain.keys.prefix(20)), to: name)
    #expect(
      try refusal(name)
        == "model-00002-of-00002.ckpt, model.ckpt.index.json are missing beside it: put all files of the "
        + "checkpoint together, and open " + folder.file("model.ckpt.index.json"))
  }

  /// An index that names files which are not there says so, and which.
  @Test func missingFilesOfAnIndex() throws {
    let names = (1...2).map { "model-0000\($0)-of-00002.safetensors" }
    try write(Array(plain.keys.prefix(20)), to: names[0])
    let index = "model.safetensors.index.json"
    try writeIndex(
      [
        (name: names[0], keys: Array(plain.keys.prefix(20))),
        (name: names[1], keys: Array(plain.keys.dropFirst(20))),
      ], to: index)
    let error = CheckpointError.unsupported(
      path: folder.file(index),
      reason: "\(names[1]) of the 2 files that it names is missing beside it: put all files of "
        + "the checkpoint together")
    for path in [folder.file(index), folder.path] {
      #expect(throws: error) { try Checkpoint(path: path) }
    }
  }

  /// The first stages are no network of their own, even where the classifier may be missing; a whole network
  /// is one whatever it is called.
  @Test func oneOfSeveralFilesThatLooksWhole() throws {
    let rest = plain.keys.filter { $0.hasPrefix("layer4.") || $0.hasPrefix("fc.") }
    let first = (name: "a.safetensors", keys: plain.keys.filter { !rest.contains($0) })
    let second = (name: "b.safetensors", keys: rest)
    for part in [first, second] { try write(part.keys, to: part.name) }
    try writeIndex([first, second], to: "all.safetensors.index.json")
    for headless in [false, true] {
      #expect(
        try refusal(first.name, headless: headless)
          == "open \(folder.file("all.safetensors.index.json")), which stands for all of them")
    }
    try write(plain.keys, to: "epoch-00003-of-00010.safetensors")
    let spec = NetworkSpec(file: folder.file("epoch-00003-of-00010.safetensors"))
    #expect(try Network(spec).weightsHash == hash)
  }

  /// A name alone tells as well as an index, of a file and of the folder that holds it alone.
  @Test(arguments: [["layer4.", "fc."], ["fc."]])
  func oneNumberedFileThatLooksWhole(_ others: [String]) throws {
    let names = (1...2).map { "model-0000\($0)-of-00002.safetensors" }
    try write(plain.keys.filter { !others.contains(where: $0.hasPrefix) }, to: names[0])
    #expect(
      try refusal(names[0], headless: true)
        == "\(names[1]) is missing beside it: put all files of the checkpoint together, and open "
        + "\(folder.path)/")
    for headless in [false, true] {
      var spec = NetworkSpec(file: folder.path)
      spec.allowsMissingHead = headless
      let error = #expect(throws: CheckpointError.self) { try Network(spec) }
      #expect(
        try #require(error).explanation
          == "\(folder.path) holds 1 of the 2 files of a checkpoint: \(names[1]) is missing in it: "
          + "put all files of the checkpoint together, and open \(folder.path)/")
    }
    try write(plain.keys, to: names[0])
    for path in [folder.path, folder.file(names[0])] {
      #expect(try Network(NetworkSpec(file: path)).weightsHash == hash)
    }
  }
}
