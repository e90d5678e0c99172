/// How a parameter of a node comes about: asked of the weights, known, or derived from others.
///
/// Passes and edits change expressions, never numbers. They are evaluated once, when a program is
/// made; and since what is derived is decided by what it is derived from, two equal expressions over
/// equal weights need not be evaluated twice.
indirect enum ParameterExpression: Hashable, Sendable {
  case slot(Slot)
  /// Random numbers of a seed, whatever the weights are: what an edit adds.
  case fresh(Slot, seed: UInt64)
  case constant(Constant)
  case derived(Derivation, [ParameterExpression])

  /// Numbers that belong to the blueprint itself, such as those of an exported graph.
  struct Constant: Hashable, Sendable {
    let tensor: Tensor
    /// Of the float32 bits.
    let hash: UInt64

    init(_ tensor: Tensor) {
      var hash = FNV1a()
      tensor.addBits(to: &hash)
      self.tensor = tensor
      self.hash = hash.value
    }

    static func == (left: Constant, right: Constant) -> Bool {
      left.hash == right.hash && left.tensor.shape == right.tensor.shape
    }

    func hash(into hasher: inout Hasher) { hasher.combine(hash) }
  }
}

/// How one parameter is made of others.
enum Derivation: Hashable, Sendable {
  /// weight / sqrt(variance + epsilon), of a batch norm's weight, bias, mean and variance, (C).
  case normScale(epsilon: Double)
  /// bias - mean * scale, of the same.
  case normShift(epsilon: Double)
  /// Rows of weights (O, ...) times a scale (O).
  case scaledRows
  /// Columns of weights (O, I) or (O, I, 1, 1) times a scale (I).
  case scaledColumns
  /// bias * scale + shift, (O) each.
  case scaledBias
  /// Weights (O, I) times a vector (I), plus a bias (O) where there is one.
  case product
  /// Kernels (C, 1, K, K) plus smaller ones about the same centre, with a margin of zeros.
  case addedKernels(margin: Int)
  case sum
  /// Square kernels (O, I, K, K) cut to their middle, or with zeros around.
  case cropped(side: Int)
  /// Square kernels interpolated, bicubic, each keeping its energy.
  case interpolated(side: Int)
  /// Kernels (O, I, KH, KW) with zeros in the rows and columns that are false.
  case masked(rows: [Bool], columns: [Bool])
  case reshaped(Shape)
  /// Axes in another order.
  case transposed([Int])
}

extension ParameterExpression {
  /// The shape of what comes out.
  var shape: Shape {
    switch self {
    case .slot(let slot), .fresh(let slot, _): return slot.shape
    case .constant(let constant): return constant.tensor.shape
    case .derived(let derivation, let sources):
      let first = sources[0].shape
      switch derivation {
      case .product: return [first[0]]
      case .cropped(let side), .interpolated(let side): return [first[0], first[1], side, side]
      case .reshaped(let shape): return shape
      case .transposed(let axes): return Shape(axes.map { first[$0] })
      case .normScale, .normShift, .scaledRows, .scaledColumns, .scaledBias, .addedKernels, .sum,
        .masked:
        return first
      }
    }
  }

  /// The slots that it is made from, in order.
  var slots: [Slot] {
    switch self {
    case .slot(let slot): [slot]
    case .fresh, .constant: []
    case .derived(_, let sources): sources.flatMap(\.slots)
    }
  }
}

/// y = x * scale + shift a channel, as expressions (C).
struct AffineExpression: Hashable, Sendable {
  let scale: ParameterExpression
  /// nil: none.
  let shift: ParameterExpression?

  /// The bias of a layer that this affine is folded into; nil: none.
  func foldedBias(_ bias: ParameterExpression?) -> ParameterExpression? {
    guard let bias else { return shift }
    guard let shift else { return .derived(.scaledRows, [bias, scale]) }
    return .derived(.scaledBias, [bias, scale, shift])
  }
}
