// The aggregated kernels of the networks looked at so far.

import ERFEngine

struct KernelMapState: Sendable {
  var known: [NetworkSpec: [StageKernels?]] = [:]
  /// The network asked about last.
  var asked: NetworkSpec?
  var job: RequestID?
  private static let limit = 64

  mutating func keep(_ stages: [StageKernels?], of spec: NetworkSpec) {
    if known.count >= Self.limit { known.removeAll() }
    known[spec] = stages
  }
}
