// Folders of runs, one a run, in a folder that several programs may use at once.

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif
#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// A folder that one run has to itself while this object lives, `run-1`, `run-2`, ...
///
/// The number counts runs, since a clock may be put back; a lock tells other programs that the folder
/// is in use, and the system lets go of it however the program ends.
public final class RunFolder: Sendable {
  public let path: String
  /// Of the locked file; -1 where the file system has no locks.
  private let descriptor: Int32

  /// Makes the next folder in `parent`, which is made where missing; of the earlier ones, the oldest
  /// that nobody uses go until `limit` are left.
  ///
  /// - Throws: `FileError` with the system's reason.
  public init(in parent: String, keeping limit: Int) throws(FileError) {
    try Folder.make(parent)
    var number = (Self.numbers(in: parent).max() ?? 0) + 1
    while unsafe mkdir(Self.path(parent, number), 0o700) != 0 {
      guard errno == EEXIST else {
        throw .unwritable(path: Self.path(parent, number), reason: systemMessage(errno))
      }
      // Another program was faster.
      number += 1
    }
    path = Self.path(parent, number)
    descriptor = Self.lock(path)
    for old in Self.numbers(in: parent).sorted().dropLast(limit) where old != number {
      Self.removeUnused(Self.path(parent, old))
    }
  }

  deinit { if descriptor >= 0 { close(descriptor) } }

  private static func path(_ parent: String, _ number: Int) -> String { "\(parent)/run-\(number)" }

  /// Of all folders of runs; none is so large that the next could not be counted.
  private static func numbers(in parent: String) -> [Int] {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: parent)) ?? []
    return names.compactMap { name in
      name.hasPrefix("run-") ? Int(name.dropFirst(4)).flatMap { $0 < 1 << 62 ? $0 : nil } : nil
    }
  }

  /// A descriptor that holds the lock of a folder, or -1.
  private static func lock(_ folder: String) -> Int32 {
    let descriptor = unsafe open("\(folder)/.lock", O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
    guard descriptor >= 0 else { return -1 }
    guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
      close(descriptor)
      return -1
    }
    return descriptor
  }

  private static func removeUnused(_ folder: String) {
    let descriptor = lock(folder)
    guard descriptor >= 0 else { return }
    try? FileManager.default.removeItem(atPath: folder)
    close(descriptor)
  }
}

extension Folder {
  /// Makes a folder of a name that nobody can foresee among the system's temporary files, for this
  /// user alone.
  ///
  /// - Returns: its path.
  /// - Throws: `FileError` with the system's reason.
  public static func makeTemporary(prefix: String) throws(FileError) -> String {
    let base = ProcessInfo.processInfo.environment["TMPDIR"].flatMap { $0.isEmpty ? nil : $0 }
    let pattern = "\(base ?? "/tmp")/\(prefix)-XXXXXX"
    var name = Array(pattern.utf8CString)
    guard unsafe mkdtemp(&name) != nil else {
      throw .unwritable(path: pattern, reason: systemMessage(errno))
    }
    return String(decoding: name.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }
}
