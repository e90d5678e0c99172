// Where the explorer leaves the weights of training's moments: what is to last is kept by the user.

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif
import ERFEngine
import Synchronization

/// A folder with a folder for each of the last few runs.
final class TrainingFolder: Sendable {
  /// Runs whose moments stay.
  private static let limit = 8

  private struct State {
    /// nil: not made yet.
    var path: String?
    /// Of this program: in use as long as it runs, since sessions name files in them.
    var runs: [RunFolder] = []
  }

  private let state: Mutex<State>
  private let isTemporary: Bool

  /// `path`: nil for a temporary folder, made with the first run.
  init(path: String?) {
    state = Mutex(State(path: path))
    isTemporary = path == nil
  }

  /// A new folder for one run; those of the oldest runs go.
  ///
  /// - Throws: `FileError`.
  func makeRun() throws -> String {
    try state.withLock { state in
      let parent = try state.path ?? Folder.makeTemporary(prefix: TrainingFilm.temporaryFolder)
      state.path = parent
      let run = try RunFolder(in: parent, keeping: Self.limit)
      state.runs.append(run)
      return run.path
    }
  }

  /// Removes what nobody can find again.
  func removeTemporary() {
    state.withLock { state in
      guard isTemporary, let path = state.path else { return }
      try? FileManager.default.removeItem(atPath: path)
      state.path = nil
    }
  }
}
