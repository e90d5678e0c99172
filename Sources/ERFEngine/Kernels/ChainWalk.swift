// One way through a chain of steps over pixels, and how it is cut for the workers.

internal import CKernels

/// A chain from its input to its output, or from the output's gradient to the input's.
struct ChainWalk {
  /// What a step reads, or writes, beside the map that goes through the chain.
  @unsafe
  enum Side {
    case none
    /// The map that is added.
    case added(UnsafePointer<Float>)
    /// Where the gradient of an added map goes.
    case copied(UnsafeMutablePointer<Float>)
    /// What the forward pass keeps.
    case kept(UnsafeMutableRawPointer)
  }

  private let chain: PixelChainKernels
  private let direction: Direction
  /// The steps in the order in which they are taken.
  private let order: [Int]
  /// Where in `order` the first and the last product stand.
  private let firstProduct: Int
  private let lastProduct: Int
  private let cut: ChainCut

  init(_ chain: PixelChainKernels, _ direction: Direction) {
    self.chain = chain
    self.direction = direction
    order = direction == .forward ? Array(chain.steps.indices) : chain.steps.indices.reversed()
    let products = order.indices.filter { [order] in chain.steps[order[$0]].isProduct }
    guard let first = products.first, let last = products.last else {
      preconditionFailure("a chain without a product")
    }
    (firstProduct, lastProduct) = (first, last)
    let middle = order[first..<last].map { chain.steps[$0] }
    cut = ChainCut(
      pixels: chain.pixels, channels: chain.channels,
      cutChannels: chain.channels[direction == .forward ? order[first] + 1 : order[first]],
      isCuttable: products.count <= 2 && !middle.contains(.add))
  }

  /// Whether the parts' results are summed, rather than lie side by side.
  private var sums: Bool { cut.parts > 1 && firstProduct < lastProduct }

  /// Floats of all parts' results.
  var sumCount: Int { sums ? cut.parts * chain.pixels * widths(lastProduct).behind : 0 }

  /// Channels before and behind the step at `position`.
  private func widths(_ position: Int) -> (before: Int, behind: Int) {
    let step = order[position]
    let (input, output) = (chain.channels[step], chain.channels[step + 1])
    return direction == .forward ? (input, output) : (output, input)
  }
}

// MARK: Products

extension ChainWalk {
  /// Packs the weights of all products.
  func prepare() {
    let sizes = Set((0..<cut.tileCount).map { cut.tile($0).count })
    for position in order.indices where chain.steps[order[position]].isProduct {
      for size in sizes {
        for part in 0..<cut.parts { _ = call(position, pixels: size, part: part) }
      }
    }
  }

  /// The product at `position` for one part of the channels: of those that it makes where it is the
  /// first, of those that it reads where it is the second.
  private func call(_ position: Int, pixels: Int, part: Int) -> DenseCall {
    let step = order[position]
    guard let product = chain.products[step] else {
      preconditionFailure("no weights for a product")
    }
    var matrix = DensePart(outputs: 0..<chain.channels[step + 1], inputs: 0..<chain.channels[step])
    if cut.parts > 1 {
      if (position == firstProduct) == (direction == .forward) {
        matrix.outputs = cut.channels(part)
      } else {
        matrix.inputs = cut.channels(part)
      }
    }
    let geometry = WindowGeometry(
      input: Shape(height: 1, width: pixels, channels: matrix.inputs.count),
      output: Shape(height: 1, width: pixels, channels: matrix.outputs.count), kernelHeight: 1,
      kernelWidth: 1, stride: 1, dilation: 1, padTop: 0, padLeft: 0, groups: 1)
    let weights = cut.parts > 1 ? matrix : nil
    switch direction {
    case .gradient: return product.weights.gradient(geometry, part: weights)
    case .forward:
      return product.weights.forward(
        geometry, addsBias: bias(position, part: part) != nil, part: weights)
    }
  }

  /// What the product at `position` adds; where parts are summed the first one's does.
  private func bias(_ position: Int, part: Int) -> Tensor? {
    guard direction == .forward, part == 0 || !sums || position == firstProduct else { return nil }
    return chain.products[order[position]]?.bias
  }

  private func multiply(
    _ position: Int, part: Int, pixels: Int, _ source: UnsafePointer<Float>,
    into target: UnsafeMutablePointer<Float>
  ) {
    let bias = bias(position, part: part)
    let first = cut.parts > 1 && position == firstProduct ? cut.channels(part).lowerBound : 0
    unsafe call(position, pixels: pixels, part: part).run(
      source, bias: bias.map { unsafe $0.pointer + first }, into: target)
  }
}

// MARK: Running

extension ChainWalk {
  /// `source` and `target`: (pixels, channels) before and behind the whole walk; `sides` by step.
  func run(
    _ source: UnsafePointer<Float>, into target: UnsafeMutablePointer<Float>, sides: [Side],
    workers: Workers
  ) {
    let width = widths(lastProduct).behind
    let sums = unsafe Scratch(count: sumCount)
    workers.forEach(cut.parts * cut.tileCount) { index in
      let (part, tile) = (index / cut.tileCount, cut.tile(index % cut.tileCount))
      if cut.parts == 1 {
        unsafe whole(tile, source, into: target, sides: sides)
      } else if self.sums {
        let place = part * chain.pixels + tile.lowerBound
        unsafe summand(part, tile, source, into: sums.base + place * width, sides: sides)
      } else {
        unsafe columns(part, tile, source, into: target, sides: sides)
      }
    }
    guard self.sums, !workers.cancellation.isCancelled else { return }
    workers.forEachRange(of: chain.pixels, size: 32) { tile in
      unsafe add(tile, sums.base, into: target, sides: sides)
    }
  }

  /// A tile from end to end.
  private func whole(
    _ tile: Range<Int>, _ source: UnsafePointer<Float>,
    into target: UnsafeMutablePointer<Float>, sides: [Side]
  ) {
    let spare = unsafe TileBuffers(floats: tile.count * (chain.channels.max() ?? 0))
    let home = unsafe target + tile.lowerBound * widths(order.count - 1).behind
    var current = unsafe source + tile.lowerBound * widths(0).before
    // Whether `current` may be overwritten: not while it is the caller's.
    var isOwn = false
    for position in order.indices {
      let isProduct = chain.steps[order[position]].isProduct
      // From the last product on the output itself is written; before the first, nothing in place.
      let into =
        unsafe position >= lastProduct
        ? home
        : isProduct || !isOwn
          ? spare.other(than: current) : UnsafeMutablePointer(mutating: current)
      if isProduct {
        unsafe multiply(position, part: 0, pixels: tile.count, current, into: into)
      } else {
        let block = Block(pixels: tile, channels: 0..<widths(position).before)
        guard unsafe take(position, block, current, into: into, sides[order[position]]) else {
          continue
        }
      }
      unsafe current = UnsafePointer(into)
      isOwn = true
    }
  }

  /// Everything up to and with the last product, for one part of the channels between two.
  private func summand(
    _ part: Int, _ tile: Range<Int>, _ source: UnsafePointer<Float>,
    into target: UnsafeMutablePointer<Float>, sides: [Side]
  ) {
    let spare = unsafe TileBuffers(floats: tile.count * max(widths(0).before, cut.width))
    let between = unsafe first(part, tile, source, spare, sides)
    let block = Block(pixels: tile, channels: cut.channels(part))
    for position in firstProduct + 1..<lastProduct {
      unsafe take(
        position, block, UnsafePointer(between), into: between, sides[order[position]])
    }
    unsafe multiply(
      lastProduct, part: part, pixels: tile.count, UnsafePointer(between), into: target)
  }

  /// What follows upon the last product, whose parts are summed in their order.
  private func add(
    _ tile: Range<Int>, _ sums: UnsafePointer<Float>,
    into target: UnsafeMutablePointer<Float>, sides: [Side]
  ) {
    let width = widths(lastProduct).behind
    let count = tile.count * width
    let home = unsafe target + tile.lowerBound * width
    for part in 1..<cut.parts {
      let former = unsafe part == 1 ? sums + tile.lowerBound * width : UnsafePointer(home)
      let summand = unsafe sums + (part * chain.pixels + tile.lowerBound) * width
      unsafe ck_add(former, summand, count, home)
    }
    let block = Block(pixels: tile, channels: 0..<width)
    for position in order.indices.dropFirst(lastProduct + 1) {
      unsafe take(position, block, UnsafePointer(home), into: home, sides[order[position]])
    }
  }

  /// A part of the channels behind the only product, to the end.
  private func columns(
    _ part: Int, _ tile: Range<Int>, _ source: UnsafePointer<Float>,
    into target: UnsafeMutablePointer<Float>, sides: [Side]
  ) {
    let spare = unsafe TileBuffers(floats: tile.count * max(widths(0).before, cut.width))
    let made = unsafe first(part, tile, source, spare, sides)
    let block = Block(pixels: tile, channels: cut.channels(part))
    for position in order.indices.dropFirst(lastProduct + 1) {
      unsafe take(position, block, UnsafePointer(made), into: made, sides[order[position]])
    }
    let width = widths(lastProduct).behind
    for row in tile {
      unsafe (target + row * width + block.channels.lowerBound).update(
        from: made + (row - tile.lowerBound) * block.channels.count, count: block.channels.count)
    }
  }

  /// All up to and with the first product, which makes one part of its channels.
  private func first(
    _ part: Int, _ tile: Range<Int>, _ source: UnsafePointer<Float>,
    _ spare: borrowing TileBuffers, _ sides: [Side]
  ) -> UnsafeMutablePointer<Float> {
    var current = unsafe source + tile.lowerBound * widths(0).before
    for position in 0..<firstProduct {
      let block = Block(pixels: tile, channels: 0..<widths(position).before)
      let into = unsafe spare.one.base
      // Every part takes these steps, but only the first one writes what they leave.
      let side = unsafe sides[order[position]]
      let allowed = unsafe part == 0 ? side : side.readOnly(direction)
      if unsafe take(position, block, current, into: into, allowed) {
        unsafe current = UnsafePointer(into)
      }
    }
    let made = unsafe spare.two.base
    unsafe multiply(firstProduct, part: part, pixels: tile.count, current, into: made)
    return unsafe made
  }
}

// MARK: Steps that are no products

extension ChainWalk {
  /// A part of a map (pixels, channels), which lies on its own without gaps.
  private struct Block {
    let pixels: Range<Int>
    let channels: Range<Int>
  }

  /// Takes the step at `position`; false, and nothing at `target`, where it leaves a map as it is.
  @discardableResult
  private func take(
    _ position: Int, _ block: Block, _ source: UnsafePointer<Float>,
    into target: UnsafeMutablePointer<Float>, _ side: Side
  ) -> Bool {
    let width = widths(position).before
    let isWhole = block.channels.count == width
    let step = chain.steps[order[position]]
    if step == .add, direction == .gradient, unsafe !side.isCopied { return false }
    // What lies beside the map has all of its channels.
    let rows = isWhole ? 1 : block.pixels.count
    let count = block.pixels.count * block.channels.count / max(1, rows)
    for row in 0..<rows {
      let place = (block.pixels.lowerBound + row) * width + block.channels.lowerBound
      unsafe take(step, source + row * count, count, target + row * count, side, at: place)
    }
    return unsafe !side.isCopied
  }

  private func take(
    _ step: PixelStep, _ source: UnsafePointer<Float>, _ count: Int,
    _ target: UnsafeMutablePointer<Float>, _ side: Side, at place: Int
  ) {
    let kept = unsafe side.memory
    let signs = unsafe kept.map { unsafe $0.assumingMemoryBound(to: UInt8.self) + place / 8 }
    let slopes = unsafe kept.map { unsafe $0.assumingMemoryBound(to: UInt16.self) + place }
    switch (step, direction) {
    case (.product, _): preconditionFailure("products are not taken element by element")
    case (.add, .forward):
      guard case .added(let other) = unsafe side else { preconditionFailure("nothing to add") }
      unsafe ck_add(source, other + place, count, target)
    case (.add, .gradient):
      guard case .copied(let copy) = unsafe side else { return }
      unsafe (copy + place).update(from: source, count: count)
    case (.rectifier(stopsAtSix: true), .forward): unsafe ck_relu6(source, count, target, signs)
    case (.rectifier, .forward): unsafe ck_relu(source, count, target, signs)
    case (.gelu, .forward):
      unsafe ElementKernels.gelu(source, count: count, into: target, slopes: slopes)
    case (.rectifier, .gradient): unsafe ck_mask(source, signs, count, target)
    case (.gelu, .gradient): unsafe ck_multiply_slopes(source, slopes, count, target)
    }
  }
}

extension ChainWalk.Side {
  /// Without what is written on the way.
  fileprivate func readOnly(_ direction: Direction) -> Self {
    switch unsafe self {
    case .copied: unsafe .none
    case .kept where direction == .forward: unsafe .none
    default: unsafe self
    }
  }

  fileprivate var isCopied: Bool { if case .copied = unsafe self { true } else { false } }

  fileprivate var memory: UnsafeMutableRawPointer? {
    if case .kept(let memory) = unsafe self { unsafe memory } else { nil }
  }
}

/// Two tiles to go back and forth between.
@unsafe
private struct TileBuffers: ~Copyable {
  let one: Scratch
  let two: Scratch

  init(floats: Int) {
    unsafe one = Scratch(count: floats)
    unsafe two = Scratch(count: floats)
  }

  /// The one that does not hold `current`.
  func other(than current: UnsafePointer<Float>) -> UnsafeMutablePointer<Float> {
    unsafe current == UnsafePointer(one.base) ? two.base : one.base
  }
}
