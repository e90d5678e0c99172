// How the weights of an edited network are chosen, and the words for its stages.

import ERFEngine

extension NetworkSpec {
  var nextFit: WeightFit {
    switch fit {
    case .crop: .interpolate
    case .interpolate: .reinitialise(seed: initialSeed)
    case .reinitialise: .crop
    }
  }

  /// Nil where neither the weights nor the kernels of new sizes are random.
  var withNextSeed: NetworkSpec? { seeded { $0 &+ 1 } }

  /// Nil as for `withNextSeed`.
  func withSeed(_ seed: UInt64) -> NetworkSpec? { seeded { _ in seed } }

  private func seeded(_ change: (UInt64) -> UInt64) -> NetworkSpec? {
    var next = self
    var hasSeed = false
    if case .random(let seed) = weights {
      next.weights = .random(seed: change(seed))
      hasSeed = true
    }
    if case .reinitialise(let seed) = fit {
      next.fit = .reinitialise(seed: change(seed))
      hasSeed = true
    }
    return hasSeed ? next : nil
  }
}

extension NetworkSpec {
  /// Whether all its weights are random but for those that were edited.
  var isRandom: Bool { if case .random = weights { true } else { false } }

  /// Whether some of them are.
  var isPartlyRandom: Bool { isRandom || seedOfNewKernels != nil }

  /// The seed of kernels that an edit started anew in a network whose other weights come from elsewhere;
  /// nil: there are none.
  var seedOfNewKernels: UInt64? {
    guard !isRandom, case .reinitialise(let seed) = fit else { return nil }
    let makesKernels = edits.contains { edit in
      switch edit.change {
      case .kernel: true
      case .smallKernel(let side): side != nil
      case .dilation, .shortcuts, .depth: false
      }
    }
    return makesKernels ? seed : nil
  }

  /// What an edit made of the weights, where there is some room and where there is little: `edited`, and
  /// whose kernels are random; empty where nothing was edited.
  var editedText: (long: String, short: String) {
    guard isEdited else { return ("", "") }
    guard let seed = seedOfNewKernels else { return (", edited", ", edited") }
    return (", edited, new kernels random:\(seed)", ", part random")
  }
}

extension StageField {
  /// As tables name it.
  var title: String {
    switch self {
    case .kernel: "kernel"
    case .smallKernel: "small"
    case .dilation: "dilation"
    case .shortcuts: "shortcuts"
    case .depth: "depth"
    }
  }

  /// What a stage may lack.
  var noun: String {
    switch self {
    case .kernel, .dilation: "kernels larger than 1x1"
    case .smallKernel: "small kernels"
    case .shortcuts: "shortcuts"
    case .depth: "depth"
    }
  }
}

extension StageDesign {
  /// A value as the panel shows it.
  func text(_ field: StageField) -> String {
    switch field {
    case .kernel: kernel == 0 ? "-" : "\(kernel)"
    case .smallKernel: parallelKernel.map { "\($0)" } ?? "-"
    case .dilation: "\(dilation)"
    case .shortcuts: hasShortcuts ? "on" : "off"
    case .depth: "\(depth)"
    }
  }
}
