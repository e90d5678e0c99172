/// The sum of two maps of one shape: shortcuts and parallel branches.
struct Add: Operator {
  var summary: String { "add" }
  var worksInPlace: Bool { true }
  var pixelStep: PixelStep? { .add }

  func outputShape(of inputs: [Shape]) throws(ShapeError) -> Shape {
    guard inputs[0] == inputs[1] else { throw .unequal(inputs[0], inputs[1]) }
    return inputs[0]
  }

  func forward(
    _ inputs: consuming [Tensor], parameters: Parameters, keep: Keep, workers: Workers
  ) -> (Tensor, Kept) {
    // The last input is the branch just computed, the one that is likely to be unshared.
    var output = inputs.removeLast()
    ElementKernels.add(inputs[0], to: &output, workers: workers)
    return (output, .nothing)
  }

  func inputGradient(
    of gradient: consuming Tensor, parameters: Parameters, kept: Kept, inputs: [Shape],
    workers: Workers
  ) -> [Tensor] {
    let gradient = gradient
    return [gradient, gradient]
  }
}

/// The parameter-free shortcut of CIFAR ResNets (He et al. 2016, option A): every `stride`-th
/// pixel, and zero channels added in front and behind; (N, H, W, C) -> (N, H', W', C').
struct SubsampleShortcut: Operator {
  let stride: Int
  let leading: Int
  let trailing: Int

  var summary: String {
    "shortcut A" + (stride > 1 ? " s\(stride)" : "") + " +\(leading)+\(trailing)"
  }
  var window: Window {
    .sliding(SlidingWindow(kernel: 1, stride: stride, padding: Padding(0)))
  }

  func outputShape(of inputs: [Shape]) throws(ShapeError) -> Shape {
    Shape(
      batch: inputs[0].batch, height: (inputs[0].height + stride - 1) / stride,
      width: (inputs[0].width + stride - 1) / stride,
      channels: leading + inputs[0].channels + trailing)
  }

  func forward(
    _ inputs: consuming [Tensor], parameters: Parameters, keep: Keep, workers: Workers
  ) -> (Tensor, Kept) {
    let input = inputs[0]
    let output = Shape(
      batch: input.shape.batch, height: (input.shape.height + stride - 1) / stride,
      width: (input.shape.width + stride - 1) / stride,
      channels: leading + input.shape.channels + trailing)
    return (
      ShortcutKernels.subsample(input, stride: stride, leading: leading, output: output), .nothing
    )
  }

  func inputGradient(
    of gradient: consuming Tensor, parameters: Parameters, kept: Kept, inputs: [Shape],
    workers: Workers
  ) -> [Tensor] {
    [
      ShortcutKernels.subsampleGradient(
        gradient, stride: stride, leading: leading, input: inputs[0])
    ]
  }
}
