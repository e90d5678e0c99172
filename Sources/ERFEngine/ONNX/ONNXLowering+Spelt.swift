/// Functions and norms that exporters spell out in single operators, taken for what they are.
extension ONNXLowering {
  // MARK: Products

  /// The function that a product of two computed values is, and what it is a function of: SiLU, hard
  /// swish, mish, GELU. nil: it is just a product.
  ///
  /// - Parameter times: what the product is multiplied by.
  func recognisedProduct(
    _ left: ONNXData, _ right: ONNXData, times: Float = 1
  ) -> (op: any Operator, input: ONNXData)? {
    guard left.order == right.order, left.shape == right.shape,
      case .value(let one) = left.place, case .value(let other) = right.place,
      let known = recognisedProduct(one, other, times: times)
    else { return nil }
    var input = left
    input.place = .value(known.source)
    return (known.op, input)
  }

  /// The same of a product that was taken for one before it was scaled.
  func recognisedProduct(
    _ data: ONNXData, times: Float
  ) -> (op: any Operator, input: ONNXData)? {
    guard let product = maker(of: data), let op = product.op as? Arithmetic,
      op.function == .multiply, op.constant == nil,
      shapes[product.inputs[0]] == shapes[product.inputs[1]],
      let known = recognisedProduct(product.inputs[0], product.inputs[1], times: times)
    else { return nil }
    var input = data
    input.place = .value(known.source)
    return (known.op, input)
  }

  private func recognisedProduct(
    _ one: Int, _ other: Int, times: Float
  ) -> (op: any Operator, source: Int)? {
    for (value, factor) in [(one, other), (other, one)] {
      let gate = scaled(factor)
      guard let node = maker(gate.source) else { continue }
      for x in multiples(value) {
        let whole = x.scale * gate.scale * times
        if let op = gated(x.source, node, gate, whole) { return (op, x.source) }
      }
    }
    return nil
  }

  /// The function of x that whole * x * (node + shift) is, where the shift is that of `gate`.
  private func gated(_ x: Int, _ node: Node, _ gate: Scaled, _ whole: Float) -> (any Operator)? {
    let inner = node.inputs[0]
    let isOnlyScaled = near(gate.shift, 0)
    if let rectifier = node.op as? Rectifier, rectifier.stopsAtSix {
      guard isOnlyScaled, near(whole, 1.0 / 6), let sum = relation(inner, to: x),
        near(sum.scale, 1), near(sum.shift, 3)
      else { return nil }
      return Elementwise(function: .hardSwish)
    }
    guard let function = (node.op as? Elementwise)?.function else { return nil }
    switch function {
    case .sigmoid where inner == x && isOnlyScaled && near(whole, 1):
      return Elementwise(function: .silu)
    case .hardSigmoid(let slope, let offset)
    where inner == x && isOnlyScaled && near(whole, 1) && near(slope, 1.0 / 6)
      && near(offset, 0.5):
      return Elementwise(function: .hardSwish)
    case .tanh where isOnlyScaled && near(whole, 1):
      guard let softplus = maker(inner), softplus.inputs == [x],
        (softplus.op as? Elementwise)?.function == .softplus
      else { return nil }
      return Elementwise(function: .mish)
    case .tanh where near(gate.scale, gate.shift) && near(whole, 0.5) && isCubic(inner, of: x):
      return Elementwise(function: .geluTanh)
    case .erf where near(gate.scale, gate.shift) && near(whole, 0.5):
      guard let root = relation(inner, to: x), near(root.scale, 0.70710678), near(root.shift, 0)
      else { return nil }
      return GELU()
    default: return nil
    }
  }

  /// Whether a value is sqrt(2 / pi) * (x + 0.044715 * x^3).
  private func isCubic(_ value: Int, of x: Int) -> Bool {
    let outer = scaled(value)
    guard near(outer.shift, 0), let node = maker(outer.source), node.inputs.count == 2 else {
      return false
    }
    func isWhole(_ linear: Float, _ cubic: Float) -> Bool {
      near(outer.scale * linear, 0.79788456) && near(outer.scale * cubic, 0.79788456 * 0.044715)
    }
    let function = node.op is Add ? .add : (node.op as? Arithmetic)?.function
    return [(0, 1), (1, 0)].contains { one, other in
      guard let power = monomial(node.inputs[one], of: x), power.degree == 1 else { return false }
      switch function {
      case .add:
        guard let cube = monomial(node.inputs[other], of: x), cube.degree == 3 else { return false }
        return isWhole(power.scale, cube.scale)
      case .multiply:
        // x * (1 + 0.044715 * x * x)
        let rest = scaled(node.inputs[other])
        guard let square = monomial(rest.source, of: x), square.degree == 2 else { return false }
        return isWhole(power.scale * rest.shift, power.scale * rest.scale * square.scale)
      default: return false
      }
    }
  }

  /// A value as a number times a power of x; nil: it is none.
  private func monomial(
    _ value: Int, of x: Int, depth: Int = 0
  ) -> (scale: Float, degree: Int)? {
    if value == x { return (1, 1) }
    guard depth < 6, let node = maker(value) else { return nil }
    func part(_ index: Int) -> (scale: Float, degree: Int)? {
      monomial(node.inputs[index], of: x, depth: depth + 1)
    }
    if let op = node.op as? Arithmetic, op.function == .multiply, op.constant == nil {
      guard let one = part(0), let other = part(1) else { return nil }
      return (one.scale * other.scale, one.degree + other.degree)
    }
    guard let function = (node.op as? Elementwise)?.function, let base = part(0) else { return nil }
    switch function {
    case .affine(let scale, 0): return (scale * base.scale, base.degree)
    case .square: return (base.scale * base.scale, 2 * base.degree)
    case .power(3): return (base.scale * base.scale * base.scale, 3 * base.degree)
    default: return nil
    }
  }

  // MARK: Norms

  /// The norm that a quotient, or a product with a reciprocal, is: (x - mean) / sqrt(variance + epsilon)
  /// or x / sqrt(mean of squares + epsilon), over the last axes in memory. nil: it is none.
  func recognisedNorm(
    _ function: PairFunction, _ left: ONNXData, _ right: ONNXData
  ) -> (op: any Operator, input: ONNXData)? {
    switch function {
    case .divide: norm(of: left, over: right, isReciprocal: false)
    case .multiply:
      norm(of: left, over: right, isReciprocal: true)
        ?? norm(of: right, over: left, isReciprocal: true)
    default: nil
    }
  }

  private func norm(
    of data: ONNXData, over factor: ONNXData, isReciprocal: Bool
  ) -> (op: any Operator, input: ONNXData)? {
    guard data.rank == factor.rank, factor.count < data.count,
      case .value(let value) = data.place, case .value(let divisor) = factor.place,
      let radicand = radicand(divisor, isReciprocal)
    else { return nil }
    let variance = scaled(radicand)
    guard near(variance.scale, 1), variance.shift >= 0,
      let mean = maker(unpacked(variance.source)), let axes = meanAxes(mean),
      let base = squareRoot(mean.inputs[0])
    else { return nil }
    let memory = shapes[value]
    let count = axes.count
    let reduced = Array(data.order.suffix(count))
    guard count > 0, axes == Array(memory.rank - count..<memory.rank),
      shapes[base] == memory,
      factor.shape.indices.allSatisfy({
        factor.shape[$0] == (reduced.contains($0) ? 1 : data.shape[$0])
      })
    else { return nil }
    let source: Int
    let isCentred: Bool
    if let centred = centred(value, axes), centred == self.centred(base, axes) {
      (source, isCentred) = (centred, true)
    } else if base == value {
      (source, isCentred) = (value, false)
    } else {
      return nil
    }
    var input = data
    input.place = .value(source)
    return (
      LayerNorm(
        row: Array(memory.extents.suffix(count)), epsilon: variance.shift, isCentred: isCentred,
        hasWeight: false, hasBias: false), input
    )
  }

  /// v, where a value is sqrt(v) or its reciprocal.
  private func radicand(_ value: Int, _ isReciprocal: Bool) -> Int? {
    guard let node = maker(unpacked(value)), let function = (node.op as? Elementwise)?.function
    else { return nil }
    switch (function, isReciprocal) {
    case (.sqrt, false), (.power(-0.5), true): return unbounded(node.inputs[0])
    case (.reciprocal, true): return radicand(node.inputs[0], false)
    default: return nil
    }
  }

  /// A sum of squares without the bound that stands before its root.
  private func unbounded(_ value: Int) -> Int {
    guard let node = maker(value), (node.op as? Elementwise)?.function == Self.boundOfSquares else {
      return value
    }
    return node.inputs[0]
  }

  /// Whether a value is a sum or mean of squares, or a multiple of one.
  func isSumOfSquares(_ data: ONNXData) -> Bool {
    guard case .value(let value) = data.place else { return false }
    let multiple = scaled(value)
    guard multiple.shift == 0, let sum = maker(unpacked(multiple.source)) else { return false }
    let rule = (sum.op as? Reduction)?.rule
    return (rule == .sum || rule == .mean || sum.op is GlobalAveragePool)
      && squareRoot(sum.inputs[0]) != nil
  }

  /// x, where a value is its square.
  private func squareRoot(_ value: Int) -> Int? {
    guard let node = maker(value) else { return nil }
    if (node.op as? Elementwise)?.function == .square { return node.inputs[0] }
    guard let op = node.op as? Arithmetic, op.function == .multiply, op.constant == nil,
      node.inputs[0] == node.inputs[1]
    else { return nil }
    return node.inputs[0]
  }

  /// x, where a value is x less its mean over `axes`.
  private func centred(_ value: Int, _ axes: [Int]) -> Int? {
    guard let node = maker(value), let op = node.op as? Arithmetic, op.function == .subtract,
      op.constant == nil, let mean = maker(unpacked(node.inputs[1])), meanAxes(mean) == axes,
      mean.inputs == [node.inputs[0]], shapes[node.inputs[1]].rank == shapes[node.inputs[0]].rank
    else { return nil }
    return node.inputs[0]
  }

  /// The axes in memory that a node takes the mean over; nil: it takes none.
  private func meanAxes(_ node: Node) -> [Int]? {
    guard let op = node.op as? Reduction, op.rule == .mean else { return nil }
    return op.axes
  }

  /// The value whose elements these are under another shape.
  private func unpacked(_ value: Int) -> Int {
    var value = value
    while let node = maker(value), node.op is Reshape { value = node.inputs[0] }
    return value
  }

  /// A norm without its own scale, or shift, takes in the one behind it; nil: there is no such norm.
  func absorbed(
    _ function: PairFunction, _ data: ONNXData, _ constant: Parameter
  ) -> (op: any Operator, input: ONNXData, parameters: [Parameter])? {
    guard let node = maker(of: data), var op = node.op as? LayerNorm,
      op.row == constant.tensor.shape.extents, !op.hasBias
    else { return nil }
    switch function {
    case .multiply where !op.hasWeight: op.hasWeight = true
    case .add: op.hasBias = true
    default: return nil
    }
    var input = data
    input.place = .value(node.inputs[0])
    return (op, input, node.parameters + [constant])
  }

  // MARK: Scaled values

  /// A value as scale * source + shift.
  private struct Scaled {
    var source: Int
    var scale: Float = 1
    var shift: Float = 0
  }

  /// A value by the first one on the way back that is not just another scaled and shifted.
  private func scaled(_ value: Int) -> Scaled {
    var result = Scaled(source: value)
    while let next = unscaled(result) { result = next }
    return result
  }

  /// A value by all those that it is a multiple of, itself first.
  private func multiples(_ value: Int) -> [Scaled] {
    var result = [Scaled(source: value)]
    while let next = unscaled(result[result.count - 1]), next.shift == 0 { result.append(next) }
    return result
  }

  /// scale and shift with which `value` is made of `source`; nil: it is not.
  private func relation(_ value: Int, to source: Int) -> Scaled? {
    var result = Scaled(source: value)
    while result.source != source {
      guard let next = unscaled(result) else { return nil }
      result = next
    }
    return result
  }

  private func unscaled(_ value: Scaled) -> Scaled? {
    guard let node = maker(value.source),
      case .affine(let scale, let shift)? = (node.op as? Elementwise)?.function
    else { return nil }
    return Scaled(
      source: node.inputs[0], scale: value.scale * scale,
      shift: value.scale * shift + value.shift)
  }

  private func near(_ value: Float, _ other: Float) -> Bool { abs(value - other) < 1e-5 }
}
