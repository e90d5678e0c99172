// The shape-bias panel: when probes run, what comes of them, and the stimulus that is looked at.

import ERFEngine

extension Model {
  /// Seconds without an edit before a probe begins: stepping through kernel sizes starts one, not ten.
  static let probeDelay = 0.5

  private var showsShapeBias: Bool { isLookedAt(.shapeBias) }

  /// Whether a panel other than the fields is on the screen.
  func isLookedAt(_ panel: PanelName) -> Bool {
    ScreenLayout(size: size, screen: session.screen).slots.contains { $0.panel == panel }
  }

  /// Starts the probes that the panel lacks, and draws the stimulus that it shows.
  mutating func pursueShapeBias() -> [Effect] {
    guard showsShapeBias else { return [] }
    var effects: [Effect] = []
    for (index, spec) in session.networks.enumerated() {
      // What was found of the network in whose place a saved map stands is none of the map's.
      guard spec.savedMap == nil else {
        if let job = shapeBias.sides[index].job { effects.append(.cancel(job.id)) }
        shapeBias.sides[index] = ShapeBiasSide()
        continue
      }
      guard shapeBias.sides[index].asked != spec else { continue }
      if let job = shapeBias.sides[index].job { effects.append(.cancel(job.id)) }
      shapeBias.sides[index].asked = spec
      shapeBias.sides[index].failure = nil
      shapeBias.sides[index].job = nil
      if let known = shapeBias.reports[spec] {
        shapeBias.sides[index].show(known, of: spec)
      } else {
        let id = nextRequestID()
        shapeBias.sides[index].job = ShapeBiasJob(id: id)
        effects.append(
          .probe(
            id, ShapeBiasState.request(threads: threads), spec, afterSeconds: Self.probeDelay))
      }
    }
    let stimulus = shapeBias.stimulus
    if shapeBias.picture?.index != stimulus, shapeBias.drawing != stimulus {
      shapeBias.drawing = stimulus
      effects.append(.drawStimulus(stimulus))
    }
    return effects
  }

  mutating func probing(_ id: RequestID, _ progress: ShapeBiasProgress) {
    withShapeBias(id) { $0.job?.progress = progress }
  }

  mutating func probed(_ id: RequestID, _ report: ShapeBiasReport) {
    guard let side = shapeBias.sides.firstIndex(where: { $0.job?.id == id }),
      let spec = shapeBias.sides[side].asked
    else { return }
    shapeBias.keep(report, of: spec)
    shapeBias.sides[side].job = nil
    shapeBias.sides[side].show(report, of: spec)
    note(
      .note,
      [
        "\(Self.letter(side)) \(name(side)), shape bias over \(report.decisions.count) stimuli: "
          + Format.duration(report.seconds)
      ])
  }

  mutating func probeFailed(_ id: RequestID, _ reason: String) {
    withShapeBias(id) { side in
      side.job = nil
      side.failure = reason
    }
  }

  mutating func drawn(_ picture: StimulusPicture) {
    if shapeBias.drawing == picture.index { shapeBias.drawing = nil }
    if shapeBias.stimulus == picture.index { shapeBias.picture = picture }
  }

  /// Stops what runs; `asked` stays, so that nothing begins anew before an edit or `r`.
  mutating func cancelProbes() -> [Effect] {
    var effects: [Effect] = []
    for index in shapeBias.sides.indices {
      guard let job = shapeBias.sides[index].job else { continue }
      shapeBias.sides[index].job = nil
      effects.append(.cancel(job.id))
    }
    return effects
  }

  mutating func probeAnew() {
    guard showsShapeBias else { return }
    for index in shapeBias.sides.indices {
      if let spec = shapeBias.sides[index].asked { shapeBias.reports[spec] = nil }
      shapeBias.sides[index].asked = nil
    }
  }

  private mutating func withShapeBias(
    _ id: RequestID, _ change: (inout ShapeBiasSide) -> Void
  ) {
    guard let index = shapeBias.sides.firstIndex(where: { $0.job?.id == id }) else { return }
    change(&shapeBias.sides[index])
  }
}

extension ShapeBiasSide {
  fileprivate mutating func show(_ report: ShapeBiasReport, of network: NetworkSpec) {
    shown = report
    shownOf = network
  }
}
