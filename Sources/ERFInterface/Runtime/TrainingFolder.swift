// Where the explorer leaves the weights of training's moments: what is to last is kept by the user.

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif
import ERFEngine

/// A folder with a folder for each of the last few runs.
struct TrainingFolder: Sendable {
  /// Runs whose moments stay.
  private static let limit = 8
  private let path: String

  init(path: String?) {
    self.path = path ?? FileManager.default.temporaryDirectory.path + "/replk-tui-training"
  }

  /// A new folder for one run; those of the oldest runs go.
  ///
  /// - Throws: `FileError`, and the system's errors.
  func makeRun() throws -> String {
    let files = FileManager.default
    // Names sort by time.
    let folder = "\(path)/run-\(Int(Date.now.timeIntervalSince1970 * 1000))"
    try Folder.make(folder)
    let runs = try files.contentsOfDirectory(atPath: path).filter { $0.hasPrefix("run-") }
    for old in runs.sorted().dropLast(Self.limit) {
      try? files.removeItem(atPath: "\(path)/\(old)")
    }
    return folder
  }
}
