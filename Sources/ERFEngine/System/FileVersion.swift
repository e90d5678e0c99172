// Telling whether a file is still the one that was read.

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Identity, size and time of the last change of a file.
struct FileVersion: Hashable {
  let identity: FileIdentity
  private let numbers: [Int]

  /// nil where there is no such file.
  init?(path: String) {
    var status = stat()
    guard unsafe withSystemPath(path, { unsafe stat($0, &status) }) == 0 else { return nil }
    self.init(status)
  }

  /// Of an open file.
  init?(descriptor: Int32) {
    var status = stat()
    guard unsafe fstat(descriptor, &status) == 0 else { return nil }
    self.init(status)
  }

  /// When it was written last, in seconds since 1970.
  var seconds: Int { numbers[1] }

  private init(_ status: stat) {
    #if canImport(Glibc)
      let time = status.st_mtim
    #else
      let time = status.st_mtimespec
    #endif
    identity = FileIdentity(status)
    numbers = [Int(status.st_size), time.tv_sec, time.tv_nsec]
  }
}

/// Files that a run goes by, as they were when it began. Pipes and devices are not among them: they change as
/// they are read.
public struct WatchedFiles: Sendable {
  private let versions: [PathKey: FileVersion?]

  public init(_ paths: [String]) {
    versions = Dictionary(
      uniqueKeysWithValues: Set(paths.map(PathKey.init)).filter { FileKind(of: $0.path) != .other }
        .map { ($0, FileVersion(path: $0.path)) })
  }

  /// Checks that each is still the one that it was.
  ///
  /// - Throws: `FileError.changed` or `.gone`, naming the first that is not.
  public func requireUnchanged() throws(FileError) {
    if let key = versions.keys.filter(hasChanged).min() { throw Self.change(of: key.path) }
  }

  /// The same of the file at `path`, which need not be among them.
  ///
  /// - Throws: `FileError.changed`, `.gone`.
  func requireUnchanged(_ path: String) throws(FileError) {
    if hasChanged(PathKey(path)) { throw Self.change(of: path) }
  }

  private static func change(of path: String) -> FileError {
    FileKind(of: path) == .absent ? .gone(path: path) : .changed(path: path)
  }

  private func hasChanged(_ key: PathKey) -> Bool {
    versions[key].map { $0 != FileVersion(path: key.path) } ?? false
  }
}
