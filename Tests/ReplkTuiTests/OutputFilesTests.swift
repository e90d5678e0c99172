import TestSupport
import Testing

@testable import ERFEngine
@testable import replk_tui

/// What finding out what a command reads costs, and what it replaces at its end.
@Suite struct OutputFilesTests {
  /// Where nothing lies in the way, no index is read to find out what a network comes from.
  @Test(arguments: [["."], ["resnet-18", "--weights", "."]])
  func indicesAreNotReadForNewFiles(_ words: [String]) throws {
    let folder = try TemporaryFolder()
    _ = try folder.write([1], to: "old.pgm")
    let shards = Fixtures.path("names/shards")
    let words = words.map { $0 == "." ? shards : $0 }
    let arguments = try Arguments(words, options: Options.network, command: "erf")
    func reads(_ name: String) throws -> Int {
      let count = WorkCount()
      try WorkCount.$current.withValue(count) {
        try OutputFiles([folder.file(name)], arguments, models: [words[0]]).requireNoInputs()
      }
      return count[.index]
    }
    #expect(try reads("new.pgm") == 0)
    #expect(try reads("old.pgm") == 1)
  }

  /// What was not there when the command began is not replaced; what was there was asked about.
  @Test func filesThatAppearedStay() throws {
    let folder = try TemporaryFolder()
    let (new, old) = (folder.file("new.npy"), folder.file("old.npy"))
    _ = try folder.write([1], to: "old.npy")
    func outputs(_ words: [String]) throws -> OutputFiles {
      let arguments = try Arguments(words, options: Options.force, command: "erf")
      return OutputFiles([new, old], arguments, models: [])
    }
    let (files, forced) = (try outputs([]), try outputs(["--force"]))
    _ = try folder.write([2], to: "new.npy")
    #expect(throws: FileError.appeared(path: new)) { try files.write([3], to: new) }
    #expect(try folder.read("new.npy") == [2])
    // The same bytes are nobody's loss.
    try files.write([2], to: new)
    try files.write([3], to: old)
    #expect(try folder.read("old.npy") == [3])
    // What it wrote itself is its own, as long as nobody else wrote there.
    try files.write([3, 3], to: old)
    #expect(files.versions.isOwn(old))
    _ = try folder.write([5], to: "old.npy")
    #expect(!files.versions.isOwn(old))
    #expect(throws: FileError.replaced(path: old)) { try files.write([3], to: old) }
    #expect(try folder.read("old.npy") == [5])
    try forced.write([4], to: new)
    #expect(try folder.read("new.npy") == [4])
    #expect(folder.names == ["new.npy", "old.npy"])
    try folder.remove("new.npy")
    #expect(!forced.versions.isOwn(new))
  }

  /// Several files are put in place as one: none where one cannot be made, or is not the command's to replace.
  @Test func severalFilesAreAllOrNone() throws {
    let folder = try TemporaryFolder()
    let (one, two) = (folder.file("one.npy"), folder.file("two.npy"))
    let arguments = try Arguments([], options: Options.force, command: "erf")
    let files = OutputFiles([one, two], arguments, models: [])
    #expect(throws: CancellationError.self) {
      try files.write([one, two]) { path in
        guard path == one else { throw CancellationError() }
        return [1]
      }
    }
    #expect(folder.names == [])
    _ = try folder.write([2], to: "two.npy")
    #expect(throws: FileError.appeared(path: two)) { try files.write([one, two]) { _ in [1] } }
    #expect(folder.names == ["two.npy"])
    try files.write([one, two]) { $0 == two ? [2] : [1] }
    #expect(try folder.read("one.npy") == [1] && folder.names == ["one.npy", "two.npy"])
  }
}
