// Edits of the active network: a value of a stage, where weights for new sizes come from, copies.

import ERFEngine

extension Model {
  /// The active network's design; nil where its id names none.
  var design: NetworkDesign? { try? NetworkDesign(model: session.networks[active].id) }

  func kernelRefusal(_ command: CommandName) -> String? {
    let network = session.networks[active]
    switch command {
    case .increase, .decrease:
      guard let design else { return "this network has no stages to edit" }
      return stepped(design, up: command == .increase) == nil
        ? "\(lists.field.label) goes no further" : nil
    case .nextSeed:
      return network.withNextSeed == nil ? "nothing here is random; f can start kernels anew" : nil
    case .resetNetwork: return network.edited == nil ? "nothing is edited here" : nil
    case .copyNetwork, .swapNetworks:
      guard sides.count > 1 else { return "there is one network; give two to compare" }
      return session.networks[0] == session.networks[1] ? "A and B are the same" : nil
    case .differences: return sides.count > 1 ? nil : "there is one network; give two to compare"
    default: return nil
    }
  }

  private func stepped(_ design: NetworkDesign, up: Bool) -> NetworkDesign? {
    guard design.stages.indices.contains(lists.stage) else { return nil }
    return design.stepping(lists.field, stage: lists.stage, up: up)
  }

  mutating func changeKernels(_ command: CommandName) {
    switch command {
    case .move(let direction): moveInKernels(direction)
    case .increase, .decrease:
      guard let design, let next = stepped(design, up: command == .increase) else { return }
      edit { $0.set(design: next.id) }
    case .differences: session.screen.showsDifferences.toggle()
    case .resetNetwork: edit { $0.edited = nil }
    case .weightFit: edit { $0.fit = $0.nextFit }
    case .nextSeed: edit { $0 = $0.withNextSeed ?? $0 }
    case .copyNetwork:
      let other = 1 - active
      history.record(session.networks)
      session.networks[other] = session.networks[active]
    case .swapNetworks:
      history.record(session.networks)
      session.networks.swapAt(0, 1)
      sides.swapAt(0, 1)
    default: break
    }
  }

  /// Another network of the catalogue in the active place, with seeded random weights; aliases count
  /// once.
  mutating func stepNetwork(_ step: Int) {
    let ids = Self.catalogue
    let present = (try? NetworkDesign(model: session.networks[active].model))?.id
    let place = ids.firstIndex { $0 == present } ?? (step > 0 ? ids.count - 1 : 0)
    open(ids[(place + step + ids.count) % ids.count])
  }

  private static let catalogue = ModelCatalogue.ids.filter {
    (try? NetworkDesign(model: $0))?.id == $0
  }

  /// Puts a network of the catalogue into the active place.
  mutating func open(_ id: String) {
    history.record(session.networks)
    session.networks[active] = NetworkChoice(model: id)
  }

  private mutating func edit(_ change: (inout NetworkChoice) -> Void) {
    history.record(session.networks)
    change(&session.networks[active])
  }

  private mutating func moveInKernels(_ direction: Direction) {
    guard let design else { return }
    let fields = StageField.allCases.filter { design.openFields.contains($0) }
    let column = fields.firstIndex(of: lists.field) ?? 0
    switch direction {
    case .up: lists.stage = max(0, lists.stage - 1)
    case .down: lists.stage = min(design.stages.count - 1, lists.stage + 1)
    case .left: lists.field = fields.isEmpty ? .kernel : fields[max(0, column - 1)]
    case .right:
      lists.field = fields.isEmpty ? .kernel : fields[min(fields.count - 1, column + 1)]
    }
  }
}

extension NetworkChoice {
  /// What was edited, one entry a value: `stage 3 kernel 31`.
  var editLabels: [String] {
    guard edited != nil, let now = try? NetworkDesign(model: id),
      let before = try? NetworkDesign(model: model), now.stages.count == before.stages.count
    else { return [] }
    return zip(now.stages, before.stages).enumerated().flatMap { index, pair in
      StageField.allCases.filter { pair.0.text($0) != pair.1.text($0) }.map {
        "stage \(index + 1) \($0.title) \(pair.0.text($0))"
      }
    }
  }

  /// Edits that lead back to the network as opened are none.
  mutating func set(design id: String) {
    let original = try? NetworkDesign(model: model)
    edited = id == original?.id ? nil : id
  }
}

extension NetworkChoice {
  fileprivate var nextFit: WeightFit {
    switch fit {
    case .crop: .interpolate
    case .interpolate: .reinitialise(seed: initialSeed)
    case .reinitialise: .crop
    }
  }

  /// Nil where neither the weights nor the kernels of new sizes are random.
  fileprivate var withNextSeed: NetworkChoice? {
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

  var label: String {
    switch self {
    case .kernel: "the kernel"
    case .smallKernel: "the small kernel"
    case .dilation: "the dilation"
    case .shortcuts: "the choice of shortcuts"
    case .depth: "the depth"
    }
  }
}
