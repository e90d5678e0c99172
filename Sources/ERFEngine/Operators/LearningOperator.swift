/// An operator that has parameters to learn, or that computes something else while a network is
/// trained than afterwards.
///
/// Its rules for training stand in `Operator+Training.swift` beside the operator; the walk over them
/// is `Program+Training.swift`. Operators without parameters train as they are.
protocol LearningOperator: Operator {
  /// The forward pass of training, keeping what `gradients` needs. `noise` is this layer's own in this
  /// step.
  func forwardInTraining(
    _ inputs: consuming [Tensor], parameters: Parameters, noise: RandomStream, workers: Workers
  ) -> (Tensor, Kept)

  /// The gradients with respect to the inputs and to the learnt parameters, given the one with respect
  /// to the output. Sums run in an order that depends on sizes alone.
  ///
  /// `needsInputs`: whether anybody wants those of the inputs; else there may be none.
  func gradients(
    of gradient: consuming Tensor, parameters: Parameters, kept: Kept, inputs: [Shape],
    needsInputs: Bool, workers: Workers
  ) -> LayerGradients
}

/// What one layer hands back during training.
struct LayerGradients {
  /// One an input, or none.
  var inputs: [Tensor]
  /// One a learnt parameter, shaped like it.
  var parameters: [Tensor]
}

extension LearningOperator {
  func forwardInTraining(
    _ inputs: consuming [Tensor], parameters: Parameters, noise: RandomStream, workers: Workers
  ) -> (Tensor, Kept) {
    forward(inputs, parameters: parameters, keep: .allGradients, workers: workers)
  }
}

extension Kept {
  /// The layer's input.
  var keptInput: Tensor {
    guard case .input(let tensor) = self else {
      preconditionFailure("the forward pass kept no input")
    }
    return tensor
  }
}
