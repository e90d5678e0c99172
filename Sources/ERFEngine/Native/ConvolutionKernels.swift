// Dense convolution as gathered columns times a weight matrix, and its input gradient likewise.

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Sizes of one dense convolution.
struct ConvolutionGeometry: Sendable {
  var input: Shape
  var output: Shape
  var kernelHeight: Int
  var kernelWidth: Int
  var stride: Int
  var dilation: Int
  var padTop: Int
  var padLeft: Int
  var groups: Int

  var inputsPerGroup: Int { input.channels / groups }
  var outputsPerGroup: Int { output.channels / groups }
  var taps: Int { kernelHeight * kernelWidth }
}

enum ConvolutionKernels {
  /// Rows of gathered columns a tile: about a million floats, and enough rows for the product to be
  /// worth packing the weights.
  private static func maxRows(columns: Int) -> Int {
    min(512, max(64, (1 << 20) / max(1, columns)))
  }

  /// (N, H, W, C) -> (N, H', W', O). `weights`: (O, KH, KW, C / groups).
  static func forward(
    _ input: Tensor, weights: Tensor, bias: Tensor?, geometry: ConvolutionGeometry,
    workers: Workers
  ) -> Tensor {
    var result = Tensor(uninitialized: geometry.output)
    let target = unsafe result.mutablePointer()
    let outputs = geometry.outputsPerGroup
    let inner = geometry.taps * geometry.inputsPerGroup
    let rows = geometry.output.pixels
    let tiling = MatrixTiling(rows: rows, columns: outputs, maxRows: maxRows(columns: inner))
    workers.forEach(tiling.count * geometry.groups) { index in
      let group = index / tiling.count
      let tile = tiling[index % tiling.count]
      let columns = unsafe Scratch(count: tile.rows.count * inner)
      unsafe gatherInput(
        input.pointer, rows: tile.rows, group: group, geometry: geometry, into: columns.base)
      let first = group * outputs + tile.columns.lowerBound
      let block = unsafe target + tile.rows.lowerBound * geometry.output.channels + first
      unsafe MatrixProduct(
        rows: tile.rows.count, columns: tile.columns.count, inner: inner,
        a: columns.base, strideA: inner, b: weights.pointer + first * inner, strideB: inner,
        transposedB: true, c: block, strideC: geometry.output.channels
      ).run()
      if let bias {
        unsafe ElementKernels.addBias(
          bias.pointer + first, to: block, rows: tile.rows.count, columns: tile.columns.count,
          stride: geometry.output.channels)
      }
    }
    return result
  }

  /// Copies the window of every output pixel of `rows` into one row (KH, KW, C / groups).
  @unsafe
  static func gatherInput(
    _ source: UnsafePointer<Float>, rows: Range<Int>, group: Int, geometry g: ConvolutionGeometry,
    into columns: UnsafeMutablePointer<Float>
  ) {
    let (height, width, channels) = (g.input.height, g.input.width, g.input.channels)
    let depth = g.inputsPerGroup
    var cursor = unsafe columns
    for pixel in rows {
      let x = pixel % g.output.width * g.stride - g.padLeft
      let y = pixel / g.output.width % g.output.height * g.stride - g.padTop
      let image = pixel / (g.output.width * g.output.height)
      for ky in 0..<g.kernelHeight {
        let row = y + ky * g.dilation
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

  /// (N, H', W', O) -> (N, H, W, C), phase by phase of the stride.
  static func inputGradient(
    _ gradient: Tensor, weights: GradientWeights, geometry: ConvolutionGeometry, workers: Workers
  ) -> Tensor {
    var result = Tensor(uninitialized: geometry.input)
    let target = unsafe result.mutablePointer()
    for phase in weights.phases {
      unsafe addPhase(
        phase, gradient: gradient, geometry: geometry, into: target, workers: workers)
    }
    return result
  }

  @unsafe
  private static func addPhase(
    _ phase: GradientWeights.Phase, gradient: Tensor, geometry: ConvolutionGeometry,
    into target: UnsafeMutablePointer<Float>, workers: Workers
  ) {
    let inputs = geometry.inputsPerGroup
    let channels = geometry.input.channels
    let inner = phase.taps.count * geometry.outputsPerGroup
    let grid = PhaseGrid(phase, geometry)
    let tiling = MatrixTiling(rows: grid.count, columns: inputs, maxRows: maxRows(columns: inner))
    workers.forEach(tiling.count * geometry.groups) { index in
      let group = index / tiling.count
      let tile = tiling[index % tiling.count]
      let columns = unsafe Scratch(count: tile.rows.count * inner)
      let product = unsafe Scratch(count: tile.rows.count * tile.columns.count)
      if inner > 0 {
        unsafe gatherGradient(
          gradient.pointer, grid: grid, rows: tile.rows, group: group, phase: phase,
          geometry: geometry, into: columns.base)
        unsafe MatrixProduct(
          rows: tile.rows.count, columns: tile.columns.count, inner: inner,
          a: columns.base, strideA: inner,
          b: phase.weights.pointer + group * inner * inputs + tile.columns.lowerBound,
          strideB: inputs, transposedB: false, c: product.base, strideC: tile.columns.count
        ).run()
      } else {
        unsafe product.base.update(repeating: 0, count: tile.rows.count * tile.columns.count)
      }
      for row in tile.rows {
        let to = grid.inputPixel(row) * channels + group * inputs + tile.columns.lowerBound
        unsafe (target + to).update(
          from: product.base + (row - tile.rows.lowerBound) * tile.columns.count,
          count: tile.columns.count)
      }
    }
  }

  /// Copies, for every input pixel of `rows`, the output gradients that its taps touch.
  @unsafe
  private static func gatherGradient(
    _ source: UnsafePointer<Float>, grid: PhaseGrid, rows: Range<Int>, group: Int,
    phase: GradientWeights.Phase, geometry g: ConvolutionGeometry,
    into columns: UnsafeMutablePointer<Float>
  ) {
    let depth = g.outputsPerGroup
    let (height, width, channels) = (g.output.height, g.output.width, g.output.channels)
    var cursor = unsafe columns
    for index in rows {
      let (image, y, x) = grid.position(index)
      for tap in phase.taps {
        // Exact: the phase holds just the taps for which the stride divides these.
        let row = (y + g.padTop - tap.ky * g.dilation).quotient(by: g.stride)
        let column = (x + g.padLeft - tap.kx * g.dilation).quotient(by: g.stride)
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

extension Int {
  /// Division that rounds towards minus infinity.
  func quotient(by divisor: Int) -> Int {
    self >= 0 ? self / divisor : -((divisor - 1 - self) / divisor)
  }

  /// What `quotient(by:)` leaves: 0 ..< divisor.
  func remainder(by divisor: Int) -> Int { self - quotient(by: divisor) * divisor }
}

/// The input pixels of one phase (rows and columns congruent modulo the stride), enumerated.
struct PhaseGrid: Sendable {
  let firstRow: Int
  let firstColumn: Int
  let rows: Int
  let columns: Int
  let stride: Int
  let input: Shape

  init(_ phase: GradientWeights.Phase, _ geometry: ConvolutionGeometry) {
    stride = geometry.stride
    input = geometry.input
    firstRow = (phase.row - geometry.padTop).remainder(by: stride)
    firstColumn = (phase.column - geometry.padLeft).remainder(by: stride)
    rows = max(0, (input.height - firstRow + stride - 1) / stride)
    columns = max(0, (input.width - firstColumn + stride - 1) / stride)
  }

  var count: Int { input.batch * rows * columns }

  func position(_ index: Int) -> (image: Int, y: Int, x: Int) {
    (
      index / (rows * columns), firstRow + index / columns % rows * stride,
      firstColumn + index % columns * stride
    )
  }

  func inputPixel(_ index: Int) -> Int {
    let (image, y, x) = position(index)
    return (image * input.height + y) * input.width + x
  }
}

/// Weights of a dense convolution rearranged for its input gradient.
///
/// With stride s, the input pixels fall into s * s phases; those of one phase are reached by the same
/// subset of taps, so that each phase is a stride-1 gather and a product, without scattered writes.
struct GradientWeights: Sendable {
  struct Tap: Sendable {
    let ky: Int
    let kx: Int
  }

  struct Phase: Sendable {
    /// Padded input row and column, modulo the stride, so that padding does not matter here.
    let row: Int
    let column: Int
    let taps: [Tap]
    /// (groups, taps, O / groups, C / groups)
    let weights: Tensor
  }

  let phases: [Phase]

  /// `weights`: (O, C / groups, KH, KW).
  init(weights: Tensor, window: SlidingWindow, groups: Int) {
    var phases: [Phase] = []
    for row in 0..<window.stride {
      for column in 0..<window.stride {
        var taps: [Tap] = []
        for ky in 0..<window.kernelHeight where ky * window.dilation % window.stride == row {
          for kx in 0..<window.kernelWidth where kx * window.dilation % window.stride == column {
            taps.append(Tap(ky: ky, kx: kx))
          }
        }
        phases.append(
          Phase(
            row: row, column: column, taps: taps,
            weights: Self.arrange(weights, taps: taps, groups: groups)))
      }
    }
    self.phases = phases
  }

  private static func arrange(_ weights: Tensor, taps: [Tap], groups: Int) -> Tensor {
    let (outputs, inputs) = (weights.shape[0] / groups, weights.shape[1])
    let (kernelWidth, kernelTaps) = (weights.shape[3], weights.shape[2] * weights.shape[3])
    var arranged = Tensor(uninitialized: [groups, taps.count, outputs, inputs])
    let to = unsafe arranged.mutablePointer()
    let from = unsafe weights.pointer
    var cursor = 0
    for group in 0..<groups {
      for tap in taps {
        for output in 0..<outputs {
          let first = (group * outputs + output) * inputs * kernelTaps
          let base = first + tap.ky * kernelWidth + tap.kx
          for input in 0..<inputs {
            unsafe to[cursor + input] = from[base + input * kernelTaps]
          }
          cursor += inputs
        }
      }
    }
    return arranged
  }
}

extension Tensor {
  /// (O, I, KH, KW) -> (O, KH, KW, I), the order of gathered columns.
  func channelsLastWeights() -> Tensor {
    let (outputs, inputs, taps) = (shape[0], shape[1], shape[2] * shape[3])
    if taps == 1 { return reshaped([outputs, 1, 1, inputs]) }
    var result = Tensor(uninitialized: [outputs, shape[2], shape[3], inputs])
    let to = unsafe result.mutablePointer()
    let from = unsafe pointer
    for output in 0..<outputs {
      let base = output * inputs * taps
      for tap in 0..<taps {
        for input in 0..<inputs {
          unsafe to[base + tap * inputs + input] = from[base + input * taps + tap]
        }
      }
    }
    return result
  }
}
