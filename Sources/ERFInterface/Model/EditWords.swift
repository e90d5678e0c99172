// How two edits of one network are told apart where there is little room.

import ERFEngine

extension NetworkSpec {
  /// Whether it is the same network with the same weights, edited otherwise.
  func isTwin(of other: NetworkSpec) -> Bool {
    shownModel == other.shownModel && weights == other.weights
      && (edits != other.edits || fit != other.fit)
  }
}

extension NetworkSpec {
  /// How weights were brought to the shapes of an edited network, in a word or two; nil where nothing was
  /// edited, or no kernel that would start anew.
  var fitText: String? {
    guard isEdited else { return nil }
    if let seed = seedOfNewKernels { return "part random:\(seed)" }
    if case .reinitialise = fit, !isRandom { return nil }
    return fit.shortestLabel
  }
}

/// What was edited of a network, in words that tell it from another that was edited otherwise.
struct EditWords {
  /// Whether there is such another.
  let isApart: Bool
  private let network: NetworkSpec
  /// Those that the other does not share come first.
  private let edits: [String]
  /// How weights were brought to new shapes, where nothing else tells the two apart.
  private let fit: String?

  init(_ network: NetworkSpec, apartFrom twin: NetworkSpec?, _ designs: Designs) {
    self.network = network
    isApart = twin?.isEdited == true
    let all = designs.shortEdits(network)
    let shared = twin.map { designs.shortEdits($0) } ?? []
    edits = all.filter { !shared.contains($0) } + all.filter { shared.contains($0) }
    // Random networks start anew in any case.
    let isUsual = network.fit == .reinitialise(seed: network.initialSeed) && network.isRandom
    fit = twin != nil && Set(all) == Set(shared) && !isUsual ? network.fit.shortestLabel : nil
  }

  var isEmpty: Bool { edits.isEmpty }

  private var more: String { edits.count > 1 ? " +\(edits.count - 1)" : "" }

  /// Behind the weights.
  func said(of text: String) -> String {
    guard let first = edits.first else { return text }
    let anew = network.seedOfNewKernels.map { "new kernels random:\($0)" }
    let way = (anew ?? fit).map { ", " + $0 } ?? ""
    return "\(text), edited: \(first)\(more)\(way)"
  }

  /// With less room, that something was, or what tells it from the other network.
  func marked(_ text: String, isBrief: Bool = false) -> String {
    guard isApart, let first = edits.first else { return text + network.editedText.short }
    let edit = isBrief ? first : first + more
    guard let seed = network.seedOfNewKernels else {
      return "\(text), " + (fit.map { isBrief ? $0 : "edited, " + $0 } ?? edit)
    }
    return fit == nil ? "part random, \(edit)" : "part random:\(seed)"
  }
}
