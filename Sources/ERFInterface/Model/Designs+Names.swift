// What networks are called, with what was edited of them.

import ERFEngine

extension NetworkSpec {
  /// What it is called: a file by its own name, a network without an id of its own by the nearest
  /// one and what differs.
  var shownModel: String {
    if let map = savedMap { return map.fileName.sanitised }
    guard case .catalogue(let id) = source, let named = NamedNetwork(nearestTo: id) else {
      return needsOpening || savedMap != nil
        ? model.fileName.sanitised : Self.title(model.sanitised)
    }
    // A classifier that its file lacks has no classes.
    let isHeadless = if case .file = weights { allowsMissingHead } else { false }
    let differences = named.differences.filter { !isHeadless || !$0.hasPrefix("classes ") }
    let more = differences.count > 2 ? " and \(differences.count - 2) more" : ""
    return ([Self.title(named.id)] + differences.prefix(2)).joined(separator: ", ") + more
  }
}

extension NetworkSpec {
  /// An id in one spelling, however somebody typed it: the paper's for its own networks.
  private static func title(_ id: String) -> String {
    let id = id.lowercased()
    guard id.hasPrefix("replknet-") else { return id }
    let size = String(id.dropFirst("replknet-".count))
    return "RepLKNet-" + (["31b", "31l", "xl"].contains(size) ? size.uppercased() : size)
  }
}

extension Designs {
  /// What a network is called on screen: as it was opened, and what was edited of it.
  func name(_ network: NetworkSpec) -> String {
    let name = network.shownModel
    let edits = editLabels(network)
    guard let first = edits.first else { return name }
    return "\(name), \(first)" + (edits.count > 1 ? " and \(edits.count - 1) more" : "")
  }

  /// For people: the network as it was asked for, or the id that edits make of it.
  func text(_ network: NetworkSpec) -> String {
    network.isEdited ? self[network]?.id ?? network.model : network.model
  }

  /// What was edited, one entry a value: `stage 3 kernel 31`.
  func editLabels(_ network: NetworkSpec) -> [String] {
    changes(network).map { "stage \($0.stage) \($0.field.title) \($0.value)" }
  }

  /// The same as short as can be: `s1 k19`.
  func shortEdits(_ network: NetworkSpec) -> [String] {
    changes(network).map { stage, field, value in
      let what =
        switch field {
        case .kernel: "k\(value)"
        case .smallKernel: value == "-" ? "no small" : "small \(value)"
        case .dilation: "d\(value)"
        case .shortcuts: value == "on" ? "shortcuts" : "no shortcuts"
        case .depth: "depth \(value)"
        }
      return "s\(stage) \(what)"
    }
  }

  /// Stages from 1 with the values that they did not have when the network was opened.
  private func changes(
    _ network: NetworkSpec
  ) -> [(stage: Int, field: StageField, value: String)] {
    guard network.isEdited, let now = self[network], let before = self[network.unedited] else {
      return []
    }
    return zip(now.stages, before.stages).enumerated().flatMap { index, pair in
      StageField.allCases.filter { pair.0.text($0) != pair.1.text($0) }.map {
        (stage: index + 1, field: $0, value: pair.0.text($0))
      }
    }
  }

  /// `K = 3`, or the kernels of all stages where they differ; nil for networks that cannot be edited.
  func kernels(_ network: NetworkSpec) -> String? {
    guard let design = self[network] else { return nil }
    let kernels = design.stages.map(\.kernel)
    return "K = "
      + (Set(kernels).count == 1
        ? "\(kernels[0])" : kernels.map(String.init).joined(separator: " "))
  }

  /// As figures call it: kernels in few words where nothing else was edited, but for small kernels beside
  /// them, for which there may be no room; what all stages have in common once.
  ///
  /// - Parameter others: beside edits of its kernels a network is named by its own, too.
  func figureName(_ network: NetworkSpec, among others: [NetworkSpec]) -> String {
    let changes = changes(network)
    if !network.isEdited, let kernels = kernels(network),
      others.contains(where: { $0.model == network.model && hasOtherKernels($0) })
    {
      return "\(network.shownModel), \(kernels)"
    }
    let fields = Set(changes.map(\.field))
    if fields.contains(.kernel), fields.isSubset(of: [.kernel, .smallKernel]),
      let kernels = kernels(network)
    {
      return "\(network.shownModel), \(kernels)"
    }
    if let first = changes.first, changes.count > 1, changes.count == self[network]?.stages.count,
      changes.allSatisfy({ $0.field == first.field && $0.value == first.value })
    {
      return "\(network.shownModel), \(first.field.title) \(first.value)"
    }
    return name(network)
  }

  private func hasOtherKernels(_ network: NetworkSpec) -> Bool {
    changes(network).contains { $0.field == .kernel }
  }

  /// How a network differs from the one that was in its place, in words.
  func change(from other: NetworkSpec, to network: NetworkSpec) -> String {
    let weights = [network, other].map { TrainingFilm.title($0.weights.description) }
    if network.model != other.model {
      guard NamedNetwork.isOne(network.model, other.model), weights[0] != weights[1] else {
        return "is \(network.shownModel), not \(other.shownModel)"
      }
      return "is \(network.shownModel) (\(weights[0])), not \(other.shownModel) (\(weights[1]))"
    }
    if network.weights != other.weights {
      return "has weights \(weights[0]), not \(weights[1])"
    }
    if let now = self[network], let before = self[other] {
      let changes = zip(now.stages, before.stages).enumerated().flatMap { index, pair in
        StageField.allCases.filter { pair.0.text($0) != pair.1.text($0) }.map { field in
          "stage \(index + 1) \(field.title) \(field == .shortcuts ? "are" : "is") "
            + "\(pair.0.text(field)), not \(pair.1.text(field))"
        }
      }
      if let first = changes.first {
        return first + (changes.count > 1 ? ", and \(changes.count - 1) more" : "")
      }
    }
    if network.preprocessing != other.preprocessing { return "takes pictures prepared differently" }
    if network.classes != other.classes { return "names its classes differently" }
    return network.fit != other.fit
      ? "brings weights over: \(network.fit.label)" : "is as it was before"
  }
}
