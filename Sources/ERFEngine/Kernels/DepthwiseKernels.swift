// Depth-wise convolution over whole tensors: packs blocks of channels and calls the C kernels.

internal import CKernels
import Synchronization

/// Weights (C, 1, KH, KW) rearranged into blocks (C / 16, KH, KW, 16), the last one padded with zeros.
final class PackedDepthwiseWeights: Sendable {
  let weights: Tensor
  let bias: Tensor?
  let blocks: Int
  /// (KH, KW)
  private let kernel: (rows: Int, columns: Int)
  /// As the fast filters used last wanted the weights: five times as large with two levels.
  private let split = Mutex<(forward: FastDepthwiseWeights?, mirrored: FastDepthwiseWeights?)>(
    (nil, nil))

  init(weights source: Tensor, bias sourceBias: Tensor?) {
    let lanes = Int(CK_LANES)
    let channels = source.shape[0]
    let taps = source.count / max(1, channels)
    kernel = (source.shape[2], source.shape[3])
    blocks = (channels + lanes - 1) / lanes
    var packed = Tensor(zeros: [blocks, taps, lanes])
    let from = unsafe source.pointer
    let to = unsafe packed.mutablePointer()
    for channel in 0..<channels {
      let block = unsafe to + channel / lanes * taps * lanes + channel % lanes
      for tap in 0..<taps { unsafe block[tap * lanes] = from[channel * taps + tap] }
    }
    weights = packed
    guard let sourceBias else {
      bias = nil
      return
    }
    var packedBias = Tensor(zeros: [blocks, lanes])
    unsafe packedBias.mutablePointer().update(from: sourceBias.pointer, count: channels)
    bias = packedBias
  }
}

enum DepthwiseKernels {
  /// Pixels of a band: its planes stay in the second-level cache.
  private static let bandPixels = 4096
  /// Kernels of up to 7 x 7 read a pixel too seldom for packing it to pay.
  private static let mostDirectTaps = 49

  /// (N, H, W, C) -> (N, H', W', C).
  static func forward(
    _ input: Tensor, packed: PackedDepthwiseWeights, geometry whole: WindowGeometry,
    workers: Workers
  ) -> Tensor {
    let fast = packed.fast(ck_depthwise(whole), mirrored: false)
    return unsafe overBlocks(
      input, output: whole.output, packed: packed, isWhole: fast != nil, paddingGivesBias: true,
      workers: workers
    ) { band in
      whole.computing(band).map { part, read in (ck_depthwise(part), skipped: 0, read.rows) }
    } kernel: { geometry, block, plane, result in
      let bias = unsafe packed.bias.map { unsafe $0.pointer + block * Int(CK_LANES) }
      if let fast {
        return unsafe fast.run(plane, block: block, bias: bias, into: result)
      }
      var geometry = geometry
      unsafe ck_depthwise_forward(
        &geometry, plane, packed.weightsOfBlock(block), bias, result)
    }
  }

  /// (N, H', W', C) -> (N, H, W, C).
  static func inputGradient(
    _ gradient: Tensor, packed: PackedDepthwiseWeights, geometry whole: WindowGeometry,
    workers: Workers
  ) -> Tensor {
    let fast = packed.fast(ck_depthwise(whole), mirrored: true)
    return unsafe overBlocks(
      gradient, output: whole.input, packed: packed, isWhole: fast != nil, paddingGivesBias: false,
      workers: workers
    ) { band in
      whole.differentiating(band).map { part, skipped, read in
        (ck_depthwise(part), skipped, read.rows)
      }
    } kernel: { geometry, block, plane, result in
      if let fast {
        return unsafe fast.run(plane, block: block, bias: nil, into: result)
      }
      var geometry = geometry
      unsafe ck_depthwise_input_gradient(
        &geometry, plane, packed.weightsOfBlock(block), result)
    }
  }

  /// Runs `kernel` over each block of channels of each band of rows: in place where there are few taps,
  /// else over planes that are packed first, and unpacked afterwards.
  ///
  /// - Parameters:
  ///   - isWhole: whether the kernel wants whole images.
  ///   - paddingGivesBias: whether results that read nothing but padding are the bias, not zero.
  ///   - restricted: the convolution of a band of the result, the rows of it that are zero before
  ///     those that the kernel makes, and the rows of the source that it reads; nil: none.
  private static func overBlocks(
    _ source: Tensor, output shape: Shape, packed: PackedDepthwiseWeights, isWhole: Bool,
    paddingGivesBias: Bool, workers: Workers,
    restricted: (MapBands.Band) -> (geometry: ck_depthwise, skipped: Int, read: Range<Int>)?,
    kernel: (ck_depthwise, Int, UnsafePointer<Float>, UnsafeMutablePointer<Float>) -> Void
  ) -> Tensor {
    let lanes = Int(CK_LANES)
    let channels = source.shape.channels
    let sourceRow = source.shape.width
    let row = shape.width
    let bands = MapBands(
      Shape(height: shape.height, width: row, channels: lanes),
      most: isWhole ? .max : bandPixels, least: .max)
    var output = Tensor(uninitialized: shape)
    let to = unsafe output.mutablePointer()
    let from = unsafe source.pointer
    let isDirect = !isWhole && packed.taps <= mostDirectTaps
    workers.forEach(source.shape.batch * bands.count * packed.blocks) { tile in
      let (place, block) = (tile / packed.blocks, tile % packed.blocks)
      let (image, band) = (place / bands.count, bands[place % bands.count])
      let first = block * lanes
      let count = min(lanes, channels - first)
      let start = (image * shape.height + band.rows.lowerBound) * row
      let part = restricted(band)
      let read = part.map { (image * source.shape.height + $0.read.lowerBound) * sourceRow }
      if isDirect, count == lanes, let part, part.skipped == 0, let read {
        var geometry = part.geometry
        geometry.input_step = Int32(channels)
        geometry.output_step = Int32(channels)
        unsafe kernel(
          geometry, block, from + read * channels + first, to + start * channels + first)
        return
      }
      let pixels = band.rows.count * row
      let result = unsafe Scratch(count: pixels * lanes)
      if let part, let read {
        let sourcePixels = part.read.count * sourceRow
        let plane = unsafe Scratch(count: sourcePixels * lanes)
        unsafe ck_pack_channels(
          from + read * channels, sourcePixels, channels, first, count, plane.base)
        let above = part.skipped * row * lanes
        unsafe result.base.update(repeating: 0, count: above)
        unsafe kernel(part.geometry, block, plane.base, result.base + above)
      } else {
        for index in 0..<pixels * lanes {
          unsafe result.base[index] =
            paddingGivesBias ? packed.bias?[first + index % lanes] ?? 0 : 0
        }
      }
      unsafe ck_unpack_channels(
        result.base, pixels, channels, first, count, to + start * channels)
    }
    return output
  }
}

extension ck_depthwise {
  init(_ g: WindowGeometry) {
    self.init(
      input_height: Int32(g.input.height), input_width: Int32(g.input.width),
      output_height: Int32(g.output.height), output_width: Int32(g.output.width),
      kernel_height: Int32(g.kernelHeight), kernel_width: Int32(g.kernelWidth),
      stride: Int32(g.stride), dilation: Int32(g.dilation), pad_top: Int32(g.padTop),
      pad_left: Int32(g.padLeft), input_step: Int32(CK_LANES), output_step: Int32(CK_LANES))
  }

  /// The convolution that is the input gradient of this one, given mirrored taps, where the stride
  /// is 1.
  fileprivate var mirrored: ck_depthwise {
    ck_depthwise(
      input_height: output_height, input_width: output_width, output_height: input_height,
      output_width: input_width, kernel_height: kernel_height, kernel_width: kernel_width,
      stride: stride, dilation: dilation, pad_top: kernel_height - 1 - pad_top,
      pad_left: kernel_width - 1 - pad_left, input_step: Int32(CK_LANES),
      output_step: Int32(CK_LANES))
  }
}

extension PackedDepthwiseWeights {
  /// Makes the weights that fast filters would want.
  func prepare(_ geometry: WindowGeometry, mirrored: Bool) {
    _ = fast(ck_depthwise(geometry), mirrored: mirrored)
  }

  /// A convolution, or (`mirrored`) its input gradient, by fast filters with the weights that they
  /// want; nil where it is faster as it is.
  fileprivate func fast(_ geometry: ck_depthwise, mirrored: Bool) -> FastDepthwise? {
    let geometry = mirrored ? geometry.mirrored : geometry
    let levels = FastDepthwise.levels(geometry)
    guard levels > 0 else { return nil }
    let weights = split.withLock { split in
      if let known = mirrored ? split.mirrored : split.forward, known.levels == levels {
        return known
      }
      let made = FastDepthwiseWeights(
        self.weights, rows: kernel.rows, columns: kernel.columns, levels: levels,
        mirrored: mirrored)
      if mirrored { split.mirrored = made } else { split.forward = made }
      return made
    }
    return FastDepthwise(geometry, weights: weights)
  }

  /// Bytes that the weights of fast filters take, both directions together.
  static func fastBytes(_ whole: WindowGeometry) -> Int {
    let blocks = (whole.input.channels + Int(CK_LANES) - 1) / Int(CK_LANES)
    let geometry = ck_depthwise(whole)
    return [geometry, geometry.mirrored].reduce(0) { sum, geometry in
      let levels = FastDepthwise.levels(geometry)
      let floats = FastDepthwiseWeights.floats(
        Int(geometry.kernel_height), Int(geometry.kernel_width), levels)
      return sum + (levels > 0 ? blocks * floats * MemoryLayout<Float>.stride : 0)
    }
  }

  fileprivate var taps: Int { kernel.rows * kernel.columns }

  fileprivate func weightsOfBlock(_ block: Int) -> UnsafePointer<Float> {
    unsafe weights.pointer + block * weights.shape[1] * weights.shape[2]
  }
}
