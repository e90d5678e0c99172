// Training as tests have it: what it comes to, its beginning and its progress.

@testable import ERFEngine
@testable import ERFInterface

/// What training `network` comes to.
func makePlan(_ network: NetworkSpec, notes: [String] = []) -> FineTuningPlan {
  FineTuningPlan(
    model: network.text, pictures: 960, classes: 16, size: 224, notes: notes)
}

extension Model {
  /// `t` and Enter, and the answer that it begins.
  mutating func startTraining(
    on folder: String = "", notes: [String] = []
  ) -> (id: RequestID, request: TrainingRequest)? {
    _ = type("t")
    for scalar in folder.unicodeScalars { _ = type(scalar) }
    guard case .train(let id, let request)? = ERFInterface.update(&self, .key(.enter)).first
    else { return nil }
    _ = ERFInterface.update(
      &self, .training(id, .planned(makePlan(request.network, notes: notes))))
    return (id, request)
  }
}

/// Training after `number` times a hundred of 300 steps.
func makeProgress(_ number: Int) -> FineTuning.Progress {
  var log = TrainingLog(steps: 300)
  for step in 1...number * 100 {
    log.add(step: step, loss: 0.6 + 2 / Double(step), right: step * 32 / 300, of: 32)
  }
  return FineTuning.Progress(
    log: log, step: number * 100, steps: 300, imagesASecond: 640, secondsLeft: 12,
    moment: FineTuning.Moment(
      step: number * 100, path: "/state/step-\(number * 100).safetensors",
      accuracy: Double(number) / 3))
}
