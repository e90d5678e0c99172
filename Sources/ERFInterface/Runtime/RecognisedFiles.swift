// Files that told themselves which network they hold, until their numbers were looked at.

import ERFEngine
import Synchronization

/// A network goes on by its name once it was recognised, and of a network that was named all numbers are
/// taken as they are. Those of a file that was not named are checked first, as wherever it is opened.
final class RecognisedFiles: Sendable {
  /// Ids of networks, by the paths of their files.
  private let ids = Mutex<[PathKey: String]>([:])

  /// Notes that the file at `path` opened as the network `id`.
  func note(_ path: String, as id: String) { ids.withLock { $0[PathKey(path)] = id } }

  /// Reads the numbers of a network, where its file was recognised and they have not been read yet.
  ///
  /// - Throws: `CheckpointError`, as the file itself would open; `CancellationError`.
  func requireNumbers(
    of network: NetworkSpec, _ computer: ERFComputer, _ cancellation: Cancellation
  ) throws {
    guard case .file(let path) = network.weights, let id = ids.withLock({ $0[PathKey(path)] }),
      network.source == .catalogue(id)
    else { return }
    var file = network.unedited
    file.source = .file(path)
    try computer.requireNumbers(of: file, cancellation: cancellation)
    ids.withLock { $0[PathKey(path)] = nil }
  }
}
