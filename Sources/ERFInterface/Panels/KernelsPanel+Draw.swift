// The kernels panel: what can be chosen of each stage of the active network, and what it costs.

import ERFEngine

extension Frame {
  mutating func drawKernels(_ model: Model, in area: Area) {
    let isWide = area.columns >= 100 && area.rows >= 20
    let layout = KernelsLayout(model, in: area)
    for (side, place) in layout.sides {
      let kernels = Kernels(model: model, side: side, width: place.columns)
      let lines = layout.isBrief ? kernels.brief : kernels.lines
      write(lines, in: place)
      if layout.isBrief { continue }
      guard !model.session.screen.showsDifferences || model.sides.count < 2 else { return }
      let rest = place.below(lines.count + 1)
      if isWide {
        drawAllKernelMaps(model, side: side, in: rest)
      } else {
        drawKernelMaps(model, side: side, in: rest)
      }
    }
  }
}

/// The panel's lines.
private struct Kernels {
  @SharedModel var model: Model
  let side: Int
  let width: Int

  private var network: NetworkSpec { model.session.networks[side] }

  var lines: [[Span]] {
    if model.session.screen.showsDifferences, model.sides.count > 1 {
      return NetworkDifferences(model: model, width: width).lines
    }
    if network.savedMap != nil {
      return [title, [Span("a saved map has no kernels to edit", .quiet)]]
    }
    if model.design(side) == nil, let file = model.opening(side) {
      return [title, [Span("opening \(file)", .quiet)]]
    }
    guard let design = model.design(side), let original = model.originalDesign(side)
    else { return [[Span("this network has no stages to edit", .quiet)]] }
    var lines = [title, header(design)] + rows(design, original) + convolutions(design)
    lines.append([])
    lines += costs
    lines.append([])
    let label = Span("new sizes  ", .quiet)
    let fits = network.fit.label.columns <= width - label.width
    lines.append([label, Span(fits ? network.fit.label : network.fit.shortLabel, .text)])
    return lines
  }

  /// The table and what it costs.
  var brief: [[Span]] {
    guard let design = model.design(side), let original = model.originalDesign(side)
    else { return lines }
    return [title, header(design)] + rows(design, original) + costs
  }

  private func rows(_ design: NetworkDesign, _ original: NetworkDesign) -> [[Span]] {
    design.stages.indices.map { stage in
      let before = original.stages.indices.contains(stage) ? original.stages[stage] : nil
      return row(stage, design, before: before)
    }
  }

  /// What the stages of an exported graph have beside the kernels that can be chosen.
  private func convolutions(_ design: NetworkDesign) -> [[Span]] {
    guard !design.convolutions.isEmpty else { return [] }
    let label = 9
    let rows = design.convolutions.enumerated().flatMap { stage, kinds -> [[Span]] in
      let text =
        kinds.isEmpty
        ? "no convolutions over neighbours" : kinds.map(\.text).joined(separator: ", ")
      return wrap(text, width: max(12, width - label)).enumerated().map { offset, line in
        [
          Span((offset == 0 ? " stage \(stage + 1)" : "").rightPadded(label), .quiet),
          Span(line, .quiet),
        ]
      }
    }
    return [[]] + rows
  }

  private var title: [Span] {
    let letter = model.sides.count > 1 ? Model.letter(side) + "  " : ""
    let edited = network.isEdited ? "  edited" : ""
    let name = network.shownModel.cutInside(
      columns: width - letter.columns - edited.columns, model.display.glyphs.ellipsis)
    return [
      Span(letter, Role.network(side), .bold), Span(name, .text), Span(edited, .warning),
    ]
  }

  private func header(_ design: NetworkDesign) -> [Span] {
    [Span("st", .quiet)]
      + KernelColumns.all.filter { design.openFields.contains($0.field) }.map {
        Span($0.title.leftPadded($0.width), .quiet)
      }
  }

  private func row(_ stage: Int, _ design: NetworkDesign, before: StageDesign?) -> [Span] {
    let now = design.stages[stage]
    var spans = [Span(" \(stage + 1)", stage == model.lists.stage ? .accent : .quiet)]
    for column in KernelColumns.all where design.openFields.contains(column.field) {
      let value = now.text(column.field)
      let isSelected =
        side == model.active && model.focus == .kernels && stage == model.lists.stage
        && column.field == model.lists.field
      let isChanged = before.map { $0.text(column.field) != value } ?? true
      let role: Role = isSelected ? .accent : isChanged ? .warning : .text
      guard isSelected else {
        spans.append(Span(value.leftPadded(column.width), role, isChanged ? .bold : []))
        continue
      }
      let marked = "<\(value)>"
      spans.append(Span(marked.leftPadded(column.width + 1), role, .bold))
      // What the closing mark takes, the next column gives back.
      if column.field == KernelColumns.all.last?.field { continue }
      spans.append(Span(""))
    }
    return aligned(spans)
  }

  /// A marked value reaches one cell into the column after it.
  private func aligned(_ spans: [Span]) -> [Span] {
    guard let marked = spans.firstIndex(where: { $0.text.hasSuffix(">") }) else { return spans }
    var spans = spans.filter { !$0.text.isEmpty }
    if marked + 1 < spans.count, spans[marked + 1].text.hasPrefix(" ") {
      spans[marked + 1].text.removeFirst()
    }
    return spans
  }

  /// Two lines, whatever there is to know.
  private var costs: [[Span]] {
    guard let facts = model.facts(side) else {
      guard model.isUnopened(side) else {
        return [[Span("cannot be built at this input size", .warning)], []]
      }
      // A worker counts what an edit makes of a file.
      let state = model.opening(side) == nil ? "not counted; r counts" : "being counted ..."
      return ["parameters", "mult-adds"].map {
        [Span($0.rightPadded(11), .quiet), Span(state, .quiet)]
      }
    }
    let original = model.originalFacts(side)
    return [
      cost("parameters", facts.parameters, original?.parameters, largest: .mega),
      cost("mult-adds", facts.multiplyAdds, original?.multiplyAdds, largest: .giga),
    ]
  }

  private func cost(
    _ label: String, _ now: Int, _ before: Int?, largest: Format.AmountUnit
  ) -> [Span] {
    var spans = [
      Span(label.rightPadded(11), .quiet),
      Span(Format.amount(now, largest: largest), .text),
    ]
    if let before, now != before, before > 0 {
      let change = Double(now - before) / Double(before)
      spans.append(
        Span("  \(change > 0 ? "+" : "")\(Format.percent(change))", change > 0 ? .warning : .accent)
      )
    }
    return spans
  }
}
