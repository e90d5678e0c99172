import Synchronization

/// Which of a file's dictionaries of weights was taken.
public struct WeightsChoice: Sendable, Equatable {
  /// What stands before the parameters' names, such as `model` or `state_dict.module`; empty: nothing.
  public let chosen: String
  /// Others that hold the same network, such as `model_ema`.
  public let others: [String]
}

/// Parameters out of a checkpoint file, under whatever wraps them (`state_dict.module.`).
final class CheckpointParameters: ParameterSource {
  let choice: WeightsChoice
  private let file: Checkpoint
  private let model: String
  private let prefix: String
  private let used = Mutex<Set<String>>([])

  /// `firstKey` is a parameter that every checkpoint of the network holds; what stands before it in
  /// the file is the prefix.
  init(file: Checkpoint, model: String, firstKey: String) {
    self.file = file
    self.model = model
    let prefixes = Self.prefixes(of: firstKey, in: file.entries.keys)
    prefix = prefixes.first ?? ""
    let names = prefixes.map { $0.isEmpty ? "" : String($0.dropLast()) }
    choice = WeightsChoice(chosen: names.first ?? "", others: Array(names.dropFirst()))
  }

  /// Everything that stands before `firstKey`, the best first: layers deeper in the same network aside,
  /// averaged weights after trained ones, the usual names before others, short ones before long.
  private static func prefixes(of firstKey: String, in keys: some Sequence<String>) -> [String] {
    let all = keys.compactMap { key -> String? in
      guard key.hasSuffix(firstKey) else { return nil }
      let prefix = String(key.dropLast(firstKey.count))
      return prefix.isEmpty || prefix.hasSuffix(".") || prefix.hasSuffix("/") ? prefix : nil
    }
    .sorted { ($0.utf8.count, $0) < ($1.utf8.count, $1) }
    var roots: [String] = []
    for prefix in all.prefix(256) where !roots.contains(where: prefix.hasPrefix) {
      roots.append(prefix)
    }
    return roots.sorted { (rank($0), $0.utf8.count, $0) < (rank($1), $1.utf8.count, $1) }
  }

  private static func rank(_ prefix: String) -> Int {
    let parts = prefix.lowercased().split { $0 == "." || $0 == "/" }
    if parts.contains(where: { $0.contains("ema") || $0.contains("averaged") }) { return 3 }
    if parts.contains("optimizer") { return 4 }
    return prefix.isEmpty ? 0 : parts.first == "model" || parts.first == "state_dict" ? 1 : 2
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
