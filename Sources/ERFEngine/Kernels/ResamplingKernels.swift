// Weighted sums along one axis: resizing, and other maps that treat axes one after the other.

/// For each output position along an axis, the input positions that it mixes.
struct AxisWeights: Hashable, Sendable {
  /// One output position: input `first` and those behind it, by these weights.
  struct Row: Hashable, Sendable {
    var first: Int
    var weights: [Float]
  }

  var inputs: Int
  var rows: [Row]

  /// The input positions that some outputs read.
  func inputs(of outputs: Range<Int>) -> Range<Int> {
    let read = rows[outputs].filter { !$0.weights.isEmpty }
    let first = read.map(\.first).min() ?? 0
    return first..<(read.map { $0.first + $0.weights.count }.max() ?? first + 1)
  }

  /// The weights of some outputs alone, over the `sources` that they read alone.
  func part(_ outputs: Range<Int>, of sources: Range<Int>) -> AxisWeights {
    AxisWeights(
      inputs: sources.count,
      rows: rows[outputs].map { row in
        Row(
          first: row.weights.isEmpty ? 0 : row.first - sources.lowerBound, weights: row.weights)
      })
  }

  /// Who reads each input position: the weights of the gradient.
  var transposed: AxisWeights {
    var readers = [[(output: Int, weight: Float)]](repeating: [], count: inputs)
    for (output, row) in rows.enumerated() {
      for (offset, weight) in row.weights.enumerated() {
        readers[row.first + offset].append((output, weight))
      }
    }
    let transposed = readers.map { readers -> Row in
      guard let first = readers.first?.output, let last = readers.last?.output else {
        return Row(first: 0, weights: [])
      }
      var weights = [Float](repeating: 0, count: last - first + 1)
      for reader in readers { weights[reader.output - first] += reader.weight }
      return Row(first: first, weights: weights)
    }
    return AxisWeights(inputs: rows.count, rows: transposed)
  }
}

enum ResamplingKernels {
  /// `weights` along `axis`.
  static func apply(
    _ weights: AxisWeights, to tensor: Tensor, axis: Int, workers: Workers
  ) -> Tensor {
    precondition(tensor.shape[axis] == weights.inputs)
    var extents = tensor.shape.extents
    let inner = extents[(axis + 1)...].reduce(1, *)
    let outer = extents[..<axis].reduce(1, *)
    extents[axis] = weights.rows.count
    var result = Tensor(uninitialized: Shape(extents))
    let to = unsafe result.mutablePointer()
    let from = unsafe tensor.pointer
    let rows = weights.rows
    workers.forEachRange(of: outer * rows.count, size: max(1, (1 << 14) / max(1, inner))) {
      for index in $0 {
        let row = rows[index % rows.count]
        let target = unsafe to + index * inner
        unsafe target.update(repeating: 0, count: inner)
        let base = unsafe from + (index / rows.count * weights.inputs + row.first) * inner
        for (offset, weight) in row.weights.enumerated() where weight != 0 {
          let source = unsafe base + offset * inner
          for element in 0..<inner { unsafe target[element] += weight * source[element] }
        }
      }
    }
    return result
  }
}
