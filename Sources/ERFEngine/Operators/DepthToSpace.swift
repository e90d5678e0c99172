/// Blocks of pixels out of channels, (N, H, W, C S S) -> (N, H S, W S, C): pixel shuffle.
struct DepthToSpace: Operator {
  /// Of a block, in pixels.
  let side: Int
  /// Whether the pixels of a block lie next to each other among the channels, rather than a block apart.
  let isBlockLast: Bool
  /// What is kept of the blocks that are made; nil: all.
  private var part: Region?

  init(side: Int, isBlockLast: Bool) {
    self.side = side
    self.isBlockLast = isBlockLast
  }

  var summary: String { "depth to space \(side)x\(side)" }
  var window: Window {
    .transposed(SlidingWindow(kernel: side, stride: side, padding: Padding(0)))
  }

  func outputShape(of inputs: [Shape]) throws(ShapeError) -> Shape {
    guard inputs[0].isMap, inputs[0].channels % (side * side) == 0 else {
      throw .unequal(inputs[0], [1, 1, 1, side * side])
    }
    let whole = whole(inputs[0])
    return part.map(whole.sized) ?? whole
  }

  /// All blocks together.
  private func whole(_ input: Shape) -> Shape {
    Shape(
      batch: input.batch, height: input.height * side, width: input.width * side,
      channels: input.channels / (side * side))
  }

  func restricted(to region: Region, of input: Shape) -> DepthToSpace {
    let source = window.inputRegion(for: region, of: input)
    let blocks = Region(
      rows: source.rows.lowerBound * side..<source.rows.upperBound * side,
      columns: source.columns.lowerBound * side..<source.columns.upperBound * side)
    var op = self
    op.part = region == blocks ? nil : region.relative(to: blocks)
    return op
  }

  func forward(
    _ inputs: consuming [Tensor], parameters: Parameters, keep: Keep, workers: Workers
  ) -> (Tensor, Kept) {
    let input = inputs[0]
    let shape = input.shape
    let whole = whole(shape)
    let block = isBlockLast ? [whole.channels, side, side] : [side, side, whole.channels]
    let output = MovementKernels.permute(
      input.reshaped(Shape([shape.batch, shape.height, shape.width] + block)),
      axes: isBlockLast ? [0, 1, 4, 2, 5, 3] : [0, 1, 3, 2, 4, 5], workers: workers
    ).reshaped(whole)
    return (output.cropped(to: part ?? Region(of: whole), workers: workers), .nothing)
  }

  func inputGradient(
    of gradient: consuming Tensor, parameters: Parameters, kept: Kept, inputs: [Shape],
    workers: Workers
  ) -> [Tensor] {
    let shape = inputs[0]
    let whole = whole(shape)
    let gradient = gradient.embedded(
      in: whole, at: part ?? Region(of: whole), workers: workers)
    let blocks = gradient.reshaped(
      [shape.batch, shape.height, side, shape.width, side, whole.channels])
    return [
      MovementKernels.permute(
        blocks, axes: isBlockLast ? [0, 1, 3, 5, 2, 4] : [0, 1, 3, 2, 4, 5], workers: workers
      ).reshaped(shape)
    ]
  }
}

/// Channels out of blocks of pixels, (N, H S, W S, C) -> (N, H, W, S S C).
struct SpaceToDepth: Operator {
  /// Of a block, in pixels.
  let side: Int
  /// Whether the pixels of a block lie next to each other among the channels, rather than a block apart.
  var isBlockLast = false

  var summary: String { "space to depth \(side)x\(side)" }
  var window: Window {
    .sliding(SlidingWindow(kernel: side, stride: side, padding: Padding(0)))
  }

  func outputShape(of inputs: [Shape]) throws(ShapeError) -> Shape {
    let input = inputs[0]
    guard input.isMap, input.height % side == 0, input.width % side == 0 else {
      throw .unequal(input, [1, side, side, 1])
    }
    return Shape(
      batch: input.batch, height: input.height / side, width: input.width / side,
      channels: input.channels * side * side)
  }

  func forward(
    _ inputs: consuming [Tensor], parameters: Parameters, keep: Keep, workers: Workers
  ) -> (Tensor, Kept) {
    let input = inputs[0]
    let (shape, rows, columns) = (input.shape, input.shape.height / side, input.shape.width / side)
    let blocks = input.reshaped([shape.batch, rows, side, columns, side, shape.channels])
    let output = MovementKernels.permute(
      blocks, axes: isBlockLast ? [0, 1, 3, 5, 2, 4] : [0, 1, 3, 2, 4, 5], workers: workers)
    return (
      output.reshaped(
        Shape(
          batch: shape.batch, height: rows, width: columns, channels: shape.channels * side * side)),
      .nothing
    )
  }

  func inputGradient(
    of gradient: consuming Tensor, parameters: Parameters, kept: Kept, inputs: [Shape],
    workers: Workers
  ) -> [Tensor] {
    let shape = inputs[0]
    let (rows, columns) = (shape.height / side, shape.width / side)
    let block = isBlockLast ? [shape.channels, side, side] : [side, side, shape.channels]
    return [
      MovementKernels.permute(
        gradient.reshaped(Shape([shape.batch, rows, columns] + block)),
        axes: isBlockLast ? [0, 1, 4, 2, 5, 3] : [0, 1, 3, 2, 4, 5], workers: workers
      ).reshaped(shape)
    ]
  }
}
