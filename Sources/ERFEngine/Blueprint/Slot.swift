// What weights are asked for: parameters by key, before there are any numbers.

/// A place for a parameter: what it is called in checkpoints, its shape, and how it starts.
struct Slot: Hashable, Sendable {
  /// `stages.0.blocks.0.pw1.conv.weight`
  let key: String
  let shape: Shape
  let initializer: Initializer
}

/// The distribution a parameter starts from.
enum Initializer: Sendable, Hashable {
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

/// Which of its optional parameters a network has: asked while its blueprint is built.
struct OptionalParameters: Sendable {
  /// Whether the parameter `key` is there.
  let holds: @Sendable (_ key: String, _ kind: OptionalParameter) -> Bool

  /// As a network is made anew: with a classifier, nothing merged or folded.
  static let usual = OptionalParameters { _, kind in kind == .head }
  /// The same with a classifier, whatever it was.
  var withHead: OptionalParameters {
    OptionalParameters { [holds] key, kind in kind == .head || holds(key, kind) }
  }
  /// The usual without a classifier.
  static let headless = OptionalParameters { _, _ in false }
  /// The usual with large kernels merged.
  static let merged = OptionalParameters { _, kind in kind == .head || kind == .mergedKernel }
}
