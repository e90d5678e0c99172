// Where a run keeps what it has: what another run wrote there meanwhile is not replaced.

/// The path of a run's part or table, and what of it is the run's to replace: what lay there when the run began, or
/// what it wrote itself.
public struct PartPlace: Sendable {
  public let path: String
  /// Of the file that was found or written last; nil: there was none.
  private var version: FileVersion?

  /// As it is before the run reads it.
  public init(_ path: String) {
    self.path = path
    version = FileVersion(path: path)
  }

  /// Whether nobody else has written there since the run began.
  public var isOwn: Bool { FileVersion(path: path) == version }

  /// Whether nothing lies there any more, so that nobody's file is in the way.
  public var isFree: Bool { FileKind(of: path) == .absent }

  /// Replaces what is there by `part` in one step, unless another run of the same has more of it by now.
  ///
  /// - Parameter isResult: whether the file at a path, no part, is what another run of the same ended with.
  /// - Throws: ``RunPartError/taken(path:found:)``, `FileError`, `ExportError`.
  public mutating func write(
    _ part: some RunPart, unless isResult: (String) -> Bool = { _ in false }
  ) throws {
    do {
      try write(part.contents()) { path in
        if isResult(path) { throw Ahead() }
        try Self.requireSame(part, at: path)
      }
    } catch is Ahead {}
  }

  /// The same of `bytes`, which take the place of `part` when its run is done; another run of the same may have
  /// written them before.
  ///
  /// - Throws: ``RunPartError/taken(path:found:)``, `FileError`.
  mutating func write(_ bytes: [UInt8], insteadOf part: some RunPart) throws {
    do {
      try write(CollectionOfOne(bytes)) { path in
        if (try? FileBytes.read(path, limit: bytes.count)) == bytes { return }
        try Self.requireSame(part, at: path)
      }
    } catch is Ahead {
      throw RunPartError.taken(path: path, found: part.extent)
    }
  }

  /// The same of the table of a sweep.
  ///
  /// - Throws: ``RunPartError/taken(path:found:)``, `FileError`.
  public mutating func write(_ table: SweepTable, of run: SweepTable.Run) throws {
    try write(CollectionOfOne(table.encoded)) { path throws(RunPartError) in
      do {
        _ = try SweepTable.kept(at: path, of: run)
      } catch SweepError.otherShare(_, let found, _) {
        throw .taken(path: path, found: found)
      } catch {
        throw .taken(path: path, found: "another sweep or something else")
      }
    }
  }

  /// - Parameter requireOwn: asked where the file is not the one that was found or written last.
  private mutating func write(
    _ contents: some Sequence<[UInt8]>, _ requireOwn: (String) throws -> Void
  ) throws {
    version = try AtomicFile.write(
      parts: contents, to: path,
      after: {
        guard let found = FileVersion(path: path), found != version else { return }
        try requireOwn(path)
      })
  }

  /// Another run of the same has more of it.
  private struct Ahead: Error {}

  private static func requireSame<Part: RunPart>(_ part: Part, at path: String) throws {
    guard let other = try? Part(path: path) else {
      throw RunPartError.taken(path: path, found: "something else")
    }
    if let difference = other.difference(from: part) {
      throw RunPartError.taken(path: path, found: "another run (\(difference))")
    }
    guard other.shards == part.shards else {
      throw RunPartError.taken(path: path, found: other.extent)
    }
    // Two runs of one share compute the same: no more than time is lost.
    guard other.progress <= part.progress else { throw Ahead() }
  }
}
