// Which weights of kernels an input of some size ever multiplies with a pixel.

extension Blueprint {
  /// The same with zeros for the weights that an input of `size` never meets a pixel with: what
  /// training at that size cannot have touched.
  ///
  /// - Throws: where the input does not fit the network.
  func zeroingUnreached(by size: InputSize) throws -> Blueprint {
    let shapes = try shapes(input: inputShape(size))
    var zeroed = self
    for (index, node) in nodes.enumerated() {
      guard let (_, window) = node.op.spatialWeights else { continue }
      let met = window.metTaps(of: shapes[node.inputs[0]])
      guard met.rows.contains(false) || met.columns.contains(false) else { continue }
      zeroed.nodes[index].parameters[0] = .derived(
        .masked(rows: met.rows, columns: met.columns), [node.parameters[0]])
    }
    return zeroed
  }

  /// Whether ``zeroingUnreached(by:)`` found weights to set to zero.
  var hasZeroedWeights: Bool {
    nodes.contains { if case .derived(.masked, _)? = $0.parameters.first { true } else { false } }
  }
}

extension SlidingWindow {
  /// Whether each row and each column of taps meets a pixel of `input` anywhere.
  func metTaps(of input: Shape) -> (rows: [Bool], columns: [Bool]) {
    guard let output = try? outputSize(of: input) else {
      return (
        [Bool](repeating: false, count: kernelHeight), [Bool](repeating: false, count: kernelWidth)
      )
    }
    let padding = fixed(over: input).padding
    func met(_ taps: Int, _ outputs: Int, _ pad: Int, _ size: Int) -> [Bool] {
      (0..<taps).map { tap in
        (0..<outputs).contains { (0..<size).contains($0 * stride + tap * dilation - pad) }
      }
    }
    return (
      met(kernelHeight, output.height, padding.top, input.height),
      met(kernelWidth, output.width, padding.left, input.width)
    )
  }
}

extension Operator {
  /// The shape (O, I, KH, KW) of the weights of a convolution with more than one tap, and its window;
  /// nil for other operators. They come first among its parameters.
  var spatialWeights: (shape: Shape, window: SlidingWindow)? {
    guard self is DepthwiseConvolution || self is Convolution, case .sliding(let window) = window,
      let shape = parameterShapes.first?.shape, shape.rank == 4, shape[2] * shape[3] > 1
    else { return nil }
    return (shape, window)
  }
}
