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
  /// Tensors that would have the name of another one, by their names without the prefix.
  let displaced: Set<String>

  /// Names of other libraries become those of the networks.
  ///
  /// - Parameter backbone: where a classifier lies beside the network.
  init(prefix: String, shapes: [String: Shape], backbone: HeadedBackbone? = nil) {
    let (held, sources, displaced) = Self.unwrapped(shapes, backbone)
    let body = prefix + (backbone?.body ?? "")
    let schemes = ModelCatalogue.families.flatMap { $0.otherNames }.filter {
      held[$0.landmark] != nil
    }
    let translation = schemes.lazy.compactMap { $0.translation(held) }.first
    guard let translation else {
      self.init(
        prefix: prefix, body: body, shapes: held, sources: sources, displaced: displaced)
      return
    }
    let named = Self.renamed(held, sources) { translation($0) ?? $0 }
    self.init(
      prefix: prefix, body: body, shapes: named.shapes, sources: named.sources,
      displaced: displaced.union(named.displaced))
  }

  private init(
    prefix: String, body: String, shapes: [String: Shape], sources: [String: StoredForm],
    displaced: Set<String>
  ) {
    self.prefix = prefix
    self.body = body
    self.shapes = shapes
    self.sources = sources
    self.displaced = displaced
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
  ) -> Names {
    var held = shapes
    var sources: [String: StoredForm] = [:]
    for (name, form) in StoredForm.parameters(among: shapes) {
      for tensor in form.tensors { held[tensor] = nil }
      held[name] = shapes[form.main]
      sources[name] = form
    }
    var displaced: Set<String> = []
    if held.keys.contains(where: mayBeWrapped) {
      (held, sources, displaced) = renamed(held, sources, by: uncompiled)
    }
    guard let backbone else { return (held, sources, displaced) }
    let named = renamed(held, sources, by: backbone.name)
    return (named.shapes, named.sources, displaced.union(named.displaced))
  }

  /// Shapes and stored forms by names, and the tensors that do not have the name that they would have.
  private typealias Names = (
    shapes: [String: Shape], sources: [String: StoredForm], displaced: Set<String>
  )

  /// `held` by the names that `rename` gives. A name that two would have is that of the tensor that
  /// has it already, or else of the first: the other stays what it is called, where it is seen.
  private static func renamed(
    _ held: [String: Shape], _ sources: [String: StoredForm], by rename: (String) -> String
  ) -> Names {
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
    var displaced: Set<String> = []
    for (name, key) in owners {
      origins[name] = sources[key] ?? (name == key ? nil : .tensor(key))
      if rename(key) != name { displaced.formUnion(sources[key]?.tensors ?? [key]) }
    }
    return (owners.compactMapValues { held[$0] }, origins, displaced)
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
    return WeightDictionary(
      prefix: prefix, body: body, shapes: named, sources: sources, displaced: displaced)
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
    for (key, entry) in file.entries.behind(prefix) where key.hasPrefix(prefix) {
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
