import TestSupport
import Testing

@testable import ERFEngine
@testable import replk_tui

/// What finding out what a command reads costs.
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
}
