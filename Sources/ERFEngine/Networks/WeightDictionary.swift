/// Which of a file's dictionaries of weights was taken.
public struct WeightsChoice: Sendable, Equatable {
  /// What stands before the parameters' names, such as `model` or `state_dict.module`; empty: nothing.
  public let chosen: String
  /// Others that hold the same network, such as `model_ema`.
  public let others: [String]
  /// What a reader has to know of how the weights were taken, a line each: tensors that were left out,
  /// and what the file says that shapes do not.
  public var notes: [String] = []
  /// What the file leaves open of which network it is, which holds of weights that are made of it too.
  var doubts: [String] = []
  /// What training left of the kernels as it was; nil: nothing, or nobody knows.
  var training: String?
  /// Whether the file has no classifier of the network, or one that was left out.
  public internal(set) var lacksClassifier = false

  /// All there is to say, a line each.
  public var remarks: [String] { notes + (training.map { [$0] } ?? []) }
}

extension WeightsChoice? {
  /// The remarks as files of results keep them; nil where there is nothing to say.
  public var notes: [String]? { flatMap { $0.remarks.isEmpty ? nil : $0.remarks } }
}

/// One dictionary of weights in a file: what stands before the names is taken off.
struct WeightDictionary: Sendable {
  /// `state_dict.module.`, or empty.
  let prefix: String
  /// The same of the network without its classifier, which may lie beside it (`HeadedBackbone`).
  let body: String
  /// Shapes by the names without the prefix, as networks ask for them.
  let shapes: [String: Shape]
  /// Those that the file has otherwise than under their own name.
  private let sources: [String: StoredForm]

  /// Names of other libraries become those of the networks.
  ///
  /// - Parameter backbone: where a classifier lies beside the network.
  init(prefix: String, shapes: [String: Shape], backbone: HeadedBackbone? = nil) {
    let (held, sources) = Self.unwrapped(shapes, backbone)
    let body = prefix + (backbone?.body ?? "")
    let schemes = ModelCatalogue.families.flatMap { $0.otherNames }.filter {
      held[$0.landmark] != nil
    }
    let translation = schemes.lazy.compactMap { $0.translation(held) }.first
    guard let translation else {
      self.init(prefix: prefix, body: body, shapes: held, sources: sources)
      return
    }
    let named = Self.renamed(held, sources) { translation($0) ?? $0 }
    self.init(prefix: prefix, body: body, shapes: named.shapes, sources: named.sources)
  }

  private init(
    prefix: String, body: String, shapes: [String: Shape], sources: [String: StoredForm]
  ) {
    self.prefix = prefix
    self.body = body
    self.shapes = shapes
    self.sources = sources
  }

  /// What PyTorch calls a module within one that it puts around it, which computes the same: a compiled one,
  /// one whose parameters are shared out, or one whose activations are computed again.
  private static let wrappers: Set<Substring> = [
    "_orig_mod", "_fsdp_wrapped_module", "_checkpoint_wrapped_module",
  ]

  static func isWrapper(_ part: Substring) -> Bool { wrappers.contains(part) }

  /// Whether a name has what all wrappers' names have: quick, since files have very many names.
  static func mayBeWrapped(_ name: String) -> Bool { name.utf8.holds("_mod") }

  /// A name without what compilers and other wrappers put into it, anywhere.
  static func uncompiled(_ name: String) -> String {
    guard mayBeWrapped(name) else { return name }
    return name.split(separator: ".", omittingEmptySubsequences: false)
      .filter { !isWrapper($0) }.joined(separator: ".")
  }

  /// The names without what compilers and other wrappers put into them, and those of parameters in the place
  /// of what they are made of; of a backbone and what lies beside it those of one network.
  private static func unwrapped(
    _ shapes: [String: Shape], _ backbone: HeadedBackbone?
  ) -> (shapes: [String: Shape], sources: [String: StoredForm]) {
    var held = shapes
    var sources: [String: StoredForm] = [:]
    for (name, form) in StoredForm.parameters(among: shapes) {
      for tensor in form.tensors { held[tensor] = nil }
      held[name] = shapes[form.main]
      sources[name] = form
    }
    if held.keys.contains(where: mayBeWrapped) {
      (held, sources) = renamed(held, sources, by: uncompiled)
    }
    guard let backbone else { return (held, sources) }
    return renamed(held, sources, by: backbone.name)
  }

  /// `held` by the names that `rename` gives. A name that two would have is that of the tensor that
  /// has it already, or else of the first: the other stays what it is called, where it is seen.
  private static func renamed(
    _ held: [String: Shape], _ sources: [String: StoredForm], by rename: (String) -> String
  ) -> (shapes: [String: Shape], sources: [String: StoredForm]) {
    var owners: [String: String] = [:]
    for key in held.keys.sorted() {
      var (owner, name) = (key, rename(key))
      while let other = owners[name] {
        if name == owner {
          owners[name] = owner
          (owner, name) = (other, other)
        } else {
          name = owner
        }
      }
      owners[name] = owner
    }
    var origins: [String: StoredForm] = [:]
    for (name, key) in owners { origins[name] = sources[key] ?? (name == key ? nil : .tensor(key)) }
    return (owners.compactMapValues { held[$0] }, origins)
  }

  /// Layers that other programs put in the place of the classifier.
  static let headNames = [
    "fc", "fc.0", "fc.1", "fc.2", "fc.0.0", "fc.0.1", "fc.1.0", "fc.1.1", "linear", "last_linear",
    "classifier", "classifier.0", "classifier.1", "classifier.2", "classifier.3", "head", "head.fc",
    "head.1", "logits", "output", "_fc", "_fc.1",
  ]

  /// The same with the classifier's linear layer called `head`, where there is one under another of
  /// the usual names and no doubt which.
  func naming(head: String) -> WeightDictionary {
    let parts = [".weight", ".bias"]
    guard parts.allSatisfy({ shapes[head + $0] == nil }) else { return self }
    let found = Self.headNames.filter { $0 != head && isLinear($0) }
    // One layer of several is no classifier: the others would be left out.
    guard found.count == 1, !hasOtherLayers(beside: found[0]) else { return self }
    var named = shapes
    var sources = sources
    for part in parts {
      let old = found[0] + part
      let new = head + part
      if let shape = named.removeValue(forKey: old) { named[new] = shape }
      sources[new] = sources.removeValue(forKey: old) ?? .tensor(old)
    }
    return WeightDictionary(prefix: prefix, body: body, shapes: named, sources: sources)
  }

  /// Whether the module that holds the numbered layer `name` holds other linear layers too.
  private func hasOtherLayers(beside name: String) -> Bool {
    let parts = name.split(separator: ".")
    guard let place = parts.firstIndex(where: { Int($0) != nil }) else { return false }
    let module: String = parts[..<place].map { "\($0)." }.joined()
    return shapes.contains { key, shape in
      shape.rank == 2 && key.hasPrefix(module) && key.hasSuffix(".weight")
        && key != name + ".weight"
    }
  }

  private func isLinear(_ name: String) -> Bool {
    shapes[name + ".weight"]?.rank == 2 && shapes[name + ".bias"]?.rank == 1
  }

  /// Outputs of the classifier `head`, also of one without a bias; nil: it is not there, or not one.
  func classes(head: String) -> Int? {
    let named = naming(head: head)
    guard let weight = named[head + ".weight"], weight.rank == 2,
      named[head + ".bias"].map({ $0.rank == 1 }) ?? true, weight[0] <= 100_000
    else { return nil }
    return weight[0]
  }

  /// - Parameter prefix: one of the file's `prefixes(of:)`.
  init(_ file: Checkpoint, prefix: String) {
    let backbone = HeadedBackbone(prefix, in: file.entries)
    let whole = backbone?.prefix ?? prefix
    self.init(prefix: whole, shapes: Self.shapes(file, prefix: whole), backbone: backbone)
  }

  private static func shapes(_ file: Checkpoint, prefix: String) -> [String: Shape] {
    var shapes: [String: Shape] = [:]
    for (key, entry) in file.entries where key.hasPrefix(prefix) {
      shapes[String(key.dropFirst(prefix.count))] = entry.shape
    }
    return shapes
  }

  /// The name of the parameter `key` in the file, or of its main part.
  func fullName(_ key: String) -> String { prefix + (sources[key]?.main ?? key) }

  /// All that the file holds of the parameter `key`.
  func tensors(of key: String) -> [String] {
    (sources[key]?.tensors ?? [key]).map { prefix + $0 }
  }

  /// Whether the parameter `key` is made of several tensors of the file.
  func isMade(_ key: String) -> Bool {
    switch sources[key] {
    case nil, .tensor: false
    default: true
    }
  }

  /// The parameter `key`, of what `read` gives of the file's tensors.
  func parameter(_ key: String, read: (String) throws -> Tensor) rethrows -> Tensor {
    try (sources[key] ?? .tensor(key)).parameter { try read(prefix + $0) }
  }

  /// What keeps a parameter that is made of numbers from being one itself.
  func division(_ key: String, read: (String) throws -> Tensor) rethrows -> String? {
    try sources[key]?.division { try read(prefix + $0) }
  }

  /// The first of the parameters that the file keeps in a way that is not known here, with the tensors that
  /// it keeps.
  func unmade(in file: Checkpoint) -> CheckpointError? {
    let all = StoredForm.unmade(Self.shapes(file, prefix: prefix))
    return all.min { $0.key < $1.key }.map {
      .unmade(
        path: file.path, key: prefix + $0.key, tensors: $0.value.map { prefix + $0 },
        others: all.count - 1)
    }
  }

  /// The prefix of the network without the dot behind it.
  var name: String { Self.name(of: body) }

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
