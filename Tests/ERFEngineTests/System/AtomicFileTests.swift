// Replacing files: old or new, whole, and nothing left behind.

import ERFEngine
import Foundation
import TestSupport
import Testing

@Suite struct AtomicFileTests {
  @Test func writesAndReplaces() throws {
    let folder = try TemporaryFolder()
    try AtomicFile.write([1, 2, 3], to: folder.file("a"))
    #expect(try folder.read("a") == [1, 2, 3])
    try AtomicFile.write([9], to: folder.file("a"))
    #expect(try folder.read("a") == [9])
    #expect(folder.names == ["a"])
  }

  /// What processes that are gone have left behind; what others write stays, and files of the user's.
  @Test func sweepsWhatTheDeadLeft() throws {
    let folder = try TemporaryFolder()
    let kept = [
      ".erf-\(ProcessInfo.processInfo.processIdentifier)-0-1.tmp", ".erf-1-0-1.tmp", ".erf-x-0.tmp",
      "erf-999999999-0-1.tmp", ".erf-999999999-0-1.txt",
    ]
    for name in kept + [".erf-999999999-0-1.tmp"] { _ = try folder.write([1], to: name) }
    AtomicFile.removeLeftovers(in: folder.path)
    #expect(Set(folder.names) == Set(kept))
    try AtomicFile.write([2], to: folder.file("state"), isSynced: false)
    #expect(try folder.read("state") == [2] && folder.names.count == kept.count + 1)
  }

  /// Where results go, only what is a day old: other machines may see the folder, too.
  @Test func sweepsOldLeftoversBesideResults() throws {
    let folder = try TemporaryFolder()
    let dead = ".erf-999999999-0"
    let living = ".erf-\(ProcessInfo.processInfo.processIdentifier)-0"
    let files = [(dead + "-1.tmp", 30.0), (dead + "-2.tmp", 20.0), (living + "-1.tmp", 30.0)]
    for (name, hours) in files {
      try FileManager.default.setAttributes(
        [.modificationDate: Date(timeIntervalSinceNow: -3600 * hours)],
        ofItemAtPath: folder.write([1], to: name))
    }
    try AtomicFile.requireWritable(folder.file("map.npy"))
    #expect(Set(folder.names) == ["\(dead)-2.tmp", "\(living)-1.tmp"])
  }

  @Test func keepsPermissionsAndLinks() throws {
    let folder = try TemporaryFolder()
    let files = FileManager.default
    try AtomicFile.write([1], to: folder.file("a"))
    try files.setAttributes([.posixPermissions: 0o640], ofItemAtPath: folder.file("a"))
    try files.createSymbolicLink(
      atPath: folder.file("link"), withDestinationPath: folder.file("a"))
    try AtomicFile.write([2], to: folder.file("link"))
    #expect(try folder.read("a") == [2])
    #expect(try files.destinationOfSymbolicLink(atPath: folder.file("link")) == folder.file("a"))
    let mode = try files.attributesOfItem(atPath: folder.file("a"))[.posixPermissions]
    #expect(mode.map { "\($0)" } == "\(0o640)")
  }

  /// A link to what is not there yet, through another, relative to their folder.
  @Test func writesThroughLinksToNothing() throws {
    let folder = try TemporaryFolder()
    let files = FileManager.default
    try Folder.make(folder.file("inner"))
    try files.createSymbolicLink(
      atPath: folder.file("link"), withDestinationPath: "inner/second")
    try files.createSymbolicLink(
      atPath: folder.file("inner/second"), withDestinationPath: "target")
    try AtomicFile.requireWritable(folder.file("link"))
    try AtomicFile.write([7], to: folder.file("link"))
    #expect(try folder.read("inner/target") == [7])
    #expect(try files.destinationOfSymbolicLink(atPath: folder.file("link")) == "inner/second")
    try files.createSymbolicLink(atPath: folder.file("lost"), withDestinationPath: "none/target")
    #expect(throws: FileError.self) { try AtomicFile.write([7], to: folder.file("lost")) }
    try files.createSymbolicLink(atPath: folder.file("loop"), withDestinationPath: "loop")
    #expect(throws: FileError.self) { try AtomicFile.write([7], to: folder.file("loop")) }
    #expect(folder.names == ["inner", "link", "loop", "lost"])
  }

  /// What is open, however it is called, pipes and devices; files and links to them are none.
  @Test func knowsStreams() throws {
    let folder = try TemporaryFolder()
    let links = [("out", "/dev/stdout"), ("again", "out"), ("file", "a"), ("loop", "loop")]
    for (name, target) in links {
      try FileManager.default.createSymbolicLink(
        atPath: folder.file(name), withDestinationPath: target)
    }
    var streams = ["/dev/stdout", "/dev/fd/1", "/dev/null"] + ["out", "again"].map(folder.file)
    #if os(Linux)
      streams.append("/proc/self/fd/1")
    #endif
    for path in streams { #expect(AtomicFile.isStream(path), "\(path)") }
    // Other folders below /dev may have any name.
    for path in ["a", "/dev/shm/fd/a"] + ["a", "file", "loop"].map(folder.file) {
      #expect(!AtomicFile.isStream(path), "\(path)")
    }
  }

  /// A link that leads elsewhere by the time that a file is finished, or has come only then, is not replaced, nor is
  /// what it led to.
  @Test func turnedLinksAreLeft() throws {
    let folder = try TemporaryFolder()
    let (link, new) = (folder.file("link"), folder.file("new"))
    func turn(_ path: String, to target: String) throws {
      try? FileManager.default.removeItem(atPath: path)
      try FileManager.default.createSymbolicLink(atPath: path, withDestinationPath: target)
    }
    try turn(link, to: "a")
    _ = try folder.write([1], to: "a")
    let staged = StagedFiles(among: OutputVersions([link, new]))
    try staged.add([2], for: link)
    try turn(link, to: "b")
    _ = try folder.write([3], to: "a")
    #expect(throws: FileError.replaced(path: link)) { try staged.place() }
    #expect(try folder.read("a") == [3])
    let late = StagedFiles(among: OutputVersions([new]))
    try late.add([2], for: new)
    try turn(new, to: "nowhere")
    #expect(throws: FileError.replaced(path: new)) { try late.place() }
    #expect(try FileManager.default.destinationOfSymbolicLink(atPath: new) == "nowhere")
  }

  /// Where one place has become a folder, nothing is put in the others.
  @Test func foldersMeanwhileLeaveAll() throws {
    let folder = try TemporaryFolder()
    let paths = ["a", "b"].map(folder.file)
    let staged = StagedFiles(among: OutputVersions(paths, isForced: true))
    for path in paths { try staged.add([1], for: path) }
    try folder.makeFolder("b")
    #expect(throws: FileError.isFolder(path: paths[1])) { try staged.place() }
    #expect(!folder.names.contains("a"))
  }

  /// What is open is written to where it stands: it is neither replaced nor written over.
  @Test func streamsGoOn() throws {
    let folder = try TemporaryFolder()
    let place = URL(fileURLWithPath: try folder.write([], to: "a"))
    let (writing, reading) = (
      try FileHandle(forWritingTo: place), try FileHandle(forReadingFrom: place)
    )
    let path = "/dev/fd/\(writing.fileDescriptor)"
    try FileManager.default.createSymbolicLink(
      atPath: folder.file("link"), withDestinationPath: path)
    try writing.write(contentsOf: Data([1]))
    for path in [path, folder.file("link")] {
      #expect(!FileIdentity.isReplaceable(path))
      try AtomicFile.requireWritable(path)
      try AtomicFile.write([2], to: path, among: OutputVersions([path]))
    }
    try writing.write(contentsOf: Data([3]))
    #expect(try folder.read("a") == [1, 2, 2, 3] && folder.names == ["a", "link"])
    let closed = "/dev/fd/\(reading.fileDescriptor)"
    #expect(throws: FileError.unwritable(path: closed, reason: "Bad file descriptor")) {
      try AtomicFile.requireWritable(closed)
    }
  }

  /// Files of these names and contents.
  private func files(
    _ files: KeyValuePairs<String, [UInt8]>
  ) -> [(name: String, bytes: () throws -> [UInt8])] {
    files.map { file in (name: file.key, bytes: { file.value }) }
  }

  /// Several files are written all or none, and a folder is not left behind empty.
  @Test func severalFilesAreAllOrNone() throws {
    let folder = try TemporaryFolder()
    let out = folder.file("new/out")
    try Folder.write(files(["a": [1], "b": [2]]), to: out)
    #expect(try folder.read("new/out/a") == [1] && folder.read("new/out/b") == [2])
    let long = String(repeating: "x", count: 300)
    #expect(throws: FileError.self) {
      try Folder.write(files(["a": [9], long: [9]]), to: out)
    }
    #expect(try folder.read("new/out/a") == [1])
    #expect(try FileManager.default.contentsOfDirectory(atPath: out).sorted() == ["a", "b"])
    #expect(throws: FileError.self) {
      try Folder.write(files(["a": [9], long: [9]]), to: folder.file("other/out"))
    }
    #expect(folder.names == ["new"])
    // What appeared at the place of one keeps all away, and so does what was replaced there.
    let outputs = ["gone", out].map { folder in
      OutputVersions(["c", "b"].map { "\(folder)/\($0)" })
    }
    #expect(throws: FileError.appeared(path: out + "/b")) {
      try Folder.write(files(["c": [3], "b": [9]]), to: out, among: outputs[0])
    }
    _ = try folder.write([7, 7], to: "new/out/b")
    #expect(throws: FileError.replaced(path: out + "/b")) {
      try Folder.write(files(["c": [3], "b": [9]]), to: out, among: outputs[1])
    }
    #expect(try FileManager.default.contentsOfDirectory(atPath: out).sorted() == ["a", "b"])
    // Unless it has less of the same.
    try Folder.write(files(["c": [3], "b": [9]]), to: out, among: outputs[1]) { $0 == out + "/b" }
    #expect(try folder.read("new/out/b") == [9] && folder.read("new/out/c") == [3])
  }

  /// Nor are folders within it, where the contents of one file cannot be made.
  @Test func foldersOfSeveralFilesAreAllOrNone() throws {
    let folder = try TemporaryFolder()
    let out = folder.file("out")
    let two = files(["x/a": [1], "y/b": [2]])
    #expect(throws: CancellationError.self) {
      try Folder.write(
        two + [(name: "z/c", bytes: { throw CancellationError() })], to: out + "/")
    }
    #expect(folder.names == [])
    try Folder.write(two, to: out)
    #expect(try folder.read("out/x/a") == [1] && folder.read("out/y/b") == [2])
  }

  @Test func saysWhy() throws {
    let folder = try TemporaryFolder()
    #expect(throws: FileError.isFolder(path: folder.path)) {
      try AtomicFile.write([1], to: folder.path)
    }
    #expect(
      throws: FileError.missingFolder(path: folder.file("no/a"), folder: folder.file("no"))
    ) { try AtomicFile.write([1], to: folder.file("no/a")) }
    #expect(throws: FileError.isFolder(path: folder.file("new/"))) {
      try AtomicFile.write([1], to: folder.file("new/"))
    }
    #expect(throws: FileError.unwritable(path: "", reason: "the name is empty")) {
      try AtomicFile.write([1], to: "")
    }
    try AtomicFile.write([1], to: folder.file("file"))
    #expect(throws: FileError.self) { try AtomicFile.write([1], to: folder.file("file/a")) }
    #expect(folder.names == ["file"])
  }

  @Test func failsOnAFullDevice() {
    guard FileManager.default.fileExists(atPath: "/dev/full") else { return }
    #expect(
      throws: FileError.unwritable(path: "/dev/full", reason: "No space left on device")
    ) { try AtomicFile.write([1, 2], to: "/dev/full") }
  }

  @Test func namesTooLongLeaveNothing() throws {
    let folder = try TemporaryFolder()
    let long = folder.file(String(repeating: "x", count: 300))
    #expect(throws: FileError.self) { try AtomicFile.write([1], to: long) }
    #expect(folder.names == [])
  }
}
