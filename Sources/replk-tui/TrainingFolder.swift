// Where the explorer leaves the weights of a training run's moments.

import ERFEngine

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

enum TrainingFolder {
  /// Runs whose moments stay.
  private static let limit = 8

  /// A new folder for one run; those of the oldest runs go.
  ///
  /// - Throws: `FileError`, and the system's errors.
  static func make() throws -> String {
    let files = FileManager.default
    var parent = files.temporaryDirectory.path + "/replk-tui-training"
    if let state = SessionFile.statePath, let slash = state.lastIndex(of: "/") {
      parent = state[..<slash] + "/training"
    }
    // Names sort by time.
    let milliseconds = Int(Date.now.timeIntervalSince1970 * 1000)
    let folder = parent + "/run-\(milliseconds)"
    try Folder.make(folder)
    let runs = try files.contentsOfDirectory(atPath: parent).filter { $0.hasPrefix("run-") }
    for old in runs.sorted().dropLast(limit) { try? files.removeItem(atPath: parent + "/" + old) }
    return folder
  }
}
