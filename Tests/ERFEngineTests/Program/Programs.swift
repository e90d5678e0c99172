@testable import ERFEngine

/// Programs and blueprints as tests want them.
extension Network {
  /// The network as the official code writes it.
  static func trainingForm(_ spec: NetworkSpec) throws -> Program {
    try OpenedNetwork(spec).trainingForm()
  }
}

extension Program {
  /// The same function after a pass over the blueprint.
  func rewritten(_ pass: (Blueprint) -> Blueprint) throws -> Program {
    try Program(pass(blueprint), from: Weights(self))
  }

  /// With chains, of parameters that are derived already.
  func chained() throws -> Program { try rewritten { $0.inferenceForm().chained() } }

  /// Of all parameters in order, as `Network.weightsHash`.
  var weightsHash: String {
    var hash = FNV1a()
    for (_, value) in stateDictionary { value.addBits(to: &hash) }
    return hash.text
  }

  /// The parameters of a program by the names of their slots.
  private struct Weights: ParameterSource {
    let tensors: [String: Tensor]

    init(_ program: Program) {
      tensors = Dictionary(
        program.stateDictionary.map { ($0.key, $0.value) }, uniquingKeysWith: { one, _ in one })
    }

    func parameter(_ slot: Slot) throws -> Tensor {
      guard let tensor = tensors[slot.key] else {
        throw CheckpointError.noTensor(path: "", key: slot.key, available: [])
      }
      return tensor
    }
  }
}
