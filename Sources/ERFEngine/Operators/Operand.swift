// What operators of several inputs share: inputs that are constants, and what they keep of others.

/// An input of an operator that is a parameter instead.
struct ConstantOperand: Hashable, Sendable {
  let shape: Shape
  /// Whether it stands on the left of the other input.
  let isLeft: Bool
}

extension Tensor {
  /// The same under a shape of more axes than a map's, whose parts nobody cuts out of what is kept.
  var uncut: Tensor {
    reshaped(Shape([Int](repeating: 1, count: max(1, 5 - shape.rank)) + shape.extents))
  }
}

extension Kept {
  /// The values that were kept.
  var keptValues: [Tensor] {
    guard case .values(let values) = self else {
      preconditionFailure("the forward pass kept nothing")
    }
    return values
  }
}
