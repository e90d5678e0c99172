// Every reader of files on damaged ones: an error or an answer, never a trap, a hang or a wrong read.
//
// The same rounds in every run of the tests; `make fuzz` goes on for ten minutes with each.

import TestSupport
import Testing

@testable import ERFEngine

@Suite struct ReaderFuzzTests {
  /// Generous, for sanitizers on a busy machine: what hangs takes for ever.
  private func check(_ outcome: Fuzzing.Outcome) {
    #expect(outcome.accepted > 0 && outcome.accepted < outcome.rounds)
    #expect(outcome.slowest < .seconds(30))
  }

  private static func corpus(_ folder: String, _ endings: [String]) throws -> [[UInt8]] {
    try Fixtures.files(in: folder).filter { name in endings.contains { name.hasSuffix($0) } }
      .map { try Fixtures.bytes("\(folder)/\($0)") }
  }

  // MARK: Checkpoints

  /// Whether the file at `path` can still be opened; if so, all that opening leads to is done.
  private static func open(_ path: String) -> Bool {
    guard let file = try? CheckpointInspection(path: path) else { return false }
    for name in file.names.prefix(16) { _ = try? file.tensor(name) }
    _ = try? Network(NetworkSpec(file: path))
    return true
  }

  private func checkpoints(_ name: String, _ corpus: [[UInt8]], rounds: Int) throws {
    let folder = try TemporaryFolder()
    check(
      Fuzzing.run(name, corpus: corpus, rounds: rounds) { bytes in
        guard let path = try? folder.write(bytes, to: "damaged.pth") else { return false }
        return Self.open(path)
      })
  }

  @Test func zip() throws {
    let corpus = try Self.corpus("checkpoints", [".pth"]) + Self.corpus("wild", [".pth"])
    try checkpoints("zip", corpus, rounds: 120)
  }

  @Test func safetensors() throws {
    let corpus =
      try Self.corpus("checkpoints", [".safetensors"])
      + [Fixtures.bytes("resnet-tiny.safetensors"), Fixtures.bytes("replknet-tiny.safetensors")]
    try checkpoints("safetensors", corpus, rounds: 120)
  }

  /// The machine alone, on pickles of every protocol.
  @Test func pickle() throws {
    var corpus = try Self.corpus("checkpoints", ["legacy.pth", ".pkl"])
    for name in ["wild/companions.pth", "wild/companions-4.pth", "wild/sparse.pth"] {
      let file = try MappedFile(path: Fixtures.path(name))
      let archive = try ZipArchive(file, path: name)
      let found = archive.entries.first { $0.key.hasSuffix("data.pkl") }
      let (_, entry) = try #require(found)
      corpus.append(try #require(archive.bytes(entry, 0..<entry.size)))
    }
    check(
      Fuzzing.run("pickle", corpus: corpus, rounds: 3000) { bytes in
        var machine = PickleMachine(ByteArray(elements: bytes))
        guard let value = try? machine.run() else { return false }
        return (try? TorchContents(value, of: machine)) != nil
      })
  }

  @Test func index() throws {
    let folder = try TemporaryFolder()
    let shards = "names/shards"
    for name in Fixtures.files(in: shards) where name.hasSuffix(".safetensors") {
      _ = try folder.write(Fixtures.bytes("\(shards)/\(name)"), to: name)
    }
    let index = try Fixtures.bytes("\(shards)/model.safetensors.index.json")
    check(
      Fuzzing.run("index", corpus: [index], rounds: 200) { bytes in
        guard let path = try? folder.write(bytes, to: "m.safetensors.index.json") else {
          return false
        }
        return (try? Checkpoint(path: path)) != nil
      })
  }

  // MARK: Arrays, tables, pictures

  @Test func npy() throws {
    let corpus = try Self.corpus("arrays", [".npy"])
    check(
      Fuzzing.run("npy", corpus: corpus, rounds: 3000) {
        (try? NPY(decoding: $0, path: "a")) != nil
      })
  }

  @Test func npz() throws {
    let corpus = try Self.corpus("arrays", [".npz"])
    let folder = try TemporaryFolder()
    check(
      Fuzzing.run("npz", corpus: corpus, rounds: 400) { bytes in
        guard let path = try? folder.write(bytes, to: "a.npz") else { return false }
        return (try? NPY.load(path: path)) != nil
      })
  }

  @Test func csv() throws {
    let table = CSV.encode((0..<64).map { Double($0) / 7 }, height: 8, width: 8)
    let decisions =
      DecisionFile.header + "a,1,1,NaN,cat,cat,0,0001_x_cat1-dog2.png\n\"b\",1,2,NaN,na,dog,0,"
      + "dog1-cat2.png\n"
    let wide = decisions.utf16.flatMap { [UInt8(truncatingIfNeeded: $0), UInt8($0 >> 8)] }
    check(
      Fuzzing.run("csv", corpus: [table, Array(decisions.utf8), wide], rounds: 3000) { bytes in
        let decisions = try? DecisionFile.decode(bytes, path: "a")
        let table = try? CSV.decode(bytes, path: "a")
        if let decisions { _ = ShapeBias.bySubject(decisions) }
        return decisions != nil || table != nil
      })
  }

  @Test(arguments: [
    ("png", [".png"]), ("jpeg", [".jpg"]), ("pnm", [".ppm", ".pgm"]), ("webp", [".webp"]),
    ("gif", [".gif"]), ("tiff", [".tif", ".tiff"]), ("bmp", [".bmp"]),
  ])
  func pictures(_ name: String, endings: [String]) throws {
    let corpus = try Self.corpus("images", endings)
    check(
      Fuzzing.run(name, corpus: corpus, rounds: 1500) { bytes in
        (try? Image.decode(bytes, path: "a")) != nil
      })
  }
}
