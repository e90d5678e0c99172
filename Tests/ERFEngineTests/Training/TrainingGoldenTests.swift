// Whether training retraces PyTorch's steps: the files that make_training_golden.py writes.
import TestSupport
import Testing

@testable import ERFEngine

@Suite struct TrainingGoldenTests {
  static let file = GoldenFolder.root + "/training.safetensors"
  static let architecture = RepLKNet(
    kernels: [13, 13, 7, 7], layers: [1, 1, 1, 1], channels: [8, 16, 24, 32], classes: 10)

  static var isThere: Bool { (try? Checkpoint(path: file)) != nil }

  /// The golden's parameters under `prefix`.
  struct Saved: ParameterSource {
    let file: Checkpoint
    let prefix: String

    func parameter(_ slot: Slot) throws -> Tensor { try file.tensor(prefix + slot.key) }
  }

  @Test(.enabled(if: isThere, "training.safetensors is not in ../shared/goldens"))
  func fiveStepsOfAdamW() throws {
    let file = try Checkpoint(path: Self.file)
    var graph = try Program(
      Self.architecture.blueprint(), from: Saved(file: file, prefix: "weights/"))
    let input = try file.tensor("input").channelsLast()
    let labels = try file.tensor("labels").elements
    let losses = try file.tensor("loss").elements
    var targets = [Float](repeating: 0, count: labels.count * 10)
    for (image, label) in labels.enumerated() { targets[image * 10 + Int(label)] = 1 }
    var optimizer = Optimizer.adamW(weightDecay: 0.05)
    optimizer.decaysVectors = true
    var moments = OptimizerMoments(for: graph.learntParameters)
    let workers = Workers(threads: 2)
    let value = try #require(graph.tap("logits")).value
    for (step, expected) in losses.enumerated() {
      let pass = try TrainingPass(graph, input, to: value, noise: 0, workers: workers)
      let statistics = pass.batchStatistics
      let result = CrossEntropy(smoothing: 0.1)(pass.output, targets: targets)
      #expect(abs(result.loss - Double(expected)) < 1e-4, "loss \(step)")
      let gradients = try pass.parameterGradients(of: result.gradient, workers: workers)
      if step == 0 {
        for (node, parts) in zip(graph.nodes, gradients) {
          for (name, part) in zip(node.op.parameterShapes.map(\.name), parts) {
            let key = "\(node.scope).\(name)"
            if Self.isWithoutGradient(key, in: file) {
              #expect(part.elements.allSatisfy { abs($0) < 1e-6 }, "\(key)")
            } else {
              #expect(try relativeError(part, file.tensor("grad/" + key)) < 1e-3, "\(key)")
            }
          }
        }
      }
      let learnt = optimizer.step(
        graph.learntParameters, gradients: gradients, moments: &moments, step: step + 1,
        rate: 1e-3, workers: workers)
      graph = graph.updated(learnt: learnt, statistics: statistics)
    }
    let after = try Program(
      Self.architecture.blueprint(), from: Saved(file: file, prefix: "after/"))
    for (found, expected) in zip(graph.stateDictionary, after.stateDictionary) {
      let difference =
        zip(found.value.elements, expected.value.elements)
        .map { abs($0 - $1) }.max() ?? 0
      let size = max(1, expected.value.elements.map(abs).max() ?? 0)
      let isFree = Self.isWithoutGradient(found.key, in: file) || found.key.hasSuffix("_mean")
      #expect(difference < (isFree ? 1e-2 : 1e-4) * size, "\(found.key)")
    }
  }

  /// Whether nothing depends on a parameter: the bias of a norm whose result reaches the next norms
  /// without anything nonlinear between. Its gradient is rounding error, which Adam blows up to whole
  /// steps of the learning rate; the means that later norms see shift along. PyTorch in float64 or on
  /// one thread differs as much there from itself.
  static func isWithoutGradient(_ key: String, in file: Checkpoint) -> Bool {
    guard key.hasSuffix(".bias"), let gradient = try? file.tensor("grad/" + key) else {
      return false
    }
    return gradient.elements.allSatisfy { abs($0) < 1e-6 }
  }
}
