/// Weighted sums along axes, one after the other: resizing by any rule.
struct Resampling: Operator {
  struct Step: Hashable, Sendable {
    let axis: Int
    let weights: AxisWeights
  }

  let steps: [Step]

  var summary: String { "resize" }
  /// Weights along channels look at single pixels.
  var window: Window {
    let axes = steps.map(\.axis)
    guard Set(axes).count == axes.count, axes.allSatisfy({ (1...3).contains($0) }) else {
      return .everything
    }
    let (rows, columns) = (weights(along: 1), weights(along: 2))
    return rows == nil && columns == nil ? .pixel : .resampled(rows: rows, columns: columns)
  }

  private func weights(along axis: Int) -> AxisWeights? {
    steps.first { $0.axis == axis }?.weights
  }

  func restricted(to region: Region, of input: Shape) -> Resampling {
    guard input.isMap, case .resampled = window else { return self }
    let source = window.inputRegion(for: region, of: input)
    return Resampling(
      steps: steps.map { step in
        switch step.axis {
        case 1: Step(axis: 1, weights: step.weights.part(region.rows, of: source.rows))
        case 2: Step(axis: 2, weights: step.weights.part(region.columns, of: source.columns))
        default: step
        }
      })
  }

  func outputShape(of inputs: [Shape]) throws(ShapeError) -> Shape {
    var extents = inputs[0].extents
    for step in steps {
      guard extents.indices.contains(step.axis), extents[step.axis] == step.weights.inputs else {
        throw .unequal(inputs[0], Shape(extents))
      }
      extents[step.axis] = step.weights.rows.count
    }
    return Shape(extents)
  }

  func forward(
    _ inputs: consuming [Tensor], parameters: Parameters, keep: Keep, workers: Workers
  ) -> (Tensor, Kept) {
    let output = steps.reduce(inputs[0]) { tensor, step in
      ResamplingKernels.apply(step.weights, to: tensor, axis: step.axis, workers: workers)
    }
    return (output, .nothing)
  }

  func inputGradient(
    of gradient: consuming Tensor, parameters: Parameters, kept: Kept, inputs: [Shape],
    workers: Workers
  ) -> [Tensor] {
    let gradient = gradient
    return [
      steps.reversed().reduce(gradient) { tensor, step in
        ResamplingKernels.apply(
          step.weights.transposed, to: tensor, axis: step.axis, workers: workers)
      }
    ]
  }
}
