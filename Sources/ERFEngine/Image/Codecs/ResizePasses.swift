// The two inner loops of resizing, over raw memory for the sake of vector code.

enum ResizePasses {
  private static let half = Int32(1) << (ResizeWeights.precision - 1)

  /// Scales rows: input (H, `width`, 3) to (rows, outputs, 3).
  static func across(
    _ pixels: [UInt8], width: Int, rows: Range<Int>, weights: ResizeWeights
  ) -> [UInt8] {
    let outputs = weights.starts.count
    precondition(rows.lowerBound >= 0 && rows.upperBound * width * 3 <= pixels.count)
    precondition(zip(weights.starts, weights.counts).allSatisfy { $0 >= 0 && $0 + $1 <= width })
    precondition(weights.values.count == outputs * weights.stride)
    let count = rows.count * outputs * 3
    return unsafe [UInt8](unsafeUninitializedCapacity: count) { target, filled in
      unsafe pixels.withUnsafeBufferPointer { source in
        unsafe weights.values.withUnsafeBufferPointer { values in
          for row in 0..<rows.count {
            let line = (rows.lowerBound + row) * width * 3
            for output in 0..<outputs {
              var input = line + weights.starts[output] * 3
              let first = output * weights.stride
              var red = half
              var green = half
              var blue = half
              for tap in first..<first + weights.counts[output] {
                let weight = unsafe values[tap]
                unsafe red &+= Int32(truncatingIfNeeded: source[input]) &* weight
                unsafe green &+= Int32(truncatingIfNeeded: source[input &+ 1]) &* weight
                unsafe blue &+= Int32(truncatingIfNeeded: source[input &+ 2]) &* weight
                input &+= 3
              }
              let at = (row * outputs + output) * 3
              unsafe target[at] = clip(red)
              unsafe target[at + 1] = clip(green)
              unsafe target[at + 2] = clip(blue)
            }
          }
        }
      }
      filled = count
    }
  }

  /// Scales columns: input rows of `rowBytes`, the first being row `firstRow` of the picture, to
  /// (outputs, rowBytes).
  static func down(
    _ pixels: [UInt8], rowBytes: Int, firstRow: Int, weights: ResizeWeights
  ) -> [UInt8] {
    let outputs = weights.starts.count
    precondition(
      zip(weights.starts, weights.counts).allSatisfy {
        $0 >= firstRow && ($0 - firstRow + $1) * rowBytes <= pixels.count
      })
    precondition(weights.values.count == outputs * weights.stride)
    let count = outputs * rowBytes
    var sums = [Int32](repeating: 0, count: rowBytes)
    return unsafe [UInt8](unsafeUninitializedCapacity: count) { target, filled in
      unsafe pixels.withUnsafeBufferPointer { source in
        unsafe sums.withUnsafeMutableBufferPointer { sums in
          for output in 0..<outputs {
            unsafe sums.update(repeating: half)
            for tap in 0..<weights.counts[output] {
              let weight = weights.values[output * weights.stride + tap]
              let line = (weights.starts[output] - firstRow + tap) * rowBytes
              for index in 0..<rowBytes {
                unsafe sums[index] &+=
                  Int32(truncatingIfNeeded: source[line &+ index]) &* weight
              }
            }
            for index in 0..<rowBytes {
              unsafe target[output * rowBytes + index] = clip(sums[index])
            }
          }
        }
      }
      filled = count
    }
  }

  @inline(__always)
  private static func clip(_ sum: Int32) -> UInt8 {
    UInt8(truncatingIfNeeded: max(0, min(255, sum >> Int32(ResizeWeights.precision))))
  }
}
