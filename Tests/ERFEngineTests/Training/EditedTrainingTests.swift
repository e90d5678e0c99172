// Training of a network whose kernels were edited: what the edit derived of the weights is learnt,
// measured and saved like everything else.

import TestSupport
import Testing

@testable import ERFEngine

@Suite struct EditedTrainingTests {
  private static let original =
    "replknet:kernels=3,3:layers=1,1:channels=8,12:small=0:classes=16"
  private static let edited = "replknet:kernels=7,3:layers=1,1:channels=8,12:small=0:classes=16"

  @Test(arguments: [WeightFit.interpolate, .crop, .reinitialise(seed: 3)])
  func momentsAreMeasuredAndOpen(_ fit: WeightFit) throws {
    let folder = try TemporaryFolder()
    var spec = NetworkSpec(model: Self.edited, weights: .random(seed: 1))
    spec.weightsModel = Self.original
    spec.fit = fit
    var tuning = FineTuning(spec, folder: folder.path)
    (tuning.steps, tuning.data) = (3, .shapes(count: 96))
    var moments: [FineTuning.Moment] = []
    try tuning.run(cancellation: Cancellation()) { report in
      if case .progressed(let progress) = report {
        moments += [progress.moment].compactMap { $0 }
      }
    }
    #expect(moments.count == 3 && moments.allSatisfy { $0.accuracy != nil })
    // The weights are those of the edited network, and moved from step to step.
    let networks = try moments.map {
      try Network(NetworkSpec(model: Self.edited, weights: .file($0.path)))
    }
    #expect(Set(networks.map(\.weightsHash)).count == 3)
  }
}
