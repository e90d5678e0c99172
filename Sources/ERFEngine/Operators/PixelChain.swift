/// Operators that look at single pixels, one after the other, as one: (N, H, W, C) -> (N, H, W, C').
///
/// It is computed tile by tile, so that what lies between the links never leaves the cache: a
/// ConvFFN's hidden map is four times as wide as its input, and memory is slower than arithmetic.
struct PixelChain: Operator {
  /// One link: a 1x1 convolution, a rectifier, a GELU or the addition of another map.
  struct Link: Sendable {
    let scope: String
    let op: any Operator
  }

  let links: [Link]
  private let steps: [PixelStep]

  /// nil: an operator that no chain can hold, or no convolution among them.
  init?(_ links: [Link]) {
    var steps: [PixelStep] = []
    for link in links {
      guard let step = PixelStep(link.op) else { return nil }
      steps.append(step)
    }
    guard steps.contains(where: \.isProduct) else { return nil }
    self.links = links
    self.steps = steps
  }

  /// `conv 1x1 + gelu + conv 1x1 + add`.
  var summary: String { links.map(\.op.summary).joined(separator: " + ") }

  var parameters: [(name: String, value: Tensor)] {
    links.flatMap { link in
      link.op.parameters.map { ("\(link.scope).\($0.name)", $0.value) }
    }
  }

  var foldedParameterCount: Int { links.reduce(0) { $0 + $1.op.foldedParameterCount } }
  func preparedBytes(inputs: [Shape]) -> Int {
    links.reduce(0) { $0 + $1.op.preparedBytes(inputs: []) }
  }

  func outputShape(of inputs: [Shape]) throws(ShapeError) -> Shape {
    var shape = inputs[0]
    var others = inputs.dropFirst()
    for link in links {
      shape = try link.op.outputShape(
        of: [shape] + (link.op is Add ? [others.removeFirst()] : []))
    }
    return shape
  }

  func prepare(for direction: Direction, inputs: [Shape]) {
    kernels(over: inputs[0]).prepare(for: direction)
  }

  func forward(_ inputs: consuming [Tensor], keep: Keep, workers: Workers) -> (Tensor, Kept) {
    precondition(keep != .allGradients, "networks are trained link by link")
    let input = inputs[0]
    let (output, kept) = kernels(over: input.shape).forward(
      input, others: Array(inputs.dropFirst()),
      output: Shape(input.shape.extents.dropLast() + [channels(from: input.shape).last ?? 0]),
      keep: keep != .nothing, workers: workers)
    return (output, .links(zip(steps, kept).map { step, map in step.kept(map) }))
  }

  func inputGradient(
    of gradient: consuming Tensor, kept: Kept, inputs: [Shape], workers: Workers
  ) -> [Tensor] {
    guard case .links(let kept) = kept else {
      preconditionFailure("the forward pass kept nothing")
    }
    let gradients = kernels(over: inputs[0]).inputGradient(
      gradient, kept: kept.map(\.map), input: inputs[0], workers: workers)
    return [gradients.input] + gradients.others
  }

  func multiplyAdds(inputs: [Shape], output: Shape) -> Int {
    let channels = channels(from: inputs[0])
    return links.indices.reduce(0) { sum, index in
      let output = Shape(inputs[0].extents.dropLast() + [channels[index + 1]])
      return sum + links[index].op.multiplyAdds(inputs: [], output: output)
    }
  }

  func keptBytes(output: Shape) -> Int {
    // From the last link back: rectifiers and GELUs keep as many channels as they hand on.
    var channels = output.channels
    return links.reversed().reduce(0) { sum, link in
      let bytes = link.op.keptBytes(output: Shape(output.extents.dropLast() + [channels]))
      if let product = link.op as? Convolution { channels = product.inputs }
      return sum + bytes
    }
  }

  private func kernels(over input: Shape) -> PixelChainKernels {
    PixelChainKernels(steps: steps, channels: channels(from: input), pixels: input.pixels)
  }

  /// Channels before each link, and behind the last.
  private func channels(from input: Shape) -> [Int] {
    links.reduce(into: [input.channels]) { channels, link in
      channels.append((link.op as? Convolution)?.outputs ?? channels[channels.count - 1])
    }
  }
}

extension PixelStep {
  /// What `op` does to a pixel; nil where it looks at others too, or no chain knows it.
  init?(_ op: any Operator) {
    switch op {
    case let op as Convolution where op.isPointwise: self = .product(op.dense, bias: op.bias)
    case let op as Rectifier: self = .rectifier(stopsAtSix: op.stopsAtSix)
    case is GELU: self = .gelu
    case is Add: self = .add
    default: return nil
    }
  }

  fileprivate func kept(_ map: PackedMap?) -> Kept {
    guard let map else { return .nothing }
    return keptBits == 1 ? .signs(map) : .slopes(map)
  }
}

extension Kept {
  fileprivate var map: PackedMap? {
    switch self {
    case .signs(let map), .slopes(let map): map
    default: nil
    }
  }
}
