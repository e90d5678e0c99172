// The arithmetic of optimizers on single parameters.

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

enum OptimizerKernels {
  private static let range = 1 << 14

  /// Moves `parameter` and its moments by step number `step` (from 1) of AdamW.
  static func adamW(
    _ parameter: inout Tensor, gradient: Tensor, first: inout Tensor, second: inout Tensor,
    betas: (Double, Double), epsilon: Double, decay: Double, rate: Double, step: Int,
    workers: Workers
  ) {
    precondition(parameter.shape == gradient.shape)
    let values = unsafe parameter.mutablePointer()
    let slopes = unsafe gradient.pointer
    let momentum = unsafe first.mutablePointer()
    let squares = unsafe second.mutablePointer()
    let kept = Float(1 - rate * decay)
    let speed = Float(rate / (1 - pow(betas.0, Double(step))))
    let scale = Float(1 / (1 - pow(betas.1, Double(step))).squareRoot())
    let (b1, b2, small) = (Float(betas.0), Float(betas.1), Float(epsilon))
    let (c1, c2) = (Float(1 - betas.0), Float(1 - betas.1))
    workers.forEachRange(of: gradient.count, size: range) { range in
      for index in range {
        let slope = unsafe slopes[index]
        let mean = unsafe momentum[index] * b1 + slope * c1
        let square = unsafe squares[index] * b2 + slope * slope * c2
        unsafe momentum[index] = mean
        unsafe squares[index] = square
        unsafe values[index] =
          values[index] * kept - speed * mean / (square.squareRoot() * scale + small)
      }
    }
  }

  /// Moves `parameter` and its momentum by one step of stochastic gradient descent.
  static func sgd(
    _ parameter: inout Tensor, gradient: Tensor, first: inout Tensor, momentum share: Double,
    decay: Double, rate: Double, workers: Workers
  ) {
    precondition(parameter.shape == gradient.shape)
    let values = unsafe parameter.mutablePointer()
    let slopes = unsafe gradient.pointer
    let momentum = unsafe first.mutablePointer()
    let (keep, pull, speed) = (Float(share), Float(decay), Float(rate))
    workers.forEachRange(of: gradient.count, size: range) { range in
      for index in range {
        let velocity = unsafe momentum[index] * keep + slopes[index] + pull * values[index]
        unsafe momentum[index] = velocity
        unsafe values[index] -= speed * velocity
      }
    }
  }

  /// average += (value - average) * share: an exponential moving average.
  static func average(_ average: inout Tensor, towards value: Tensor, share: Double) {
    precondition(average.shape == value.shape)
    let to = unsafe average.mutablePointer()
    let from = unsafe value.pointer
    let share = Float(share)
    for index in 0..<value.count { unsafe to[index] += (from[index] - to[index]) * share }
  }
}
