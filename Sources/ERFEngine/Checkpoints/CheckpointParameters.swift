import Synchronization

/// Parameters out of a checkpoint file, under whatever prefix wraps them (`module.`, `backbone.`).
final class CheckpointParameters: ParameterSource {
  private let file: Safetensors
  private let model: String
  private let prefix: String
  private let used = Mutex<Set<String>>([])

  /// `firstKey` is a parameter that every checkpoint of the network holds; what stands before it in
  /// the file is the prefix.
  init(file: Safetensors, model: String, firstKey: String) {
    self.file = file
    self.model = model
    let candidates = file.entries.keys.filter {
      $0 == firstKey || $0.hasSuffix("." + firstKey) || $0.hasSuffix("/" + firstKey)
    }
    prefix =
      candidates.min { $0.count < $1.count }.map { String($0.dropLast(firstKey.count)) } ?? ""
  }

  func holds(_ key: String) -> Bool { file.entries[prefix + key] != nil }

  func parameter(_ key: String, shape: Shape, initializer: Initializer) throws -> Tensor {
    guard let entry = file.entries[prefix + key] else {
      throw CheckpointError.missing(path: file.path, keys: [prefix + key], model: model)
    }
    guard entry.shape == shape else {
      throw CheckpointError.wrongShape(
        path: file.path, key: prefix + key, expected: shape, found: entry.shape)
    }
    used.withLock { _ = $0.insert(prefix + key) }
    let tensor = try file.tensor(prefix + key)
    guard ElementKernels.isFinite(tensor) else {
      throw CheckpointError.nonFinite(path: file.path, key: prefix + key)
    }
    return tensor
  }

  /// Parameters under the prefix that the network did not ask for; counters of batch norms aside.
  func leftovers() -> [String] {
    let used = used.withLock { $0 }
    return file.entries.keys.filter {
      $0.hasPrefix(prefix) && !used.contains($0) && !$0.hasSuffix("num_batches_tracked")
    }
  }
}
