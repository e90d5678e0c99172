// Folders of runs that several programs share.

import Foundation
import TestSupport
import Testing

@testable import ERFEngine

@Suite struct RunFolderTests {
  let folder: TemporaryFolder
  private var parent: String { folder.file("training") }

  init() throws { folder = try TemporaryFolder() }

  private var names: [String] {
    ((try? FileManager.default.contentsOfDirectory(atPath: parent)) ?? []).sorted()
  }

  @Test func runsAreCounted() throws {
    let runs = try (0..<3).map { _ in try RunFolder(in: parent, keeping: 8) }
    #expect(runs.map(\.path) == (1...3).map { "\(parent)/run-\($0)" })
    let mode = try FileManager.default.attributesOfItem(atPath: runs[0].path)[.posixPermissions]
    #expect(mode as? Int == 0o700)
  }

  /// Folders of a clock that was ahead, as earlier versions named them, are older than the next.
  @Test func aClockPutBackMakesNoRunOld() throws {
    for number in 0..<9 {
      try folder.makeFolder("training/run-\(9_000_000_000_000 + number)")
    }
    let run = try RunFolder(in: parent, keeping: 8)
    #expect(run.path == "\(parent)/run-9000000000009")
    #expect(names.contains("run-9000000000009") && names.count == 8)
  }

  /// What another explorer, or this one earlier, still uses stays, however old it is.
  @Test func whatIsInUseStays() throws {
    let first = try RunFolder(in: parent, keeping: 8)
    try Data("weights".utf8).write(to: URL(fileURLWithPath: first.path + "/step-1.safetensors"))
    for _ in 0..<12 { _ = try RunFolder(in: parent, keeping: 8) }
    #expect(FileManager.default.fileExists(atPath: first.path + "/step-1.safetensors"))
    #expect(names.count == 9, "the first, and the last eight")
  }

  @Test func whatIsNoLongerInUseGoes() throws {
    do { _ = try RunFolder(in: parent, keeping: 2) }
    for _ in 0..<3 { _ = try RunFolder(in: parent, keeping: 2) }
    #expect(names == ["run-3", "run-4"])
  }

  @Test func namesThatAreNoNumbersAreLeftAlone() throws {
    for name in ["run-x", "run-9223372036854775807", "other"] {
      try folder.makeFolder("training/\(name)")
    }
    #expect(try RunFolder(in: parent, keeping: 1).path == "\(parent)/run-1")
    #expect(names == ["other", "run-1", "run-9223372036854775807", "run-x"])
  }

  @Test func temporaryFoldersAreNotForeseen() throws {
    let paths = try (0..<2).map { _ in try Folder.makeTemporary(prefix: "erf-test") }
    defer { for path in paths { try? FileManager.default.removeItem(atPath: path) } }
    #expect(paths[0] != paths[1] && paths.allSatisfy { FileKind(of: $0) == .folder })
    let mode = try FileManager.default.attributesOfItem(atPath: paths[0])[.posixPermissions]
    #expect(mode as? Int == 0o700)
  }
}
