// Whether the weights in a checkpoint would open as a network, and why not: what opening it says.

extension CheckpointInspection {
  /// What becomes of a file of weights that is named without a model.
  public enum Opening: Sendable {
    /// It opens; what there is to know of how.
    case opens(notes: [String])
    /// It opens where the classifier may be missing; why not otherwise.
    case withoutHead(CheckpointError, notes: [String])
    /// No tensor is named like one of a known network: why it does not open without a model's name.
    case unknown(CheckpointError)
    case refused(CheckpointError)
  }

  /// Recognises and compares the network that the file would open as, and looks at its numbers, and at checksums,
  /// which opening passes over.
  ///
  /// - Parameter tensors: the summaries of all `names`.
  /// - Returns: nil for an exported graph, which says itself what its weights are for.
  /// - Throws: what is no ``CheckpointError``.
  public func opening(_ tensors: some Sequence<TensorSummary>) throws -> Opening? {
    guard !isGraph else { return nil }
    if let damage = file.damage { return .refused(damage) }
    do {
      let network = try ModelCatalogue.recognise(file)
      do {
        return .opens(notes: try opened(network, allowsMissingHead: false, tensors))
      } catch CheckpointError.mismatch(let path, let mismatch) where mismatch.lacksOnlyHead {
        let notes = try opened(network, allowsMissingHead: true, tensors)
        return .withoutHead(.mismatch(path: path, mismatch), notes: notes)
      }
    } catch let error as CheckpointError {
      return error.isOfNames && file.prefixesOfNetworks.isEmpty ? .unknown(error) : .refused(error)
    }
  }

  /// What keeps the file from opening, a missing classifier aside: nothing, or the first thing that opening
  /// it would say.
  ///
  /// - Parameter tensors: the summaries of all `names`.
  /// - Throws: as ``opening(_:)``.
  public func problems(_ tensors: some Sequence<TensorSummary>) throws -> [CheckpointError] {
    guard case .refused(let error)? = try opening(tensors) else { return [] }
    return [error]
  }

  /// Opens the file as `network`, without reading its numbers again but for parameters that are made of several
  /// tensors.
  ///
  /// - Returns: what there is to know of how it was opened.
  /// - Throws: `CheckpointError`.
  private func opened(
    _ network: any Architecture, allowsMissingHead: Bool, _ tensors: some Sequence<TensorSummary>
  ) throws -> [String] {
    let (source, blueprint) = try CheckpointParameters(
      file: file, model: network.id, landmarks: type(of: network).landmarks,
      head: type(of: network).head, allowsMissingHead: allowsMissingHead, isRecognised: true
    ).settled(for: network)
    try source.requireFit(blueprint, of: network)
    let (made, plain) = ParameterInventory(blueprint).entries.values.reduce(
      into: ([Slot](), [Slot]())
    ) { parts, slot in
      if source.weights.isMade(slot.key) { parts.0.append(slot) } else { parts.1.append(slot) }
    }
    let parameters = Dictionary(
      plain.map { (source.weights.fullName($0.key), $0.key) },
      uniquingKeysWith: { first, _ in first })
    for tensor in tensors {
      guard let key = parameters[tensor.name] else { continue }
      if tensor.nonFinite > 0 {
        throw CheckpointError.nonFinite(path: path, key: tensor.name)
      }
      try source.requireRoots(key, lowest: tensor.min ?? 0)
      if tensor.shape.count == 4, tensor.min == 0, tensor.max == 0 {
        throw CheckpointError.onlyZeros(
          path: path, key: tensor.name, shape: Shape(tensor.shape))
      }
    }
    for slot in made.sorted(by: { $0.key < $1.key }) { _ = try source.parameter(slot) }
    return source.choice.notes
  }
}
