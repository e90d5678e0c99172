// What of the files at the places of its outputs is a command's to replace.

import Synchronization

/// The files at the places where a command's results go, as they were when it began or as it wrote them last: what
/// somebody else wrote there since is not replaced, unless the command was told to.
public final class OutputVersions: Sendable {
  private let isForced: Bool
  /// Without those that were not there.
  private let versions: Mutex<[PathKey: FileVersion]>

  /// - Parameters:
  ///   - paths: all that the command may write.
  ///   - isForced: whether it may replace whatever is there.
  public init(_ paths: [String], isForced: Bool = false) {
    self.isForced = isForced
    var versions: [PathKey: FileVersion] = [:]
    for path in paths { versions[PathKey(path)] = FileVersion(path: path) }
    self.versions = Mutex(versions)
  }

  /// Checks that nobody else's file or link lies where `staged` is to go; a file of the same bytes is nobody's loss.
  ///
  /// - Parameter isEarlier: whether what lies at a path has less of the same result, so that it may be replaced.
  /// - Throws: ``FileError/appeared(path:)`` and ``FileError/replaced(path:)``.
  func requireOwn(
    _ staged: StagedFile, or isEarlier: (String) -> Bool
  ) throws(FileError) {
    guard !isForced else { return }
    try staged.requirePlace()
    guard let found = FileVersion(path: staged.target) else { return }
    let own = versions.withLock { $0[PathKey(staged.name)] }
    guard found != own, !MappedFile.areSame(staged.temporary, staged.target),
      !isEarlier(staged.name)
    else { return }
    throw own == nil
      ? FileError.appeared(path: staged.name) : FileError.replaced(path: staged.name)
  }

  /// Whether what lies at `path` is what lay there when the command began, or what the command wrote there last;
  /// false where nothing lies there.
  public func isOwn(_ path: String) -> Bool {
    guard let found = FileVersion(path: path) else { return false }
    return found == versions.withLock { $0[PathKey(path)] }
  }

  /// Takes what lies at `path` for the command's own where `isOwn` says so of what it holds, as where somebody else has
  /// only touched it.
  ///
  /// - Returns: whether it is the command's own now.
  public func adopt(_ path: String, where isOwn: () -> Bool) -> Bool {
    // Looked at first: what is written there while it is read is another version.
    guard let found = FileVersion(path: path), isOwn() else { return false }
    note(found, at: path)
    return true
  }

  /// Takes what the command wrote for its own.
  func note(_ version: FileVersion?, at path: String) {
    versions.withLock { $0[PathKey(path)] = version }
  }
}
