// Where a run keeps its part: what another run wrote there meanwhile is not replaced.

/// The path of a run's part, and what of it is the run's to replace: what lay there when the run began, or what
/// it wrote itself.
public struct PartPlace: Sendable {
  public let path: String
  /// Of the file that was found or written last; nil: there was none.
  private var version: FileVersion?

  /// As it is before the run reads it.
  public init(_ path: String) {
    self.path = path
    version = FileVersion(path: path)
  }

  /// Replaces what is there by `part` in one step.
  ///
  /// - Throws: ``RunPartError/taken(path:found:)``, `FileError`, `ExportError`.
  public mutating func write(_ part: some RunPart) throws {
    version = try AtomicFile.write(
      parts: part.contents(), to: path, after: { try requireOwn(part) })
  }

  private func requireOwn<Part: RunPart>(_ part: Part) throws(RunPartError) {
    guard let found = FileVersion(path: path), found != version else { return }
    guard let other = try? Part(path: path) else {
      throw .taken(path: path, found: "something else")
    }
    if let difference = other.difference(from: part) {
      throw .taken(path: path, found: "another run (\(difference))")
    }
    // Two runs of one share compute the same: no more than time is lost.
    guard other.shards == part.shards else {
      throw .taken(path: path, found: Shard.words(other.shards))
    }
  }
}
