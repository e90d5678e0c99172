import Synchronization

/// Exported graphs that were opened last: each is read once for as long as its file stays the same, and
/// whoever asks for one that is being read waits for it.
final class ONNXGraphs: Sendable {
  /// The whole program's, but for tests that count.
  @TaskLocal static var shared = ONNXGraphs()

  private struct Opened {
    let key: PathKey
    let version: FileVersion
    let values: [String]
    let network: ONNXNetwork
  }

  /// Held by whoever reads the file.
  private final class Turn: Sendable {
    let lock = Mutex<Void>(())
  }

  private struct State {
    /// Most recent first.
    var opened: [Opened] = []
    var turns: [PathKey: Turn] = [:]
    /// The file read last, as it is written.
    var model: (version: FileVersion, model: ONNXModel)?
  }

  private let state = Mutex(State())
  private static let kept = 2

  /// The graph at `path` for inputs of `size`, opened where it is not.
  ///
  /// - Parameters:
  ///   - size: nil: the one that the file was exported for, or the usual one.
  ///   - values: names of values, as the file calls them, to be tapped besides.
  /// - Throws: `ONNXError`, `CheckpointError`, `CancellationError`.
  func network(
    path: String, size: InputSize? = nil, values: [String] = [],
    cancellation: Cancellation = Cancellation()
  ) throws -> ONNXNetwork {
    // Before the file is opened: one that is replaced meanwhile is not taken for the newer one.
    guard let version = FileVersion(path: path) else {
      return try read(path, size, values, cancellation)
    }
    let key = PathKey(path)
    if let known = known(key, version, size, values) { return known }
    let turn = state.withLock { state in
      let turn = state.turns[key] ?? Turn()
      state.turns[key] = turn
      return turn
    }
    return try turn.lock.withLock { _ in
      // Somebody else may have had the turn before.
      if let known = known(key, version, size, values) { return known }
      defer { state.withLock { $0.turns[key] = nil } }
      let network = try read(path, size, values, cancellation)
      keep(Opened(key: key, version: version, values: values, network: network))
      return network
    }
  }

  private func read(
    _ path: String, _ size: InputSize?, _ values: [String], _ cancellation: Cancellation
  ) throws -> ONNXNetwork {
    // Whoever waited for a turn may not want it any more.
    try cancellation.check()
    WorkCount.note(.graph)
    return try ONNXNetwork(
      model(path: path), size: size, values: values, cancellation: cancellation)
  }

  /// What the file at `path` says, read where it was not the last to be read.
  ///
  /// - Throws: `ONNXError`, `FileError`.
  func model(path: String) throws -> ONNXModel {
    let version = FileVersion(path: path)
    let last = state.withLock { $0.model }
    if let last, last.version == version, PathKey.areSame(last.model.path, path) {
      return last.model
    }
    let model = try ONNXModel(path: path)
    guard let version else { return model }
    state.withLock { $0.model = (version, model) }
    return model
  }

  private func known(
    _ key: PathKey, _ version: FileVersion, _ size: InputSize?, _ values: [String]
  ) -> ONNXNetwork? {
    state.withLock { state in
      let place = state.opened.firstIndex {
        $0.key == key && $0.version == version && $0.values == values
          && $0.network.size == (size ?? $0.network.ownSize)
      }
      guard let place else { return nil }
      let found = state.opened.remove(at: place)
      state.opened.insert(found, at: 0)
      return found.network
    }
  }

  private func keep(_ new: Opened) {
    state.withLock { state in
      state.opened.removeAll { $0.key == new.key && $0.version != new.version }
      state.opened.insert(new, at: 0)
      if state.opened.count > Self.kept { state.opened.removeLast() }
    }
  }
}
