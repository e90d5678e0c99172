// Weights of dense convolutions in the layouts that oneDNN wants, and the code it makes for them.

internal import COneDNN
import Synchronization

/// The weights of one dense convolution with what oneDNN needs to run it over maps of any size; made on
/// first use and then shared by all threads.
final class DenseWeights: Sendable {
  /// (outputs, inputs / groups, KH, KW)
  let weights: Tensor
  private let precision: Precision
  private let made = Mutex(Made())
  /// Sizes that are remembered; units that move ask for ever new ones.
  private static let most = 64

  private struct Made {
    var calls: [Key: DenseCall] = [:]
    /// Those of `calls`, the oldest first.
    var order: [Key] = []
    /// One for each layout that any call wanted: primitives of one layout share the weights.
    var layouts: [Matrix: [DenseCall]] = [:]
  }

  /// Which of the weights, and the way they are looked at.
  fileprivate struct Matrix: Hashable {
    var isTurned: Bool
    /// nil: all of them.
    var part: DensePart?
  }

  private struct Key: Hashable {
    let sizes: SIMD16<Int32>
    let isGradient: Bool
    let addsBias: Bool
    let matrix: Matrix
  }

  init(_ weights: Tensor, precision: Precision) {
    self.weights = weights
    self.precision = precision
  }

  /// Ready to convolve maps of `geometry`, whose kernel is that of the weights, with a `part` of them.
  func forward(
    _ geometry: WindowGeometry, addsBias: Bool, part: DensePart? = nil
  ) -> DenseCall {
    call(
      Key(
        sizes: geometry.sizes, isGradient: false, addsBias: addsBias,
        matrix: Matrix(isTurned: false, part: part)), geometry)
  }

  /// Ready for the gradient with respect to the input of maps of `geometry`.
  ///
  /// Where a forward convolution computes it, one does: oneDNN's code for those is up to a third
  /// faster than its code for gradients.
  func gradient(_ geometry: WindowGeometry, part: DensePart? = nil) -> DenseCall {
    let turned = geometry.turned
    return call(
      Key(
        sizes: (turned ?? geometry).sizes, isGradient: turned == nil, addsBias: false,
        matrix: Matrix(isTurned: turned != nil, part: part)), turned ?? geometry)
  }

  private func call(_ key: Key, _ geometry: WindowGeometry) -> DenseCall {
    made.withLock { made in
      if let call = made.calls[key] { return call }
      let convolution = convolution(geometry, key.matrix)
      let primitive = DensePrimitive(
        convolution, isGradient: key.isGradient, addsBias: key.addsBias)
      let alike = made.layouts[key.matrix, default: []]
      let known = alike.first { $0.primitive.hasLayout(of: primitive) }
      let call = DenseCall(
        primitive: primitive, packed: known?.packed ?? packed(for: primitive, key.matrix))
      if known == nil { made.layouts[key.matrix] = alike + [call] }
      if made.order.count >= Self.most { made.calls[made.order.removeFirst()] = nil }
      made.order.append(key)
      made.calls[key] = call
      return call
    }
  }

  /// Lets go of code that was made for convolutions which nobody has any more.
  static func forgetUnusedCode() { cd_forget_unused() }

  /// Floats from one output, and from one input, to the next.
  private var steps: (output: Int, input: Int) {
    let taps = weights.shape.extents.dropFirst(2).reduce(1, *)
    return (weights.shape[1] * taps, taps)
  }

  private func convolution(
    _ geometry: WindowGeometry, _ matrix: Matrix
  ) -> cd_convolution {
    var convolution = geometry.convolution
    convolution.output_step = Int32(matrix.isTurned ? steps.input : steps.output)
    convolution.input_step = Int32(matrix.isTurned ? steps.output : steps.input)
    convolution.bfloat16 = precision == .bfloat16
    return convolution
  }

  private func packed(for primitive: DensePrimitive, _ matrix: Matrix) -> Tensor {
    let all = matrix.isTurned ? weights.turningTaps() : weights
    let first = matrix.part.map {
      $0.outputs.lowerBound * steps.output + $0.inputs.lowerBound * steps.input
    }
    return primitive.packing(all, from: first ?? 0)
  }
}

/// Some channels of a convolution without groups.
struct DensePart: Hashable {
  var outputs: Range<Int>
  var inputs: Range<Int>
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
    guard done else { OutOfMemory.end("of a convolution") }
  }
}

/// Machine code that oneDNN made for one convolution; immutable.
@safe
private final class DensePrimitive: @unchecked Sendable {
  let handle: OpaquePointer
  let scratchBytes: Int

  init(_ convolution: cd_convolution, isGradient: Bool, addsBias: Bool) {
    var convolution = convolution
    // The library does not survive that its code finds no memory.
    guard !ProcessMemory.isLimited || ProcessMemory.hasRoom(for: 0, isSmall: true) else {
      OutOfMemory.end("of a convolution's code")
    }
    guard let handle = unsafe cd_create(&convolution, isGradient, addsBias) else {
      if ProcessMemory.isLimited { OutOfMemory.end("of a convolution's code") }
      fatalError("out of memory for \(convolution), or oneDNN does not support it")
    }
    unsafe self.handle = handle
    scratchBytes = unsafe cd_scratch_bytes(handle)
  }

  deinit { unsafe cd_destroy(handle) }

  func hasLayout(of other: DensePrimitive) -> Bool {
    unsafe cd_same_layout(handle, other.handle)
  }

  /// The weights from one on in the layout that the code wants.
  func packing(_ weights: Tensor, from first: Int) -> Tensor {
    var packed = Tensor(uninitialized: [(unsafe cd_packed_bytes(handle) + 3) / 4])
    let target = unsafe packed.mutablePointer()
    guard unsafe cd_pack(handle, weights.pointer + first, target) else {
      OutOfMemory.end("of a convolution's weights")
    }
    return packed
  }
}

extension WindowGeometry {
  /// All that may differ between calls with the same weights.
  fileprivate var sizes: SIMD16<Int32> {
    SIMD16(
      lowHalf: SIMD8(
        Int32(input.batch), Int32(input.height), Int32(input.width), Int32(output.height),
        Int32(output.width), Int32(padTop), Int32(padLeft), Int32(stride)),
      highHalf: SIMD8(Int32(dilation), 0, 0, 0, 0, 0, 0, 0))
  }

  /// Without the steps of the weights.
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
      pad_top: Int32(padTop), pad_left: Int32(padLeft), output_step: 0,
      input_step: 0, bfloat16: false)
  }
}

extension Shape {
  fileprivate var inOneRow: Shape { Shape(height: 1, width: pixels, channels: channels) }
}
