// Where the weights of the kernels lie: asked for once a network, while somebody looks.

import ERFEngine

extension Model {
  /// Starts what the kernels panel lacks, after the fields, which matter more.
  mutating func pursueKernelMaps() -> [Effect] {
    guard focus == .kernels, !isComputing else { return [] }
    let spec = session.networks[active].spec
    guard session.networks[active].savedMap == nil, kernelMaps.asked != spec,
      kernelMaps.known[spec] == nil
    else { return [] }
    var effects: [Effect] = []
    if let id = kernelMaps.job { effects.append(.cancel(id)) }
    let id = nextRequestID()
    kernelMaps.asked = spec
    kernelMaps.job = id
    return effects + [.aggregateKernels(id, spec)]
  }

  mutating func aggregated(_ id: RequestID, _ stages: [StageKernels?], _ failure: String?) {
    guard kernelMaps.job == id, let spec = kernelMaps.asked else { return }
    kernelMaps.job = nil
    if let failure { return note(.failure, [failure]) }
    kernelMaps.keep(stages, of: spec)
  }
}
