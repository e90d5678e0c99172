// Arithmetic on weights, done once when a network is folded: rows are outputs, columns inputs.

extension Tensor {
  /// Row o of (O, ...) times scale[o].
  func scalingRows(by scale: Tensor) -> Tensor {
    let rows = shape[0]
    let width = count / max(1, rows)
    precondition(scale.count == rows)
    var result = Tensor(uninitialized: shape)
    let to = unsafe result.mutablePointer()
    let from = unsafe pointer
    let factors = unsafe scale.pointer
    Workers().forEachRange(of: rows, size: max(1, (1 << 16) / max(1, width))) { range in
      for row in range {
        let factor = unsafe factors[row]
        for index in row * width..<(row + 1) * width { unsafe to[index] = from[index] * factor }
      }
    }
    return result
  }

  /// Column i of (O, I) or (O, I, 1, 1) times scale[i].
  func scalingColumns(by scale: Tensor) -> Tensor {
    let rows = shape[0]
    let width = count / max(1, rows)
    precondition(scale.count == width)
    var result = Tensor(uninitialized: shape)
    let to = unsafe result.mutablePointer()
    let from = unsafe pointer
    let factors = unsafe scale.pointer
    Workers().forEachRange(of: rows, size: max(1, (1 << 16) / max(1, width))) { range in
      for row in range {
        for column in 0..<width {
          unsafe to[row * width + column] = from[row * width + column] * factors[column]
        }
      }
    }
    return result
  }

  /// Kernels (O, I, KH, KW), each turned by half a circle about its centre.
  func turningTaps() -> Tensor {
    let taps = shape.extents.dropFirst(2).reduce(1, *)
    guard taps > 1 else { return self }
    var result = Tensor(uninitialized: shape)
    let to = unsafe result.mutablePointer()
    let from = unsafe pointer
    Workers().forEachRange(of: count / taps, size: max(1, (1 << 16) / taps)) { range in
      for kernel in range {
        let first = kernel * taps
        for tap in 0..<taps { unsafe to[first + tap] = from[first + taps - 1 - tap] }
      }
    }
    return result
  }

  /// The matrix (O, I) times `vector` (I), plus `bias` (O), summed in double precision.
  func product(with vector: Tensor, plus bias: Tensor?) -> Tensor {
    let rows = shape[0]
    let width = count / max(1, rows)
    precondition(vector.count == width)
    var result = Tensor(uninitialized: [rows])
    let to = unsafe result.mutablePointer()
    let from = unsafe pointer
    let factors = unsafe vector.pointer
    Workers().forEachRange(of: rows, size: max(1, (1 << 16) / max(1, width))) { range in
      for row in range {
        var sum = bias.map { Double($0[row]) } ?? 0
        for column in 0..<width {
          unsafe sum += Double(from[row * width + column]) * Double(factors[column])
        }
        unsafe to[row] = Float(sum)
      }
    }
    return result
  }

  /// Kernels (C, 1, K, K) plus smaller ones (C, 1, K - 2 margin, K - 2 margin) about the same centre.
  func adding(_ small: Tensor, margin: Int) -> Tensor {
    var result = self
    let to = unsafe result.mutablePointer()
    let from = unsafe small.pointer
    let (size, inner) = (shape[2], small.shape[2])
    for channel in 0..<shape[0] {
      for row in 0..<inner {
        for column in 0..<inner {
          let target = (channel * size + row + margin) * size + column + margin
          unsafe to[target] += from[(channel * inner + row) * inner + column]
        }
      }
    }
    return result
  }
}
