/// How the kernels of a network are brought to other sizes when a stage is edited.
public enum WeightFit: Sendable, Hashable {
  /// The middle is kept; a larger kernel has zeros around.
  case crop
  /// Bicubic interpolation, each filter scaled to its old energy (sum of squares).
  case interpolate
  /// Kernels of another size start anew from random weights.
  case reinitialise(seed: UInt64)

  var text: String {
    switch self {
    case .crop: "kernels cropped or padded"
    case .interpolate: "kernels interpolated"
    case .reinitialise(let seed): "new kernels random:\(seed)"
    }
  }

  /// Where weights come from that the original does not have: deeper stages, added branches.
  var seed: UInt64 {
    if case .reinitialise(let seed) = self { seed } else { 0 }
  }
}

extension WeightFit {
  /// Square kernels `original` brought to the shape of `slot`.
  func kernels(_ original: ParameterExpression, to slot: Slot) -> ParameterExpression {
    switch self {
    case .crop: .derived(.cropped(side: slot.shape[2]), [original])
    case .interpolate: .derived(.interpolated(side: slot.shape[2]), [original])
    case .reinitialise(let seed): .fresh(slot, seed: seed)
    }
  }
}

extension Blueprint {
  /// The same with its slots filled from those of `original`, of which this is an edited form.
  func fitted(to original: Blueprint, by fit: WeightFit) -> Blueprint {
    let known = Dictionary(
      original.slots.map { ($0.key, $0) }, uniquingKeysWith: { first, _ in first })
    var fitted = self
    for index in nodes.indices {
      fitted.nodes[index].parameters = nodes[index].parameters.map { parameter in
        guard case .slot(let slot) = parameter else { return parameter }
        guard let before = known[slot.key] else { return .fresh(slot, seed: fit.seed) }
        if before.shape == slot.shape { return .slot(before) }
        let isKernel = before.shape.rank == 4 && slot.shape.rank == 4
        guard isKernel, slot.shape.extents.prefix(2) == before.shape.extents.prefix(2) else {
          return .fresh(slot, seed: fit.seed)
        }
        return fit.kernels(.slot(before), to: slot)
      }
    }
    return fitted
  }
}
