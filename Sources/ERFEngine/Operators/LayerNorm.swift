/// Rows brought to mean 0 and variance 1, then scaled and shifted: layer normalisation over the last
/// axes (Ba et al. 2016), root mean square normalisation where nothing is subtracted.
struct LayerNorm: Operator {
  /// The extents that a row spans.
  let row: [Int]
  var epsilon: Float = 1e-5
  /// Whether the mean is subtracted.
  var isCentred = true
  var hasWeight = true
  var hasBias = true

  var summary: String {
    (isCentred ? "layer norm" : "rms norm") + (row.count > 1 ? " over \(Shape(row))" : "")
  }
  var window: Window { row.count == 1 ? .pixel : .everything }
  var worksInPlace: Bool { true }
  var parameterShapes: [ParameterShape] {
    (hasWeight ? [ParameterShape("weight", Shape(row))] : [])
      + (hasBias ? [ParameterShape("bias", Shape(row))] : [])
  }

  private var columns: Int { row.reduce(1, *) }
  private func weight(_ parameters: Parameters) -> Tensor? { hasWeight ? parameters[0] : nil }
  private func bias(_ parameters: Parameters) -> Tensor? {
    hasBias ? parameters[hasWeight ? 1 : 0] : nil
  }

  func outputShape(of inputs: [Shape]) throws(ShapeError) -> Shape {
    guard Array(inputs[0].extents.suffix(row.count)) == row else {
      throw .channels(expected: row.last ?? 0, found: inputs[0])
    }
    return inputs[0]
  }

  func forward(
    _ inputs: consuming [Tensor], parameters: Parameters, keep: Keep, workers: Workers
  ) -> (Tensor, Kept) {
    var output = inputs.removeLast()
    let inverse = RowKernels.standardize(
      &output, columns: columns, epsilon: epsilon, centred: isCentred, workers: workers)
    // One number a row, in the shape of the rows, so that parts of maps can be cut out.
    let scales = inverse.reshaped(
      Shape(output.shape.extents.dropLast(row.count) + [Int](repeating: 1, count: row.count)))
    let kept: Kept =
      keep == .nothing
      ? .nothing
      : .values(row.count == 1 ? [output, scales] : [output.uncut, scales.uncut])
    RowKernels.scale(
      &output, by: weight(parameters), shift: bias(parameters), columns: columns,
      workers: workers)
    return (output, kept)
  }

  func inputGradient(
    of gradient: consuming Tensor, parameters: Parameters, kept: Kept, inputs: [Shape],
    workers: Workers
  ) -> [Tensor] {
    if let weight = weight(parameters) {
      RowKernels.scale(&gradient, by: weight, shift: nil, columns: columns, workers: workers)
    }
    let values = kept.keptValues
    RowKernels.standardizeGradient(
      &gradient, output: values[0], inverse: values[1], columns: columns, centred: isCentred,
      workers: workers)
    return [gradient]
  }

  func keptBytes(inputs: [Shape], output: Shape) -> Int {
    (output.count + output.count / max(1, columns)) * MemoryLayout<Float>.stride
  }
}
