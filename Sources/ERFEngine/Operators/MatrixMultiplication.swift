/// Products of matrices, the last two axes, batches repeated as numpy does. One of the two may be a
/// constant: the parameter `value`.
struct MatrixMultiplication: Operator {
  /// Whether a matrix is stored the other way round.
  var transposedLeft = false
  var transposedRight = false
  var constant: ConstantOperand?

  var summary: String { "matrix product" }
  var window: Window { .everything }
  var parameterShapes: [ParameterShape] {
    constant.map { [ParameterShape("value", $0.shape)] } ?? []
  }

  private func sides<Value>(_ inputs: [Value], _ value: @autoclosure () -> Value) -> (Value, Value)
  {
    guard let constant else { return (inputs[0], inputs[1]) }
    return constant.isLeft ? (value(), inputs[0]) : (inputs[0], value())
  }

  private func product(_ left: Shape, _ right: Shape) -> BatchedProduct? {
    BatchedProduct(
      left, right, transposedLeft: transposedLeft, transposedRight: transposedRight)
  }

  func outputShape(of inputs: [Shape]) throws(ShapeError) -> Shape {
    let (left, right) = sides(inputs, constant?.shape ?? [])
    guard let product = product(left, right) else { throw .unequal(left, right) }
    return product.shape
  }

  func forward(
    _ inputs: consuming [Tensor], parameters: Parameters, keep: Keep, workers: Workers
  ) -> (Tensor, Kept) {
    let (left, right) = sides(inputs, parameters[0])
    let output = MatrixKernels.multiply(
      left, right, transposedLeft: transposedLeft, transposedRight: transposedRight,
      workers: workers)
    let keeps = keep != .nothing && constant == nil
    return (output, keeps ? .values(inputs.map(\.uncut)) : .nothing)
  }

  func inputGradient(
    of gradient: consuming Tensor, parameters: Parameters, kept: Kept, inputs: [Shape],
    workers: Workers
  ) -> [Tensor] {
    let gradient = gradient
    let values =
      constant == nil ? zip(kept.keptValues, inputs).map { $0.reshaped($1) } : []
    func toLeft(_ right: Tensor, _ shape: Shape) -> Tensor {
      // C = A B: dA = dC B^T, or its transpose where A is stored so.
      let product =
        transposedLeft
        ? MatrixKernels.multiply(
          right, gradient, transposedLeft: transposedRight, transposedRight: true,
          workers: workers)
        : MatrixKernels.multiply(
          gradient, right, transposedRight: !transposedRight, workers: workers)
      return ReductionKernels.sum(product, to: shape, workers: workers)
    }
    func toRight(_ left: Tensor, _ shape: Shape) -> Tensor {
      let product =
        transposedRight
        ? MatrixKernels.multiply(
          gradient, left, transposedLeft: true, transposedRight: transposedLeft,
          workers: workers)
        : MatrixKernels.multiply(
          left, gradient, transposedLeft: !transposedLeft, workers: workers)
      return ReductionKernels.sum(product, to: shape, workers: workers)
    }
    guard let constant else {
      return [toLeft(values[1], inputs[0]), toRight(values[0], inputs[1])]
    }
    return [
      constant.isLeft
        ? toRight(parameters[0], inputs[0]) : toLeft(parameters[0], inputs[0])
    ]
  }

  func multiplyAdds(inputs: [Shape], output: Shape) -> Int {
    let (left, right) = sides(inputs, constant?.shape ?? [])
    guard let product = product(left, right) else { return 0 }
    return output.count * product.inner
  }

  func keptBytes(inputs: [Shape], output: Shape) -> Int {
    constant == nil ? inputs.reduce(0) { $0 + $1.count } * MemoryLayout<Float>.stride : 0
  }
}
