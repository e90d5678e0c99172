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
  var withNextSeed: NetworkSpec? {
    var next = self
    if case .random(let seed) = weights { next.weights = .random(seed: seed &+ 1) }
    if case .reinitialise(let seed) = fit { next.fit = .reinitialise(seed: seed &+ 1) }
    return next == self ? nil : next
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
