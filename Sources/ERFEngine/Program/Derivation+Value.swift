// The values of derived parameters.

extension Derivation {
  /// What is made of `sources`, in their order.
  func value(of sources: [Tensor]) -> Tensor {
    switch self {
    case .normScale(let epsilon): return NormAffine(sources, epsilon: epsilon).scale
    case .normShift(let epsilon): return NormAffine(sources, epsilon: epsilon).shift
    case .scaledRows: return sources[0].scalingRows(by: sources[1])
    case .scaledColumns: return sources[0].scalingColumns(by: sources[1])
    case .scaledBias:
      let (bias, scale, shift) = (sources[0], sources[1], sources[2])
      return Tensor(
        shape: shift.shape,
        elements: (0..<shift.count).map { bias[$0] * scale[$0] + shift[$0] })
    case .product:
      return sources[0].product(with: sources[1], plus: sources.count > 2 ? sources[2] : nil)
    case .addedKernels(let margin): return sources[0].adding(sources[1], margin: margin)
    case .sum:
      let (left, right) = (sources[0], sources[1])
      return Tensor(
        shape: left.shape, elements: (0..<left.count).map { left[$0] + right[$0] })
    case .cropped(let side): return sources[0].croppingKernels(to: side)
    case .interpolated(let side): return sources[0].interpolatingKernels(to: side)
    case .masked(let rows, let columns):
      let kernels = sources[0]
      return Tensor(generated: kernels.shape) { index in
        let row = index / columns.count % rows.count
        return rows[row] && columns[index % columns.count] ? kernels[index] : 0
      }
    case .reshaped(let shape): return sources[0].reshaped(shape)
    case .transposed(let axes): return sources[0].transposed(axes)
    }
  }
}

extension Tensor {
  /// Axis i of the result is axis `axes[i]` of this.
  func transposed(_ axes: [Int]) -> Tensor {
    precondition(axes.sorted() == Array(0..<shape.rank))
    var strides = [Int](repeating: 1, count: shape.rank)
    for axis in (0..<max(0, shape.rank - 1)).reversed() {
      strides[axis] = strides[axis + 1] * shape[axis + 1]
    }
    let result = Shape(axes.map { shape[$0] })
    let steps = axes.map { strides[$0] }
    let from = elements
    return Tensor(
      shape: result,
      elements: (0..<count).map { index in
        var (rest, place) = (index, 0)
        for axis in (0..<result.rank).reversed() {
          place += rest % result[axis] * steps[axis]
          rest /= result[axis]
        }
        return from[place]
      })
  }
}
