// Element-wise kernels over whole tensors, in ranges of a fixed size.

internal import CKernels

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

enum ElementKernels {
  /// A multiple of 8, so that ranges of sign bits start at byte boundaries.
  private static let range = 1 << 16
  /// Elements of an intermediate result that stays in the first-level cache.
  private static let cached = 4096

  /// max(x, 0) in place where `tensor` is not shared; where `keep`, a bit for each element that
  /// passes its gradient.
  static func relu(_ tensor: inout Tensor, keep: Bool, workers: Workers) -> PackedMap? {
    unsafe clamp(&tensor, keep: keep, workers: workers) { unsafe ck_relu($0, $1, $2, $3) }
  }

  /// min(max(x, 0), 6) in place where `tensor` is not shared; bits where `keep`.
  static func relu6(_ tensor: inout Tensor, keep: Bool, workers: Workers) -> PackedMap? {
    unsafe clamp(&tensor, keep: keep, workers: workers) { unsafe ck_relu6($0, $1, $2, $3) }
  }

  private static func clamp(
    _ tensor: inout Tensor, keep: Bool, workers: Workers,
    kernel: (UnsafePointer<Float>, Int, UnsafeMutablePointer<Float>, UnsafeMutablePointer<UInt8>?)
      -> Void
  ) -> PackedMap? {
    let bits = keep ? PackedMap(uninitialized: tensor.shape, bitsPerElement: 1) : nil
    let signs = unsafe bits?.base.assumingMemoryBound(to: UInt8.self)
    let values = unsafe tensor.mutablePointer()
    workers.forEachRange(of: tensor.count, size: range) { range in
      let start = unsafe values + range.lowerBound
      unsafe kernel(start, range.count, start, signs.map { unsafe $0 + range.lowerBound / 8 })
    }
    return bits
  }

  /// Zero where the bit is not set.
  static func mask(_ gradient: inout Tensor, bits: PackedMap, workers: Workers) {
    precondition(bits.count == gradient.count && bits.bitsPerElement == 1)
    let signs = unsafe UnsafePointer(bits.base.assumingMemoryBound(to: UInt8.self))
    let values = unsafe gradient.mutablePointer()
    workers.forEachRange(of: gradient.count, size: range) { range in
      let start = unsafe values + range.lowerBound
      unsafe ck_mask(start, signs + range.lowerBound / 8, range.count, start)
    }
  }

  /// x * Phi(x) in place where `tensor` is not shared; where `keep`, the derivative in 16 bits.
  static func gelu(_ tensor: inout Tensor, keep: Bool, workers: Workers) -> PackedMap? {
    let slopes = keep ? PackedMap(uninitialized: tensor.shape, bitsPerElement: 16) : nil
    let codes = unsafe slopes?.base.assumingMemoryBound(to: UInt16.self)
    let values = unsafe tensor.mutablePointer()
    workers.forEachRange(of: tensor.count, size: range) { range in
      let start = unsafe values + range.lowerBound
      unsafe gelu(
        start, count: range.count, into: start,
        slopes: codes.map { unsafe $0 + range.lowerBound })
    }
    return slopes
  }

  /// x * Phi(x) on the calling thread, and, unless nil, the derivative in 16 bits. May be in place.
  @unsafe
  static func gelu(
    _ source: UnsafePointer<Float>, count: Int, into target: UnsafeMutablePointer<Float>,
    slopes: UnsafeMutablePointer<UInt16>?
  ) {
    guard let slopes = unsafe slopes else {
      unsafe ck_gelu(source, count, target, nil)
      return
    }
    let piece = unsafe Scratch(count: cached)
    for first in stride(from: 0, to: count, by: cached) {
      let some = min(cached, count - first)
      unsafe ck_gelu(source + first, some, target + first, piece.base)
      unsafe ck_pack_slopes(piece.base, some, slopes + first)
    }
  }

  /// gradient *= the derivative that `gelu` kept.
  static func multiply(_ gradient: inout Tensor, bySlopes slopes: PackedMap, workers: Workers) {
    precondition(slopes.count == gradient.count && slopes.bitsPerElement == 16)
    let codes = unsafe UnsafePointer(slopes.base.assumingMemoryBound(to: UInt16.self))
    let values = unsafe gradient.mutablePointer()
    workers.forEachRange(of: gradient.count, size: range) { range in
      let start = unsafe values + range.lowerBound
      unsafe ck_multiply_slopes(start, codes + range.lowerBound, range.count, start)
    }
  }

  /// left += right.
  static func add(_ right: Tensor, to left: inout Tensor, workers: Workers) {
    precondition(left.shape == right.shape, "\(left.shape) and \(right.shape)")
    let values = unsafe left.mutablePointer()
    let others = unsafe right.pointer
    workers.forEachRange(of: left.count, size: range) { range in
      let start = unsafe values + range.lowerBound
      unsafe ck_add(start, others + range.lowerBound, range.count, start)
    }
  }

  /// tensor (pixels, C) = tensor * scale (C) + shift (C), in place where it is not shared.
  static func scale(_ tensor: inout Tensor, by scale: Tensor, shift: Tensor?, workers: Workers) {
    let channels = tensor.shape.channels
    precondition(scale.count == channels && (shift.map { $0.count == channels } ?? true))
    let values = unsafe tensor.mutablePointer()
    let rows = max(1, range / max(1, channels))
    workers.forEachRange(of: tensor.shape.pixels, size: rows) { pixels in
      let start = unsafe values + pixels.lowerBound * channels
      unsafe ck_scale_shift(
        start, scale.pointer, shift.map { unsafe $0.pointer }, pixels.count, channels, start)
    }
  }

  /// Adds a bias to each row of a tile whose rows lie `stride` apart.
  @unsafe
  static func addBias(
    _ bias: UnsafePointer<Float>, to tile: UnsafeMutablePointer<Float>, rows: Int, columns: Int,
    stride: Int
  ) {
    if columns == stride {
      unsafe ck_scale_shift(tile, nil, bias, rows, columns, tile)
      return
    }
    for row in 0..<rows {
      let start = unsafe tile + row * stride
      unsafe ck_add(start, bias, columns, start)
    }
  }

  static func isFinite(_ tensor: Tensor) -> Bool {
    unsafe ck_all_finite(tensor.pointer, tensor.count)
  }
}
