/// What a network computes, as a list of operators in the order of computation: no numbers.
///
/// Value 0 is the input (N, H, W, C); node i makes value i + 1. Blueprints are values: passes such as
/// folding, and edits, return a new one. Shapes, costs, fields and plans are functions of it.
struct Blueprint: Sendable, Hashable {
  struct Node: Sendable, Hashable {
    /// Where the operator lives in the module tree: `stages.0.blocks.0.pw1.conv`.
    var scope: String
    /// The block it counts towards: `stages.0.blocks.0`.
    var block: String
    /// What that block is to the network.
    var role = Role.block
    /// The stage it belongs to, from 0; nil: none.
    var stage: Int?
    var op: any Operator
    /// Values it reads, all made before.
    var inputs: [Int]
    /// How its parameters come about, in the order of the operator's `parameterShapes`.
    var parameters: [ParameterExpression] = []
    /// Where checkpoints keep the one kernel that this and what it adds can be merged into.
    var mergedScope: String?
  }

  /// What a block is to the network.
  enum Role: Sendable, Hashable {
    /// The layers before the first stage.
    case stem
    /// A block of a stage.
    case block
    /// What leads over to the next stage.
    case transition
    /// What comes after the last stage, or beside the stages.
    case head
    /// What makes classes of the features: the part of the head that other classes replace.
    case classifier
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
  var grid = TokenGrid.map
}

/// Where the units (row, column) of a value lie.
enum TokenGrid: Sendable, Hashable {
  /// At the pixels of a map (N, H, W, C).
  case map
  /// Among tokens (N, L, C): row by row after `prefix` others, such as a class token.
  case tokens(rows: Int, columns: Int, prefix: Int)

  /// Height and width of the grid over a value of shape `shape`; values without one count as a unit.
  func size(of shape: Shape) -> InputSize {
    switch self {
    case .map:
      InputSize(height: shape.isMap ? shape.height : 1, width: shape.isMap ? shape.width : 1)
    case .tokens(let rows, let columns, _): InputSize(height: rows, width: columns)
    }
  }

  /// The part of a value that holds `units`.
  func region(holding units: [Unit]) -> Region {
    switch self {
    case .map: Region(holding: units)
    case .tokens(_, let columns, let prefix):
      Region(holding: units.map { Unit(row: 0, column: prefix + $0.row * columns + $0.column) })
    }
  }
}

extension Blueprint {
  func tap(_ name: String) -> Tap? { taps.first { $0.name == name } }

  var stages: [Tap] { taps.filter { $0.kind == .stage } }

  /// What the classifier says; nil: there is none.
  var logits: Tap? { taps.first { $0.kind == .logits } }

  /// How many nodes read each value.
  var useCounts: [Int] {
    var counts = [Int](repeating: 0, count: nodes.count + 1)
    for node in nodes {
      for input in node.inputs { counts[input] += 1 }
    }
    return counts
  }

  /// The same cut after `value`: shapes behind it do not matter.
  func upTo(_ value: Int) -> Blueprint {
    var cut = self
    cut.nodes.removeLast(nodes.count - value)
    return cut
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

extension Blueprint.Node {
  static func == (left: Self, right: Self) -> Bool {
    left.scope == right.scope && left.block == right.block && left.role == right.role
      && left.stage == right.stage && left.op.isSame(as: right.op) && left.inputs == right.inputs
      && left.parameters == right.parameters && left.mergedScope == right.mergedScope
  }

  func hash(into hasher: inout Hasher) {
    hasher.combine(scope)
    op.sign(&hasher)
    hasher.combine(inputs)
  }
}

extension Blueprint {
  /// All slots that weights are asked for, in the order of the network, each once.
  var slots: [Slot] {
    var known: Set<String> = []
    return nodes.flatMap { $0.parameters.flatMap(\.slots) }.filter { known.insert($0.key).inserted }
  }

  /// Numbers that all its parameters hold, moved by an optimizer or not.
  var parameterCount: Int {
    nodes.reduce(0) { $0 + $1.op.parameterShapes.reduce(0) { $0 + $1.shape.count } }
  }

  /// The shape of inputs of `size`: red, green and blue. Networks of grey pictures, or with a fourth
  /// channel, take these too, and make of them what they were trained on.
  func inputShape(_ size: InputSize, batch: Int = 1) -> Shape {
    Shape(batch: batch, height: size.height, width: size.width, channels: 3)
  }
}

extension Blueprint.Node {
  /// Side of a convolution's square kernels; nil for 1 x 1, and for any other operator.
  var kernelSide: Int? {
    guard op is DepthwiseConvolution || op is Convolution, case .sliding(let window) = op.window,
      window.kernelHeight == window.kernelWidth, window.kernelHeight > 1
    else { return nil }
    return window.kernelHeight
  }

  /// The same where kernels of other sides can take its place: odd ones, which have a centre, that look
  /// at more than their own share of the map, unlike those of patches.
  var editableSide: Int? {
    guard let side = kernelSide, side % 2 == 1, case .sliding(let window) = op.window,
      window.stride < side
    else { return nil }
    return side
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
