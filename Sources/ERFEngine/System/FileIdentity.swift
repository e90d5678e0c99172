// Which file a path leads to, however it is spelt.

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// A file on a file system; two paths of one file, through links or not, have the same.
public struct FileIdentity: Hashable, Comparable, Sendable {
  private let device: UInt64
  private let number: UInt64

  /// Follows symbolic links; nil where there is nothing.
  public init?(of path: String) {
    var status = stat()
    guard unsafe withSystemPath(path, { unsafe stat($0, &status) }) == 0 else { return nil }
    self.init(status)
  }

  init(_ status: stat) {
    device = UInt64(truncatingIfNeeded: status.st_dev)
    number = UInt64(truncatingIfNeeded: status.st_ino)
  }

  /// Some order, which is the same for all programs, and as a rule for all machines that share the files: these may
  /// number file systems differently.
  public static func < (left: FileIdentity, right: FileIdentity) -> Bool {
    (left.number, left.device) < (right.number, right.device)
  }

  /// Whether a pipe, a terminal or a device lies at `path`.
  public static func isPipeOrDevice(_ path: String) -> Bool { FileKind(of: path) == .other }

  /// Whether a regular file lies at `path`, which writing would replace; streams take what is written without losing
  /// anything (``AtomicFile/isStream(_:)``).
  public static func isReplaceable(_ path: String) -> Bool {
    if case .regular = FileKind(of: path) { !AtomicFile.isStream(path) } else { false }
  }
}
