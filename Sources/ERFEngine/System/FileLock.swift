// A lock that one process at a time holds, given back by the system however the process ends.

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// A lock on a file (flock), held until it is released or the process ends.
public final class FileLock: Sendable {
  private let descriptor: Int32

  /// Nil where another process, or another lock of this one, holds it, or where there can be none.
  public init?(path: String) {
    let descriptor = unsafe open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
    guard descriptor >= 0 else { return nil }
    guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
      close(descriptor)
      return nil
    }
    self.descriptor = descriptor
  }

  /// Waits until nobody else holds a lock on the folder, but no longer than about a second: somebody may have
  /// locked it for as long as this program runs. It is none then, as where a file system has no such locks.
  init(waitingFor folder: String) {
    descriptor = unsafe open(folder, O_RDONLY | O_CLOEXEC)
    for _ in 0..<100 where descriptor >= 0 {
      if flock(descriptor, LOCK_EX | LOCK_NB) == 0 || errno != EWOULDBLOCK { return }
      usleep(10_000)
    }
  }

  deinit {
    if descriptor >= 0 { close(descriptor) }
  }
}
