// What the kernel tests share: the list of variants, repeatable random numbers and the geometry of
// test convolutions. Holds no tests.
import CKernels

/// Every variant that this binary and processor have, the scalar oracle first.
var supportedVariants: [ck_variant] {
  (0..<CK_ISA_COUNT).compactMap { ck_variant_for(ck_isa(rawValue: UInt32($0)))?.pointee }
}

var scalar: ck_variant { supportedVariants[0] }

extension ck_variant {
  var name: String { String(cString: ck_isa_name(isa)) }
}

/// A small linear congruential generator: the same numbers on every machine.
struct Numbers {
  var state: UInt64

  init(seed: UInt64) { state = seed &* 0x9E37_79B9_7F4A_7C15 | 1 }

  /// A number in -1 ..< 1.
  mutating func next() -> Float {
    state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
    return Float(Int32(truncatingIfNeeded: state >> 32)) / 2_147_483_648
  }

  mutating func array(_ count: Int) -> [Float] {
    var values = [Float](repeating: 0, count: count)
    for index in values.indices { values[index] = next() }
    return values
  }
}

let lanes = Int(CK_LANES)

extension ck_depthwise: @retroactive CustomStringConvertible {
  /// A geometry whose output covers every position that padding on all sides allows.
  init(
    input: (Int, Int), kernel: (Int, Int), stride: Int = 1, dilation: Int = 1,
    pad: (top: Int, left: Int, bottom: Int, right: Int)
  ) {
    func size(_ input: Int, _ padding: Int, _ kernel: Int) -> Int32 {
      let room = input + padding - ((kernel - 1) * dilation + 1)
      return room < 0 ? 0 : Int32(room / stride + 1)
    }
    self.init(
      input_height: Int32(input.0), input_width: Int32(input.1),
      output_height: size(input.0, pad.top + pad.bottom, kernel.0),
      output_width: size(input.1, pad.left + pad.right, kernel.1),
      kernel_height: Int32(kernel.0), kernel_width: Int32(kernel.1),
      stride: Int32(stride), dilation: Int32(dilation),
      pad_top: Int32(pad.top), pad_left: Int32(pad.left), input_step: Int32(lanes),
      output_step: Int32(lanes))
  }

  /// Padding that keeps the size at stride 1, for odd kernels.
  static func same(
    _ input: (Int, Int), kernel: (Int, Int), stride: Int = 1, dilation: Int = 1
  ) -> ck_depthwise {
    let (y, x) = (dilation * (kernel.0 / 2), dilation * (kernel.1 / 2))
    return ck_depthwise(
      input: input, kernel: kernel, stride: stride, dilation: dilation, pad: (y, x, y, x))
  }

  var inputCount: Int { Int(input_height) * Int(input_width) * lanes }
  var outputCount: Int { Int(output_height) * Int(output_width) * lanes }
  var weightCount: Int { Int(kernel_height) * Int(kernel_width) * lanes }

  public var description: String {
    "input \(input_height)x\(input_width) output \(output_height)x\(output_width)"
      + " kernel \(kernel_height)x\(kernel_width) stride \(stride) dilation \(dilation)"
      + " pad \(pad_top),\(pad_left)"
  }
}

extension ck_variant {
  func forward(
    _ shape: ck_depthwise, _ input: [Float], _ weights: [Float], bias: [Float]? = nil
  ) -> [Float] {
    var shape = shape
    var output = [Float](repeating: .nan, count: shape.outputCount)
    if let bias {
      depthwise_forward(&shape, input, weights, bias, &output)
    } else {
      depthwise_forward(&shape, input, weights, nil, &output)
    }
    return output
  }

  func inputGradient(_ shape: ck_depthwise, _ gradient: [Float], _ weights: [Float]) -> [Float] {
    var shape = shape
    var result = [Float](repeating: .nan, count: shape.inputCount)
    depthwise_input_gradient(&shape, gradient, weights, &result)
    return result
  }
}

/// The first index where the arrays differ by more than `tolerance` times the magnitude; NaN
/// differs from everything.
func firstDifference(
  _ left: [Float], _ right: [Float], magnitude: [Float], tolerance: Float
) -> Int? {
  guard left.count == right.count else { return min(left.count, right.count) }
  var index = 0
  while index < left.count {
    let close = abs(left[index] - right[index]) <= tolerance * magnitude[index]
    if !close { return index }
    index += 1
  }
  return nil
}

func bits(_ values: [Float]) -> [UInt32] { values.map(\.bitPattern) }
