// A lock that one process at a time holds, given back by the system however the process ends.

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// A lock on a file (flock), held until it is released or the process ends.
public final class FileLock: Sendable {
  private let descriptor: Int32

  /// Locks the file at `path`, which is made where it is missing. Where a file system has no such locks, there is
  /// none.
  ///
  /// - Returns: nil where another process, or another lock of this one, holds it.
  /// - Throws: ``FileError/unwritable(path:reason:)``.
  public init?(path: String) throws(FileError) {
    let descriptor = unsafe withSystemPath(path) {
      unsafe open($0, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
    }
    guard descriptor >= 0 else { throw .unwritable(path: path, reason: systemMessage(errno)) }
    guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 || errno != EWOULDBLOCK else {
      close(descriptor)
      return nil
    }
    self.descriptor = descriptor
  }

  /// Waits for the lock on a folder, however long somebody else holds it: what a run has computed is not given up
  /// because of that, nor written past the lock. Programs like this one hold it for a moment; where another keeps
  /// it, whoever ends the run ends the waiting too, a little later, since what was done until then still has to be
  /// written. Where a file system has no such locks, there is none.
  ///
  /// - Parameters:
  ///   - seconds: how much longer to wait once `isEnding` says so.
  ///   - isEnding: whether the run is to end.
  /// - Throws: ``FileError/locked(folder:)``.
  init(
    waitingFor folder: String, seconds: Int = 1,
    isEnding: () -> Bool = { Interruption.signalNumber != 0 }
  ) throws(FileError) {
    let descriptor = unsafe withSystemPath(folder) { unsafe open($0, O_RDONLY | O_CLOEXEC) }
    var rest = seconds * 100
    while descriptor >= 0, flock(descriptor, LOCK_EX | LOCK_NB) != 0, errno == EWOULDBLOCK {
      if isEnding() { rest -= 1 }
      guard rest > 0 else {
        close(descriptor)
        throw .locked(folder: folder)
      }
      usleep(10_000)
    }
    self.descriptor = descriptor
  }

  /// Waits for the locks on several folders, in one order for all programs: else of two that write into the same
  /// folders each could hold a lock that the other waits for.
  ///
  /// - Throws: ``FileError/locked(folder:)``.
  static func all(waitingFor folders: [String]) throws(FileError) -> [FileLock] {
    // A second lock on a folder, however that is spelt, would wait for the first.
    var distinct: [FileIdentity: String] = [:]
    for folder in folders {
      if let identity = FileIdentity(of: folder) { distinct[identity] = folder }
    }
    var locks: [FileLock] = []
    for (_, folder) in distinct.sorted(by: { $0.key < $1.key }) {
      locks.append(try FileLock(waitingFor: folder))
    }
    return locks
  }

  /// Whether what is locked is the file at `path`, which somebody may have removed since it was opened.
  func isOn(_ path: String) -> Bool {
    FileVersion(descriptor: descriptor)?.identity == FileIdentity(of: path)
  }

  deinit {
    if descriptor >= 0 { close(descriptor) }
  }
}
