#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Cross entropy of softmax against target distributions, with label smoothing (Szegedy et al. 2016,
/// arXiv:1512.00567, section 7), averaged over a batch.
struct CrossEntropy: Sendable {
  /// What is taken from every target and spread evenly over all classes, 0 ..< 1.
  var smoothing = 0.0

  struct Result {
    /// Mean over the batch.
    let loss: Double
    /// With respect to the logits, in their shape.
    let gradient: Tensor
    /// Images whose largest logit is the largest of their target.
    let right: Int
  }

  /// `logits`: (N, 1, 1, K); `targets`: (N, K), each row a distribution.
  func callAsFunction(_ logits: Tensor, targets: [Float]) -> Result {
    let classes = logits.shape.channels
    let count = logits.count / max(1, classes)
    precondition(targets.count == logits.count)
    let values = logits.elements
    var gradient = [Float](repeating: 0, count: values.count)
    var (loss, right) = (0.0, 0)
    for image in 0..<count {
      let row = image * classes..<(image + 1) * classes
      let largest = Double(values[row].max() ?? 0)
      let powers = values[row].map { exp(Double($0) - largest) }
      let sum = powers.reduce(0, +)
      for (power, index) in zip(powers, row) {
        let target =
          Double(targets[index]) * (1 - smoothing) + smoothing / Double(classes)
        loss -= target * (Double(values[index]) - largest - log(sum))
        gradient[index] = Float((power / sum - target) / Double(count))
      }
      if Self.best(values[row]) == Self.best(targets[row]) { right += 1 }
    }
    return Result(
      loss: loss / Double(max(1, count)),
      gradient: Tensor(shape: logits.shape, elements: gradient), right: right)
  }

  /// The place of the largest value, the first of equals.
  static func best(_ values: ArraySlice<Float>) -> Int {
    var best = values.startIndex
    for index in values.indices where values[index] > values[best] { best = index }
    return best - values.startIndex
  }
}
