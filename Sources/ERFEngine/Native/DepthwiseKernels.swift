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
  /// By levels and direction.
  private let split = Mutex<[SplitKey: FastDepthwiseWeights]>([:])

  private struct SplitKey: Hashable {
    let levels: Int
    let mirrored: Bool
  }

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
  /// (N, H, W, C) -> (N, H', W', C).
  static func forward(
    _ input: Tensor, packed: PackedDepthwiseWeights, geometry: ck_depthwise, output shape: Shape,
    workers: Workers
  ) -> Tensor {
    let fast = packed.fast(geometry, mirrored: false)
    return unsafe overBlocks(
      input, output: shape, packed: packed, workers: workers
    ) { block, plane, result in
      let bias = unsafe packed.bias.map { unsafe $0.pointer + block * Int(CK_LANES) }
      if let fast {
        return unsafe fast.run(plane, block: block, bias: bias, into: result)
      }
      var geometry = geometry
      unsafe ck_depthwise_forward(
        &geometry, plane, packed.weightsOfBlock(block), bias, false, 0, geometry.output_height,
        result)
    }
  }

  /// (N, H', W', C) -> (N, H, W, C).
  static func inputGradient(
    _ gradient: Tensor, packed: PackedDepthwiseWeights, geometry: ck_depthwise,
    input shape: Shape, workers: Workers
  ) -> Tensor {
    let fast = packed.fast(geometry, mirrored: true)
    return unsafe overBlocks(gradient, output: shape, packed: packed, workers: workers) {
      block, plane, result in
      if let fast {
        return unsafe fast.run(plane, block: block, bias: nil, into: result)
      }
      var geometry = geometry
      unsafe ck_depthwise_input_gradient(
        &geometry, plane, packed.weightsOfBlock(block), 0, geometry.input_height, result)
    }
  }

  /// Packs each block of each image, runs `kernel`, unpacks the result.
  private static func overBlocks(
    _ source: Tensor, output shape: Shape, packed: PackedDepthwiseWeights, workers: Workers,
    kernel: (Int, UnsafePointer<Float>, UnsafeMutablePointer<Float>) -> Void
  ) -> Tensor {
    let lanes = Int(CK_LANES)
    let channels = source.shape.channels
    let sourcePixels = source.shape.height * source.shape.width
    let pixels = shape.height * shape.width
    var output = Tensor(uninitialized: shape)
    let to = unsafe output.mutablePointer()
    let from = unsafe source.pointer
    workers.forEach(source.shape.batch * packed.blocks) { tile in
      let (image, block) = (tile / packed.blocks, tile % packed.blocks)
      let first = block * lanes
      let count = min(lanes, channels - first)
      let plane = unsafe Scratch(count: sourcePixels * lanes)
      let result = unsafe Scratch(count: pixels * lanes)
      unsafe ck_pack_channels(
        from + image * sourcePixels * channels, sourcePixels, channels, first, count, plane.base)
      unsafe kernel(block, plane.base, result.base)
      unsafe ck_unpack_channels(
        result.base, pixels, channels, first, count, to + image * pixels * channels)
    }
    return output
  }
}

extension ck_depthwise {
  /// The convolution that is the input gradient of this one, given mirrored taps, where the stride
  /// is 1.
  fileprivate var mirrored: ck_depthwise {
    ck_depthwise(
      input_height: output_height, input_width: output_width, output_height: input_height,
      output_width: input_width, kernel_height: kernel_height, kernel_width: kernel_width,
      stride: stride, dilation: dilation, pad_top: kernel_height - 1 - pad_top,
      pad_left: kernel_width - 1 - pad_left)
  }
}

extension PackedDepthwiseWeights {
  /// A convolution, or (`mirrored`) its input gradient, by fast filters with the weights that they
  /// want; nil where it is faster as it is.
  func fast(_ geometry: ck_depthwise, mirrored: Bool) -> FastDepthwise? {
    let geometry = mirrored ? geometry.mirrored : geometry
    let levels = FastDepthwise.levels(geometry)
    guard levels > 0 else { return nil }
    let key = SplitKey(levels: levels, mirrored: mirrored)
    let weights = split.withLock { split in
      if let known = split[key] { return known }
      let made = FastDepthwiseWeights(
        self.weights, rows: kernel.rows, columns: kernel.columns, levels: levels,
        mirrored: mirrored)
      split[key] = made
      return made
    }
    return FastDepthwise(geometry, weights: weights)
  }

  fileprivate func weightsOfBlock(_ block: Int) -> UnsafePointer<Float> {
    unsafe weights.pointer + block * weights.shape[1] * weights.shape[2]
  }
}
