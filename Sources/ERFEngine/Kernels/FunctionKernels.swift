// Functions of single numbers and of pairs over whole tensors, any rank, with broadcasting.

internal import CKernels

/// A function of one number.
enum ScalarFunction: Hashable, Sendable {
  case sigmoid, silu, tanh, exp, erf, geluTanh, hardSwish, sqrt, reciprocal, abs, square, softplus
  case log, mish, softsign, sin, cos, floor, ceil, round, sign
  /// slope * x + offset between 0 and 1.
  case hardSigmoid(slope: Float, offset: Float)
  /// `slope` * x below zero.
  case leakyReLU(slope: Float)
  /// Between the two. On a limit the slope is 0, as of PyTorch's `clamp`, `hardtanh` and `relu6`; only its `maximum`
  /// and `minimum`, and a `clamp` between tensors, which are exported alike, have one half there.
  case clip(low: Float, high: Float)
  case affine(scale: Float, shift: Float)
  /// factor * (x, or alpha * (exp(x) - 1) below zero).
  case elu(alpha: Float, factor: Float)
  case power(Float)

  fileprivate var kernel: (function: ck_function, a: Float, b: Float) {
    switch self {
    case .sigmoid: (CK_SIGMOID, 0, 0)
    case .silu: (CK_SILU, 0, 0)
    case .tanh: (CK_TANH, 0, 0)
    case .exp: (CK_EXP, 0, 0)
    case .erf: (CK_ERF, 0, 0)
    case .geluTanh: (CK_GELU_TANH, 0, 0)
    case .hardSwish: (CK_HARD_SWISH, 0, 0)
    case .sqrt: (CK_SQRT, 0, 0)
    case .reciprocal: (CK_RECIPROCAL, 0, 0)
    case .abs: (CK_ABS, 0, 0)
    case .square: (CK_SQUARE, 0, 0)
    case .softplus: (CK_SOFTPLUS, 0, 0)
    case .log: (CK_LOG, 0, 0)
    case .mish: (CK_MISH, 0, 0)
    case .softsign: (CK_SOFTSIGN, 0, 0)
    case .sin: (CK_SIN, 0, 0)
    case .cos: (CK_COS, 0, 0)
    case .floor: (CK_FLOOR, 0, 0)
    case .ceil: (CK_CEIL, 0, 0)
    case .round: (CK_ROUND, 0, 0)
    case .sign: (CK_SIGN, 0, 0)
    case .hardSigmoid(let slope, let offset): (CK_HARD_SIGMOID, slope, offset)
    case .leakyReLU(let slope): (CK_LEAKY_RELU, slope, 0)
    case .clip(let low, let high): (CK_CLIP, low, high)
    case .affine(let scale, let shift): (CK_AFFINE, scale, shift)
    case .elu(let alpha, let factor): (CK_ELU, alpha, factor)
    case .power(let exponent): (CK_POWER, exponent, 0)
    }
  }
}

/// A function of two numbers.
enum PairFunction: Hashable, Sendable {
  case add, subtract, multiply, divide, maximum, minimum, power, remainder
  /// 1 where the left is larger, a half where both are equal, 0 elsewhere.
  case greater

  fileprivate var kernel: ck_pairing {
    switch self {
    case .add: CK_ADD
    case .subtract: CK_SUBTRACT
    case .multiply: CK_MULTIPLY
    case .divide: CK_DIVIDE
    case .maximum: CK_MAXIMUM
    case .minimum: CK_MINIMUM
    case .power: CK_POWER_OF
    case .remainder: CK_REMAINDER
    case .greater: CK_GREATER
    }
  }
}

enum FunctionKernels {
  private static let range = 1 << 15

  /// In place where `tensor` is not shared; where `keep`, the derivative at each element.
  static func apply(
    _ function: ScalarFunction, to tensor: inout Tensor, keep: Bool, workers: Workers
  ) -> Tensor? {
    let kernel = function.kernel
    var slopes = keep ? Tensor(uninitialized: tensor.shape) : nil
    let values = unsafe tensor.mutablePointer()
    let derivatives = unsafe slopes?.mutablePointer()
    workers.forEachRange(of: tensor.count, size: range) { part in
      let start = unsafe values + part.lowerBound
      unsafe ck_unary(
        kernel.function, kernel.a, kernel.b, start, part.count, start,
        derivatives.map { unsafe $0 + part.lowerBound })
    }
    return slopes
  }

  /// left *= right, of equal shape.
  static func multiply(_ left: inout Tensor, by right: Tensor, workers: Workers) {
    precondition(left.shape == right.shape, "\(left.shape) and \(right.shape)")
    let values = unsafe left.mutablePointer()
    let others = unsafe right.pointer
    workers.forEachRange(of: left.count, size: range) { part in
      let start = unsafe values + part.lowerBound
      unsafe ck_multiply(start, others + part.lowerBound, part.count, start)
    }
  }

  /// The function of each pair, extents of 1 repeated as numpy does.
  static func pair(
    _ function: PairFunction, _ left: Tensor, _ right: Tensor, workers: Workers
  ) -> Tensor {
    guard let shape = Broadcast.shape(left.shape, right.shape) else {
      preconditionFailure("\(left.shape) and \(right.shape)")
    }
    var result = Tensor(uninitialized: shape)
    if shape.count == 0 { return result }
    let axes = Broadcast.axes(of: shape, left.shape, right.shape)
    let inner = axes.last ?? Broadcast.Axis(extent: 1, left: 0, right: 0)
    let outer = axes.dropLast()
    let to = unsafe result.mutablePointer()
    let (a, b) = unsafe (left.pointer, right.pointer)
    let rows = outer.reduce(1) { $0 * $1.extent }
    // Long rows are cut, short ones go together.
    let pieces = max(1, inner.extent / range)
    let kernel = function.kernel
    workers.forEachRange(of: rows * pieces, size: max(1, range / max(1, inner.extent))) { part in
      for index in part {
        let (row, piece) = (index / pieces, index % pieces)
        var (rest, first, second) = (row, 0, 0)
        for axis in outer.reversed() {
          let position = rest % axis.extent
          rest /= axis.extent
          first += position * axis.left
          second += position * axis.right
        }
        let begin = inner.extent * piece / pieces
        let count = inner.extent * (piece + 1) / pieces - begin
        unsafe ck_binary(
          kernel, a + first + begin * inner.left, inner.left, b + second + begin * inner.right,
          inner.right, count, to + row * inner.extent + begin)
      }
    }
    return result
  }
}

/// Shapes of different tensors brought together, as numpy does.
enum Broadcast {
  /// An axis of the result, and how far a step along it goes in each of the two (0: it is repeated).
  struct Axis {
    var extent: Int
    var left: Int
    var right: Int
  }

  /// nil: they do not go together.
  static func shape(_ left: Shape, _ right: Shape) -> Shape? {
    let rank = max(left.rank, right.rank)
    var extents: [Int] = []
    for (one, other) in zip(padded(left, rank), padded(right, rank)) {
      guard one == other || one == 1 || other == 1 else { return nil }
      extents.append(one == 1 ? other : one)
    }
    return Shape(extents)
  }

  /// The extents with ones in front.
  static func padded(_ shape: Shape, _ rank: Int) -> [Int] {
    [Int](repeating: 1, count: rank - shape.rank) + shape.extents
  }

  /// The axes of `shape`, outermost first, neighbours joined where one step goes on in the other.
  static func axes(of shape: Shape, _ left: Shape, _ right: Shape) -> [Axis] {
    let (first, second) = (padded(left, shape.rank), padded(right, shape.rank))
    var (strideLeft, strideRight) = (1, 1)
    var axes: [Axis] = []
    for index in shape.extents.indices.reversed() where shape[index] != 1 {
      let axis = Axis(
        extent: shape[index], left: first[index] == 1 ? 0 : strideLeft,
        right: second[index] == 1 ? 0 : strideRight)
      strideLeft *= first[index]
      strideRight *= second[index]
      if let inner = axes.last, axis.left == inner.left * inner.extent,
        axis.right == inner.right * inner.extent
      {
        axes[axes.count - 1].extent *= axis.extent
      } else {
        axes.append(axis)
      }
    }
    return axes.reversed()
  }
}
