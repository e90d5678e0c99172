// Locks between programs: here between two holders within one.

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
}
