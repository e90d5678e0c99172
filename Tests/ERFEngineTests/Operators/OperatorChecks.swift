import Testing

@testable import ERFEngine

/// Gradients by finite differences, and convolution by its definition: what operators are held
/// against.
enum OperatorChecks {
  /// Values between -1 and 1 that differ between elements and keep away from zero, so that no step
  /// crosses a kink.
  static func values(_ shape: Shape, seed: UInt64) -> Tensor {
    let stream = RandomStream(seed: seed)
    return Tensor(
      shape: shape,
      elements: (0..<shape.count).map { index in
        let value = Float(stream.unit(at: UInt64(index)) * 2 - 1)
        return value + (value < 0 ? -0.1 : 0.1)
      })
  }

  /// Largest difference between `inputGradient` and central differences of <f(x), g>, over up to
  /// `probes` elements of each input, relative to the largest derivative.
  static func gradientError(
    _ op: any Operator, inputs shapes: [Shape], step: Float = 1e-2,
    values make: (Shape, UInt64) -> Tensor = { OperatorChecks.values($0, seed: $1) }
  ) throws -> Double {
    try gradientError(Layer(op), inputs: shapes, step: step, values: make)
  }

  static func gradientError(
    _ op: Layer, inputs shapes: [Shape], step: Float = 1e-2, probes: Int = 40,
    values make: (Shape, UInt64) -> Tensor = { OperatorChecks.values($0, seed: $1) },
    sourceLocation: SourceLocation = #_sourceLocation
  ) throws -> Double {
    let workers = Workers(threads: 2)
    let inputs = shapes.enumerated().map { make($1, UInt64($0) + 1) }
    let output = try op.outputShape(of: shapes)
    let cotangent = values(output, seed: 99)
    let (result, kept) = op.forward(inputs, keep: .inputGradient, workers: workers)
    #expect(result.shape == output, sourceLocation: sourceLocation)
    let gradients = op.inputGradient(of: cotangent, kept: kept, inputs: shapes, workers: workers)
    #expect(gradients.map(\.shape) == shapes, sourceLocation: sourceLocation)

    func product(_ inputs: [Tensor]) -> Double {
      let (result, _) = op.forward(inputs, keep: .nothing, workers: workers)
      return zip(result.elements, cotangent.elements).reduce(0) { $0 + Double($1.0) * Double($1.1) }
    }
    var error = 0.0
    var peak = 1e-3
    for (index, gradient) in gradients.enumerated() {
      let stride = max(1, gradient.count / probes)
      for element in Swift.stride(from: 0, to: gradient.count, by: stride) {
        var moved = inputs
        moved[index][element] += step
        let above = product(moved)
        moved[index][element] -= 2 * step
        let slope = (above - product(moved)) / Double(2 * step)
        error = max(error, abs(slope - Double(gradient[element])))
        peak = max(peak, abs(slope))
      }
    }
    return error / peak
  }

  /// Convolution of (N, H, W, C) by its definition, in double precision.
  static func convolution(
    _ input: Tensor, weight: Tensor, bias: Tensor?, window: SlidingWindow, groups: Int
  ) throws -> Tensor {
    let size = try window.outputSize(of: input.shape)
    let outputs = weight.shape[0]
    let perGroup = (inputs: weight.shape[1], outputs: outputs / groups)
    var result = Tensor(
      zeros: Shape(
        batch: input.shape.batch, height: size.height, width: size.width, channels: outputs))
    for n in 0..<input.shape.batch {
      for y in 0..<size.height {
        for x in 0..<size.width {
          for o in 0..<outputs {
            var sum = bias.map { Double($0[o]) } ?? 0
            for ky in 0..<window.kernelHeight {
              for kx in 0..<window.kernelWidth {
                let row = y * window.stride + ky * window.dilation - window.padding.top
                let column = x * window.stride + kx * window.dilation - window.padding.left
                guard row >= 0, row < input.shape.height, column >= 0, column < input.shape.width
                else { continue }
                for i in 0..<perGroup.inputs {
                  let channel = o / perGroup.outputs * perGroup.inputs + i
                  let tap =
                    ((o * perGroup.inputs + i) * window.kernelHeight + ky) * window.kernelWidth
                    + kx
                  sum += Double(weight[tap]) * Double(input[n, row, column, channel])
                }
              }
            }
            result[n, y, x, o] = Float(sum)
          }
        }
      }
    }
    return result
  }
}
