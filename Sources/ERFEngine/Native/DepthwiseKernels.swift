// Depth-wise convolution over whole tensors: packs blocks of channels and calls the C kernels.

internal import CKernels

/// Weights (C, 1, KH, KW) rearranged into blocks (C / 16, KH, KW, 16), the last one padded with zeros.
struct PackedDepthwiseWeights: Sendable {
  let weights: Tensor
  let bias: Tensor?
  let blocks: Int

  init(weights source: Tensor, bias sourceBias: Tensor?) {
    let lanes = Int(CK_LANES)
    let channels = source.shape[0]
    let taps = source.count / max(1, channels)
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
    unsafe overBlocks(
      input, output: shape, packed: packed, workers: workers
    ) { block, plane, result in
      var geometry = geometry
      let bias = unsafe packed.bias.map { unsafe $0.pointer + block * Int(CK_LANES) }
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
    unsafe overBlocks(gradient, output: shape, packed: packed, workers: workers) {
      block, plane, result in
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

extension PackedDepthwiseWeights {
  fileprivate func weightsOfBlock(_ block: Int) -> UnsafePointer<Float> {
    unsafe weights.pointer + block * weights.shape[1] * weights.shape[2]
  }
}
