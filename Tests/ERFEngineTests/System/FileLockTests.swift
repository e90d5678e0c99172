// Locks between programs: here between two holders within one.

import Dispatch
import TestSupport
import Testing

@testable import ERFEngine

@Suite struct FileLockTests {
  @Test func oneHoldsItAtATime() throws {
    let folder = try TemporaryFolder()
    let path = folder.file("lock")
    var first = FileLock(path: path)
    #expect(first != nil && FileLock(path: path) == nil)
    first = nil
    #expect(FileLock(path: path) != nil)
    #expect(FileLock(path: folder.file("no/such/folder")) == nil)
    _ = first
  }

  /// Nothing is written past the lock of a folder, however long somebody holds it.
  @Test func foldersThatAreLockedAreWaitedFor() throws {
    let folder = try TemporaryFolder()
    let path = folder.file("new")
    var lock: FileLock? = try FileLock(waitingFor: folder.path)
    let ended = DispatchSemaphore(value: 0)
    DispatchQueue.global().async {
      try? AtomicFile.write([1], to: path, isNew: true)
      ended.signal()
    }
    withExtendedLifetime(lock) {
      #expect(ended.wait(timeout: .now() + 1.5) == .timedOut && FileIdentity(of: path) == nil)
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
      let failures = Workers(threads: 2).map(2) { index -> (any Error)? in
        do {
          try AtomicFile.write([UInt8(index)], to: path, isNew: true)
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
}
