/// Where a network's parameters come from, by their scoped key.
protocol ParameterSource: Sendable {
  /// The parameter `key`; throws where a checkpoint lacks it or holds another shape.
  func parameter(_ key: String, shape: Shape, initializer: Initializer) throws -> Tensor
  /// Whether `key` is there, a parameter that a network can do without.
  func holds(_ key: String, _ kind: OptionalParameter) -> Bool
}

/// Parameters that stop coming when nobody waits for them any more.
struct CancellableParameters: ParameterSource {
  let source: any ParameterSource
  let cancellation: Cancellation

  func parameter(_ key: String, shape: Shape, initializer: Initializer) throws -> Tensor {
    try cancellation.check()
    return try source.parameter(key, shape: shape, initializer: initializer)
  }

  func holds(_ key: String, _ kind: OptionalParameter) -> Bool { source.holds(key, kind) }
}

/// Parameters that some checkpoints of a network have and others do not.
enum OptionalParameter: Sendable {
  /// Parallel kernels made one by structural re-parameterization.
  case mergedKernel
  /// What is left of a batch norm that was folded into the convolution before it.
  case foldedBias
  /// Batch norms beside the network, for the features that it hands to detectors.
  case featureNorm
  /// The classifier, which backbones lack.
  case head
}

/// The distribution a parameter starts from.
enum Initializer: Sendable, Equatable {
  /// Uniform in -bound ..< bound.
  case uniform(bound: Double)
  /// Normal with mean 0.
  case normal(deviation: Double)
  case constant(Float)
}

/// How the official code of a family initialises its convolutions and linear layers.
enum Initialization: Sendable {
  /// PyTorch's defaults, uniform in +-1 / sqrt(fan in): the released RepLKNet code.
  case frameworkDefault
  /// He et al. 2015 by outgoing connections, linear layers by default: torchvision.
  case heFanOut
  /// He et al. 2015 by incoming connections, linear layers too: the widely shared CIFAR ResNets.
  case heFanIn
  /// As `heFanOut`, with linear weights of deviation 0.01 and biases of 0: torchvision's MobileNetV2.
  case heFanOutSmallHead

  /// `fanIn` counts the inputs of one group, `fanOut` the outputs of all, as PyTorch does.
  func convolution(fanIn: Int, fanOut: Int) -> Initializer {
    switch self {
    case .frameworkDefault: .uniform(bound: 1 / Double(fanIn).squareRoot())
    case .heFanOut, .heFanOutSmallHead: .normal(deviation: (2 / Double(fanOut)).squareRoot())
    case .heFanIn: .normal(deviation: (2 / Double(fanIn)).squareRoot())
    }
  }

  func linear(fanIn: Int) -> Initializer {
    switch self {
    case .frameworkDefault, .heFanOut: .uniform(bound: 1 / Double(fanIn).squareRoot())
    case .heFanIn: .normal(deviation: (2 / Double(fanIn)).squareRoot())
    case .heFanOutSmallHead: .normal(deviation: 0.01)
    }
  }

  func linearBias(fanIn: Int) -> Initializer {
    self == .heFanOutSmallHead ? .constant(0) : .uniform(bound: 1 / Double(fanIn).squareRoot())
  }
}

/// Zeros that are never touched: for counting parameters and shapes.
struct PlaceholderParameters: ParameterSource {
  /// Whether to pretend that large kernels are merged already.
  var merged = false

  func parameter(_ key: String, shape: Shape, initializer: Initializer) -> Tensor {
    Tensor(zeros: shape)
  }

  func holds(_ key: String, _ kind: OptionalParameter) -> Bool {
    switch kind {
    case .mergedKernel: merged
    case .foldedBias, .featureNorm: false
    case .head: true
    }
  }
}
