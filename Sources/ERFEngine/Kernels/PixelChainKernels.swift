// Operators that look at single pixels, run one after the other over tiles that stay in the cache.

internal import CKernels

/// The way through a network.
enum Direction: Sendable { case forward, gradient }

/// What one link of a chain does to a pixel.
enum PixelStep: Hashable, Sendable {
  /// A 1x1 convolution.
  case product(outputs: Int, hasBias: Bool)
  /// max(x, 0), or min(max(x, 0), 6).
  case rectifier(stopsAtSix: Bool)
  case gelu
  /// The next of the chain's further inputs is added.
  case add
}

/// A chain of steps over maps of `pixels` pixels.
struct PixelChainKernels {
  /// The weights of a product, and its bias (outputs).
  struct Product {
    let weights: DenseWeights
    let bias: Tensor?
  }

  let steps: [PixelStep]
  /// By step; nil for those that are no products.
  let products: [Product?]
  /// Channels before each step, and behind the last.
  let channels: [Int]
  let pixels: Int

  init(steps: [PixelStep], products: [Product?], channels: [Int], pixels: Int) {
    precondition(products.count == steps.count && steps.contains(where: \.isProduct))
    self.steps = steps
    self.products = products
    self.channels = channels
    self.pixels = pixels
  }

  /// Packs the weights of all products.
  func prepare(for direction: Direction) {
    ChainWalk(self, direction).prepare()
  }

  /// Bytes of what is summed where a small map is cut by channels.
  func sumBytes(_ direction: Direction) -> Int {
    ChainWalk(self, direction).sumCount * MemoryLayout<Float>.stride
  }

  /// `others` are the maps that `add` steps add, in their order. What each step keeps for the gradient
  /// comes back beside the output, where `keep`.
  func forward(
    _ input: Tensor, others: [Tensor], output shape: Shape, keep: Bool, workers: Workers
  ) -> (output: Tensor, kept: [PackedMap?]) {
    var output = Tensor(uninitialized: shape)
    let kept = steps.indices.map { step in keep ? keptMap(step, over: shape) : nil }
    var sides = unsafe [ChainWalk.Side](repeating: .none, count: steps.count)
    for (step, other) in zip(additions, others) {
      unsafe sides[step] = .added(other.pointer)
    }
    for step in steps.indices {
      if let map = kept[step] { unsafe sides[step] = .kept(map.base) }
    }
    unsafe ChainWalk(self, .forward).run(
      input.pointer, into: output.mutablePointer(), sides: sides, workers: workers)
    withExtendedLifetime(others) {}
    return (output, kept)
  }

  /// The gradients with respect to the input (`shape`) and to each map that was added.
  func inputGradient(
    _ gradient: Tensor, kept: [PackedMap?], input shape: Shape, workers: Workers
  ) -> (input: Tensor, others: [Tensor]) {
    var input = Tensor(uninitialized: shape)
    // What is added last, with nothing behind it, has the output's gradient itself.
    var others = additions.map { step in
      step == steps.count - 1
        ? gradient
        : Tensor(uninitialized: Shape(shape.extents.dropLast() + [channels[step]]))
    }
    var sides = unsafe [ChainWalk.Side](repeating: .none, count: steps.count)
    for (position, step) in additions.enumerated() where step < steps.count - 1 {
      unsafe sides[step] = .copied(others[position].mutablePointer())
    }
    for step in steps.indices where steps[step].keptBits != nil {
      guard let map = kept[step] else { preconditionFailure("the forward pass kept nothing") }
      unsafe sides[step] = .kept(map.base)
    }
    unsafe ChainWalk(self, .gradient).run(
      gradient.pointer, into: input.mutablePointer(), sides: sides, workers: workers)
    return (input, others)
  }

  /// The steps that add a map.
  private var additions: [Int] { steps.indices.filter { steps[$0] == .add } }

  private func keptMap(_ step: Int, over shape: Shape) -> PackedMap? {
    guard let bits = steps[step].keptBits else { return nil }
    let map = Shape(shape.extents.dropLast() + [channels[step + 1]])
    return PackedMap(uninitialized: map, bitsPerElement: bits)
  }
}

extension PixelStep {
  var isProduct: Bool { outputs != nil }

  /// Channels behind a product; nil: as many as before.
  var outputs: Int? { if case .product(let outputs, _) = self { outputs } else { nil } }

  /// Bits that the gradient needs of each element.
  var keptBits: Int? {
    switch self {
    case .product, .add: nil
    case .rectifier: 1
    case .gelu: 16
    }
  }
}
