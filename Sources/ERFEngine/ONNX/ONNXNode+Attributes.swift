// Settings and inputs of nodes, as the rules of operators ask for them.

extension ONNXNode {
  func integer(_ name: String) -> Int? {
    if case .integer(let value)? = attributes[name] { value } else { nil }
  }

  func integer(_ name: String, _ usual: Int) -> Int { integer(name) ?? usual }

  func float(_ name: String, _ usual: Float) -> Float {
    switch attributes[name] {
    case .float(let value): value
    case .integer(let value): Float(value)
    default: usual
    }
  }

  func integers(_ name: String) -> [Int]? {
    if case .integers(let value)? = attributes[name] { value } else { nil }
  }

  func floats(_ name: String) -> [Float]? {
    if case .floats(let value)? = attributes[name] { value } else { nil }
  }

  func text(_ name: String) -> String? {
    if case .text(let value)? = attributes[name] { value } else { nil }
  }

  /// Whether the input at `index` is given.
  func has(_ index: Int) -> Bool { index < inputs.count && !inputs[index].isEmpty }
}

extension ONNXLowering {
  /// What is known of the input at `index`, which the node may lack.
  mutating func value(_ node: ONNXNode, _ index: Int) throws -> ONNXValue {
    guard node.has(index) else { throw ONNXRefusal.reason("has no input \(index + 1)") }
    return try value(node.inputs[index])
  }

  /// The input at `index` as real numbers.
  mutating func real(_ node: ONNXNode, _ index: Int) throws -> ONNXData {
    switch try value(node, index) {
    case .real(let data): return data
    case .integers(let constant): return ONNXData(constant.tensor)
    case .missing(let gap): throw ONNXRefusal.reason("needs \(gap.node)")
    }
  }

  /// The input at `index` as known integers; nil: it is left out.
  mutating func integers(_ node: ONNXNode, _ index: Int) throws -> [Int]? {
    guard node.has(index) else { return nil }
    switch try value(node, index) {
    case .integers(let constant):
      guard let integers = constant.integers else { break }
      return integers
    case .real(let data):
      if let tensor = try tensor(data) {
        return tensor.elements.map { $0.isFinite ? Int(max(-1e18, min(1e18, $0))) : 0 }
      }
    case .missing: break
    }
    throw ONNXRefusal.reason("has a shape that depends on what is in the picture")
  }

  /// The input at `index` as known real numbers in ONNX's order; nil: it is left out.
  mutating func constant(_ node: ONNXNode, _ index: Int) throws -> Tensor? {
    guard node.has(index) else { return nil }
    guard let tensor = try tensor(real(node, index)) else {
      throw ONNXRefusal.reason("computes its input \(index + 1), which must be a constant")
    }
    return tensor
  }

  /// A constant input as a parameter.
  mutating func parameter(_ node: ONNXNode, _ index: Int) throws -> Parameter? {
    try constant(node, index).map { Parameter(tensor: $0, weight: node.inputs[index]) }
  }

  /// The only number of the input at `index`; nil: it is left out.
  mutating func scalar(_ node: ONNXNode, _ index: Int) throws -> Float? {
    guard let tensor = try constant(node, index) else { return nil }
    guard tensor.count == 1 else { throw ONNXRefusal.reason("has no single number \(index + 1)") }
    return tensor[0]
  }

  /// Axes from an attribute, or from the input that newer versions have instead; nil: all, or none.
  mutating func axes(
    _ node: ONNXNode, input: Int = 1, name: String = "axes"
  ) throws -> [Int]? {
    try node.integers(name) ?? integers(node, input)
  }

  /// An axis counted from the front.
  func axis(_ axis: Int, rank: Int) throws -> Int {
    guard axis >= -rank, axis < rank else {
      throw ONNXRefusal.reason("names axis \(axis) of \(rank)")
    }
    return axis < 0 ? axis + rank : axis
  }
}
