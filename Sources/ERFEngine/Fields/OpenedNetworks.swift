import Synchronization

/// The networks that were opened last, so that a file that several ask for is opened once.
final class OpenedNetworks: Sendable {
  struct Key: Hashable {
    let spec: NetworkSpec
    /// Tells a file from the one that was there before.
    let version: FileVersion?

    init(_ spec: NetworkSpec) {
      self.spec = spec
      version = FileVersion(of: spec)
    }

    init(_ opened: OpenedNetwork) { (spec, version) = (opened.spec, opened.version) }
  }

  private final class Entry: Sendable {
    let key: Key
    private let network = Mutex<OpenedNetwork?>(nil)

    init(_ key: Key) { self.key = key }

    /// Who asks while it is being opened waits for that, and opens it himself where that was cancelled.
    func opened(
      _ open: (NetworkSpec) throws -> OpenedNetwork
    ) throws -> OpenedNetwork {
      try network.withLock { network in
        if let network { return network }
        let opened = try open(key.spec)
        network = opened
        return opened
      }
    }
  }

  private struct File {
    let path: String
    /// As it was before it was opened.
    let version: FileVersion?
    let checkpoint: Checkpoint
  }

  /// Most recent first.
  private let entries = Mutex<[Entry]>([])
  /// A, B, and what they were before an edit.
  private static let limit = 4
  /// Their files: edited networks have the same ones.
  private let files = Mutex<[File]>([])
  private static let fileLimit = 2

  /// - Throws: `ModelError`, `CheckpointError`, `CancellationError`.
  func network(_ spec: NetworkSpec, _ cancellation: Cancellation) throws -> OpenedNetwork {
    let key = Key(spec)
    let entry = entries.withLock { entries in
      let entry = entries.first { $0.key == key } ?? Entry(key)
      entries.removeAll { $0 === entry }
      entries.insert(entry, at: 0)
      if entries.count > Self.limit { entries.removeLast() }
      return entry
    }
    return try entry.opened { spec in
      try OpenedNetwork(spec, cancellation: cancellation, opening: checkpoint)
    }
  }

  private func checkpoint(_ path: String) throws -> Checkpoint {
    let version = FileVersion(path: path)
    let known = files.withLock { files in
      files.first { PathKey.areSame($0.path, path) && $0.version == version && version != nil }
    }
    if let known { return known.checkpoint }
    let checkpoint = try Checkpoint(path: path)
    files.withLock { files in
      files.removeAll { PathKey.areSame($0.path, path) }
      files.insert(File(path: path, version: version, checkpoint: checkpoint), at: 0)
      if files.count > Self.fileLimit { files.removeLast() }
    }
    return checkpoint
  }
}
