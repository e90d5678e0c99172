// The depth panel: what is asked for in the background, and what is given up.

import ERFEngine

extension Model {
  /// Whether Metrics has room for the areas by stage.
  private var showsStages: Bool {
    let slots = ScreenLayout(size: size, screen: session.screen).slots
    return slots.contains { slot in
      let area = slot.area.belowTitle
      return slot.panel == .metrics && area.isRoomy
    }
  }

  /// Starts what the panel lacks, after the maps, which matter more: all layers, or what stages give
  /// out for Metrics.
  mutating func pursueDepth() -> [Effect] {
    let showsAll = isLookedAt(.depth)
    let isSeen = showsAll || showsStages
    if isSeen { refreshOthers() }
    let wanted = isSeen ? compared.filter { $0.network.savedMap == nil } : []
    let requests = wanted.map { request($0) }
    let keys = requests.map { DepthState.Key($0) }
    var effects = depth.drop(allBut: keys).map { Effect.cancel($0) }
    guard isSeen, !isComputing else { return effects }
    for ((network, request), key) in zip(zip(wanted, requests), keys) {
      let known = depth[key]
      guard known?.job == nil, known?.failure == nil, known?.isCancelled != true else { continue }
      let layers = depthLayers(network).filter {
        (showsAll || $0.isOutput) && known?.points[$0.name] == nil
      }
      guard !layers.isEmpty else { continue }
      let id = nextRequestID()
      depth.begin(key, id, layers: layers.map(\.name))
      effects.append(.computeDepth(id, request, layers: layers.map(\.name)))
    }
    return effects
  }

  mutating func deepened(_ id: RequestID, _ point: DepthPoint) {
    depth.with(id) { $0.keep(point) }
  }

  mutating func deepEnough(_ id: RequestID, _ failure: String?) {
    depth.with(id) { series in
      series.job = nil
      series.failure = failure
      if failure == nil { series.complete() }
    }
    if let failure { note(.failure, [failure]) }
  }
}
