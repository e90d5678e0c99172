/// Finding out from names and shapes which network a checkpoint holds.
extension ModelCatalogue {
  /// The network in `file`, of whose dictionaries of weights `key` chooses one.
  ///
  /// - Throws: `CheckpointError.unrecognised` and `.noWeights`.
  static func recognise(_ file: Checkpoint, key: String? = nil) throws -> any Architecture {
    let prefixes = file.prefixesOfNetworks
    guard !prefixes.isEmpty else {
      throw file.impostor() ?? file.shardRefusal ?? unrecognised(file)
    }
    for prefix in try file.chosen(prefixes, by: key) {
      if let network = recognise(WeightDictionary(file, prefix: prefix), in: file) {
        return network
      }
    }
    if let refusal = file.impostor() ?? file.shardRefusal { throw refusal }
    let unmade = prefixes.lazy.compactMap {
      WeightDictionary(file, prefix: $0).unmade(in: file)
    }.first
    throw unmade ?? emptied(file, behind: prefixes) ?? unrecognised(file)
  }

  /// The network of one of the dictionaries of `file`, by all that the file tells; nil: none that is known.
  static func recognise(
    _ weights: WeightDictionary, in file: Checkpoint
  ) -> (any Architecture)? {
    guard let network = recognise(weights).first else { return nil }
    // Shapes do not tell everything, such as shortcuts; what fits the name is checked afterwards.
    if let named = file.metadata["model"].flatMap({ try? architecture($0) }),
      isPlausible(named, for: network, file)
    {
      return named
    }
    return network.adopting(FileHints(file, prefix: weights.body))
  }

  /// Whether the network that a file of this program's own names is the one that its shapes tell.
  private static func isPlausible(
    _ named: any Architecture, for found: any Architecture, _ file: Checkpoint
  ) -> Bool {
    type(of: named) == type(of: found)
      && (file.metadata["program"] != nil || named.id == found.id)
  }

  /// Every network that the names of `weights` could be those of, within the limits of the catalogue.
  static func recognise(_ weights: WeightDictionary) -> [any Architecture] {
    families.compactMap { family in
      guard let found = family.init(recognising: weights) else { return nil }
      // What an id can say is what a network can be.
      return try? architecture(found.id)
    }
  }

  /// Parameters without elements behind one of `prefixes`, of which nothing can be told; nil: there are none.
  private static func emptied(
    _ file: Checkpoint, behind prefixes: [String]
  ) -> CheckpointError? {
    let empty = file.entries.filter { key, entry in
      entry.shape.count == 0 && prefixes.contains(where: key.hasPrefix)
        && [".weight", ".bias"].contains(where: key.hasSuffix)
    }
    guard let (key, entry) = empty.min(by: { $0.key < $1.key }) else { return nil }
    let others = empty.count == 1 ? "" : " and \(empty.count - 1) more"
    return .unsupported(
      path: file.path,
      reason: "\(WeightsMismatch.printable(key)) (\(entry.shape))\(others) "
        + "\(empty.count == 1 ? "is" : "are") empty: save the network with all of its weights")
  }

  private static func unrecognised(_ file: Checkpoint) -> CheckpointError {
    if let adapters = file.adapters { return adapters }
    if let foreign = ForeignNetwork(in: file.entries) {
      return .foreign(path: file.path, foreign.name)
    }
    return .unrecognised(path: file.path, keys: file.keys)
  }
}
