/// One operator of a graph: its parameters, what it reads, its output shape, forward pass and input
/// gradient.
///
/// Conforming types are immutable values, one file each. Those that learn have the gradients of their
/// parameters beside it: see ``LearningOperator``.
protocol Operator: Sendable {
  /// For people: `conv 3x3 s2`. Operators equal in `summary`, `window` and `parameters` compute the
  /// same.
  var summary: String { get }

  /// What one output pixel reads.
  var window: Window { get }

  /// Parameters by their name under the node's scope, in the layout of checkpoints.
  var parameters: [(name: String, value: Tensor)] { get }

  /// Parameters that an optimizer would move: running statistics are not.
  var trainableParameterCount: Int { get }

  /// Parameters of the inference form: weights and one bias an output channel; batch norms vanish
  /// into their neighbours.
  var foldedParameterCount: Int { get }

  func outputShape(of inputs: [Shape]) throws(ShapeError) -> Shape

  /// The operator that computes `region` of the output over an input of shape `input` from
  /// `window.inputRegion(for: region, of: input)` alone: only padding differs.
  func restricted(to region: Region, of input: Shape) -> Self

  /// Makes, before the first forward pass or input gradient over inputs of these shapes, what can be
  /// made without them: copies of weights in the layouts that kernels want. Others may do so at the
  /// same time.
  func prepare(for direction: Direction, inputs: [Shape])

  /// `inputs` are handed over, so that element-wise operators can work in place. What the gradients
  /// will need comes back beside the output, as far as `keep` asks for it.
  func forward(_ inputs: consuming [Tensor], keep: Keep, workers: Workers) -> (Tensor, Kept)

  /// The gradient with respect to each input, given the one with respect to the output.
  ///
  /// Of an output gradient that is zero outside a region it is zero outside that region's
  /// `window.inputRegion`.
  func inputGradient(
    of gradient: consuming Tensor, kept: Kept, inputs: [Shape], workers: Workers
  ) -> [Tensor]

  /// Multiply-adds of one forward pass over inputs of these shapes, counting every tap.
  func multiplyAdds(inputs: [Shape], output: Shape) -> Int

  /// Bytes that a forward pass keeps for the input gradient.
  func keptBytes(output: Shape) -> Int

  /// Bytes of the parameters' copies in the layouts that kernels want over inputs of these shapes, made
  /// on first use.
  func preparedBytes(inputs: [Shape]) -> Int

  /// The operator followed by `norm`, as one; nil where it cannot take a batch norm in.
  func scaledOutput(by norm: BatchNorm) -> (any Operator)?

  /// The operator preceded by `norm`, as one; nil where that is not exact.
  func scaledInput(by norm: BatchNorm) -> (any Operator)?
}

/// The way through a graph.
enum Direction: Sendable { case forward, gradient }

extension Operator {
  var window: Window { .pixel }
  var parameters: [(name: String, value: Tensor)] { [] }
  var trainableParameterCount: Int { parameters.reduce(0) { $0 + $1.value.count } }
  var foldedParameterCount: Int { trainableParameterCount }
  func restricted(to region: Region, of input: Shape) -> Self { self }
  func prepare(for direction: Direction, inputs: [Shape]) {}
  func multiplyAdds(inputs: [Shape], output: Shape) -> Int { 0 }
  func keptBytes(output: Shape) -> Int { 0 }
  func preparedBytes(inputs: [Shape]) -> Int { 0 }
  func scaledOutput(by norm: BatchNorm) -> (any Operator)? { nil }
  func scaledInput(by norm: BatchNorm) -> (any Operator)? { nil }
}
