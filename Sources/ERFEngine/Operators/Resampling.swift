/// Weighted sums along axes, one after the other: resizing by any rule.
struct Resampling: Operator {
  struct Step: Hashable, Sendable {
    let axis: Int
    let weights: AxisWeights
  }

  let steps: [Step]

  var summary: String { "resize" }
  var window: Window { .everything }

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
