// A lock on the name of an output that is written again and again while a program runs.

import CMapping

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// What one process at a time holds while it writes an output over and over, given back by the system however the
/// process ends.
///
/// The output itself is another file after each writing, so what is locked is a hidden one beside it: `.net.lock` of
/// `net`. It is removed at the end; one that a killed process has left locks nothing.
public final class OutputLock: Sendable {
  private let lock: FileLock
  private let path: String
  /// By which signals that end the program know the file.
  private let note: Int32

  /// Locks the name `output`, through symbolic links, whether a file is there or not.
  ///
  /// - Returns: nil where another process, or another lock of this one, holds it.
  /// - Throws: ``FileError``.
  public init?(of output: String) throws(FileError) {
    let target = try AtomicFile.destination(of: output)
    let path = "\(AtomicFile.folder(of: target))/.\(target.fileName).lock"
    var locked: FileLock?
    // Whoever held it may have removed the file after it was opened here: the next one would lock a new one.
    while locked == nil {
      guard let lock = try FileLock(path: path) else { return nil }
      if lock.isOn(path) { locked = lock }
    }
    guard let locked else { return nil }
    (lock, self.path) = (locked, path)
    note = unsafe withSystemPath(path) { unsafe cmap_note_temporary($0) }
  }

  deinit {
    _ = unsafe withSystemPath(path) { unsafe unlink($0) }
    cmap_forget_temporary(note)
  }
}
