// The shape-bias panel: stepping through the stimuli that the networks decide.

import ERFEngine

extension PanelName {
  public static let shapeBias = PanelName("shapeBias")
}

enum ShapeBiasPanel: Panel {
  static let name = PanelName.shapeBias
  static let title = "Shape bias"
  static let summary = "whether the networks decide by shape or by texture"
  static let place = PanelPlace.results
  static let likedRows = 27

  static let commands = [
    row(
      .move(.up), [.up, key("k")], label: "Up k", footerKey: "arrows", footer: "stimulus",
      rank: 2, "stimuli of the category above"),
    row(.move(.down), [.down, key("j")], label: "Down j", "stimuli of the category below"),
    row(
      .move(.left), [.left, key("h")], label: "Left h", "the stimulus before, of the same shape"),
    row(
      .move(.right), [.right, key("l")], label: "Right l", "the next stimulus of the same shape"),
  ]

  static func draw(_ model: Model, in area: Area, on frame: inout Frame) {
    frame.drawShapeBias(model, in: area)
  }

  static func subject(_ model: Model) -> [[Span]] {
    let request = ShapeBiasState.request(threads: nil)
    let size = InputSize(height: request.size, width: request.size)
    var networks = model.comparedSides
    // The marks are of the networks that were asked about, which may have been edited since.
    let measured = zip(networks.indices, model.shapeBias.sides).map { index, bias in
      if bias.shown != nil, let shown = bias.shownOf { networks[index].network = shown }
      return MeasuredOn(letter: networks[index].letter, input: size, isStale: bias.isStale)
    }
    return model.networkSubject(
      ["\(request.size) px", "\(request.conflicts) stimuli", "last stage"], of: networks, measured)
  }

  /// Up and down through the categories of the plot, left and right through the stimuli of one.
  static func plan(_ command: CommandName, _ model: Model) -> Plan {
    guard case .move(let direction) = command else { return .nothing }
    guard let next = stimulus(direction, from: model.shapeBias.stimulus) else {
      return .refuse("there are no stimuli further \(direction.phrase)")
    }
    return .edit { $0.shapeBias.stimulus = next }
  }

  private static func stimulus(_ direction: Direction, from present: Int) -> Int? {
    let count = ShapeBiasState.request(threads: nil).conflicts
    let shape = StimulusPicture.stimulus(present).shape
    let order = ObjectCategory.plotOrder
    let row = order.firstIndex(of: shape) ?? 0
    func ofShape(_ wanted: ObjectCategory, _ places: some Sequence<Int>) -> Int? {
      places.first { StimulusPicture.stimulus($0).shape == wanted }
    }
    return switch direction {
    case .up: row > 0 ? ofShape(order[row - 1], 0..<count) : nil
    case .down: row + 1 < order.count ? ofShape(order[row + 1], 0..<count) : nil
    case .right: ofShape(shape, (present + 1)..<max(count, present + 1))
    case .left: ofShape(shape, (0..<present).reversed())
    }
  }
}
