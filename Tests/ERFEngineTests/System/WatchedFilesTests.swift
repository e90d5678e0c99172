import Foundation
import TestSupport
import Testing

@testable import ERFEngine

/// A sweep went on with another network under the hash of the first when its file was replaced.
@Suite struct WatchedFilesTests {
  @Test(arguments: ["replaced", "changed", "gone", "new"])
  func whatChangedIsNamed(_ how: String) throws {
    let folder = try TemporaryFolder()
    for name in ["a", "b"] { _ = try folder.write([1, 2, 3], to: name) }
    let watched = WatchedFiles(["a", "b", "c"].map(folder.file))
    try watched.requireUnchanged()
    let files = FileManager.default
    switch how {
    case "replaced":
      let other = try folder.write([1, 2, 4], to: "other")
      try files.removeItem(atPath: folder.file("b"))
      try files.moveItem(atPath: other, toPath: folder.file("b"))
    case "changed": _ = try folder.write([1, 2], to: "b")
    case "gone": try files.removeItem(atPath: folder.file("b"))
    default: _ = try folder.write([1], to: "c")
    }
    let name = how == "new" ? "c" : "b"
    let path = folder.file(name)
    let change = how == "gone" ? FileError.gone(path: path) : FileError.changed(path: path)
    #expect(change.isChange && change.explanation.contains("is gone") == (how == "gone"))
    #expect(throws: change) { try watched.requireUnchanged() }
    // Each by itself, and what nobody watches.
    #expect(throws: change) { try watched.requireUnchanged(path) }
    for other in ["a", "nowhere"] { try watched.requireUnchanged(folder.file(other)) }
  }

  /// Names that look alike, of other bytes, are of two files.
  @Test func namesThatLookAlike() throws {
    let folder = try TemporaryFolder()
    let paths = ["\u{FC}", "u\u{308}"].map(folder.file)
    for (index, path) in paths.enumerated() {
      try AtomicFile.write([UInt8](repeating: 1, count: index + 1), to: path)
    }
    // Some file systems take both for one.
    guard try Folder.names(in: folder.path).count == 2 else { return }
    let watched = WatchedFiles(paths)
    try watched.requireUnchanged()
    let seen = SeenFiles()
    #expect(seen.changes(of: paths + paths) == [])
    try AtomicFile.write([2, 2, 2], to: paths[1])
    #expect(seen.changes(of: paths).map(PathKey.init) == [PathKey(paths[1])])
    try watched.requireUnchanged(paths[0])
    #expect(throws: FileError.self) { try watched.requireUnchanged(paths[1]) }
    #expect(throws: FileError.self) { try watched.requireUnchanged() }
  }

  /// Reading changes what a pipe is.
  @Test func pipesAreNotWatched() throws {
    let folder = try TemporaryFolder()
    let pipe = folder.file("pipe")
    #expect(unsafe mkfifo(pipe, 0o600) == 0)
    let watched = WatchedFiles([pipe])
    try FileManager.default.removeItem(atPath: pipe)
    try watched.requireUnchanged()
  }
}
