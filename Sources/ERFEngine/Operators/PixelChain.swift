/// Operators that look at single pixels, one after the other, as one: (N, H, W, C) -> (N, H, W, C').
///
/// It is computed tile by tile, so that what lies between the links never leaves the cache: a
/// ConvFFN's hidden map is four times as wide as its input, and memory is slower than arithmetic.
struct PixelChain: Operator {
  /// A 1x1 convolution, a rectifier, a GELU or the addition of another map each.
  let links: [AnyOperator]

  /// nil: an operator that no chain can hold, or no convolution among them.
  init?(_ links: [any Operator]) {
    let steps = links.compactMap { $0.pixelStep }
    guard steps.count == links.count, steps.contains(where: \.isProduct) else { return nil }
    self.links = links.map(AnyOperator.init)
  }

  private var steps: [PixelStep] { links.compactMap { $0.op.pixelStep } }

  /// `conv 1x1 + gelu + conv 1x1 + add`.
  var summary: String { links.map(\.op.summary).joined(separator: " + ") }

  /// Those of all links, in their order; the walk hands over one part of ``Parameters`` for each.
  var parameterShapes: [ParameterShape] {
    links.enumerated().flatMap { index, link in
      link.op.parameterShapes.map { ParameterShape("\(index).\($0.name)", $0.shape) }
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

  func prepare(for direction: Direction, parameters: Parameters, inputs: [Shape]) {
    kernels(parameters, over: inputs[0]).prepare(for: direction)
  }

  func forward(
    _ inputs: consuming [Tensor], parameters: Parameters, keep: Keep, workers: Workers
  ) -> (Tensor, Kept) {
    precondition(keep != .allGradients, "networks are trained link by link")
    let input = inputs[0]
    let (output, kept) = kernels(parameters, over: input.shape).forward(
      input, others: Array(inputs.dropFirst()),
      output: Shape(input.shape.extents.dropLast() + [channels(from: input.shape).last ?? 0]),
      keep: keep != .nothing, workers: workers)
    return (output, .links(zip(steps, kept).map { step, map in step.kept(map) }))
  }

  func inputGradient(
    of gradient: consuming Tensor, parameters: Parameters, kept: Kept, inputs: [Shape],
    workers: Workers
  ) -> [Tensor] {
    guard case .links(let kept) = kept else {
      preconditionFailure("the forward pass kept nothing")
    }
    let gradients = kernels(parameters, over: inputs[0]).inputGradient(
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

  func keptBytes(inputs: [Shape], output: Shape) -> Int {
    let channels = channels(from: inputs[0])
    return links.indices.reduce(0) { sum, index in
      func map(_ channels: Int) -> Shape { Shape(output.extents.dropLast() + [channels]) }
      return sum
        + links[index].op.keptBytes(
          inputs: [map(channels[index])], output: map(channels[index + 1]))
    }
  }

  /// Sums of parts of the channels.
  func workingBytes(inputs: [Shape]) -> Int {
    let kernels = PixelChainKernels(
      steps: steps, products: steps.map { _ in nil }, channels: channels(from: inputs[0]),
      pixels: inputs[0].pixels)
    return max(kernels.sumBytes(.forward), kernels.sumBytes(.gradient))
  }

  private func kernels(_ parameters: Parameters, over input: Shape) -> PixelChainKernels {
    PixelChainKernels(
      steps: steps,
      products: zip(steps, parameters.parts).map { step, part in
        step.isProduct ? .init(weights: part.dense, bias: part.bias) : nil
      },
      channels: channels(from: input), pixels: input.pixels)
  }

  /// Channels before each link, and behind the last.
  private func channels(from input: Shape) -> [Int] {
    steps.reduce(into: [input.channels]) { channels, step in
      channels.append(step.outputs ?? channels[channels.count - 1])
    }
  }
}

extension PixelStep {
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
