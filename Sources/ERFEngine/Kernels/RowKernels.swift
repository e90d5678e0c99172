// Softmax and standardisation of the rows of a tensor: its last axis, or its last few.

internal import CKernels

enum RowKernels {
  private static func rows(of tensor: Tensor, columns: Int) -> Int {
    tensor.count / max(1, columns)
  }

  private static func forEach(
    _ rows: Int, columns: Int, workers: Workers, _ body: (Range<Int>) -> Void
  ) {
    workers.forEachRange(of: rows, size: max(1, (1 << 15) / max(1, columns)), body)
  }

  /// Of each row, in place where `tensor` is not shared.
  static func softmax(_ tensor: inout Tensor, workers: Workers) {
    let columns = tensor.shape.channels
    let values = unsafe tensor.mutablePointer()
    forEach(rows(of: tensor, columns: columns), columns: columns, workers: workers) { range in
      let start = unsafe values + range.lowerBound * columns
      unsafe ck_softmax(start, range.count, columns, start)
    }
  }

  /// In place: the gradient through a softmax that put out `output`.
  static func softmaxGradient(_ gradient: inout Tensor, output: Tensor, workers: Workers) {
    precondition(gradient.shape == output.shape)
    let columns = output.shape.channels
    let values = unsafe gradient.mutablePointer()
    let outputs = unsafe output.pointer
    forEach(rows(of: output, columns: columns), columns: columns, workers: workers) { range in
      let first = range.lowerBound * columns
      unsafe ck_softmax_gradient(
        outputs + first, values + first, range.count, columns, values + first)
    }
  }

  /// Each row of `columns` numbers brought to mean 0 (where `centred`) and variance 1, in place where
  /// `tensor` is not shared; and by what each row was multiplied.
  static func standardize(
    _ tensor: inout Tensor, columns: Int, epsilon: Float, centred: Bool, workers: Workers
  ) -> Tensor {
    let rows = rows(of: tensor, columns: columns)
    var inverse = Tensor(uninitialized: [rows])
    let values = unsafe tensor.mutablePointer()
    let scales = unsafe inverse.mutablePointer()
    forEach(rows, columns: columns, workers: workers) { range in
      let start = unsafe values + range.lowerBound * columns
      unsafe ck_standardize(
        start, range.count, columns, epsilon, centred, start, scales + range.lowerBound)
    }
    return inverse
  }

  /// In place: the gradient through `standardize`, from what it put out.
  static func standardizeGradient(
    _ gradient: inout Tensor, output: Tensor, inverse: Tensor, columns: Int, centred: Bool,
    workers: Workers
  ) {
    precondition(gradient.count == output.count)
    let values = unsafe gradient.mutablePointer()
    let (outputs, scales) = unsafe (output.pointer, inverse.pointer)
    forEach(inverse.count, columns: columns, workers: workers) { range in
      let first = range.lowerBound * columns
      unsafe ck_standardize_gradient(
        outputs + first, scales + range.lowerBound, values + first, range.count, columns, centred,
        values + first)
    }
  }

  /// rows * scale + shift, both of one row's length; in place where `tensor` is not shared.
  static func scale(
    _ tensor: inout Tensor, by scale: Tensor?, shift: Tensor?, columns: Int, workers: Workers
  ) {
    precondition([scale, shift].allSatisfy { $0.map { $0.count == columns } ?? true })
    let values = unsafe tensor.mutablePointer()
    let (factors, offsets) = unsafe (scale?.pointer, shift?.pointer)
    forEach(rows(of: tensor, columns: columns), columns: columns, workers: workers) { range in
      let start = unsafe values + range.lowerBound * columns
      unsafe ck_scale_shift(start, factors, offsets, range.count, columns, start)
    }
  }
}
