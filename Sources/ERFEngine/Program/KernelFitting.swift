// Bringing kernels to another size.

extension Tensor {
  /// Square kernels (O, I, K, K) cut to the middle `side` x `side`, or with zeros around.
  func croppingKernels(to side: Int) -> Tensor {
    let old = shape[2]
    // Offset of the new corner in the old kernel, where it lies inside, and the reverse.
    let (skip, margin) = (max(0, (old - side) / 2), max(0, (side - old) / 2))
    let common = min(old, side)
    let from = elements
    var to = [Float](repeating: 0, count: shape[0] * shape[1] * side * side)
    for filter in 0..<shape[0] * shape[1] {
      for row in 0..<common {
        let source = (filter * old + row + skip) * old + skip
        let target = (filter * side + row + margin) * side + margin
        for column in 0..<common { to[target + column] = from[source + column] }
      }
    }
    return Tensor(shape: [shape[0], shape[1], side, side], elements: to)
  }

  /// Square kernels (O, I, K, K) interpolated to `side` x `side`, bicubic, each keeping its energy.
  func interpolatingKernels(to side: Int) -> Tensor {
    let old = shape[2]
    let weights = Self.interpolation(from: old, to: side)
    let from = elements
    var to = [Float](repeating: 0, count: shape[0] * shape[1] * side * side)
    var across = [Double](repeating: 0, count: old * side)
    for filter in 0..<shape[0] * shape[1] {
      let kernel = from[filter * old * old..<(filter + 1) * old * old]
      for row in 0..<old {
        for column in 0..<side {
          across[row * side + column] = weights[column].reduce(0) {
            $0 + $1.weight * Double(kernel[kernel.startIndex + row * old + $1.index])
          }
        }
      }
      var values = [Double](repeating: 0, count: side * side)
      for row in 0..<side {
        for column in 0..<side {
          values[row * side + column] = weights[row].reduce(0) {
            $0 + $1.weight * across[$1.index * side + column]
          }
        }
      }
      let before = kernel.reduce(0) { $0 + Double($1) * Double($1) }
      let after = values.reduce(0) { $0 + $1 * $1 }
      let scale = after > 0 ? (before / after).squareRoot() : 0
      for (index, value) in values.enumerated() {
        to[filter * side * side + index] = Float(value * scale)
      }
    }
    return Tensor(shape: [shape[0], shape[1], side, side], elements: to)
  }

  /// For each of `new` positions over `old` samples with the same ends: samples and their weights.
  private static func interpolation(
    from old: Int, to new: Int
  ) -> [[(index: Int, weight: Double)]] {
    let scale = Double(old) / Double(new)
    let filter = ResizeFilter.bicubic
    let widening = max(1, scale)
    return (0..<new).map { position in
      let centre = (Double(position) + 0.5) * scale - 0.5
      let taps = (0..<old).map {
        (index: $0, weight: filter.weight((Double($0) - centre) / widening))
      }
      .filter { $0.weight != 0 }
      let sum = taps.reduce(0) { $0 + $1.weight }
      return taps.map { ($0.index, $0.weight / sum) }
    }
  }
}
