/// An operator that has parameters to learn, or that computes something else while a network is
/// trained than afterwards.
///
/// Its rules for training stand in `Operator+Training.swift` beside the operator; the walk over them
/// is `Graph+Training.swift`. Operators without parameters train as they are.
protocol LearningOperator: Operator {
  /// How many of `parameters`, from the first on, an optimizer moves.
  var learntCount: Int { get }

  /// The forward pass of training, keeping what `gradients` needs. `noise` is this layer's own in this
  /// step.
  func forwardInTraining(
    _ inputs: consuming [Tensor], noise: RandomStream, workers: Workers
  ) -> (Tensor, Kept)

  /// The gradients with respect to the inputs and to the learnt parameters, given the one with respect
  /// to the output. Sums run in an order that depends on sizes alone.
  ///
  /// `needsInputs`: whether anybody wants those of the inputs; else there may be none.
  func gradients(
    of gradient: consuming Tensor, kept: Kept, inputs: [Shape], needsInputs: Bool,
    workers: Workers
  ) -> LayerGradients

  /// The same operator with other values for all of `parameters`, in their order.
  func with(parameters: [Tensor]) -> Self
}

/// What one layer hands back during training.
struct LayerGradients {
  /// One an input, or none.
  var inputs: [Tensor]
  /// One a learnt parameter, shaped like it.
  var parameters: [Tensor]
}

extension LearningOperator {
  var learntCount: Int { parameters.count }

  func forwardInTraining(
    _ inputs: consuming [Tensor], noise: RandomStream, workers: Workers
  ) -> (Tensor, Kept) {
    forward(inputs, keep: .allGradients, workers: workers)
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
