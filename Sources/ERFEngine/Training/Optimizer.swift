/// How gradients move parameters.
public struct Optimizer: Sendable, Hashable, Codable {
  public enum Rule: Sendable, Hashable, Codable {
    /// Adam with decoupled weight decay (Loshchilov and Hutter 2019, arXiv:1711.05101, algorithm 2).
    case adamW(beta1: Double, beta2: Double, epsilon: Double)
    /// Stochastic gradient descent with momentum, decay added to the gradient, as PyTorch has it.
    case sgd(momentum: Double)
  }

  public var rule: Rule
  public var weightDecay: Double
  /// Whether biases and the parameters of norms decay like weights do.
  public var decaysVectors: Bool

  public init(rule: Rule, weightDecay: Double, decaysVectors: Bool = false) {
    self.rule = rule
    self.weightDecay = weightDecay
    self.decaysVectors = decaysVectors
  }

  public static func adamW(weightDecay: Double = 0.05) -> Optimizer {
    Optimizer(rule: .adamW(beta1: 0.9, beta2: 0.999, epsilon: 1e-8), weightDecay: weightDecay)
  }

  public static func sgd(weightDecay: Double = 1e-4) -> Optimizer {
    Optimizer(rule: .sgd(momentum: 0.9), weightDecay: weightDecay)
  }
}

/// Running means of gradients, by node and learnt parameter: momentum, and Adam's second moment.
struct OptimizerMoments: Sendable {
  var first: [[Tensor]]
  /// Zeros that nobody touches under SGD.
  var second: [[Tensor]]

  init(for parameters: [[Tensor]]) {
    first = parameters.map { $0.map { Tensor(zeros: $0.shape) } }
    second = first
  }

  init(first: [[Tensor]], second: [[Tensor]]) {
    self.first = first
    self.second = second
  }
}

extension Optimizer {
  /// `parameters` after step number `step` (from 1) with `gradients`; moves `moments` along.
  func step(
    _ parameters: [[Tensor]], gradients: [[Tensor]], moments: inout OptimizerMoments, step: Int,
    rate: Double, workers: Workers
  ) -> [[Tensor]] {
    var result = parameters
    for node in parameters.indices {
      for index in parameters[node].indices {
        let parameter = parameters[node][index]
        let decays = decaysVectors || parameter.shape.rank > 1
        let decay = decays ? weightDecay : 0
        switch rule {
        case .adamW(let beta1, let beta2, let epsilon):
          OptimizerKernels.adamW(
            &result[node][index], gradient: gradients[node][index],
            first: &moments.first[node][index], second: &moments.second[node][index],
            betas: (beta1, beta2), epsilon: epsilon, decay: decay, rate: rate, step: step,
            workers: workers)
        case .sgd(let momentum):
          OptimizerKernels.sgd(
            &result[node][index], gradient: gradients[node][index],
            first: &moments.first[node][index], momentum: momentum, decay: decay, rate: rate,
            workers: workers)
        }
      }
    }
    return result
  }
}
