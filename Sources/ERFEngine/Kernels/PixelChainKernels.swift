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

  /// The products among the steps; there is one at least.
  private let firstProduct: Int
  private let lastProduct: Int
  private let bands: MapBands
  /// Floats of a tile between two steps.
  private let tileFloats: Int

  /// Pixels times channels of the widest map of a tile: what fits into a second-level cache beside
  /// weights that stream through.
  private static let tile = 1 << 17
  /// Tiles start at multiples of so many pixels, where sign bits begin a byte.
  private static let alignment = 8

  init(steps: [PixelStep], products: [Product?], channels: [Int], pixels: Int) {
    precondition(products.count == steps.count)
    self.steps = steps
    self.products = products
    self.channels = channels
    self.pixels = pixels
    let products = steps.indices.filter { steps[$0].isProduct }
    guard let first = products.first, let last = products.last else {
      preconditionFailure("a chain without a product")
    }
    firstProduct = first
    lastProduct = last
    let widest = channels.max() ?? 1
    let most = min(256, max(32, Self.tile / widest))
    bands = MapBands(
      Shape(height: (pixels + Self.alignment - 1) / Self.alignment, width: 1, channels: 1),
      most: most / Self.alignment, least: 24 / Self.alignment)
    tileFloats = (pixels / max(1, bands.count) + 2 * Self.alignment) * widest
  }

  private func tile(_ index: Int) -> Range<Int> {
    let rows = bands[index].rows
    return rows.lowerBound * Self.alignment..<min(pixels, rows.upperBound * Self.alignment)
  }

  private func product(_ step: Int) -> Product {
    guard let product = products[step] else { preconditionFailure("no weights for a product") }
    return product
  }

  private func geometry(_ step: Int, pixels: Int) -> ConvolutionGeometry {
    ConvolutionGeometry(
      input: Shape(height: 1, width: pixels, channels: channels[step]),
      output: Shape(height: 1, width: pixels, channels: channels[step + 1]), kernelHeight: 1,
      kernelWidth: 1, stride: 1, dilation: 1, padTop: 0, padLeft: 0, groups: 1)
  }
}

extension PixelChainKernels {
  /// Packs the weights of all products.
  func prepare(for direction: Direction) {
    guard bands.count > 0 else { return }
    let sizes = Set((0..<bands.count).map { tile($0).count })
    for step in steps.indices {
      guard let product = products[step] else { continue }
      for size in sizes {
        let geometry = geometry(step, pixels: size)
        switch direction {
        case .forward: _ = product.weights.forward(geometry, addsBias: product.bias != nil)
        case .gradient: _ = product.weights.gradient(geometry)
        }
      }
    }
  }
}

extension PixelStep {
  var isProduct: Bool { outputs != nil }

  /// Channels behind a product; nil: as many as before.
  var outputs: Int? { if case .product(let outputs, _) = self { outputs } else { nil } }
}

// MARK: Forward

extension PixelChainKernels {
  /// `others` are the maps that `add` steps add, in their order. What each step keeps for the gradient
  /// comes back beside the output, where `keep`.
  func forward(
    _ input: Tensor, others: [Tensor], output shape: Shape, keep: Bool, workers: Workers
  ) -> (output: Tensor, kept: [PackedMap?]) {
    var output = Tensor(uninitialized: shape)
    let kept = steps.indices.map { step in keep ? keptMap(step, over: shape) : nil }
    let target = unsafe output.mutablePointer()
    workers.forEach(bands.count) { index in
      let tile = tile(index)
      let spare = unsafe TileBuffers(floats: tileFloats)
      var current = unsafe input.pointer + tile.lowerBound * channels[0]
      // Whether `current` may be overwritten: not while it is the caller's.
      var isOwn = false
      var others = others[...]
      for step in steps.indices {
        let width = channels[step + 1]
        let start = tile.lowerBound * width
        let count = tile.count * width
        let home = unsafe target + start
        // From the last product on the output itself is written; before the first, nothing in place.
        let into =
          unsafe step >= lastProduct
          ? home
          : steps[step].isProduct || !isOwn
            ? spare.other(than: current) : UnsafeMutablePointer(mutating: current)
        switch steps[step] {
        case .product:
          let product = product(step)
          unsafe product.weights.forward(
            geometry(step, pixels: tile.count), addsBias: product.bias != nil
          ).run(current, bias: product.bias?.pointer, into: into)
        case .rectifier(let stopsAtSix):
          let signs = unsafe kept[step]?.base.assumingMemoryBound(to: UInt8.self)
          let bits = unsafe signs.map { unsafe $0 + start / 8 }
          if stopsAtSix {
            unsafe ck_relu6(current, count, into, bits)
          } else {
            unsafe ck_relu(current, count, into, bits)
          }
        case .gelu:
          let codes = unsafe kept[step]?.base.assumingMemoryBound(to: UInt16.self)
          unsafe ElementKernels.gelu(
            current, count: count, into: into, slopes: codes.map { unsafe $0 + start })
        case .add:
          guard let other = others.popFirst() else { preconditionFailure("nothing to add") }
          unsafe ck_add(current, other.pointer + start, count, into)
        }
        unsafe current = UnsafePointer(into)
        isOwn = true
      }
    }
    return (output, kept)
  }

  private func keptMap(_ step: Int, over shape: Shape) -> PackedMap? {
    guard let bits = steps[step].keptBits else { return nil }
    let map = Shape(shape.extents.dropLast() + [channels[step + 1]])
    return PackedMap(uninitialized: map, bitsPerElement: bits)
  }
}

extension PixelStep {
  /// Bits that the gradient needs of each element.
  var keptBits: Int? {
    switch self {
    case .product, .add: nil
    case .rectifier: 1
    case .gelu: 16
    }
  }
}

// MARK: Gradient

extension PixelChainKernels {
  /// The gradients with respect to the input (`shape`) and to each map that was added.
  func inputGradient(
    _ gradient: Tensor, kept: [PackedMap?], input shape: Shape, workers: Workers
  ) -> (input: Tensor, others: [Tensor]) {
    var input = Tensor(uninitialized: shape)
    let target = unsafe input.mutablePointer()
    // What is added last, with nothing behind it, has the output's gradient itself.
    let added = steps.indices.filter { if case .add = steps[$0] { true } else { false } }
    var others = added.map { step in
      step == steps.count - 1
        ? gradient
        : Tensor(uninitialized: Shape(shape.extents.dropLast() + [channels[step]]))
    }
    // Addresses: a dictionary of pointers would be unsafe wherever it is read.
    var copies: [Int: UInt] = [:]
    for (position, step) in added.enumerated() where step < steps.count - 1 {
      copies[step] = unsafe UInt(bitPattern: others[position].mutablePointer())
    }
    workers.forEach(bands.count) { index in
      let tile = tile(index)
      let spare = unsafe TileBuffers(floats: tileFloats)
      var current = unsafe gradient.pointer + tile.lowerBound * channels[steps.count]
      var isOwn = false
      for step in steps.indices.reversed() {
        let width = channels[step]
        let start = tile.lowerBound * width
        let count = tile.count * width
        let home = unsafe target + start
        let into =
          unsafe step <= firstProduct
          ? home
          : steps[step].isProduct || !isOwn
            ? spare.other(than: current) : UnsafeMutablePointer(mutating: current)
        switch steps[step] {
        case .product:
          unsafe product(step).weights.gradient(geometry(step, pixels: tile.count)).run(
            current, into: into)
        case .rectifier:
          let signs = unsafe Self.kept(kept[step]).assumingMemoryBound(to: UInt8.self)
          unsafe ck_mask(current, signs + start / 8, count, into)
        case .gelu:
          let codes = unsafe Self.kept(kept[step]).assumingMemoryBound(to: UInt16.self)
          unsafe ck_multiply_slopes(current, codes + start, count, into)
        case .add:
          if let copy = copies[step],
            let copy = unsafe UnsafeMutablePointer<Float>(bitPattern: copy)
          {
            unsafe (copy + start).update(from: current, count: count)
          }
          continue
        }
        unsafe current = UnsafePointer(into)
        isOwn = true
      }
    }
    return (input, others)
  }

  private static func kept(_ map: PackedMap?) -> UnsafeRawPointer {
    guard let map else { preconditionFailure("the forward pass kept nothing") }
    return unsafe UnsafeRawPointer(map.base)
  }
}

/// Two tiles to go back and forth between.
@unsafe
private struct TileBuffers: ~Copyable {
  private let one: Scratch
  private let two: Scratch

  init(floats: Int) {
    unsafe one = Scratch(count: floats)
    unsafe two = Scratch(count: floats)
  }

  /// The one that does not hold `current`.
  func other(than current: UnsafePointer<Float>) -> UnsafeMutablePointer<Float> {
    unsafe current == UnsafePointer(one.base) ? two.base : one.base
  }
}
