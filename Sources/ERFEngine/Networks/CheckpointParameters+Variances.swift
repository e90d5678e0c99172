// Variances without roots, which make no number of all that follows.

extension CheckpointParameters {
  /// Checks that all values of the parameter `key` have roots where it is a variance, and what is added to it,
  /// in the precision of the network; `lowest` is the smallest.
  ///
  /// - Throws: `CheckpointError.negativeVariance`.
  func requireRoots(_ key: String, lowest: Float) throws(CheckpointError) {
    guard let epsilon = epsilons[key], lowest + Float(epsilon) <= 0 else { return }
    throw .negativeVariance(path: file.path, key: weights.fullName(key), lowest: lowest)
  }
}

extension Blueprint {
  /// What batch norms add to variances before their roots are taken, by the variances' keys.
  var epsilons: [String: Double] {
    var found: [String: Double] = [:]
    for node in nodes {
      guard let norm = node.op as? BatchNorm, let variance = node.parameters.last?.slots.last else {
        continue
      }
      found[variance.key] = norm.epsilon
    }
    return found
  }
}
