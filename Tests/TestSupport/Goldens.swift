public import ERFEngine
import FoundationEssentials

/// Golden vectors that PyTorch computed: the project's own small ones, and the larger set beside the
/// repository, which only its developers have.
public enum Goldens {
  /// The repository's root, from where this file stands.
  public static let root: String = {
    var parts = #filePath.split(separator: "/").map(String.init)
    parts.removeLast(3)
    return "/" + parts.joined(separator: "/")
  }()

  /// Where the larger set lies: REPLK_GOLDENS, or ../shared/goldens.
  public static let folder: String =
    ProcessInfo.processInfo.environment["REPLK_GOLDENS"] ?? root + "/../shared/goldens"

  /// Reference material beside the repository.
  public static let shared = root + "/../shared"

  public static var available: Bool { FileManager.default.fileExists(atPath: folder) }
  public static var sharedAvailable: Bool { FileManager.default.fileExists(atPath: shared) }

  public static let fixtures = root + "/Tests/ERFEngineTests/Fixtures"
}

/// Largest absolute difference over the largest absolute expected value.
public func relativeError(_ found: Tensor, _ expected: Tensor) -> Double {
  guard found.shape == expected.shape else { return .infinity }
  return relativeError(
    found.elements.map { Double($0) }, expected.elements.map { Double($0) })
}

public func relativeError(_ found: [Double], _ expected: [Double]) -> Double {
  guard found.count == expected.count else { return .infinity }
  var difference = 0.0
  var peak = 0.0
  for (one, other) in zip(found, expected) {
    guard !one.isNaN else { return .infinity }
    difference = max(difference, abs(one - other))
    peak = max(peak, abs(other))
  }
  return peak > 0 ? difference / peak : difference
}

/// A path in the system's folder for temporary files that nothing else uses.
public func temporaryPath(_ ending: String) -> String {
  FileManager.default.temporaryDirectory.path + "/replk-\(UUID().uuidString).\(ending)"
}

public func removeFile(_ path: String) {
  try? FileManager.default.removeItem(atPath: path)
}
