// Pooling over windows of any sides, steps and dilation, a row of channels at a time.

internal import CKernels

/// Which input positions each output position sees.
struct WindowPlan: Sendable {
  struct Axis: Sendable {
    /// For each output the positions inside of the input.
    let taps: [[Int]]
    /// For each output how many positions count for a mean.
    let counts: [Int]

    init(
      outputs: Int, inputs: Int, kernel: Int, stride: Int, dilation: Int, before: Int, after: Int,
      countsPadding: Bool
    ) {
      var (taps, counts): ([[Int]], [Int]) = ([], [])
      for output in 0..<outputs {
        let places = (0..<kernel).map { output * stride - before + $0 * dilation }
        let inside = places.filter { $0 >= 0 && $0 < inputs }
        taps.append(inside)
        // What lies beyond the padding was only reached by rounding up.
        counts.append(
          countsPadding ? places.filter { $0 < inputs + after }.count : inside.count)
      }
      self.taps = taps
      self.counts = counts
    }
  }

  let input: Shape
  let output: Shape
  let axes: [Axis]

  /// Visits the taps of output pixel `index` of all images: elements where pixels begin.
  @inline(__always)
  fileprivate func forEachTap(_ index: Int, _ body: (_ element: Int) -> Void) {
    let x = index % output.width
    let y = index / output.width % output.height
    let image = index / output.width / output.height
    for row in axes[0].taps[y] {
      for column in axes[1].taps[x] {
        body(((image * input.height + row) * input.width + column) * input.channels)
      }
    }
  }

  fileprivate func share(_ index: Int) -> Float {
    let x = index % output.width
    let y = index / output.width % output.height
    return 1 / Float(max(1, axes[0].counts[y] * axes[1].counts[x]))
  }
}

enum WindowKernels {
  private static func forEachPixel(
    _ plan: WindowPlan, workers: Workers, _ body: (Int) -> Void
  ) {
    workers.forEachRange(of: plan.output.pixels, size: 64) { for index in $0 { body(index) } }
  }

  static func mean(_ input: Tensor, _ plan: WindowPlan, workers: Workers) -> Tensor {
    var output = Tensor(uninitialized: plan.output)
    let to = unsafe output.mutablePointer()
    let from = unsafe input.pointer
    let channels = plan.output.channels
    forEachPixel(plan, workers: workers) { index in
      let target = unsafe to + index * channels
      unsafe target.update(repeating: 0, count: channels)
      plan.forEachTap(index) { unsafe ck_add(target, from + $0, channels, target) }
      var share = plan.share(index)
      unsafe ck_binary(CK_MULTIPLY, target, 1, &share, 0, channels, target)
    }
    return output
  }

  static func maximum(_ input: Tensor, _ plan: WindowPlan, workers: Workers) -> Tensor {
    var output = Tensor(uninitialized: plan.output)
    let to = unsafe output.mutablePointer()
    let from = unsafe input.pointer
    let channels = plan.output.channels
    forEachPixel(plan, workers: workers) { index in
      let target = unsafe to + index * channels
      unsafe target.update(repeating: -.infinity, count: channels)
      plan.forEachTap(index) {
        unsafe ck_binary(CK_MAXIMUM, target, 1, from + $0, 1, channels, target)
      }
    }
    return output
  }

  /// Which tap of each window is the largest, counted among those inside of the input: the first of several,
  /// as in PyTorch.
  static func winners(_ input: Tensor, _ plan: WindowPlan, workers: Workers) -> Tensor {
    var result = Tensor(uninitialized: plan.output)
    let to = unsafe result.mutablePointer()
    let from = unsafe input.pointer
    let channels = plan.output.channels
    forEachPixel(plan, workers: workers) { index in
      for channel in 0..<channels {
        var (winner, number): (Float, Float) = (0, 0)
        var largest = -Float.infinity
        plan.forEachTap(index) { element in
          let value = unsafe from[element + channel]
          // NaN wins, as it does in the output.
          if value > largest || value.isNaN { (winner, largest) = (number, value) }
          number += 1
        }
        unsafe to[index * channels + channel] = winner
      }
    }
    return result
  }

  /// Windows overlap, so that images alone are independent of each other.
  private static func forEachImage(
    _ plan: WindowPlan, workers: Workers, _ body: (Int) -> Void
  ) {
    let pixels = plan.output.height * plan.output.width
    workers.forEach(plan.output.batch) { image in
      for index in image * pixels..<(image + 1) * pixels { body(index) }
    }
  }

  static func meanGradient(_ gradient: Tensor, _ plan: WindowPlan, workers: Workers) -> Tensor {
    var result = Tensor(zeros: plan.input)
    let to = unsafe result.mutablePointer()
    let from = unsafe gradient.pointer
    let channels = plan.input.channels
    forEachImage(plan, workers: workers) { index in
      let share = plan.share(index)
      let source = unsafe from + index * channels
      plan.forEachTap(index) { element in
        for channel in 0..<channels {
          unsafe to[element + channel] += source[channel] * share
        }
      }
    }
    return result
  }

  /// The winners get it all.
  static func maximumGradient(
    _ gradient: Tensor, winners: Tensor, _ plan: WindowPlan, workers: Workers
  ) -> Tensor {
    var result = Tensor(zeros: plan.input)
    let to = unsafe result.mutablePointer()
    let (from, numbers) = unsafe (gradient.pointer, winners.pointer)
    let channels = plan.input.channels
    forEachImage(plan, workers: workers) { index in
      let first = index * channels
      var number: Float = 0
      plan.forEachTap(index) { element in
        for channel in 0..<channels {
          if unsafe numbers[first + channel] == number {
            unsafe to[element + channel] += from[first + channel]
          }
        }
        number += 1
      }
    }
    return result
  }
}
