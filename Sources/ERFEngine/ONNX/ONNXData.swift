/// A real value of an ONNX graph on its way into the engine.
///
/// ONNX counts axes in the order that the exporter chose, mostly (N, C, H, W); in memory the channels of
/// maps come last. Only `order` knows, so that a Transpose is a matter of renaming axes, and elements
/// move where an operator asks for another order than the one they lie in.
struct ONNXData: Sendable {
  enum Place: Sendable {
    /// A value that the network computes.
    case value(Int)
    /// Known elements, as they lie in memory.
    case constant(Tensor)
  }

  var place: Place
  /// Extents as ONNX counts them.
  var shape: [Int]
  /// Axis i in memory is axis `order[i]`.
  var order: [Int]
  /// The initializer that the elements are, or were made of.
  var weight: String?

  init(_ place: Place, shape: [Int], order: [Int]? = nil, weight: String? = nil) {
    self.place = place
    self.shape = shape
    self.order = order ?? Array(shape.indices)
    self.weight = weight
  }

  /// A constant whose axes lie in order.
  init(_ tensor: Tensor, weight: String? = nil) {
    self.init(.constant(tensor), shape: tensor.shape.extents, weight: weight)
  }

  var rank: Int { shape.count }
  var count: Int { shape.reduce(1, *) }
  /// The shape in memory.
  var memory: Shape { Shape(order.map { shape[$0] }) }

  var isConstant: Bool {
    if case .constant = place { true } else { false }
  }

  /// Where an axis lies in memory.
  func position(of axis: Int) -> Int {
    guard let position = order.firstIndex(of: axis) else {
      preconditionFailure("axis \(axis) of \(shape)")
    }
    return position
  }

  /// The channels-last order of maps that ONNX counts as (N, C, H, W), and of rows (N, C, L).
  static func channelsLast(_ rank: Int) -> [Int] {
    rank < 3 ? Array(0..<rank) : [0] + Array(2..<rank) + [1]
  }
}

/// What is known of a value of the graph.
enum ONNXValue: Sendable {
  case real(ONNXData)
  case integers(ONNXConstant)
  /// It cannot be computed; why, for a message.
  case missing(ONNXGap)

  /// - Parameter weight: the initializer that it is.
  init(_ constant: ONNXConstant, weight: String? = nil) {
    if case .reals(let tensor) = constant.elements {
      self = .real(ONNXData(tensor, weight: weight))
    } else {
      self = .integers(constant)
    }
  }
}

/// What keeps a value from being computed.
struct ONNXGap: Sendable, Hashable {
  /// The node, for people.
  let node: String
  /// The operator that is not known; nil: it is, but not like this.
  let unknown: String?
  let reason: String
}
