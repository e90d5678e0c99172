// What the engine asks of an operator, and how to write one.

/// One operator of a network: a true value that says what it computes, without any numbers to learn.
///
/// To write a new one, add a file with a struct of the sizes that decide what it computes:
///
///     struct PerChannelScale: Operator {
///       let channels: Int
///       var summary: String { "scale" }
///       var parameterShapes: [ParameterShape] { [ParameterShape("weight", [channels])] }
///       func outputShape(of inputs: [Shape]) throws(ShapeError) -> Shape { ... }
///       func forward(_ inputs: consuming [Tensor], parameters: Parameters, ...) { ... }
///       func inputGradient(of gradient: consuming Tensor, parameters: Parameters, ...) { ... }
///     }
///
/// - It is equal to another where all its stored properties are: what Swift synthesises is the
///   signature by which values and kernels' layouts are found again. It holds no tensors, no caches.
/// - The walk hands it its ``Parameters`` in the order of ``parameterShapes``. What is made of them for
///   a kernel, such as packed weights, belongs to `parameters.layout`, which makes it once.
/// - Its inputs may have any rank: maps (N, H, W, C), tokens (N, L, C), plain arrays. ``window`` says
///   what one output pixel of a map reads, or one token; an operator that is not over pixels says
///   `.everything`. It then always computes its whole output from its whole inputs; of other arrays there
///   is only the whole.
/// - What the gradient needs of the forward pass it hands back as ``Kept``.
/// - Those that learn have the gradients of their parameters beside them: see ``LearningOperator``.
protocol Operator: Hashable, Sendable {
  /// For people: `conv 3x3 s2`.
  var summary: String { get }

  /// What one output pixel reads of each input. Inputs of a single row or column are read whole, so
  /// that element-wise operators may broadcast over pixels.
  var window: Window { get }

  /// ``Window/reach``, where that is known of an operator whose input is read whole.
  var reach: (side: Int, stride: Int)? { get }

  /// Parameters by their name under the node's scope, in the layout of checkpoints.
  var parameterShapes: [ParameterShape] { get }

  /// How many of the parameters, from the first on, an optimizer moves: running statistics are not.
  var learntCount: Int { get }

  /// Numbers of the inference form: weights and one bias an output channel; batch norms vanish into
  /// their neighbours.
  var foldedParameterCount: Int { get }

  /// Whether the output is written over the last input where nobody else reads that, and the gradient
  /// over that of the output.
  var worksInPlace: Bool { get }

  /// What it does to a single pixel, for ``PixelChain``; nil where it looks at others too, or no chain
  /// knows it.
  var pixelStep: PixelStep? { get }

  /// The shape of the output, or why there is none.
  func outputShape(of inputs: [Shape]) throws(ShapeError) -> Shape

  /// The operator that computes `region` of the output over an input of shape `input` from
  /// `window.inputRegion(for: region, of: input)` alone: only padding differs.
  func restricted(to region: Region, of input: Shape) -> Self

  /// Makes, before the first forward pass or input gradient over inputs of these shapes, the layouts
  /// of `parameters` that can be made without them. Others may do so at the same time.
  func prepare(for direction: Direction, parameters: Parameters, inputs: [Shape])

  /// `inputs` are handed over, so that element-wise operators can work in place. What the gradients
  /// will need comes back beside the output, as far as `keep` asks for it.
  func forward(
    _ inputs: consuming [Tensor], parameters: Parameters, keep: Keep, workers: Workers
  ) -> (Tensor, Kept)

  /// The gradient with respect to each input, given the one with respect to the output.
  ///
  /// Of an output gradient that is zero outside a region it is zero outside that region's
  /// `window.inputRegion`.
  func inputGradient(
    of gradient: consuming Tensor, parameters: Parameters, kept: Kept, inputs: [Shape],
    workers: Workers
  ) -> [Tensor]

  /// Multiply-adds of one forward pass over inputs of these shapes, counting every tap.
  func multiplyAdds(inputs: [Shape], output: Shape) -> Int

  /// Bytes that a forward pass keeps for the input gradient.
  func keptBytes(inputs: [Shape], output: Shape) -> Int

  /// Bytes of maps that either direction makes for itself alone while it runs.
  func workingBytes(inputs: [Shape]) -> Int

  /// Bytes of the layouts that kernels want of the parameters over inputs of these shapes.
  func preparedBytes(inputs: [Shape]) -> Int
}

/// A parameter that an operator asks for.
struct ParameterShape: Hashable, Sendable {
  /// Its name under the operator's scope: `weight`.
  let name: String
  let shape: Shape

  init(_ name: String, _ shape: Shape) {
    self.name = name
    self.shape = shape
  }
}

extension Operator {
  var window: Window { .pixel }
  var reach: (side: Int, stride: Int)? { window.reach }
  var parameterShapes: [ParameterShape] { [] }
  var learntCount: Int { parameterShapes.count }
  var foldedParameterCount: Int { learntParameterCount }
  var worksInPlace: Bool { false }
  var pixelStep: PixelStep? { nil }
  func restricted(to region: Region, of input: Shape) -> Self { self }
  func prepare(for direction: Direction, parameters: Parameters, inputs: [Shape]) {}
  func multiplyAdds(inputs: [Shape], output: Shape) -> Int { 0 }
  func keptBytes(inputs: [Shape], output: Shape) -> Int { 0 }
  func workingBytes(inputs: [Shape]) -> Int { 0 }
  func preparedBytes(inputs: [Shape]) -> Int { 0 }

  /// Numbers that an optimizer would move.
  var learntParameterCount: Int {
    parameterShapes.prefix(learntCount).reduce(0) { $0 + $1.shape.count }
  }

  /// Whether `other` is the same operator.
  func isSame(as other: any Operator) -> Bool { (other as? Self) == self }

  /// Mixes in what is computed: equal operators mix in the same, within this process.
  func sign(_ hasher: inout Hasher) {
    hasher.combine(ObjectIdentifier(Self.self))
    hasher.combine(self)
  }
}

/// An operator of any kind as a value that can be compared.
struct AnyOperator: Hashable, Sendable {
  let op: any Operator

  init(_ op: any Operator) { self.op = op }

  static func == (left: AnyOperator, right: AnyOperator) -> Bool { left.op.isSame(as: right.op) }

  func hash(into hasher: inout Hasher) { op.sign(&hasher) }
}
