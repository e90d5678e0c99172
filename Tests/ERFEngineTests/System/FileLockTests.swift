// Locks between programs: here between two holders within one.

import Dispatch
import Foundation
import Synchronization
import TestSupport
import Testing

@testable import ERFEngine

@Suite struct FileLockTests {
  @Test func oneHoldsItAtATime() throws {
    let folder = try TemporaryFolder()
    let path = folder.file("lock")
    var first = try FileLock(path: path)
    #expect(try first != nil && FileLock(path: path) == nil)
    first = nil
    #expect(try FileLock(path: path) != nil)
    // That there can be none is not taken for somebody else's.
    let nowhere = folder.file("no/such/folder")
    #expect(throws: FileError.unwritable(path: nowhere, reason: systemMessage(ENOENT))) {
      try FileLock(path: nowhere)
    }
    _ = first
  }

  /// The name of an output is locked, not the file that lies there, and however it is called; a lock file that a killed
  /// process has left locks nothing, and none is left behind.
  @Test func outputsAreLockedByName() throws {
    let folder = try TemporaryFolder()
    let net = try folder.write([1], to: "net")
    _ = try folder.write([], to: ".net.lock")
    try FileManager.default.createSymbolicLink(
      atPath: folder.file("link"), withDestinationPath: "net")
    var first = try OutputLock(of: net)
    #expect(first != nil)
    try AtomicFile.write([2], to: net)
    for path in [net, folder.file("link")] { #expect(try OutputLock(of: path) == nil) }
    #expect(try OutputLock(of: folder.file("other")) != nil)
    #expect(folder.names == [".net.lock", "link", "net"])
    first = nil
    #expect(folder.names == ["link", "net"])
    #expect(try OutputLock(of: net) != nil)
    _ = first
  }

  /// However often it is given on, one holds it at a time.
  @Test func lockedOutputsAreGivenOn() throws {
    let folder = try TemporaryFolder()
    let held = Mutex((now: 0, most: 0))
    Workers(threads: 4).forEach(400) { _ in
      guard let lock = try? OutputLock(of: folder.file("net")) else { return }
      withExtendedLifetime(lock) {
        held.withLock { held in
          held.now += 1
          held.most = max(held.most, held.now)
        }
        held.withLock { $0.now -= 1 }
      }
    }
    let most = held.withLock { $0.most }
    #expect(most == 1)
    #expect(folder.names == [])
  }

  /// No result of a command is written past the lock of a folder, however long somebody holds it, and whatever it
  /// may replace; what is no result waits for nobody.
  @Test(arguments: [false, true]) func foldersThatAreLockedAreWaitedFor(_ isForced: Bool) throws {
    let folder = try TemporaryFolder()
    let path = folder.file("new")
    let outputs = OutputVersions([path], isForced: isForced)
    var lock: FileLock? = try FileLock(waitingFor: folder.path)
    let ended = DispatchSemaphore(value: 0)
    DispatchQueue.global().async {
      try? AtomicFile.write([1], to: path, among: outputs)
      ended.signal()
    }
    try withExtendedLifetime(lock) {
      #expect(ended.wait(timeout: .now() + 1.5) == .timedOut && FileIdentity(of: path) == nil)
      try AtomicFile.write([2], to: folder.file("state"))
      #expect(try folder.read("state") == [2])
    }
    lock = nil
    #expect(ended.wait(timeout: .now() + 60) == .success)
    #expect(try folder.read("new") == [1])
  }

  /// Whoever ends a run ends the waiting, with a word.
  @Test func runsThatEndDoNotWaitForEver() throws {
    let folder = try TemporaryFolder()
    let lock = try FileLock(waitingFor: folder.path)
    withExtendedLifetime(lock) {
      #expect(throws: FileError.locked(folder: folder.path)) {
        try FileLock(waitingFor: folder.path, isEnding: { true })
      }
      #expect(throws: FileError.locked(folder: folder.path)) {
        try AtomicFile.requireWritable(folder.file("new"))
      }
    }
  }

  /// Of two runs that write one new file at once one is refused, however close they are.
  @Test func ofTwoNewFilesOneStays() throws {
    let folder = try TemporaryFolder()
    let path = folder.file("new")
    for _ in 0..<20 {
      let outputs = [OutputVersions([path]), OutputVersions([path])]
      let failures = Workers(threads: 2).map(2) { index -> (any Error)? in
        do {
          try AtomicFile.write([UInt8(index)], to: path, among: outputs[index])
          return nil
        } catch {
          return error
        }
      }
      let errors = failures.compactMap { $0.flatMap(\.self) as? FileError }
      #expect(errors == [.appeared(path: path)])
      #expect(folder.names == ["new"])
      try folder.remove("new")
    }
  }

  /// Of two commands that write the same files at once, those of one stay, and neither waits for ever, in whatever
  /// order and however they name their folders.
  @Test func outputsOfTwoDoNotMix() throws {
    let folder = try TemporaryFolder()
    for name in ["a", "b"] { try folder.makeFolder(name) }
    try FileManager.default.createSymbolicLink(
      atPath: folder.file("link"), withDestinationPath: "b")
    let names = (0..<4).flatMap { ["a/\($0)", "b/\($0)"] }
    let paths = [names, names.reversed().map { $0.replacing("b/", with: "link/") }]
      .map { $0.map(folder.file) }
    for _ in 0..<50 {
      let failures = Workers(threads: 2).map(2) { index -> (any Error)? in
        do {
          let staged = StagedFiles(among: OutputVersions(paths[index], isForced: true))
          for path in paths[index] {
            try staged.add(parts: [[UInt8(index)]], for: path, isSynced: false)
          }
          try staged.place()
          return nil
        } catch {
          return error
        }
      }
      #expect(failures.allSatisfy { $0.flatMap(\.self) == nil })
      #expect(try Set(names.map(folder.read)).count == 1)
    }
  }

  /// Of two, one of which may replace what is there, the other never replaces what that one wrote.
  @Test func ofTwoTheForcedOneStays() throws {
    let folder = try TemporaryFolder()
    let path = folder.file("new")
    for _ in 0..<20 {
      let outputs = [OutputVersions([path]), OutputVersions([path], isForced: true)]
      Workers(threads: 2).forEach(2) { index in
        try? AtomicFile.write([UInt8(index)], to: path, among: outputs[index])
      }
      #expect(try folder.read("new") == [1])
      try folder.remove("new")
    }
  }
}
