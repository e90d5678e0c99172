// The depth panel: what is asked for in the background, layer by layer, and what is given up.

import ERFEngine

extension Model {
  /// Starts what the panel lacks, after the maps, which matter more: what the stages give out first,
  /// then the blocks between.
  mutating func pursueDepth() -> [Effect] {
    let isSeen = isLookedAt(.depth)
    if isSeen { refreshOthers() }
    let wanted = isSeen ? compared.filter { $0.network.savedMap == nil } : []
    let keys = wanted.map { DepthState.Key($0.request) }
    var effects = depth.drop(allBut: keys).map { Effect.cancel($0) }
    guard isSeen, !isComputing else { return effects }
    for (network, key) in zip(wanted, keys) {
      let known = depth[key]
      guard known?.job == nil, known?.failure == nil, known?.isCancelled != true else { continue }
      let layers = depthLayers(network).filter { known?.points[$0.name] == nil }
      guard !layers.isEmpty else { continue }
      let id = nextRequestID()
      depth.begin(key, id)
      let ordered = layers.filter(\.isOutput) + layers.filter { !$0.isOutput }
      effects.append(
        .computeDepth(id, ordered.map { Self.depthRequest(network.request, $0) }))
    }
    return effects
  }

  mutating func deepened(_ id: RequestID, _ point: DepthPoint) {
    depth.with(id) { $0.points[point.layer] = point }
  }

  mutating func deepEnough(_ id: RequestID, _ failure: String?) {
    depth.with(id) { series in
      series.job = nil
      series.failure = failure
    }
    if let failure { note(.failure, [failure]) }
  }
}
