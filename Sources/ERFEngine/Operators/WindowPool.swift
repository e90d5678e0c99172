/// Largest or mean value of windows of any sides, steps, dilation and padding,
/// (N, H, W, C) -> (N, H', W', C). ``Pool`` is the faster one for square windows.
struct WindowPool: Operator {
  enum Rule: Hashable, Sendable { case maximum, mean }

  let rule: Rule
  /// Rows and columns each.
  let kernel: [Int]
  let strides: [Int]
  let dilations: [Int]
  let before: [Int]
  let after: [Int]
  /// Whether a last window that reaches beyond the padding counts.
  let roundsUp: Bool
  /// Whether padding counts as zeros in a mean.
  let countsPadding: Bool

  var summary: String {
    (rule == .maximum ? "max pool " : "average pool ") + "\(kernel[0])x\(kernel[1])"
      + (strides == [1, 1] ? "" : " s\(strides[0])")
  }
  var window: Window { .everything }
  /// Nil where neighbours down and across are not as far apart.
  var reach: (side: Int, stride: Int)? {
    guard strides[0] == strides[1] else { return nil }
    let sides = (0..<2).map { (kernel[$0] - 1) * dilations[$0] + 1 }
    return (max(sides[0], sides[1]), strides[0])
  }

  func outputShape(of inputs: [Shape]) throws(ShapeError) -> Shape {
    guard inputs[0].isMap else { throw .unequal(inputs[0], [1, 1, 1, 1]) }
    var sizes: [Int] = []
    for axis in 0..<2 {
      let extent = inputs[0][axis + 1]
      let free = extent + before[axis] + after[axis] - (kernel[axis] - 1) * dilations[axis] - 1
      guard free >= 0 else { throw .tooSmall(input: inputs[0], window: kernel[axis]) }
      var size = (roundsUp ? free + strides[axis] - 1 : free) / strides[axis] + 1
      // A window has to begin inside of the input or its padding in front.
      if roundsUp, (size - 1) * strides[axis] >= extent + before[axis] { size -= 1 }
      sizes.append(size)
    }
    return Shape(
      batch: inputs[0].batch, height: sizes[0], width: sizes[1], channels: inputs[0].channels)
  }

  private func plan(_ input: Shape) -> WindowPlan {
    guard let output = try? outputShape(of: [input]) else {
      preconditionFailure("shapes are checked when a network is planned")
    }
    return WindowPlan(
      input: input, output: output,
      axes: (0..<2).map { axis in
        WindowPlan.Axis(
          outputs: output[axis + 1], inputs: input[axis + 1], kernel: kernel[axis],
          stride: strides[axis], dilation: dilations[axis], before: before[axis],
          after: after[axis], countsPadding: countsPadding)
      })
  }

  func forward(
    _ inputs: consuming [Tensor], parameters: Parameters, keep: Keep, workers: Workers
  ) -> (Tensor, Kept) {
    let input = inputs[0]
    let plan = plan(input.shape)
    switch rule {
    case .mean: return (WindowKernels.mean(input, plan, workers: workers), .nothing)
    case .maximum:
      let output = WindowKernels.maximum(input, plan, workers: workers)
      return (output, keep == .nothing ? .nothing : .values([input.uncut, output.uncut]))
    }
  }

  func inputGradient(
    of gradient: consuming Tensor, parameters: Parameters, kept: Kept, inputs: [Shape],
    workers: Workers
  ) -> [Tensor] {
    let plan = plan(inputs[0])
    switch rule {
    case .mean: return [WindowKernels.meanGradient(gradient, plan, workers: workers)]
    case .maximum:
      let values = kept.keptValues
      return [
        WindowKernels.maximumGradient(
          gradient, input: values[0].reshaped(inputs[0]),
          output: values[1].reshaped(plan.output), plan, workers: workers)
      ]
    }
  }

  func keptBytes(inputs: [Shape], output: Shape) -> Int {
    rule == .mean ? 0 : (inputs[0].count + output.count) * MemoryLayout<Float>.stride
  }
}
