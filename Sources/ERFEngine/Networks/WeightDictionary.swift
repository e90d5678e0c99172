/// Which of a file's dictionaries of weights was taken.
public struct WeightsChoice: Sendable, Equatable {
  /// What stands before the parameters' names, such as `model` or `state_dict.module`; empty: nothing.
  public let chosen: String
  /// Others that hold the same network, such as `model_ema`.
  public let others: [String]
}

/// One dictionary of weights in a file: what stands before the names is taken off.
struct WeightDictionary: Sendable {
  /// `state_dict.module.`, or empty.
  let prefix: String
  /// Shapes by the names without the prefix, as networks ask for them.
  let shapes: [String: Shape]
  /// What the file calls those that it names otherwise.
  private let otherNames: [String: String]

  /// Names of other libraries become those of the networks.
  init(prefix: String, shapes: [String: Shape]) {
    self.prefix = prefix
    let names = ModelCatalogue.families.compactMap { $0.otherNames }.first {
      shapes[$0.landmark] != nil
    }
    guard let names else {
      self.shapes = shapes
      otherNames = [:]
      return
    }
    var official: [String: Shape] = [:]
    var others: [String: String] = [:]
    for (key, shape) in shapes {
      let name = names.official(key) ?? key
      official[name] = shape
      others[name] = key
    }
    self.shapes = official
    otherNames = others
  }

  init(_ file: Checkpoint, prefix: String) {
    var shapes: [String: Shape] = [:]
    for (key, entry) in file.entries where key.hasPrefix(prefix) {
      shapes[String(key.dropFirst(prefix.count))] = entry.shape
    }
    self.init(prefix: prefix, shapes: shapes)
  }

  /// The name of the parameter `key` in the file.
  func fullName(_ key: String) -> String { prefix + (otherNames[key] ?? key) }

  /// The prefix without the dot behind it.
  var name: String { Self.name(of: prefix) }

  static func name(of prefix: String) -> String { prefix.isEmpty ? "" : String(prefix.dropLast()) }

  subscript(_ key: String) -> Shape? { shapes[key] }

  /// One more than the largest N among the names `stem` N `.`...: the length of a list of modules.
  func count(_ stem: String) -> Int {
    var count = 0
    for key in shapes.keys where key.hasPrefix(stem) {
      let digits = key.dropFirst(stem.count).prefix { $0.isASCII && $0.isNumber }
      guard let number = Int(digits), number < 10_000 else { continue }
      count = max(count, number + 1)
    }
    return count
  }

  /// The side of the kernels (O, I, K, K) at most of `keys`, so that a single odd one shows up as a
  /// mismatch; nil where there are none.
  func kernel(_ keys: some Sequence<String>) -> Int? {
    var votes: [Int: Int] = [:]
    for key in keys {
      guard let shape = self[key], shape.rank == 4, shape[2] == shape[3] else { continue }
      votes[shape[2], default: 0] += 1
    }
    return votes.max { ($0.value, $1.key) < ($1.value, $0.key) }?.key
  }
}

extension Checkpoint {
  /// What stands before one of `landmarks`, names of parameters, in the file, the best first: layers deeper in
  /// the same network aside, averaged weights after trained ones, the usual names before others,
  /// short ones before long, then by the alphabet.
  func prefixes(of landmarks: [String]) -> [String] {
    let all = entries.keys.compactMap { key -> String? in
      guard let landmark = landmarks.first(where: key.hasSuffix) else { return nil }
      let prefix = String(key.dropLast(landmark.count))
      return prefix.isEmpty || prefix.hasSuffix(".") || prefix.hasSuffix("/") ? prefix : nil
    }
    .sorted { ($0.utf8.count, $0) < ($1.utf8.count, $1) }
    var roots: [String] = []
    for prefix in all.prefix(256) where !roots.contains(where: prefix.hasPrefix) {
      roots.append(prefix)
    }
    return roots.sorted(by: Self.isBetter)
  }

  static func isBetter(_ one: String, _ other: String) -> Bool {
    (rank(one), one.utf8.count, one) < (rank(other), other.utf8.count, other)
  }

  private static func rank(_ prefix: String) -> Int {
    let parts = prefix.lowercased().split { $0 == "." || $0 == "/" }
    if parts.contains(where: { $0.contains("ema") || $0.contains("averaged") }) { return 3 }
    if parts.contains("optimizer") { return 4 }
    return prefix.isEmpty ? 0 : parts.first == "model" || parts.first == "state_dict" ? 1 : 2
  }

  /// Those of `prefixes` that `key` asks for; all where it asks for none.
  ///
  /// - Throws: `CheckpointError.noWeights` where there are none of that name.
  func chosen(_ prefixes: [String], by key: String?) throws(CheckpointError) -> [String] {
    guard let key else { return prefixes }
    let found = prefixes.filter {
      let name = WeightDictionary.name(of: $0)
      return name == key || name.hasPrefix(key + ".")
    }
    guard !found.isEmpty else {
      throw .noWeights(path: path, key: key, available: prefixes.map(WeightDictionary.name))
    }
    return found
  }
}
