/// softmax(scale Q K^T + bias) V over heads (Vaswani et al. 2017), without the matrix of all scores in
/// memory: queries (N, L, heads, depth), keys (N, M, heads, depth) and values (N, M, heads, width) to
/// (N, L, heads, width).
struct Attention: Operator {
  let scale: Float
  /// (1 or N, 1 or heads, L, M), the parameter `bias`; nil: none.
  var bias: Shape?

  var summary: String { "attention" }
  var window: Window { .everything }
  var parameterShapes: [ParameterShape] { bias.map { [ParameterShape("bias", $0)] } ?? [] }
  var learntCount: Int { 0 }

  func outputShape(of inputs: [Shape]) throws(ShapeError) -> Shape {
    let (q, k, v) = (inputs[0], inputs[1], inputs[2])
    guard q.rank == 4, k.rank == 4, v.rank == 4, k.extents.dropLast() == v.extents.dropLast(),
      q[0] == k[0], q[2] == k[2], q[3] == k[3]
    else { throw .unequal(q, k) }
    if let bias {
      guard bias.rank == 4, bias[0] == 1 || bias[0] == q[0], bias[1] == 1 || bias[1] == q[2],
        bias[2] == q[1], bias[3] == k[1]
      else { throw .unequal(q, bias) }
    }
    return [q[0], q[1], q[2], v[3]]
  }

  private func geometry(_ inputs: [Shape], _ parameters: Parameters) -> AttentionGeometry {
    AttentionGeometry(
      batch: inputs[0][0], heads: inputs[0][2], queries: inputs[0][1], keys: inputs[1][1],
      depth: inputs[0][3], width: inputs[2][3], scale: scale,
      bias: bias == nil ? nil : parameters[0])
  }

  func forward(
    _ inputs: consuming [Tensor], parameters: Parameters, keep: Keep, workers: Workers
  ) -> (Tensor, Kept) {
    let output = AttentionKernels.forward(
      inputs[0], inputs[1], inputs[2], geometry(inputs.map(\.shape), parameters), workers: workers)
    return (output, keep == .nothing ? .nothing : .values(inputs.map(\.uncut)))
  }

  func inputGradient(
    of gradient: consuming Tensor, parameters: Parameters, kept: Kept, inputs: [Shape],
    workers: Workers
  ) -> [Tensor] {
    let values = zip(kept.keptValues, inputs).map { $0.reshaped($1) }
    return AttentionKernels.gradient(
      gradient, values[0], values[1], values[2], geometry(inputs, parameters), workers: workers)
  }

  func multiplyAdds(inputs: [Shape], output: Shape) -> Int {
    inputs[0].count * inputs[1][1] + output.count * inputs[1][1]
  }

  func keptBytes(inputs: [Shape], output: Shape) -> Int {
    inputs.reduce(0) { $0 + $1.count } * MemoryLayout<Float>.stride
  }
}
