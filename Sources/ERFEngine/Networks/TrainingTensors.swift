/// What training programs keep beside a network, and no network reads, by its names in a file.
enum TrainingTensors {
  /// What optimizers keep of each parameter, and what training leaves of it for a step, in lower case.
  private static let ofOptimizers: Set<Substring> = [
    "exp_avg", "exp_avg_sq", "exp_avgs", "exp_avg_sqs", "max_exp_avg_sq", "exp_inf",
    "momentum_buffer", "momentum_buffers", "momentum", "square_avg", "sqr_avg", "acc_delta",
    "grad_avg", "grad", "grads", "gradients", "opt",
  ]

  /// Whether a part of a name, in lower case, is of an optimizer: `optimizer_state_dict`, `exp_avg`.
  static func isOfOptimizer(_ part: Substring) -> Bool {
    part.contains("optim") || ofOptimizers.contains(part)
  }

  /// Other dictionaries that training goes on with.
  private static let dictionaries = ["scheduler", "callbacks", "loops"]
  /// What a single number at the top is called that tells how training went.
  private static let measures = [
    "acc", "best", "loss", "score", "prec", "metric", "epoch", "step", "lr", "error",
  ]

  /// Whether the tensor `key` is of averaged weights, and not of an optimizer's.
  static func isAverage(_ key: String) -> Bool {
    let parts = key.lowercased().split(separator: ".")
    return parts.contains(where: isOfAverage) && !parts.contains(where: isOfOptimizer)
  }

  /// Whether a part of a name, in lower case, is of averaged weights: `ema`, `model_ema`.
  private static func isOfAverage(_ part: Substring) -> Bool {
    part == "ema" || part.hasPrefix("ema_") || part.hasSuffix("_ema") || part.contains("averaged")
  }

  /// Whether the tensor `key` counts what training did: batches that a norm has seen, or models in an average.
  static func isCount(_ key: String) -> Bool {
    let last = key.split(separator: ".").last
    return last == "num_batches_tracked" || last == "n_averaged"
  }

  /// Whether the tensor `key`, of `shape`, is kept for training alone: an optimizer's, an average's, MoCo's
  /// queue of earlier pictures, a count or a measure.
  static func holds(_ key: String, _ shape: Shape) -> Bool {
    let parts = key.lowercased().split(separator: ".")
    guard let last = parts.last else { return false }
    return isCount(key) || last == "queue"
      || parts.contains { part in
        isOfOptimizer(part) || isOfAverage(part) || dictionaries.contains { part.contains($0) }
      }
      || shape.rank == 0 && measures.contains { last.contains($0) }
  }
}
