// Weights of dense convolutions in the layouts that oneDNN wants, and the code it makes for them.

internal import COneDNN
import Synchronization

/// The weights of one dense convolution with what oneDNN needs to run it over maps of any size; made on
/// first use and then shared by all threads.
final class DenseWeights: Sendable {
  /// (outputs, inputs / groups, KH, KW)
  let weights: Tensor
  private let made = Mutex(Made())
  /// Sizes that are remembered; units that move ask for ever new ones.
  private static let most = 64

  private struct Made {
    var calls: [Key: DenseCall] = [:]
    /// Those of `calls`, the oldest first.
    var order: [Key] = []
    /// One for each layout that any call wanted: primitives of one layout share the weights.
    var layouts: [DenseCall] = []
  }

  private struct Key: Hashable {
    let sizes: SIMD16<Int32>
    let isGradient: Bool
    let addsBias: Bool
  }

  init(_ weights: Tensor) { self.weights = weights }

  /// Ready to convolve maps of `geometry`, whose kernel is that of the weights.
  func forward(_ geometry: ConvolutionGeometry, addsBias: Bool) -> DenseCall {
    call(geometry, isGradient: false, addsBias: addsBias)
  }

  /// Ready for the gradient with respect to the input of maps of `geometry`.
  func gradient(_ geometry: ConvolutionGeometry) -> DenseCall {
    call(geometry, isGradient: true, addsBias: false)
  }

  private func call(
    _ geometry: ConvolutionGeometry, isGradient: Bool, addsBias: Bool
  ) -> DenseCall {
    let key = Key(sizes: geometry.sizes, isGradient: isGradient, addsBias: addsBias)
    return made.withLock { made in
      if let call = made.calls[key] { return call }
      let primitive = DensePrimitive(geometry, isGradient: isGradient, addsBias: addsBias)
      let known = made.layouts.first { $0.primitive.hasLayout(of: primitive) }
      let call = DenseCall(
        primitive: primitive, packed: known?.packed ?? primitive.packing(weights))
      if known == nil { made.layouts.append(call) }
      if made.order.count >= Self.most { made.calls[made.order.removeFirst()] = nil }
      made.order.append(key)
      made.calls[key] = call
      return call
    }
  }
}

/// One convolution that is ready to run, on any number of threads at once.
struct DenseCall: Sendable {
  fileprivate let primitive: DensePrimitive
  fileprivate let packed: Tensor

  /// Computes all of `target` on the calling thread: the output from the input, or the input's
  /// gradient from that of the output.
  func run(
    _ source: UnsafePointer<Float>, bias: UnsafePointer<Float>? = nil,
    into target: UnsafeMutablePointer<Float>
  ) {
    let scratch = unsafe Scratch(count: (primitive.scratchBytes + 3) / 4)
    let done = unsafe cd_run(
      primitive.handle, source, packed.pointer, bias, target, scratch.base)
    guard done else { fatalError("out of memory for a convolution") }
  }
}

/// Machine code that oneDNN made for one convolution; immutable.
@safe
private final class DensePrimitive: @unchecked Sendable {
  let handle: OpaquePointer
  let scratchBytes: Int

  init(_ geometry: ConvolutionGeometry, isGradient: Bool, addsBias: Bool) {
    var convolution = geometry.convolution
    guard let handle = unsafe cd_create(&convolution, isGradient, addsBias) else {
      fatalError(
        "out of memory for a convolution of \(geometry.input) to \(geometry.output), or oneDNN "
          + "knows none")
    }
    unsafe self.handle = handle
    scratchBytes = unsafe cd_scratch_bytes(handle)
  }

  deinit { unsafe cd_destroy(handle) }

  func hasLayout(of other: DensePrimitive) -> Bool {
    unsafe cd_same_layout(handle, other.handle)
  }

  /// The weights in the layout that the code wants.
  func packing(_ weights: Tensor) -> Tensor {
    var packed = Tensor(uninitialized: [(unsafe cd_packed_bytes(handle) + 3) / 4])
    let target = unsafe packed.mutablePointer()
    guard unsafe cd_pack(handle, weights.pointer, target) else {
      fatalError("out of memory for the weights of a convolution")
    }
    return packed
  }
}

extension ConvolutionGeometry {
  /// All that may differ between calls with the same weights.
  fileprivate var sizes: SIMD16<Int32> {
    SIMD16(
      lowHalf: SIMD8(
        Int32(input.batch), Int32(input.height), Int32(input.width), Int32(output.height),
        Int32(output.width), Int32(padTop), Int32(padLeft), Int32(stride)),
      highHalf: SIMD8(Int32(dilation), 0, 0, 0, 0, 0, 0, 0))
  }

  fileprivate var convolution: cd_convolution {
    // Where pixels do not matter to one another oneDNN is fastest over one row of them.
    let source = isPointwise ? input.inOneRow : input
    let result = isPointwise ? output.inOneRow : output
    return cd_convolution(
      batch: Int32(source.batch), groups: Int32(groups), input_height: Int32(source.height),
      input_width: Int32(source.width), input_channels: Int32(source.channels),
      output_height: Int32(result.height), output_width: Int32(result.width),
      output_channels: Int32(result.channels), kernel_height: Int32(kernelHeight),
      kernel_width: Int32(kernelWidth), stride: Int32(stride), dilation: Int32(dilation),
      pad_top: Int32(padTop), pad_left: Int32(padLeft))
  }
}

extension Shape {
  fileprivate var inOneRow: Shape { Shape(height: 1, width: pixels, channels: channels) }
}
