// Files that grow line by line: two who add to one are told of each other.

import TestSupport
import Testing

@testable import ERFEngine

@Suite struct AppendedFileTests {
  @Test func linesOfOthersAreNoticed() throws {
    let folder = try TemporaryFolder()
    let path = try folder.write(Array("a\n".utf8), to: "lines.csv")
    var one = AppendedFile(path: path, identity: FileIdentity(of: path), count: 2)
    var two = one
    try one.append("b\n")
    try one.append("c\n")
    let error = #expect(throws: FileError.self) { try two.append("b\n") }
    #expect(error?.explanation.contains("another run writes it") == true)
    try one.append("d\n")
    #expect(try folder.read("lines.csv") == Array("a\nb\nc\nd\n".utf8))
    // Replaced meanwhile.
    _ = try folder.write(Array("a\n".utf8), to: "lines.csv")
    #expect(throws: FileError.self) { try one.append("e\n") }
    // A device has no length.
    var device = AppendedFile(path: "/dev/null", identity: nil, count: 9)
    try device.append("a\n")
  }

  /// Another file of the same length is another one.
  @Test func replacedFilesAreNoticed() throws {
    let folder = try TemporaryFolder()
    let path = try folder.write(Array("a\n".utf8), to: "lines.csv")
    var file = AppendedFile(path: path, identity: FileIdentity(of: path), count: 2)
    try AtomicFile.write(Array("b\n".utf8), to: path)
    let error = #expect(throws: FileError.self) { try file.append("c\n") }
    #expect(error?.explanation.contains("another run writes it") == true)
    #expect(try folder.read("lines.csv") == Array("b\n".utf8))
  }

  /// While one adds, another is refused rather than kept waiting.
  @Test func heldFilesAreNoticed() throws {
    let folder = try TemporaryFolder()
    let path = try folder.write([], to: "lines.csv")
    var file = AppendedFile(path: path, identity: FileIdentity(of: path), count: 0)
    var lock = FileLock(path: path)
    #expect(lock != nil)
    #expect(throws: FileError.self) { try file.append("a\n") }
    lock = nil
    try file.append("a\n")
    #expect(try folder.read("lines.csv") == Array("a\n".utf8))
    _ = lock
  }
}
