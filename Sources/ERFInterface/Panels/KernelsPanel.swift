// The kernels panel: edits of the active network, and what they cost.

import ERFEngine

enum KernelsPanel: Panel {
  static let name = PanelName.kernels
  static let summary = "kernel sizes and depth, stage by stage, and their costs"
  static let place = PanelPlace.network
  static let likedRows = 24

  static let commands = [
    row(
      .move(.up), [.up, key("k")], label: "Up k", footerKey: "arrows", footer: "select", rank: 4,
      "the stage before"),
    row(.move(.down), [.down, key("j")], label: "Down j", "the stage after"),
    row(.move(.left), [.left, key("h")], label: "Left h", "the value to the left"),
    row(.move(.right), [.right, key("l")], label: "Right l", "the value to the right"),
    row(
      .increase, [key(">"), key(".")], label: ">", footer: "more", rank: 2,
      "the selected value one step up; the network runs again"),
    row(
      .decrease, [key("<"), key(",")], label: "<", footer: "less", rank: 3,
      "the selected value one step down"),
    row(
      .weightFit, [key("f")], footer: "fit", rank: 5,
      "weights for new sizes: cropped, interpolated, or started anew"),
    row(
      .nextSeed, [key("S")], footer: "seed", rank: 9,
      "the next seed of random weights, and of kernels started anew"),
    row(
      .resetNetwork, [key("U")], footer: "reset", rank: 6, "the network as it was opened"),
    row(
      .copyNetwork, [key("X")], footer: "copy", rank: 7,
      "copy the active network to the other side"),
    row(.swapNetworks, [key("x")], footer: "swap", rank: 8, "swap A and B"),
    row(
      .differences, [key("D")], footer: "differences", rank: 6,
      "only what differs between A and B, or all"),
  ]

  /// Costs depend on the input alone.
  static func subject(_ model: Model) -> [[Span]] {
    model.subject(of: model.inputsMeasuredOn, model.comparedSides)
  }

  static func draw(_ model: Model, in area: Area, on frame: inout Frame) {
    frame.drawKernels(model, in: area)
  }

  static func plan(_ command: CommandName, _ model: Model) -> Plan {
    let network = model.session.networks[model.active]
    if network.savedMap != nil, command == .weightFit || command == .nextSeed {
      return .refuse(Model.noWeights)
    }
    switch command {
    case .move(let direction): return .edit { move(direction, in: &$0) }
    case .increase, .decrease: return step(up: command == .increase, model)
    case .weightFit: return .edit { $0.edit { $0.fit = $0.nextFit } }
    case .nextSeed:
      guard let next = network.withNextSeed else {
        return .refuse("nothing here is random: W goes to random weights, f starts kernels anew")
      }
      return .edit { $0.edit { $0 = next } }
    case .resetNetwork:
      return network.isEdited
        ? .edit { $0.edit { $0.edits = [] } } : .refuse("nothing is edited here")
    case .copyNetwork, .swapNetworks:
      guard model.sides.count > 1 else { return .refuse(Model.needsTwo) }
      guard model.session.networks[0] != model.session.networks[1] else {
        return .refuse("A and B are the same")
      }
      return .edit { command == .copyNetwork ? copy(in: &$0) : swap(in: &$0) }
    case .differences:
      return model.sides.count > 1
        ? .edit { $0.session.screen.showsDifferences.toggle() } : .refuse(Model.needsTwo)
    default: return .nothing
    }
  }

  /// The value that is drawn there becomes the selected one.
  static func point(_ pointer: Pointer, in area: Area, _ model: inout Model) -> [Effect]? {
    guard pointer.action == .click else { return nil }
    let sides = KernelsLayout(model, in: area).sides
    guard let (side, place) = sides.first(where: { $0.area.contains(pointer) }),
      let design = model.design(side)
    else { return [] }
    let stage = pointer.row - place.row - KernelColumns.headingRows
    guard design.stages.indices.contains(stage) else { return [] }
    model.session.screen.side = side
    model.lists.stage = stage
    if let field = KernelColumns.field(at: pointer.column - place.column, of: design) {
      model.lists.field = field
    }
    return []
  }

  // MARK: Edits

  private static func step(up: Bool, _ model: Model) -> Plan {
    guard let design = model.design else { return .refuse(noStages(model)) }
    let lists = model.lists
    guard design.stages.indices.contains(lists.stage) else {
      return .refuse("this network has no stage \(lists.stage + 1)")
    }
    guard design.isOpen(lists.field, stage: lists.stage) else {
      return .refuse("stage \(lists.stage + 1) has no \(lists.field.noun) to choose")
    }
    guard
      let next = design.stepping(lists.field, stage: lists.stage, up: up)
    else { return .refuse("\(lists.field.label) goes no further") }
    let edited = model.designs.network(model.session.networks[model.active], designed: next)
    return .edit { $0.edit { $0 = edited } }
  }

  private static func noStages(_ model: Model) -> String {
    if let file = model.opening(model.active) { return "\(file) is still being opened" }
    guard model.sides.count > 1, model.session.networks[model.active].savedMap != nil else {
      return "this network has no stages to edit"
    }
    let (letter, other) = (Model.letter(model.active), Model.letter(1 - model.active))
    return "\(letter) is a saved map, which has no stages to edit; "
      + "\(other.lowercased()) selects \(other)"
  }

  private static func copy(in model: inout Model) {
    model.history.record(model.session.networks)
    model.session.networks[1 - model.active] = model.session.networks[model.active]
  }

  private static func swap(in model: inout Model) {
    model.history.record(model.session.networks, isSwap: true)
    model.swapSides()
  }

  private static func move(_ direction: Direction, in model: inout Model) {
    guard let design = model.design else {
      model.notice = Notice(.note, noStages(model))
      return
    }
    let before = model.lists
    let fields = StageField.allCases.filter { design.openFields.contains($0) }
    let column = fields.firstIndex(of: model.lists.field) ?? 0
    let last = fields.count - 1
    switch direction {
    case .up: model.lists.stage = max(0, model.lists.stage - 1)
    case .down: model.lists.stage = min(design.stages.count - 1, model.lists.stage + 1)
    case .left: model.lists.field = fields.isEmpty ? .kernel : fields[max(0, column - 1)]
    case .right: model.lists.field = fields.isEmpty ? .kernel : fields[min(last, column + 1)]
    }
    guard model.lists == before else { return }
    model.notice = Notice(.note, "the table goes no further \(direction.phrase)")
  }
}
