// Norms over windows, over all pixels, and over axes.

extension ONNXLowering {
  /// The 1-norm or 2-norm of each window.
  mutating func normPool(_ node: ONNXNode) throws -> ONNXData {
    let data = try real(node, 0)
    guard data.rank >= 3, data.count > 0 else { throw ONNXRefusal.reason("has no pixels") }
    let window = try ONNXWindow(
      node, kernel: node.integers("kernel_shape") ?? [], sizes: Array(data.shape[2...]))
    let roundsUp = node.integer("ceil_mode", 0) != 0
    return try norm(node, of: data) { lowering, powers in
      try lowering.summed(powers, window, roundsUp: roundsUp) { _, _ in 1 }
    }
  }

  /// Rows along an axis, each divided by its 1-norm or 2-norm, which counts as no less than 1e-12, as in PyTorch's
  /// `normalize`: zeros stay zeros.
  mutating func unitNorm(_ node: ONNXNode) throws -> ONNXData {
    let data = try real(node, 0)
    let axis = try axis(node.integer("axis", -1), rank: data.rank)
    let length = try norm(node, of: data) { try $0.reduced($1, .sum, [axis], keeps: true) }
    return try pair(.divide, data, clipped(length, low: 1e-12, high: .infinity))
  }

  /// The norm whose powers `sum` adds up.
  mutating func norm(
    _ node: ONNXNode, of data: ONNXData,
    sum: (_ lowering: inout ONNXLowering, _ powers: ONNXData) throws -> ONNXData
  ) throws -> ONNXData {
    let p = node.integer("p", 2)
    guard p == 1 || p == 2 else {
      throw ONNXRefusal.reason("takes the norm of p = \(p), and 1 and 2 are known")
    }
    let powers = try apply(p == 1 ? .abs : .square, to: data)
    let sums = try sum(&self, powers)
    if p == 1 { return sums }
    return try norm(ofSquares: sums)
  }

  /// The square root. Of a sum of squares it is a norm, or a deviation: exporters spell them so.
  mutating func root(_ data: ONNXData) throws -> ONNXData {
    try isSumOfSquares(data) ? norm(ofSquares: data) : apply(.sqrt, to: data)
  }

  private mutating func norm(ofSquares sums: ONNXData) throws -> ONNXData {
    try apply(.sqrt, to: apply(Self.boundOfSquares, to: sums))
  }

  /// What a sum of squares passes before its root is taken: that of zero has no slope, and that of the norm
  /// of zeros is zero, as of PyTorch's norms and deviations.
  static let boundOfSquares = ScalarFunction.clip(low: 1e-36, high: .infinity)
}
