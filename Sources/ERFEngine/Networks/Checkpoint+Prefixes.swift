// What stands before the names of networks in a file, and which of several is taken.

extension Checkpoint {
  /// Prefixes in front of `landmarks`, names of parameters, in the file, the best first: those of
  /// layers deeper in the same network are left out; averaged weights come after trained ones, the
  /// usual names before others, short ones before long, then by the alphabet.
  func prefixes(of landmarks: [String]) -> [String] {
    Self.prefixes(of: landmarks, among: plainNames(endingLike: landmarks))
  }

  /// The names in the file, and what they are without what PyTorch and compilers put into them: as
  /// `WeightDictionary` takes it off, but for the beginning; those alone that end like one of
  /// `landmarks`.
  private func plainNames(endingLike landmarks: [String]) -> [(key: String, name: String)] {
    func plain(_ key: String) -> (key: String, name: String)? {
      var name = StoredForm.name(key)
      if WeightDictionary.mayBeWrapped(name), let dot = name.firstIndex(of: ".") {
        name = String(name[..<dot]) + WeightDictionary.uncompiled(String(name[dot...]))
      }
      return landmarks.contains(where: name.hasSuffix) ? (key, name) : nil
    }
    // An object in the place of a weight is refused later, by its own name.
    return entries.keys.compactMap(plain) + objects.keys.compactMap(plain)
  }

  private static func prefixes(
    of landmarks: [String], among names: [(key: String, name: String)]
  ) -> [String] {
    // The longest first: a name may end like another one.
    let landmarks = landmarks.sorted { $0.utf8.count > $1.utf8.count }
    let all = names.compactMap { key, name -> String? in
      guard let landmark = landmarks.first(where: name.hasSuffix) else { return nil }
      let prefix = String(name.dropLast(landmark.count))
      let isWhole = prefix.isEmpty || prefix.hasSuffix(".") || prefix.hasSuffix("/")
      return isWhole ? beginning(of: key, standingFor: prefix) : nil
    }
    .sorted { ($0.utf8.count, $0) < ($1.utf8.count, $1) }
    var roots: [String] = []
    for prefix in all.prefix(256) where !roots.contains(where: prefix.hasPrefix) {
      roots.append(prefix)
    }
    return roots.sorted(by: isBetter)
  }

  /// The shortest beginning of `key` that is `prefix` without what wrappers put into it; nil: none is.
  private static func beginning(of key: String, standingFor prefix: String) -> String? {
    if key.hasPrefix(prefix) { return prefix }
    var beginning = ""
    var left = prefix.utf8.count
    for part in key.split(separator: ".", omittingEmptySubsequences: false) where left > 0 {
      let whole = "\(part)."
      if !beginning.isEmpty, WeightDictionary.isWrapper(part) {
        beginning += whole
      } else {
        beginning += String(decoding: whole.utf8.prefix(left), as: UTF8.self)
        left -= whole.utf8.count
      }
    }
    return left <= 0 && key.hasPrefix(beginning) ? beginning : nil
  }

  /// What stands before the parameters of any known network, the best first, layers deeper in another
  /// network aside.
  var prefixesOfNetworks: [String] {
    let names = plainNames(endingLike: ModelCatalogue.families.flatMap { $0.landmarks })
    let all = Set(
      ModelCatalogue.families.flatMap { Self.prefixes(of: $0.landmarks, among: names) }
    )
    .sorted { ($0.utf8.count, $0) < ($1.utf8.count, $1) }
    var roots: [String] = []
    for prefix in all where !roots.contains(where: prefix.hasPrefix) { roots.append(prefix) }
    return roots.sorted(by: Self.isBetter)
  }

  static func isBetter(_ one: String, _ other: String) -> Bool { order(one) < order(other) }

  /// Where a prefix stands among others: of those that are numbered by the progress of a training, such as
  /// `epoch_2`, the last is the first.
  private static func order(_ prefix: String) -> (Int, Int, Int, String) {
    let parts = prefix.lowercased().split { $0 == "." || $0 == "/" }
    let number = parts.compactMap { digits(ofProgress: $0) }.first ?? ""
    return (
      rank(prefix, parts), prefix.utf8.count - number.utf8.count, -(Int(number) ?? 0), prefix
    )
  }

  /// `2` of `epoch_2`; nil: it is no such name.
  private static func digits(ofProgress part: Substring) -> Substring? {
    let word = part.prefix { $0.isLetter }
    let digits = part.dropFirst(word.count).drop { $0 == "_" || $0 == "-" }
    let isNumber = !digits.isEmpty && digits.allSatisfy { $0.isASCII && $0.isNumber }
    return isNumber && ["epoch", "ep", "step", "iter", "iteration", "round"].contains(word)
      ? digits : nil
  }

  private static func rank(_ prefix: String, _ parts: [Substring]) -> Int {
    if parts.contains(where: TrainingTensors.isOfOptimizer) { return 5 }
    if parts.contains(where: { $0.contains("ema") || $0.contains("averaged") }) { return 4 }
    // What follows another network in training (DINO's student leads its teacher, which is the one to
    // keep; MoCo's and BYOL's key encoders follow their queries).
    if parts.contains(where: { followers.contains(String($0)) }) { return 4 }
    // An earlier state of the same network.
    if parts.contains(where: { $0.hasPrefix("best") }) { return 3 }
    return prefix.isEmpty ? 0 : parts.first.map(plainDictionaries.contains) == true ? 1 : 2
  }

  private static let plainDictionaries: Set<Substring> = [
    "model", "state_dict", "model_state_dict", "model_state",
  ]
  private static let followers: Set = [
    "student", "encoder_k", "key_encoder", "momentum_encoder", "target_network", "target_encoder",
    "target",
  ]

  /// Those of `prefixes` that `key` asks for; all where it asks for none.
  ///
  /// - Throws: `CheckpointError.noWeights` where there are none of that name.
  func chosen(_ prefixes: [String], by key: String?) throws(CheckpointError) -> [String] {
    guard var key else { return prefixes }
    if key.hasSuffix(".") { key.removeLast() }
    let found = prefixes.filter {
      let name = WeightDictionary.name(of: $0)
      return name == key || name.hasPrefix(key + ".")
    }
    if !found.isEmpty { return found }
    // Any run of whole parts, the end of the path first of all, as long as only one has it.
    let inside = prefixes.filter { ("." + $0).contains("." + key + ".") }
    let atEnd = inside.filter { ("." + $0).hasSuffix("." + key + ".") }
    // Any ending at last, such as `ema` of `model_ema`, or first word of a part, as of `ema_state_dict`.
    let ending = key.isEmpty ? [] : prefixes.filter { WeightDictionary.name(of: $0).hasSuffix(key) }
    let leading = prefixes.filter { ("." + $0).contains("." + key + "_") }
    for candidates in [atEnd, inside, ending, leading] where !candidates.isEmpty {
      guard candidates.count == 1 else {
        throw .ambiguousWeights(
          path: path, key: key, found: candidates.map(WeightDictionary.name))
      }
      return candidates
    }
    throw .noWeights(path: path, key: key, available: prefixes.map(WeightDictionary.name))
  }
}
