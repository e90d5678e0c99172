@testable import ERFEngine

/// An operator with parameters, as tests try it.
struct Layer: Sendable {
  var op: any Operator
  var parameters: Parameters

  init(_ op: any Operator, _ tensors: [Tensor] = []) {
    self.op = op
    parameters = Parameters(tensors)
  }

  /// A dense or grouped convolution; weight (O, I / groups, KH, KW), bias (O).
  static func convolution(
    _ weight: Tensor, _ bias: Tensor? = nil, window: SlidingWindow, groups: Int = 1
  ) -> Layer {
    Layer(
      Convolution(
        inputs: weight.shape[1] * groups, outputs: weight.shape[0], window: window,
        groups: groups, hasBias: bias != nil), [weight] + (bias.map { [$0] } ?? []))
  }

  /// weight (C, 1, KH, KW), bias (C).
  static func depthwise(
    _ weight: Tensor, _ bias: Tensor? = nil, window: SlidingWindow
  ) -> Layer {
    Layer(
      DepthwiseConvolution(channels: weight.shape[0], window: window, hasBias: bias != nil),
      [weight] + (bias.map { [$0] } ?? []))
  }

  /// weight (O, I), bias (O).
  static func linear(_ weight: Tensor, _ bias: Tensor) -> Layer {
    Layer(Linear(inputs: weight.shape[1], outputs: weight.shape[0]), [weight, bias])
  }

  /// Weight, bias, mean and variance, (C) each.
  static func batchNorm(_ tensors: [Tensor]) -> Layer {
    Layer(BatchNorm(channels: tensors[0].count), tensors)
  }

  func outputShape(of inputs: [Shape]) throws(ShapeError) -> Shape {
    try op.outputShape(of: inputs)
  }

  func forward(_ inputs: [Tensor], keep: Keep, workers: Workers) -> (Tensor, Kept) {
    op.forward(inputs, parameters: parameters, keep: keep, workers: workers)
  }

  func inputGradient(
    of gradient: Tensor, kept: Kept, inputs: [Shape], workers: Workers
  ) -> [Tensor] {
    op.inputGradient(
      of: gradient, parameters: parameters, kept: kept, inputs: inputs, workers: workers)
  }

  /// The layer that computes `region` of the output alone.
  func restricted(to region: Region, of input: Shape) -> Layer {
    var part = self
    part.op = op.restricted(to: region, of: input)
    return part
  }
}
