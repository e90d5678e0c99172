import Synchronization

/// Files as they were when somebody last looked at them.
public final class SeenFiles: Sendable {
  private let versions = Mutex<[PathKey: FileVersion]>([:])

  public init() {}

  /// Those of `paths` that are others than when this was asked of them before. A file that is not there, or
  /// that nobody asked about yet, counts as the same.
  public func changes(of paths: [String]) -> [String] {
    paths.filter { path in
      guard let version = FileVersion(path: path) else { return false }
      let earlier = versions.withLock { $0.updateValue(version, forKey: PathKey(path)) }
      return earlier.map { $0 != version } ?? false
    }
  }
}
