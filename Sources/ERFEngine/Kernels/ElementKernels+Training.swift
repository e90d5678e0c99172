// Element-wise work that only training does.

internal import CKernels

extension ElementKernels {
  private static let range = 1 << 16

  /// tensor (pixels, C) * scale (C) + shift (C), as a new tensor.
  static func scaled(
    _ tensor: Tensor, by scale: Tensor, shift: Tensor, workers: Workers
  ) -> Tensor {
    let channels = tensor.shape.channels
    precondition(scale.count == channels && shift.count == channels)
    var output = Tensor(uninitialized: tensor.shape)
    let to = unsafe output.mutablePointer()
    let rows = max(1, range / max(1, channels))
    workers.forEachRange(of: tensor.shape.pixels, size: rows) { pixels in
      let first = pixels.lowerBound * channels
      unsafe ck_scale_shift(
        tensor.pointer + first, scale.pointer, shift.pointer, pixels.count, channels, to + first)
    }
    return output
  }

  /// gradient = (gradient + (input - centre) * slope + shift) * scale over (pixels, C), in place where
  /// `gradient` is not shared.
  static func normGradient(
    _ gradient: inout Tensor, input: Tensor, centre: Tensor, slope: Tensor, shift: Tensor,
    scale: Tensor, workers: Workers
  ) {
    precondition(gradient.shape == input.shape)
    let channels = input.shape.channels
    let values = unsafe gradient.mutablePointer()
    let rows = max(1, range / max(1, channels))
    workers.forEachRange(of: input.shape.pixels, size: rows) { pixels in
      let first = pixels.lowerBound * channels
      unsafe ck_norm_gradient(
        values + first, input.pointer + first, centre.pointer, slope.pointer, shift.pointer,
        scale.pointer, pixels.count, channels, values + first)
    }
  }

  /// x * Phi(x) in place where `tensor` is not shared; its derivative as a new tensor.
  static func geluWithDerivative(_ tensor: inout Tensor, workers: Workers) -> Tensor {
    var slopes = Tensor(uninitialized: tensor.shape)
    let to = unsafe slopes.mutablePointer()
    let values = unsafe tensor.mutablePointer()
    workers.forEachRange(of: tensor.count, size: range) { range in
      let start = unsafe values + range.lowerBound
      unsafe ck_gelu(start, range.count, start, to + range.lowerBound)
    }
    return slopes
  }

  /// left *= right.
  static func multiply(_ left: inout Tensor, by right: Tensor, workers: Workers) {
    precondition(left.shape == right.shape)
    let values = unsafe left.mutablePointer()
    let others = unsafe right.pointer
    workers.forEachRange(of: left.count, size: range) { range in
      let start = unsafe values + range.lowerBound
      unsafe ck_multiply(start, others + range.lowerBound, range.count, start)
    }
  }

  /// Image n of (N, H, W, C) times scales[n].
  static func scaleImages(_ tensor: inout Tensor, by scales: [Float], workers: Workers) {
    let values = unsafe tensor.mutablePointer()
    let size = tensor.count / max(1, scales.count)
    workers.forEach(scales.count) { image in
      let (start, scale) = unsafe (values + image * size, scales[image])
      for index in 0..<size { unsafe start[index] *= scale }
    }
  }

  /// The sum of `parts` tensors of one shape that lie behind one another, in their order.
  static func sum(ofParts partial: Tensor, shape: Shape, workers: Workers) -> Tensor {
    let parts = partial.count / max(1, shape.count)
    if parts == 1 { return partial.reshaped(shape) }
    var total = Tensor(uninitialized: shape)
    let to = unsafe total.mutablePointer()
    let from = unsafe partial.pointer
    workers.forEachRange(of: shape.count, size: range) { range in
      let (start, count) = (range.lowerBound, range.count)
      unsafe ck_add(from + start, from + shape.count + start, count, to + start)
      for part in 2..<max(2, parts) {
        unsafe ck_add(to + start, from + part * shape.count + start, count, to + start)
      }
    }
    return total
  }
}
