// The input gradient of convolutions with few input channels, such as the first layer of a network.

/// The gradient of all s * s input pixels under one step of a strided window, computed together as the
/// channels of one forward convolution.
///
/// A gradient with three channels would leave most lanes of every vector idle. With stride s the input
/// pixels fall into s * s phases (padded row and column modulo s); pixel (s Y + p, s X + q) meets the
/// taps (p + s j, q + s i) of the outputs (Y - j, X - i), which is a convolution of stride 1 over the
/// output's gradient for each phase, and the phases are its output channels.
struct PhaseGradient: Sendable {
  private let stride: Int
  private let kernelHeight: Int
  private let kernelWidth: Int
  /// (s * s * inputs, outputs, ceil(KH / s), ceil(KW / s))
  private let weights: DenseWeights

  /// Whether that is the better way: while all phases together are at most three vectors of 16.
  static func suits(_ g: WindowGeometry) -> Bool {
    g.groups == 1 && g.dilation == 1 && g.taps > 1 && g.stride <= 4
      && g.stride * g.stride * g.input.channels <= 48
      && g.padTop < g.kernelHeight && g.padLeft < g.kernelWidth
  }

  /// `weight`: (outputs, inputs, KH, KW).
  init(_ weight: Tensor, stride: Int, precision: Precision) {
    self.stride = stride
    let (outputs, inputs) = (weight.shape[0], weight.shape[1])
    let (height, width) = (weight.shape[2], weight.shape[3])
    kernelHeight = height
    kernelWidth = width
    let rows = (height + stride - 1) / stride
    let columns = (width + stride - 1) / stride
    let shape: Shape = [stride * stride * inputs, outputs, rows, columns]
    weights = DenseWeights(
      Tensor(generated: shape) { index in
        let column = index % columns
        let row = index / columns % rows
        let output = index / (columns * rows) % outputs
        let channel = index / (columns * rows * outputs)
        let phase = channel / inputs
        let ky = phase / stride + stride * (rows - 1 - row)
        let kx = phase % stride + stride * (columns - 1 - column)
        guard ky < height && kx < width else { return 0 }
        return weight[((output * inputs + channel % inputs) * height + ky) * width + kx]
      }, precision: precision)
  }

  /// (N, H', W', O) -> (N, H, W, C).
  func inputGradient(
    _ gradient: Tensor, geometry g: WindowGeometry, workers: Workers
  ) -> Tensor {
    let (top, left) = (g.padTop / stride, g.padLeft / stride)
    let rows = (kernelHeight + stride - 1) / stride
    let columns = (kernelWidth + stride - 1) / stride
    // Steps of the window that hold input, and those that only outputs beyond it read.
    let grid = Shape(
      batch: g.input.batch,
      height: max((g.padTop + g.input.height - 1) / stride + 1, g.output.height) - top,
      width: max((g.padLeft + g.input.width - 1) / stride + 1, g.output.width) - left,
      channels: stride * stride * g.input.channels)
    let phases = ConvolutionKernels.forward(
      gradient, weights: weights, bias: nil,
      geometry: WindowGeometry(
        input: g.output, output: grid, kernelHeight: rows, kernelWidth: columns, stride: 1,
        dilation: 1, padTop: rows - 1 - top, padLeft: columns - 1 - left, groups: 1),
      workers: workers)
    return spread(phases, geometry: g, workers: workers)
  }

  /// Phases (N, H / s, W / s, s * s * C) -> (N, H, W, C), the padding cut off.
  private func spread(
    _ phases: Tensor, geometry g: WindowGeometry, workers: Workers
  ) -> Tensor {
    var result = Tensor(uninitialized: g.input)
    let to = unsafe result.mutablePointer()
    let from = unsafe phases.pointer
    let (height, width, channels) = (g.input.height, g.input.width, g.input.channels)
    let grid = phases.shape
    workers.forEachRange(of: g.input.batch * height, size: 16) { rows in
      for row in rows {
        let (image, y) = (row / height, row % height + g.padTop)
        let line = (image * grid.height + y / stride - g.padTop / stride) * grid.width
        for x in 0..<width {
          let padded = x + g.padLeft
          let place = line + padded / stride - g.padLeft / stride
          let phase = y % stride * stride + padded % stride
          let source = unsafe from + place * grid.channels + phase * channels
          let target = unsafe to + (row * width + x) * channels
          for channel in 0..<channels { unsafe target[channel] = source[channel] }
        }
      }
    }
    return result
  }
}
