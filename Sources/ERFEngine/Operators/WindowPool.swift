/// Largest or mean value of windows of any sides, steps, dilation and padding,
/// (N, H, W, C) -> (N, H', W', C). ``Pool`` is the faster one for square windows.
struct WindowPool: Operator {
  enum Rule: Hashable, Sendable { case maximum, mean }

  let rule: Rule
  /// Rows and columns each.
  let kernel: [Int]
  let strides: [Int]
  let dilations: [Int]
  private(set) var before: [Int]
  private(set) var after: [Int]
  /// Whether a last window that reaches beyond the padding counts.
  private(set) var roundsUp: Bool
  /// Whether padding counts as zeros in a mean.
  let countsPadding: Bool
  /// What of `after` is no padding, but was reached by rounding up.
  private var overhang = [0, 0]

  init(
    rule: Rule, kernel: [Int], strides: [Int], dilations: [Int], before: [Int], after: [Int],
    roundsUp: Bool, countsPadding: Bool
  ) {
    self.rule = rule
    self.kernel = kernel
    self.strides = strides
    self.dilations = dilations
    self.before = before
    self.after = after
    self.roundsUp = roundsUp
    self.countsPadding = countsPadding
  }

  var summary: String {
    (rule == .maximum ? "max pool " : "average pool ") + "\(kernel[0])x\(kernel[1])"
      + (strides == [1, 1] ? "" : " s\(strides[0])")
  }
  var window: Window { sliding.map(Window.sliding) ?? .everything }
  /// Nil where neighbours down and across are not as far apart.
  var reach: (side: Int, stride: Int)? {
    guard strides[0] == strides[1] else { return nil }
    return (max(extent(0), extent(1)), strides[0])
  }

  /// Input pixels between the first and the last tap along an axis, both included.
  private func extent(_ axis: Int) -> Int { (kernel[axis] - 1) * dilations[axis] + 1 }

  /// The same window; nil where it has no single step or dilation, or some windows see padding alone.
  private var sliding: SlidingWindow? {
    guard strides[0] == strides[1], dilations[0] == dilations[1],
      (0..<2).allSatisfy({ max(before[$0], after[$0]) < extent($0) })
    else { return nil }
    return SlidingWindow(
      kernelHeight: kernel[0], kernelWidth: kernel[1], stride: strides[0], dilation: dilations[0],
      padding: Padding(top: before[0], left: before[1], bottom: after[0], right: after[1]))
  }

  func restricted(to region: Region, of input: Shape) -> WindowPool {
    guard let sliding else { return self }
    let source = sliding.inputRegion(for: region, of: input)
    let padding = sliding.restricted(to: region, of: input).padding
    let behind = [
      input.height - source.rows.upperBound, input.width - source.columns.upperBound,
    ]
    var part = self
    part.before = [padding.top, padding.left]
    part.after = [padding.bottom, padding.right]
    part.roundsUp = false
    part.overhang = (0..<2).map { max(0, part.after[$0] - behind[$0] - after[$0]) }
    return part
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
          after: after[axis] - overhang[axis], countsPadding: countsPadding)
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
      guard keep != .nothing else { return (output, .nothing) }
      return (output, .values([WindowKernels.winners(input, plan, workers: workers)]))
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
      return [
        WindowKernels.maximumGradient(
          gradient, winners: kept.keptValues[0], plan, workers: workers)
      ]
    }
  }

  func keptBytes(inputs: [Shape], output: Shape) -> Int {
    rule == .mean ? 0 : output.count * MemoryLayout<Float>.stride
  }
}
