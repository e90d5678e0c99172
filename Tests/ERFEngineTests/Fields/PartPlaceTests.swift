// What a run replaces, and what another one wrote meanwhile.

import TestSupport
import Testing

@testable import ERFEngine

@Suite struct PartPlaceTests {
  private let folder: TemporaryFolder
  private let path: String

  init() throws {
    folder = try TemporaryFolder()
    path = folder.file("t.csv")
  }

  private func run(_ share: String?, of points: Int = 2) -> SweepTable.Run {
    let key = [String](repeating: "x", count: SweepTable.keys.count)
    return SweepTable.Run(
      keys: [[String]](repeating: key, count: points), shard: share.flatMap { Shard($0) },
      command: "replk-tui sweep")
  }

  /// Writes what another run has between two writes of one.
  private func expectRefusal(
    _ other: SweepTable.Run, of share: String? = "1/2", found: String
  ) throws {
    let own = run(share)
    var place = PartPlace(path)
    try place.write(SweepTable(own), of: own)
    try place.write(SweepTable(own), of: own)
    #expect(place.isOwn)
    try AtomicFile.write(SweepTable(other).encoded, to: path)
    #expect(!place.isOwn)
    let left = try folder.read("t.csv")
    #expect(throws: RunPartError.taken(path: path, found: found)) {
      try place.write(SweepTable(own), of: own)
    }
    #expect(try folder.read("t.csv") == left)
    try folder.remove("t.csv")
  }

  @Test func tablesOfOtherRunsStay() throws {
    try expectRefusal(run("2/2"), found: "share 2/2")
    try expectRefusal(run("2/2"), of: nil, found: "share 2/2")
    try expectRefusal(run(nil), found: "the whole run")
    try expectRefusal(
      run("1/2", of: 3), found: "another sweep or something else")
  }

  /// Another run of the same share, or nothing any more, is in nobody's way.
  @Test func ownTablesAreReplaced() throws {
    let own = run("1/2")
    var place = PartPlace(path)
    try AtomicFile.write(SweepTable(own).encoded, to: path)
    try place.write(SweepTable(own), of: own)
    #expect(place.isOwn && !place.isFree)
    try folder.remove("t.csv")
    #expect(!place.isOwn && place.isFree)
    try place.write(SweepTable(own), of: own)
    #expect(try folder.read("t.csv") == SweepTable(own).encoded)
  }

  /// Two runs that begin at once: one of them is refused, however close their writes are.
  @Test func ofTwoAtOnceOneIsRefused() throws {
    for _ in 0..<20 {
      let runs = [run("1/2"), run("2/2")]
      let places = [PartPlace(path), PartPlace(path)]
      let failures = Workers(threads: 2).map(2) { index -> (any Error)? in
        var place = places[index]
        do {
          try place.write(SweepTable(runs[index]), of: runs[index])
          return nil
        } catch {
          return error
        }
      }
      #expect(failures.compactMap { $0.flatMap(\.self) }.count == 1)
      try folder.remove("t.csv")
    }
  }
}
