/// Which of the networks in a file is meant, such as a teacher or its student, by what stands before the names of
/// its parameters; and so which sections of settings describe it, and which describe others.
struct NetworkRole: Sendable {
  /// Words for it before its parameters' names; none: it is the one that the file is of.
  private let words: Set<Substring>

  /// The network that a file is of, whatever else is told in it.
  static let main = NetworkRole(prefix: "")

  /// Words in the names of sections that describe other networks, unless one of these is meant.
  private static let others: Set<Substring> = [
    "teacher", "old", "previous", "reference", "lpips", "fid", "generator", "discriminator",
    "critic",
  ]
  /// The same of what is the network itself, unless what stands beside it is meant, and described.
  private static let counterparts: Set<Substring> = [
    "student", "architecture", "online", "target", "q", "k", "query", "key",
  ]
  private static let plain: [Substring: Substring] = [
    "teachers": "teacher", "students": "student", "ref": "reference",
  ]
  /// What training began with, where it is a network's: timm's `pretrained_cfg` describes the weights.
  private static let pretrained: Substring = "pretrained"
  private static let networks: Set<Substring> = [
    "model", "network", "net", "backbone", "encoder", "arch",
  ]

  /// - Parameter prefix: what stands before the names of the parameters.
  init(prefix: String) {
    let parts = prefix.lowercased().split { "._/".contains($0) }.map { Self.plain[$0] ?? $0 }
    words = Self.others.union(Self.counterparts).union([Self.pretrained]).intersection(parts)
  }

  /// Words in the name of a section, in lower case, for one of several networks.
  private static func roles(in section: Substring) -> Set<Substring> {
    // `_target_` is the class that Hydra builds.
    guard section.first != "_" else { return [] }
    let words = Set(section.split(separator: "_").map { plain[$0] ?? $0 })
    let isPretrained = words.contains(pretrained) && !words.isDisjoint(with: networks)
    return words.intersection(others.union(counterparts)).union(isPretrained ? [pretrained] : [])
  }

  /// Whether the name of a section, in lower case, is that of one of several networks.
  static func isNamed(by section: Substring) -> Bool { !roles(in: section).isEmpty }

  /// Whether a section, in lower case, is called like the network: `teacher` where that is meant.
  func isOwn(_ section: Substring) -> Bool {
    let roles = Self.roles(in: section)
    return !roles.isEmpty && roles.isSubset(of: words)
  }

  /// Whether a section, in lower case, describes another network: `backbone_teacher`, `old_model`.
  ///
  /// - Parameter besideOwn: whether the network has a section of its own, so that `student` is none where its
  ///   teacher is meant.
  func isOther(_ section: Substring, besideOwn: Bool) -> Bool {
    let foreign = Self.roles(in: section).subtracting(words)
    return !foreign.isEmpty && (besideOwn || !foreign.isSubset(of: Self.counterparts))
  }

  // MARK: Settings

  /// The texts under keys, names joined by dots, that do not stand in sections of other networks.
  func own(_ texts: [String: String]) -> [String: String] {
    let hasOwn = texts.keys.contains { key in
      Self.sections(of: key).contains(where: isOwn)
        && (Checkpoint.namesArchitecture(key) || Checkpoint.isSetting(key))
    }
    return texts.filter { !isOfOthers($0.key, besideOwn: hasOwn) }
  }

  /// Whether what stands under `key` is of another network, or of how one is distilled from it.
  func isOfOthers(_ key: String, besideOwn: Bool) -> Bool {
    let sections = Self.sections(of: key)
    if sections.contains(where: { isOther($0, besideOwn: besideOwn) }) { return true }
    return sections.contains(where: NetworkSetting.isOfDistilling)
      && !sections.contains(where: isOwn) && !NetworkSetting.isOfAngles(key)
  }

  private static func sections(of key: String) -> ArraySlice<Substring> {
    key.lowercased().split(separator: ".").dropLast()
  }
}
