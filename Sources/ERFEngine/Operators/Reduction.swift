/// Sum, mean, largest or smallest value over axes, of values of any rank.
struct Reduction: Operator {
  enum Rule: String, Hashable, Sendable { case sum, mean, maximum, minimum }

  let rule: Rule
  let axes: [Int]
  /// Whether the axes stay, with extent 1.
  let keepsAxes: Bool

  var summary: String {
    "\(rule.rawValue) over axes \(axes.map(String.init).joined(separator: ","))"
  }
  var window: Window { axes == [3] && keepsAxes ? .pixel : .everything }

  func outputShape(of inputs: [Shape]) throws(ShapeError) -> Shape {
    Shape(
      inputs[0].extents.enumerated().compactMap { axis, extent in
        axes.contains(axis) ? (keepsAxes ? 1 : nil) : extent
      })
  }

  private func reduced(_ shape: Shape) -> Shape {
    Shape(shape.extents.enumerated().map { axes.contains($0) ? 1 : $1 })
  }

  private func count(_ shape: Shape) -> Int { axes.reduce(1) { $0 * shape[$1] } }

  func forward(
    _ inputs: consuming [Tensor], parameters: Parameters, keep: Keep, workers: Workers
  ) -> (Tensor, Kept) {
    let input = inputs[0]
    let kernel: ReductionKernels.Rule =
      switch rule {
      case .sum, .mean: .sum
      case .maximum: .maximum
      case .minimum: .minimum
      }
    var output = ReductionKernels.reduce(input, kernel, axes: Set(axes), workers: workers)
    if rule == .mean {
      scale(&output, by: 1 / Float(count(input.shape)), workers)
    }
    var shape = output.shape
    if !keepsAxes {
      shape = Shape(shape.extents.enumerated().filter { !axes.contains($0.offset) }.map(\.element))
    }
    let keeps = keep != .nothing && !isLinear
    return (
      output.reshaped(shape),
      keeps
        ? .values(window == .pixel ? [input, output] : [input.uncut, output.uncut]) : .nothing
    )
  }

  func inputGradient(
    of gradient: consuming Tensor, parameters: Parameters, kept: Kept, inputs: [Shape],
    workers: Workers
  ) -> [Tensor] {
    var gradient = gradient.reshaped(reduced(inputs[0]))
    if rule == .mean { scale(&gradient, by: 1 / Float(count(inputs[0])), workers) }
    if isLinear {
      return [
        FunctionKernels.pair(.add, Tensor(zeros: inputs[0]), gradient, workers: workers)
      ]
    }
    // Elements that share the largest value share its gradient, as PyTorch's amax does.
    let values = kept.keptValues
    let input = values[0].reshaped(inputs[0])
    let output = values[1].reshaped(gradient.shape)
    let more = FunctionKernels.pair(.greater, input, output, workers: workers)
    let less = FunctionKernels.pair(.greater, output, input, workers: workers)
    let product = FunctionKernels.pair(.multiply, more, less, workers: workers)
    let shares = ReductionKernels.reduce(product, .sum, axes: Set(axes), workers: workers)
    let each = FunctionKernels.pair(.divide, gradient, shares, workers: workers)
    return [FunctionKernels.pair(.multiply, product, each, workers: workers)]
  }

  private var isLinear: Bool { rule == .sum || rule == .mean }

  private func scale(_ tensor: inout Tensor, by factor: Float, _ workers: Workers) {
    _ = FunctionKernels.apply(
      .affine(scale: factor, shift: 0), to: &tensor, keep: false, workers: workers)
  }

  func keptBytes(inputs: [Shape], output: Shape) -> Int {
    isLinear ? 0 : (inputs[0].count + output.count) * MemoryLayout<Float>.stride
  }
}
