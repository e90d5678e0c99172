// A program in the form that runs.

extension Program {
  /// The same function with norms folded and parallel kernels merged: of a program whose parameters
  /// are those of its slots.
  ///
  /// - Throws: `CancellationError`.
  func inferenceForm() throws -> Program {
    try Program(blueprint.inferenceForm().chained(), from: StateDictionary(self))
  }
}

/// The parameters of a program, by the slots that they came from.
private struct StateDictionary: ParameterSource {
  private let tensors: [String: Tensor]

  init(_ program: Program) {
    var tensors: [String: Tensor] = [:]
    for (node, parameters) in zip(program.nodes, program.parameters) {
      for (expression, tensor) in zip(node.parameters, parameters.tensors) {
        if case .slot(let slot) = expression { tensors[slot.key] = tensor }
      }
    }
    self.tensors = tensors
  }

  func parameter(_ slot: Slot) -> Tensor {
    guard let tensor = tensors[slot.key] else {
      preconditionFailure("\(slot.key) is not a parameter of the program")
    }
    return tensor
  }
}
