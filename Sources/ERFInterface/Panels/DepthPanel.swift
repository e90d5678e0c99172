// The depth panel: how the central unit's field grows from layer to layer, A and B in one plot and as a
// table by stage.

import ERFEngine

extension PanelName {
  public static let depth = PanelName("depth")
}

enum DepthPanel: Panel {
  static let name = PanelName.depth
  static let summary = "how the field grows with depth, layer by layer"
  static let place = PanelPlace.results
  static let likedRows = 18
  static let jump: Unicode.Scalar = "G"

  static let commands = [
    row(
      .move(.left), [.left, key("h")], label: "Left h", footerKey: "arrows", footer: "layer",
      rank: 2, "the layer before"),
    row(.move(.right), [.right, key("l")], label: "Right l", "the layer after"),
    row(
      .choose, [.enter], footer: "look from there", rank: 3, "look from the selected layer"),
    row(
      .increase, [key(">"), key(".")], label: ">", footer: "area sigma radius", rank: 4,
      "what is measured: area, sigma, radius"),
    row(
      .writeTable, [key("x")], label: "x", footer: "CSV", rank: 5,
      "write the numbers of all layers as CSV"),
  ]

  static func draw(_ model: Model, in area: Area, on frame: inout Frame) {
    frame.drawDepth(model, in: area)
  }

  static func subject(_ model: Model) -> [[Span]] {
    model.subject(of: model.depthMeasuredOn, model.comparedSides)
  }

  /// A click in the plot selects the layer that is nearest.
  static func point(_ pointer: Pointer, in area: Area, _ model: inout Model) -> [Effect]? {
    guard pointer.action == .click else { return nil }
    if let layer = model.depthLayer(under: pointer, in: area) { model.depth.selection = layer }
    return []
  }

  static func plan(_ command: CommandName, _ model: Model) -> Plan {
    let layers = model.depthLayers(model.depthSide)
    guard !layers.isEmpty else { return .refuse(model.noUnits) }
    let selected = min(layers.count - 1, model.depth.selection ?? layers.count - 1)
    switch command {
    case .move(.left):
      return selected > 0
        ? .edit { $0.depth.selection = selected - 1 } : .refuse("this is the first layer")
    case .move(.right):
      return selected + 1 < layers.count
        ? .edit { $0.depth.selection = selected + 1 } : .refuse("this is the last layer")
    case .choose:
      return .edit { model in
        model.session.target = layers[selected].target
        model.notice = Notice(.note, "the maps now look from \(layers[selected].label)")
        model.forgetUnits()
      }
    case .increase:
      return .edit { $0.session.screen.depthMeasure = $0.session.screen.depthMeasure.next }
    case .writeTable:
      guard model.saving == nil else { return .refuse("a file is still being written") }
      guard
        model.compared.contains(where: { network in
          model.depthPoints(network).contains { $0 != nil }
        })
      else { return .refuse("no layer is measured yet") }
      return .change { $0.writeDepth() }
    default: return .nothing
    }
  }
}

extension Model {
  /// The theoretical fields of A and B in a layer, each by its letter where there are two.
  func theorySpans(_ target: Target) -> [Span] {
    sides.indices.filter { session.networks[$0].savedMap == nil }.flatMap { side -> [Span] in
      guard let layer = facts(side)?.layer(target) else { return [] }
      let letter = sides.count > 1 ? [Span(" " + Self.letter(side), Role.network(side), .bold)] : []
      let without = layer.seesWholeInput ? "whole input" : "not known"
      return letter + [
        Span(" " + (layer.receptiveField.map { "\($0) px" } ?? without), .text)
      ]
    }
  }

  fileprivate mutating func writeDepth() -> [Effect] {
    let id = nextRequestID()
    saving = id
    notice = Notice(.note, "writing ...")
    return [
      .writeText(
        id,
        stem: ExportNaming.depthStem(
          compared, designs, inputSize(unitSide),
          partial: compared.compactMap { depthPartial($0) }.first), ending: "csv",
        depthCSV)
    ]
  }
}
