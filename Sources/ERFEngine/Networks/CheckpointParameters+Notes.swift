// What a reader has to know of how parameters were taken out of a file: what was left out, and what shapes do
// not tell.

extension CheckpointParameters {
  /// What was left out, and what shapes do not tell.
  ///
  /// - Parameter preparation: what is said of how pictures are prepared.
  mutating func addNotes(
    _ comparison: Comparison, _ architecture: any Architecture, _ preparation: PreprocessingChoice
  ) {
    let hints = FileHints(file, prefix: weights.body)
    let normalisation = normalisation(hints)
    let body = modules(of: comparison.inventory)
    let leftOut = Set(comparison.ignored + tensorsOutside + objectsOfHead(besides: body))
      .subtracting(normalisation?.tensors ?? [])
    let usual = takesGrey ? architecture.preprocessing.grey : architecture.preprocessing
    let hasHead = !comparison.inventory.head.isEmpty
    let gaps = SequentialGaps(weights, of: architecture, hasHead: hasHead)
    let doubts =
      hints.doubts(about: architecture, hasClassifier: hasHead) + gaps.doubts(in: file)
      + [normalisation?.doubt(about: usual.with(preparation))].compactMap(\.self)
    let isTrained = file.metadata[TrainingRecord.Key.recipe] != nil
    let past = isTrained ? "trained further" : "converted"
    // A classifier that was trained here compares no angles.
    let earlier = hints.earlierDoubts.filter {
      hasHead && !isTrained || !$0.hasSuffix(Self.effectOfAngles)
    }
    let taken =
      notes(on: leftOut, comparison, architecture) + averageNotes
      + inputNotes(comparison.inventory) + headNotes(comparison.inventory)
    let angles = hasHead ? angularNote(leftOut, architecture, hints) : nil
    choice.notes =
      file.notes + taken + [angles].compactMap(\.self)
      + earlier.map { "before it was \(past), \($0)" } + doubts
    // What is made of the file does not hold the signs of it either.
    choice.doubts = earlier + doubts + [angles].compactMap(\.self)
    choice.lacksClassifier = !hasHead
  }

  /// The modules that the network's parameters belong to, by the file's own names, in full.
  private func modules(of inventory: ParameterInventory) -> Set<String> {
    Set(
      inventory.entries.keys.map { key in
        weights.prefix + Self.module(String(weights.fullName(key).dropFirst(weights.prefix.count)))
      })
  }

  /// Objects of other libraries in the place of a classifier that is left out: beside the modules of `body`,
  /// which are named in full.
  private func objectsOfHead(besides body: Set<String>) -> [String] {
    guard allowsMissingHead else { return [] }
    return file.objects.keys.filter { key in
      key.hasPrefix(weights.prefix) && [".weight", ".bias"].contains(where: key.hasSuffix)
        && !body.contains { key.hasPrefix($0 + ".") } && !others.contains(where: key.hasPrefix)
    }
  }

  // MARK: What was left out

  private func notes(
    on leftOut: Set<String>, _ comparison: Comparison, _ architecture: any Architecture
  ) -> [String] {
    var notes: [String] = []
    let head = otherHead(leftOut, comparison, architecture)
    let rest = leftOut.subtracting(head.tensors)
    if !head.tensors.isEmpty {
      notes.append("\(head.words): " + WeightsMismatch.listed(head.tensors.sorted()))
    }
    if !rest.isEmpty {
      notes.append(
        "left out \(rest.count.counted("tensor")) that \(model) does not have: " + listed(rest))
    }
    let body = modules(of: comparison.inventory)
    let inner = comparison.ignored.filter { key in
      body.contains { key.hasPrefix($0 + ".") } || isBetweenLayers(key)
    }
    if ignoresExtra, !inner.isEmpty {
      // Blurs, squeezes and the like would compute in the middle of it.
      notes.append(
        "of these, \(WeightsMismatch.listed(inner)) \(inner.count == 1 ? "lies" : "lie") within "
          + "layers of \(model): the file's own network computes something else")
    }
    let twins = comparison.ignored.filter { key in
      !inner.contains(key) && isTwin(key, comparison.inventory)
    }
    if ignoresExtra, !twins.isEmpty {
      notes.append(
        "of these, \(WeightsMismatch.listed(twins)) \(twins.count == 1 ? "is" : "are") called like "
          + "parameters of \(model) that others stand for: the file's own network may compute "
          + "something else")
    }
    return notes
  }

  /// Modules that torchvision's and timm's networks have between their layers, without parameters.
  private static let betweenLayers: Set<Substring> = [
    "relu", "act", "act1", "maxpool", "pool", "avgpool", "global_pool",
  ]

  /// Whether a tensor is, by its name, of a module in the middle of the network that has no parameters there.
  private func isBetweenLayers(_ key: String) -> Bool {
    key.hasPrefix(weights.body)
      && Self.betweenLayers.contains(Self.module(String(key.dropFirst(weights.body.count))))
  }

  /// Whether a tensor has the name of a parameter that another one is taken for, in another library's words or behind
  /// one more module.
  private func isTwin(_ key: String, _ inventory: ParameterInventory) -> Bool {
    let name = String(key.dropFirst(weights.prefix.count))
    if weights.displaced.contains(name) { return true }
    guard let dot = name.firstIndex(of: ".") else { return false }
    let inner = String(name[name.index(after: dot)...])
    return inventory.entries[inner] != nil && !TrainingTensors.holds(key, [])
  }

  /// Of the tensors that are left out, those of the network's classifier, and what is said of them: a norm
  /// before a classifier that is not there makes none.
  private func otherHead(
    _ leftOut: Set<String>, _ comparison: Comparison, _ architecture: any Architecture
  ) -> (tensors: Set<String>, words: String) {
    guard !leftOut.isEmpty, allowsMissingHead, comparison.inventory.head.isEmpty else {
      return ([], "")
    }
    let head = restOfHead(architecture)
    let last = head.filter { $0.hasPrefix(type(of: architecture).head + ".") }
    let isThere = !leftOut.isDisjoint(with: last.flatMap(weights.tensors))
    let tensors = leftOut.intersection(head.flatMap(weights.tensors))
    let counted = tensors.count.counted("tensor")
    return (
      tensors,
      isThere
        ? "left out \(counted) of a classifier that does not fit \(model)"
        : "without a classifier in the file, \(counted) that only it reads "
          + "\(tensors.count == 1 ? "is" : "are") left out"
    )
  }

  /// Names of tensors, but of more than a few beside the network those of their modules, each with its number
  /// of tensors: `auxiliary_head (4), decode_head (12)`.
  private func listed(_ tensors: Set<String>) -> String {
    let outside = tensors.filter { !$0.hasPrefix(weights.prefix) }
    guard outside.count > 4 else { return WeightsMismatch.listed(tensors.sorted()) }
    let networks = ([weights.prefix] + others).map { $0.split(separator: ".") }
    let modules = Dictionary(grouping: outside) { name in
      let parts = name.split(separator: ".")
      let shared =
        networks.map { network in
          zip(network, parts).prefix { $0 == $1 }.count
        }.max() ?? 0
      return parts.prefix(shared + 1).joined(separator: ".")
    }
    let names = modules.map { $1.count == 1 ? $1[0] : "\($0) (\($1.count))" }
    return WeightsMismatch.listed((tensors.subtracting(outside) + names).sorted())
  }

  /// What is said of averages of the weights under names that are not the network's; those under its own are a
  /// dictionary of weights of their own.
  private var averageNotes: [String] {
    let averages = file.entries.filter { key, entry in
      !key.hasPrefix(weights.prefix) && !others.contains(where: key.hasPrefix)
        && entry.shape.rank > 1 && TrainingTensors.isAverage(key)
    }.map(\.key)
    return averages.isEmpty
      ? []
      : [
        "the file also keeps averages of weights under names that are not the network's, "
          + "which are not taken: \(listed(Set(averages)))"
      ]
  }

  // MARK: Both ends of the network

  private func inputNotes(_ inventory: ParameterInventory) -> [String] {
    guard let found = weights[stem], found.rank == 4, let asked = inventory.entries[stem],
      found[1] != asked.shape[1]
    else { return [] }
    return [
      found[1] == 1
        ? "the first convolution takes grey pictures: \(Preprocessing.greyNote)"
        : "the first convolution takes \(Preprocessing.fourthNote)"
    ]
  }

  private func headNotes(_ inventory: ParameterInventory) -> [String] {
    guard !inventory.head.isEmpty, let zeroBias else { return [] }
    return [
      "the file has no \(weights.fullName(zeroBias)): the classifier's bias is taken as zero"
    ]
  }

  /// What is said of a classifier that compares angles; nil: nothing tells of one.
  private func angularNote(
    _ leftOut: Set<String>, _ architecture: any Architecture, _ hints: FileHints
  ) -> String? {
    let facts = NetworkSetting.Facts(architecture, hasClassifier: true)
    let sign: String? =
      if let name = angular(among: leftOut, beside: type(of: architecture).head) {
        "\(WeightsMismatch.printable(name)) is named like a part of a layer that compares angles"
      } else {
        hints.angularSetting(facts).map {
          "\($0.source) \($0.text): the classifier may compare angles"
        }
      }
    return sign.map {
      "\($0), as ArcFace's does, with features and weights of length 1: \(Self.effectOfAngles)"
    }
  }

  private static let effectOfAngles =
    "what is predicted here, without that, may differ; fields do not depend on it"
}
