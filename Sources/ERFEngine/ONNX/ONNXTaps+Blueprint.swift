// The blueprint of an exported graph, and the weights that its parameters are called by.

extension ONNXTaps {
  /// The network, pruned to what its taps need.
  func blueprint() -> (blueprint: Blueprint, weights: [String: Tensor]) {
    var blueprint = Blueprint()
    var slots = ONNXSlots()
    let known = Set(modules.map(\.name))
    let headName = headName
    for (index, node) in lowering.nodes.enumerated() {
      let value = index + 1
      let stage = stages.firstIndex { value <= $0.end }
      let source = nodes.indices.contains(node.source) ? nodes[node.source] : ONNXNode()
      let scope = source.modulePath.last ?? source.outputs.first ?? "value\(value)"
      // The innermost module that is shown, or the next one.
      let block =
        source.modulePath.map(Self.shown).last(where: known.contains)
        ?? modules.first { value <= $0.end }?.name ?? headName
      blueprint.nodes.append(
        Blueprint.Node(
          scope: scope, block: block, role: role(value, stage), stage: stage, op: node.op,
          inputs: node.inputs,
          parameters: zip(node.parameters, node.op.parameterShapes).map {
            slots.expression($0, $1.name, of: node.op)
          }))
    }
    var names: Set<String> = []
    func add(_ name: String, _ kind: Tap.Kind, _ value: Int, _ grid: TokenGrid) {
      guard names.insert(name).inserted else { return }
      blueprint.taps.append(Tap(name: name, kind: kind, value: value, grid: grid))
    }
    // Each stage stands behind its blocks.
    for stage in stages {
      for module in modules where module.end <= stage.end {
        add(module.name, .block, module.value, module.grid.tokens)
      }
      add(stage.name, .stage, stage.value, stage.grid.tokens)
    }
    for other in others { add(other.name, .block, other.value, other.grid.tokens) }
    if let logits {
      add(headName, .block, logits, .map)
      add("logits", .logits, logits, .map)
    }
    return (blueprint.droppingDeadNodes(), slots.weights)
  }

  /// What comes behind the last stage; a module of that name may be another part of it.
  private var headName: String {
    let head = BlueprintBuilder.headBlock
    return nodes.contains { $0.modulePath.contains(head) } ? "output" : head
  }

  private func role(_ value: Int, _ stage: Int?) -> Blueprint.Role {
    guard let stage else { return .head }
    return stage == 0 && value <= stemEnd ? .stem : .block
  }
}

/// Keys for the parameters of an imported network.
private struct ONNXSlots {
  private(set) var weights: [String: Tensor] = [:]

  /// What can be learnt is asked of weights, by the name that the file has for it; other numbers, such as
  /// tables of positions, belong to the graph.
  mutating func expression(
    _ parameter: ONNXLowering.Parameter, _ name: String, of op: any Operator
  ) -> ParameterExpression {
    guard let weight = parameter.weight, let initializer = Self.initializer(name, parameter, op)
    else { return .constant(ParameterExpression.Constant(parameter.tensor)) }
    var key = weight
    var number = 1
    while let known = weights[key],
      known.shape != parameter.tensor.shape || known.elements != parameter.tensor.elements
    {
      number += 1
      key = "\(weight)#\(number)"
    }
    weights[key] = parameter.tensor
    return .slot(Slot(key: key, shape: parameter.tensor.shape, initializer: initializer))
  }

  private static func initializer(
    _ name: String, _ parameter: ONNXLowering.Parameter, _ op: any Operator
  ) -> Initializer? {
    let shape = parameter.tensor.shape
    switch op {
    case is Convolution, is DepthwiseConvolution, is Linear, is TransposedConvolution:
      guard name == "weight" else { return .constant(0) }
      let fanIn = max(1, shape.count / max(1, shape[0]))
      return .normal(deviation: (2 / Double(fanIn)).squareRoot())
    case is BatchNorm, is LayerNorm, is Affine:
      return .constant(name == "weight" || name == "running_var" ? 1 : 0)
    default: return nil
    }
  }
}
