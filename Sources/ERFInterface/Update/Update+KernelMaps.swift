// Where the weights of the kernels lie: asked for once a network, while somebody looks.

import ERFEngine

extension Model {
  /// Starts what the kernels panel lacks, after the fields, which matter more.
  mutating func pursueKernelMaps() -> [Effect] {
    let side = wantedKernels
    let spec = session.networks[side]
    // What an edit has overtaken must not slow its field down.
    let effects = kernelMaps.asked == spec ? [] : cancelKernelMaps()
    guard focus == .kernels, !isComputing, !isUnopened(side), spec.savedMap == nil,
      kernelMaps.asked != spec, kernelMaps.known[spec] == nil
    else { return effects }
    let id = nextRequestID()
    kernelMaps.asked = spec
    kernelMaps.job = id
    return effects + [.aggregateKernels(id, spec)]
  }

  /// The active network first; with the screen to themselves, the kernels of both are seen, and beside a
  /// saved map those of the other.
  private var wantedKernels: Int {
    guard sides.count > 1 else { return active }
    let network = session.networks[active]
    let isDone = session.screen.isZoomed && kernelMaps.known[network] != nil
    return isDone || network.savedMap != nil ? 1 - active : active
  }

  /// Gives up what is under way, to be asked again when it is looked at.
  mutating func cancelKernelMaps() -> [Effect] {
    guard let id = kernelMaps.job else { return [] }
    kernelMaps.job = nil
    kernelMaps.asked = nil
    return [.cancel(id)]
  }

  mutating func aggregated(_ id: RequestID, _ stages: [StageKernels?], _ failure: String?) {
    guard kernelMaps.job == id, let spec = kernelMaps.asked else { return }
    kernelMaps.job = nil
    if let failure { return note(.failure, [failure]) }
    kernelMaps.keep(stages, of: spec)
  }
}
