/// A network as a list of operators in the order of computation.
///
/// Value 0 is the input (N, H, W, 3); node i makes value i + 1. Graphs are values: passes such as
/// folding return a new one.
struct Graph: Sendable {
  struct Node: Sendable {
    /// Where the operator lives in the module tree: `stages.0.blocks.0.pw1.conv`.
    var scope: String
    /// The block it counts towards: `stages.0.blocks.0`.
    var block: String
    var op: any Operator
    /// Values it reads, all made before.
    var inputs: [Int]
    var parameters = Parameters.none
    /// Where checkpoints keep the one kernel that this and what it adds can be merged into.
    var mergedScope: String?
  }

  var nodes: [Node] = []
  var taps: [Tap] = []

  /// The value that node `index` makes.
  static func value(of node: Int) -> Int { node + 1 }

  /// The node that makes `value`; nil for the input.
  static func node(of value: Int) -> Int? { value == 0 ? nil : value - 1 }
}

/// A value that has a name: the output of a block, of a stage, or the logits.
struct Tap: Sendable, Hashable {
  enum Kind: Sendable { case block, stage, logits }

  var name: String
  var kind: Kind
  var value: Int
}

extension Graph {
  func tap(_ name: String) -> Tap? { taps.first { $0.name == name } }

  var stages: [Tap] { taps.filter { $0.kind == .stage } }

  /// How many nodes read each value.
  var useCounts: [Int] {
    var counts = [Int](repeating: 0, count: nodes.count + 1)
    for node in nodes {
      for input in node.inputs { counts[input] += 1 }
    }
    return counts
  }

  /// The shape of every value for an input shape; the layer's name goes with what does not fit.
  func shapes(input: Shape) throws(LayerError) -> [Shape] {
    var shapes = [input]
    for node in nodes {
      do {
        shapes.append(try node.op.outputShape(of: node.inputs.map { shapes[$0] }))
      } catch {
        throw LayerError(layer: node.scope, input: input, reason: error)
      }
    }
    return shapes
  }
}

/// An input that one layer of a network cannot take.
struct LayerError: ExplainedError {
  let layer: String
  let input: Shape
  let reason: ShapeError

  var explanation: String {
    "an input of \(input.height)x\(input.width) does not fit layer \(layer): "
      + reason.explanation
  }
}
