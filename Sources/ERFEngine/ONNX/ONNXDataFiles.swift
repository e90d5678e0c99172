import Synchronization

/// The files beside a model that hold its weights, mapped when first asked for.
///
/// A model says where they are, and a model is data of a stranger: only regular files in its own folder
/// or below are opened, and no links.
final class ONNXDataFiles: Sendable {
  private let files = Mutex<[PathKey: MappedFile]>([:])

  /// The file that `model` calls `location`.
  ///
  /// - Throws: `ONNXError`, `CheckpointError` where it cannot be mapped.
  func file(_ location: String, of model: ONNXModel) throws -> MappedFile {
    let key = PathKey(location)
    if let known = files.withLock({ $0[key] }) { return known }
    let path = try Self.path(location, beside: model.path)
    let file = try MappedFile(path: path)
    files.withLock { $0[key] = file }
    return file
  }

  /// Whether nobody wrote to them since they were opened.
  var areUnchanged: Bool { files.withLock { $0.values.allSatisfy(\.isUnchanged) } }

  /// Opens all of them anew when they are asked for again.
  func forget() { files.withLock { $0 = [:] } }

  fileprivate static func path(_ location: String, beside model: String) throws(ONNXError) -> String
  {
    func refused(_ reason: String) -> ONNXError {
      .refusedData(path: model, file: location, reason: reason)
    }
    let parts = location.split(separator: "/", omittingEmptySubsequences: true)
    guard !location.isEmpty, !location.utf8.contains(0), location.utf8.count < 4096 else {
      throw refused("that is not a file name")
    }
    guard !location.hasPrefix("/") else { throw refused("the path is absolute") }
    guard !parts.contains("..") else { throw refused("the path leaves the model's folder") }
    var path = model.split(separator: "/", omittingEmptySubsequences: false).dropLast()
      .joined(separator: "/")
    if path.isEmpty { path = model.hasPrefix("/") ? "" : "." }
    for (index, part) in parts.enumerated() where part != "." {
      path += "/" + part
      guard !FileKind.isLink(path) else { throw refused("it is a link") }
      switch FileKind(of: path) {
      case .absent: throw .missingData(path: model, file: location)
      case .folder where index + 1 < parts.count, .regular where index + 1 == parts.count: break
      default: throw refused("it is not a regular file")
      }
    }
    return path
  }
}

extension ONNXModel {
  /// The files beside it that hold its weights, in the order of their names; those whose names are not
  /// taken are left out.
  var dataPaths: [String] {
    let locations = graph.initializers.values.compactMap { tensor -> PathKey? in
      guard case .external(let location, _, _) = tensor.place else { return nil }
      return PathKey(location)
    }
    return Set(locations).sorted().compactMap { try? ONNXDataFiles.path($0.path, beside: path) }
  }
}
