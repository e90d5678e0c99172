/// One operator of a graph: its parameters, output shape, forward pass and input gradient.
///
/// Conforming types are immutable values, one file each. Parameter gradients will stand beside the
/// input gradient in the same files.
protocol Operator: Sendable {
  /// For people: `conv 3x3 s2`.
  var summary: String { get }

  /// The extent of input that one output pixel reads, and how far apart neighbours read.
  var window: Window { get }

  /// Parameters by their name under the node's scope, in the layout of checkpoints.
  var parameters: [(name: String, value: Tensor)] { get }

  func outputShape(of inputs: [Shape]) throws(ShapeError) -> Shape

  /// `inputs` are handed over, so that element-wise operators can work in place. What the gradient
  /// will need comes back beside the output where `keep`.
  func forward(_ inputs: consuming [Tensor], keep: Bool, workers: Workers) -> (Tensor, Kept)

  /// The gradient with respect to each input, given the one with respect to the output.
  func inputGradient(
    of gradient: consuming Tensor, kept: Kept, inputs: [Shape], workers: Workers
  ) -> [Tensor]

  /// Multiply-adds of one forward pass over inputs of these shapes, counting every tap.
  func multiplyAdds(inputs: [Shape], output: Shape) -> Int
}

extension Operator {
  var window: Window { .pointwise }
  var parameters: [(name: String, value: Tensor)] { [] }
  func multiplyAdds(inputs: [Shape], output: Shape) -> Int { 0 }
}

/// What a forward pass keeps for the gradient; never the inputs of linear operators.
enum Kept: Sendable {
  case nothing
  case signs(SignBits)
  case derivative(Tensor)
  case winners(WinningTaps)
}

/// Reach of one output pixel along one axis.
enum Window: Sendable, Equatable {
  /// `extent` input pixels, stepping by `stride`.
  case sliding(extent: Int, stride: Int)
  /// The whole map.
  case everything

  static let pointwise = Window.sliding(extent: 1, stride: 1)
}

/// Inputs that an operator cannot take.
enum ShapeError: ExplainedError, Equatable {
  case channels(expected: Int, found: Shape)
  case tooSmall(input: Shape, window: Int)
  case unequal(Shape, Shape)

  var explanation: String {
    switch self {
    case .channels(let expected, let found):
      "expected \(expected) input channels, found \(found.channels) in \(found)"
    case .tooSmall(let input, let window):
      "a \(input.height)x\(input.width) map is too small for a window of \(window)"
    case .unequal(let left, let right):
      "the branches to be added have shapes \(left) and \(right)"
    }
  }
}
