// What was edited of a network, and the words for it.

import ERFEngine

extension NetworkSpec {
  /// What was edited, one entry a value: `stage 3 kernel 31`.
  var editLabels: [String] {
    guard isEdited, let now = design, let before = unedited.design else { return [] }
    return zip(now.stages, before.stages).enumerated().flatMap { index, pair in
      StageField.allCases.filter { pair.0.text($0) != pair.1.text($0) }.map {
        "stage \(index + 1) \($0.title) \(pair.0.text($0))"
      }
    }
  }

  /// `K = 3`, or the kernels of all stages where they differ; nil for networks that cannot be edited.
  var kernels: String? {
    guard let design else { return nil }
    let kernels = design.stages.map(\.kernel)
    return "K = "
      + (Set(kernels).count == 1
        ? "\(kernels[0])" : kernels.map(String.init).joined(separator: " "))
  }

  /// What tells it from the others of a gallery: its kernels where all are edits of one network, else its
  /// name.
  func galleryName(among session: Session) -> String {
    if Set(session.gallery.map(\.model)).count == 1, let kernels { return kernels }
    return model.fileName.sanitised
  }

  /// As figures call it: kernels in few words where nothing else was edited, but for small kernels beside
  /// them, for which there may be no room.
  var figureName: String {
    let others = editLabels.filter { !$0.contains(" kernel ") && !$0.contains(" small ") }
    guard editLabels.contains(where: { $0.contains(" kernel ") }), others.isEmpty, let kernels
    else { return name }
    return "\(model.fileName.sanitised), \(kernels)"
  }

  /// Edits that lead back to the network as opened are none.
  mutating func set(design: NetworkDesign) {
    guard let edits = unedited.design.flatMap({ design.edits(from: $0) }) else { return }
    self.edits = edits
  }
}

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

extension NetworkSpec {
  /// How this network differs from another in its place, in words.
  func change(from other: NetworkSpec) -> String {
    if model != other.model { return "is \(model.sanitised), not \(other.model.sanitised)" }
    if weights != other.weights {
      return "has weights \(weights.description.fileName.sanitised), "
        + "not \(other.weights.description.fileName.sanitised)"
    }
    if let now = design, let before = other.design {
      for (index, pair) in zip(now.stages, before.stages).enumerated() {
        for field in StageField.allCases where pair.0.text(field) != pair.1.text(field) {
          return "stage \(index + 1) \(field.title) is \(pair.0.text(field)), "
            + "not \(pair.1.text(field))"
        }
      }
    }
    if preprocessing != other.preprocessing { return "takes pictures prepared otherwise" }
    if classes != other.classes { return "names its classes otherwise" }
    return fit != other.fit ? "brings weights over by \(fit.name)" : "is as it was before"
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
