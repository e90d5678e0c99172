// Gradients with respect to weights: sums over all pixels of a batch, cut into parts by size alone and
// added up in order, so that the number of threads does not change a bit.

internal import CKernels

/// How a sum over the rows of a batch is cut: into at most `most` parts of at least `least` rows.
private struct RowParts {
  let rows: Int
  let count: Int

  init(rows: Int, least: Int = 512, most: Int = 8) {
    self.rows = rows
    count = max(1, min(most, rows / least))
  }

  subscript(part: Int) -> Range<Int> { rows * part / count..<rows * (part + 1) / count }
}

extension MatrixKernels {
  /// (rows, outputs) transposed * (rows, inputs) -> the shape of the weights (outputs, inputs).
  static func weightGradient(
    _ gradient: Tensor, input: Tensor, weights shape: Shape, workers: Workers
  ) -> Tensor {
    let outputs = shape[0]
    let inputs = shape.count / max(1, outputs)
    let parts = RowParts(rows: gradient.shape.pixels)
    // Few rows mean wide layers: cut those by outputs.
    let tiling = MatrixTiling(rows: outputs, columns: inputs, maxRows: parts.count < 8 ? 64 : 512)
    var partial = Tensor(uninitialized: [parts.count, shape.count])
    let to = unsafe partial.mutablePointer()
    let (a, b) = unsafe (gradient.pointer, input.pointer)
    workers.forEach(parts.count * tiling.count) { index in
      let rows = parts[index / tiling.count]
      let tile = tiling[index % tiling.count]
      unsafe MatrixProduct(
        rows: tile.rows.count, columns: tile.columns.count, inner: rows.count,
        a: a + rows.lowerBound * outputs + tile.rows.lowerBound, strideA: outputs,
        b: b + rows.lowerBound * inputs + tile.columns.lowerBound, strideB: inputs,
        transposedB: false,
        c: to + index / tiling.count * shape.count + tile.rows.lowerBound * inputs
          + tile.columns.lowerBound, strideC: inputs, transposedA: true
      ).run()
    }
    return ElementKernels.sum(ofParts: partial, shape: shape, workers: workers)
  }
}

extension ConvolutionKernels {
  /// Rows of columns that are gathered at a time.
  private static let gatheredRows = 512

  /// The gradient (O, C / groups, KH, KW), from that of the output (N, H', W', O) and the input.
  static func weightGradient(
    _ gradient: Tensor, input: Tensor, geometry: WindowGeometry, workers: Workers
  ) -> Tensor {
    let g = geometry
    let shape: Shape = [g.output.channels, g.inputsPerGroup, g.kernelHeight, g.kernelWidth]
    if g.isPointwise {
      return MatrixKernels.weightGradient(gradient, input: input, weights: shape, workers: workers)
    }
    let inner = g.taps * g.inputsPerGroup
    let outputs = g.outputsPerGroup
    let parts = RowParts(rows: g.output.pixels)
    var partial = Tensor(uninitialized: [parts.count, shape.count])
    let to = unsafe partial.mutablePointer()
    workers.forEach(parts.count * g.groups) { index in
      let (part, group) = (index / g.groups, index % g.groups)
      let rows = parts[part]
      let columns = unsafe Scratch(count: min(gatheredRows, rows.count) * inner)
      for first in stride(from: rows.lowerBound, to: rows.upperBound, by: gatheredRows) {
        let some = first..<min(rows.upperBound, first + gatheredRows)
        unsafe gatherInput(
          input.pointer, rows: some, group: group, geometry: g, into: columns.base)
        unsafe MatrixProduct(
          rows: outputs, columns: inner, inner: some.count,
          a: gradient.pointer + first * g.output.channels + group * outputs,
          strideA: g.output.channels, b: columns.base, strideB: inner, transposedB: false,
          c: to + part * shape.count + group * outputs * inner, strideC: inner,
          transposedA: true, accumulates: first > rows.lowerBound
        ).run()
      }
    }
    let sum = ElementKernels.sum(
      ofParts: partial,
      shape: [g.output.channels, g.kernelHeight, g.kernelWidth, g.inputsPerGroup],
      workers: workers)
    return sum.channelsFirst()
  }

  /// Copies the window of every output pixel of `rows` into one row (KH, KW, C / groups).
  @unsafe
  private static func gatherInput(
    _ source: UnsafePointer<Float>, rows: Range<Int>, group: Int, geometry g: WindowGeometry,
    into columns: UnsafeMutablePointer<Float>
  ) {
    let (height, width, channels) = (g.input.height, g.input.width, g.input.channels)
    let depth = g.inputsPerGroup
    var cursor = unsafe columns
    for pixel in rows {
      let x = pixel % g.output.width * g.stride - g.padLeft
      let y = pixel / g.output.width % g.output.height * g.stride - g.padTop
      let image = pixel / (g.output.width * g.output.height)
      let isInside = x >= 0 && x + (g.kernelWidth - 1) * g.dilation < width
      for ky in 0..<g.kernelHeight {
        let row = y + ky * g.dilation
        if isInside && g.dilation == 1 && depth == channels && row >= 0 && row < height {
          // The taps of a row lie behind one another. Few floats, which a call would cost more than.
          let from = unsafe source + ((image * height + row) * width + x) * channels
          for index in 0..<g.kernelWidth * depth { unsafe cursor[index] = from[index] }
          unsafe cursor += g.kernelWidth * depth
          continue
        }
        for kx in 0..<g.kernelWidth {
          let column = x + kx * g.dilation
          if row >= 0 && row < height && column >= 0 && column < width {
            let from = ((image * height + row) * width + column) * channels + group * depth
            unsafe cursor.update(from: source + from, count: depth)
          } else {
            unsafe cursor.update(repeating: 0, count: depth)
          }
          unsafe cursor += depth
        }
      }
    }
  }
}

extension DepthwiseKernels {
  /// Images whose gradients one thread adds up.
  private static let imagesAPart = 8

  /// The gradient (C, 1, KH, KW), from that of the output (N, H', W', C) and the input (N, H, W, C).
  ///
  /// Tap (ky, kx) sums the products of the output's gradient at (y, x) with the input at
  /// (y * stride + ky * dilation - pad, ...): the depth-wise convolution of the input with the
  /// gradient as its kernel, stride and dilation exchanged, which the forward kernels compute.
  static func weightGradient(
    _ gradient: Tensor, input: Tensor, geometry whole: WindowGeometry, workers: Workers
  ) -> Tensor {
    let geometry = ck_depthwise(whole)
    let shape: Shape = [whole.input.channels, 1, whole.kernelHeight, whole.kernelWidth]
    let lanes = Int(CK_LANES)
    let channels = input.shape.channels
    let blocks = (channels + lanes - 1) / lanes
    let (batch, taps) = (input.shape.batch, shape[2] * shape[3])
    let sizes = (
      input: input.shape.height * input.shape.width,
      output: gradient.shape.height * gradient.shape.width
    )
    var exchanged = geometry
    (exchanged.kernel_height, exchanged.output_height) = (
      geometry.output_height, geometry.kernel_height
    )
    (exchanged.kernel_width, exchanged.output_width) = (
      geometry.output_width, geometry.kernel_width
    )
    (exchanged.stride, exchanged.dilation) = (geometry.dilation, geometry.stride)
    let kernel = exchanged
    let parts = (batch + imagesAPart - 1) / imagesAPart
    var partial = Tensor(uninitialized: [parts, blocks, taps, lanes])
    let to = unsafe partial.mutablePointer()
    workers.forEach(parts * blocks) { index in
      let (part, block) = (index / blocks, index % blocks)
      let (first, count) = (block * lanes, min(lanes, channels - block * lanes))
      let sum = unsafe to + index * taps * lanes
      let source = unsafe Scratch(count: sizes.input * lanes)
      let weights = unsafe Scratch(count: sizes.output * lanes)
      let product = unsafe Scratch(count: taps * lanes)
      for image in part * imagesAPart..<min(batch, (part + 1) * imagesAPart) {
        unsafe ck_pack_channels(
          input.pointer + image * sizes.input * channels, sizes.input, channels, first, count,
          source.base)
        unsafe ck_pack_channels(
          gradient.pointer + image * sizes.output * channels, sizes.output, channels, first,
          count, weights.base)
        var kernel = kernel
        let isFirst = image == part * imagesAPart
        unsafe ck_depthwise_forward(
          &kernel, source.base, weights.base, nil, isFirst ? sum : product.base)
        if !isFirst { unsafe ck_add(sum, product.base, taps * lanes, sum) }
      }
    }
    return ElementKernels.sum(ofParts: partial, shape: [blocks, taps, lanes], workers: workers)
      .unpackedWeights(shape)
  }
}

extension Tensor {
  /// (C / 16, taps, 16) -> (C, 1, KH, KW).
  fileprivate func unpackedWeights(_ shape: Shape) -> Tensor {
    let lanes = Int(CK_LANES)
    let taps = shape[2] * shape[3]
    var weights = Tensor(uninitialized: shape)
    let to = unsafe weights.mutablePointer()
    let from = unsafe pointer
    for channel in 0..<shape[0] {
      let block = unsafe from + channel / lanes * taps * lanes + channel % lanes
      for tap in 0..<taps { unsafe to[channel * taps + tap] = block[tap * lanes] }
    }
    return weights
  }
}
