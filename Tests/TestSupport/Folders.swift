// The folder of reference data beside the package, which whoever clones the package does not have,
// and the package's own fixtures.

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

/// `../shared`, seen from the package's root. Tests that need it are `.enabled(if:)` it is there.
public enum SharedFolder {
  public static let root: String = packageRoot + "/../shared"

  public static func path(_ name: String) -> String { "\(root)/\(name)" }

  public static func has(_ name: String) -> Bool {
    FileManager.default.fileExists(atPath: path(name))
  }
}

/// The golden vectors of whole networks: REPLK_GOLDENS names another folder, with cases of other seeds.
public enum GoldenFolder {
  public static let root: String =
    ProcessInfo.processInfo.environment["REPLK_GOLDENS"] ?? SharedFolder.path("goldens")

  public static var exists: Bool { FileManager.default.fileExists(atPath: root) }
}

/// Tests/ERFEngineTests/Fixtures.
public enum Fixtures {
  public static let root: String = packageRoot + "/Tests/ERFEngineTests/Fixtures"

  public static func path(_ name: String) -> String { "\(root)/\(name)" }

  public static func bytes(_ name: String) throws -> [UInt8] {
    try Array(Data(contentsOf: URL(fileURLWithPath: path(name))))
  }

  /// Names of the files in a folder of fixtures, sorted.
  public static func files(in folder: String) -> [String] {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: path(folder))) ?? []
    return names.filter { $0.contains(".") }.sorted()
  }
}

/// A folder for one test, removed with the value.
public final class TemporaryFolder {
  public let path: String

  public init() throws {
    path = TemporaryBase.base + "/erf-test-\(UInt64.random(in: 0...UInt64.max))"
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }

  public func file(_ name: String) -> String { "\(path)/\(name)" }

  public func write(_ bytes: [UInt8], to name: String) throws -> String {
    try Data(bytes).write(to: URL(fileURLWithPath: file(name)))
    return file(name)
  }

  public func makeFolder(_ name: String) throws {
    try FileManager.default.createDirectory(atPath: file(name), withIntermediateDirectories: true)
  }

  public func read(_ name: String) throws -> [UInt8] {
    try Array(Data(contentsOf: URL(fileURLWithPath: file(name))))
  }

  public func remove(_ name: String) throws {
    try FileManager.default.removeItem(atPath: file(name))
  }

  public var names: [String] {
    ((try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []).sorted()
  }
}

private enum TemporaryBase {
  static var base: String { ProcessInfo.processInfo.environment["TMPDIR"] ?? "/tmp" }
}

private let packageRoot = #filePath.split(separator: "/", omittingEmptySubsequences: false)
  .dropLast(3).joined(separator: "/")

/// Files at the package's root.
public enum PackageFiles {
  /// Names of the files and folders in a folder.
  public static func names(in folder: String) throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: "\(packageRoot)/\(folder)").sorted()
  }

  public static func exists(_ name: String) -> Bool {
    FileManager.default.fileExists(atPath: "\(packageRoot)/\(name)")
  }

  public static func text(_ name: String) throws -> String {
    String(
      decoding: try Data(contentsOf: URL(fileURLWithPath: "\(packageRoot)/\(name)")),
      as: UTF8.self)
  }

  public static func write(_ text: String, to name: String) throws {
    try Data(text.utf8).write(to: URL(fileURLWithPath: "\(packageRoot)/\(name)"))
  }
}
