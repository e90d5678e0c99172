// Rules of layers: convolutions, products, norms, softmax, reductions.

extension ONNXOperators {
  static let layers: [String: Rule] = [
    "Conv": { [.real(try $0.convolution($1))] },
    "ConvTranspose": { [.real(try $0.transposedConvolution($1))] },
    "Gemm": { [.real(try $0.gemm($1))] },
    "MatMul": { [.real(try $0.product($0.real($1, 0), $0.real($1, 1)))] },
    "BatchNormalization": { [.real(try $0.batchNorm($1))] },
    "LayerNormalization": { try $0.layerNorm($1) },
    "RMSNormalization": { [.real(try $0.rmsNorm($1))] },
    "InstanceNormalization": { [.real(try $0.instanceNorm($1))] },
    "GroupNormalization": { [.real(try $0.groupNorm($1))] },
    "LRN": { [.real(try $0.responseNorm($1))] },
    "LpNormalization": { [.real(try $0.unitNorm($1))] },
    "Softmax": { lowering, node in
      [.real(try lowering.softmax(lowering.real(node, 0), node))]
    },
    "LogSoftmax": { [.real(try $0.logSoftmax($1))] },
    "ReduceSum": reduction { try $0.reduced($1, .sum, $2, keeps: $3) },
    "ReduceMean": reduction { try $0.reduced($1, .mean, $2, keeps: $3) },
    "ReduceMax": reduction { try $0.reduced($1, .maximum, $2, keeps: $3) },
    "ReduceMin": reduction { try $0.reduced($1, .minimum, $2, keeps: $3) },
    "ReduceL1": reduction {
      try $0.reduced($0.apply(.abs, to: $1), .sum, $2, keeps: $3)
    },
    "ReduceL2": reduction {
      try $0.root($0.reduced($0.apply(.square, to: $1), .sum, $2, keeps: $3))
    },
    "ReduceSumSquare": reduction {
      try $0.reduced($0.apply(.square, to: $1), .sum, $2, keeps: $3)
    },
    "ReduceLogSum": reduction {
      try $0.apply(.log, to: $0.reduced($1, .sum, $2, keeps: $3))
    },
    "ReduceLogSumExp": reduction { try $0.logSumExp($1, $2, keeps: $3) },
    "GlobalAveragePool": { lowering, node in
      let data = try lowering.real(node, 0)
      return [.real(try lowering.reduced(data, .mean, Array(2..<max(2, data.rank)), keeps: true))]
    },
    "GlobalMaxPool": { lowering, node in
      let data = try lowering.real(node, 0)
      return [
        .real(try lowering.reduced(data, .maximum, Array(2..<max(2, data.rank)), keeps: true))
      ]
    },
    "GlobalLpPool": { lowering, node in
      let data = try lowering.real(node, 0)
      let norm = try lowering.norm(node, of: data) {
        try $0.reduced($1, .sum, Array(2..<max(2, data.rank)), keeps: true)
      }
      return [.real(norm)]
    },
  ]

  private static func reduction(
    _ rule: @escaping @Sendable (inout ONNXLowering, ONNXData, [Int], Bool) throws -> ONNXData
  ) -> Rule {
    { lowering, node in
      let data = try lowering.real(node, 0)
      var axes = try lowering.axes(node) ?? []
      if axes.isEmpty {
        if node.integer("noop_with_empty_axes", 0) == 1 { return [.real(data)] }
        axes = Array(data.shape.indices)
      }
      axes = try axes.map { try lowering.axis($0, rank: data.rank) }
      return [
        .real(
          try rule(&lowering, data, Array(Set(axes)).sorted(), node.integer("keepdims", 1) != 0))
      ]
    }
  }
}

extension ONNXLowering {
  mutating func reduced(
    _ data: ONNXData, _ rule: Reduction.Rule, _ axes: [Int], keeps: Bool
  ) throws -> ONNXData {
    if axes.isEmpty { return data }
    let positions = axes.map(data.position).sorted()
    let kept: ONNXData
    if rule == .mean, positions == [1, 2], data.rank == 4, data.memory.pixels > 0 {
      kept = try emit(GlobalAveragePool(), [data], order: data.order)
    } else {
      kept = try emit(
        Reduction(rule: rule, axes: positions, keepsAxes: true), [data], order: data.order)
    }
    return try keeps ? kept : squeezed(kept, axes)
  }

  private mutating func squeezed(_ data: ONNXData, _ axes: [Int]) throws -> ONNXData {
    try reshaped(
      data, to: data.shape.indices.filter { !axes.contains($0) }.map { data.shape[$0] })
  }

  /// Exponentials are of differences to the largest value, so that none is infinite.
  mutating func logSumExp(_ data: ONNXData, _ axes: [Int], keeps: Bool) throws -> ONNXData {
    let largest = try reduced(data, .maximum, axes, keeps: true)
    let powers = try apply(.exp, to: pair(.subtract, data, largest))
    let sum = try reduced(powers, .sum, axes, keeps: true)
    let result = try pair(.add, apply(.log, to: sum), largest)
    return try keeps ? result : squeezed(result, axes)
  }

  // MARK: Products

  /// (..., rows, inner) * (..., inner, columns).
  mutating func product(_ left: ONNXData, _ right: ONNXData) throws -> ONNXData {
    guard left.rank > 0, right.rank > 0 else { throw ONNXRefusal.reason("multiplies no matrices") }
    if left.rank == 1 {
      let result = try product(reshaped(left, to: [1] + left.shape), right)
      var shape = result.shape
      shape.remove(at: shape.count - (right.rank == 1 ? 1 : 2))
      return try reshaped(result, to: shape)
    }
    if right.rank == 1 {
      let result = try product(left, reshaped(right, to: right.shape + [1]))
      return try reshaped(result, to: Array(result.shape.dropLast()))
    }
    if !left.isConstant, right.rank == 2, let weight = try tensor(right),
      left.shape.last == right.shape[0], left.count > 0, right.count > 0
    {
      return try linear(
        left, weight: Parameter(tensor: transposed(weight), weight: right.weight), bias: nil)
    }
    if let attention = try attention(left, right) { return attention }
    let rank = max(left.rank, right.rank)
    let (a, b) = (try matrices(padded(left, to: rank)), try matrices(padded(right, to: rank)))
    var op = MatrixMultiplication(
      transposedLeft: a.isTransposed, transposedRight: b.isTransposed)
    let order = Array(0..<rank)
    guard left.isConstant != right.isConstant else {
      let result = try emit(op, [a.data, b.data], order: order)
      keepFactors(of: result, left, right)
      return result
    }
    let (constant, data) = left.isConstant ? (a.data, b.data) : (b.data, a.data)
    guard case .constant(let tensor) = constant.place else { throw ONNXRefusal.reason("") }
    op.constant = ConstantOperand(shape: tensor.shape, isLeft: left.isConstant)
    return try emit(op, [data], [Parameter(tensor: tensor, weight: constant.weight)], order: order)
  }

  /// With the matrices last in memory, stored either way; said to lie in order.
  private mutating func matrices(
    _ data: ONNXData
  ) throws -> (data: ONNXData, isTransposed: Bool) {
    let rank = data.rank
    let turned = Array(0..<rank - 2) + [rank - 1, rank - 2]
    guard data.order == turned else { return (try inOrder(data), false) }
    var stored = data
    stored.shape = turned.map { data.shape[$0] }
    stored.order = Array(0..<rank)
    return (stored, true)
  }

  private func transposed(_ matrix: Tensor) -> Tensor {
    MovementKernels.permute(matrix, axes: [1, 0], workers: workers)
  }

  /// A fully connected layer over the last axis, wherever the others lie.
  mutating func linear(
    _ data: ONNXData, weight: Parameter, bias: Parameter?
  ) throws -> ONNXData {
    let last = data.rank - 1
    var order = data.order
    if order.last != last { order = order.filter { $0 != last } + [last] }
    let input = try arranged(data, order)
    let (outputs, inputs) = (weight.tensor.shape[0], weight.tensor.shape[1])
    let parameters = [weight] + (bias.map { [$0] } ?? [])
    // Over a map it is a convolution, which runs in chains.
    if data.rank == 4 {
      var filters = parameters
      filters[0] = Parameter(
        tensor: weight.tensor.reshaped([outputs, inputs, 1, 1]), weight: weight.weight)
      return try emit(
        Convolution(
          inputs: inputs, outputs: outputs, window: SlidingWindow(kernel: 1, padding: Padding(0)),
          hasBias: bias != nil), [input], filters, order: order)
    }
    return try emit(
      Linear(inputs: inputs, outputs: outputs, hasBias: bias != nil), [input], parameters,
      order: order)
  }

  mutating func gemm(_ node: ONNXNode) throws -> ONNXData {
    var left = try real(node, 0)
    var right = try real(node, 1)
    guard left.rank == 2, right.rank == 2 else {
      throw ONNXRefusal.reason("multiplies no matrices")
    }
    if node.integer("transA", 0) != 0 { left = renamed(left, [1, 0]) }
    if node.integer("transB", 0) != 0 { right = renamed(right, [1, 0]) }
    let (alpha, beta) = (node.float("alpha", 1), node.float("beta", 1))
    if !left.isConstant, alpha == 1, beta == 1, left.count > 0, right.count > 0,
      left.shape[1] == right.shape[0], var weight = try tensor(right)
    {
      weight = transposed(weight)
      let bias = try node.has(2) ? tensor(real(node, 2)) : nil
      if !node.has(2) || bias?.count == weight.shape[0] {
        return try linear(
          left, weight: Parameter(tensor: weight, weight: node.inputs[1]),
          bias: bias.map {
            Parameter(tensor: $0.reshaped([weight.shape[0]]), weight: node.inputs[2])
          })
      }
    }
    var result = try product(left, right)
    if alpha != 1 { result = try apply(.affine(scale: alpha, shift: 0), to: result) }
    guard node.has(2) else { return result }
    let shift = try apply(.affine(scale: beta, shift: 0), to: real(node, 2))
    return try pair(.add, result, shift)
  }

  /// The axes in another order, which moves nothing: axis i of the result is axis `axes[i]`.
  func renamed(_ data: ONNXData, _ axes: [Int]) -> ONNXData {
    var result = data
    result.shape = axes.map { data.shape[$0] }
    result.order = data.order.map { axis in axes.firstIndex(of: axis) ?? 0 }
    return result
  }

  // MARK: Norms

  mutating func batchNorm(_ node: ONNXNode) throws -> ONNXData {
    let data = try real(node, 0)
    guard data.rank >= 2 else { throw ONNXRefusal.reason("has an input without channels") }
    guard node.integer("training_mode", 0) == 0 else {
      // Over one picture the batch's own statistics are the instance's; weights are standardised so.
      guard data.shape[0] == 1 else { throw ONNXRefusal.reason("is meant for training") }
      return try instanceNorm(node)
    }
    let channels = data.shape[1]
    let parameters = try (1...4).map { index -> Parameter in
      guard let parameter = try parameter(node, index), parameter.tensor.shape == [channels] else {
        throw ONNXRefusal.reason("has parameters that do not fit \(channels.counted("channel"))")
      }
      return parameter
    }
    var order = data.order
    if order.last != 1 { order = ONNXData.channelsLast(data.rank) }
    return try emit(
      BatchNorm(channels: channels, epsilon: Double(node.float("epsilon", 1e-5))),
      [arranged(data, order)], parameters, order: order)
  }

  mutating func layerNorm(_ node: ONNXNode) throws -> [ONNXValue] {
    let data = try real(node, 0)
    let first = try axis(node.integer("axis", -1), rank: data.rank)
    let epsilon = node.float("epsilon", 1e-5)
    let result = try normalized(
      data, from: first, epsilon: epsilon, centred: true, weight: parameter(node, 1),
      bias: parameter(node, 2))
    guard node.outputs.count > 1 else { return [.real(result)] }
    let axes = Array(first..<data.rank)
    let mean = try reduced(data, .mean, axes, keeps: true)
    let square = try apply(.square, to: pair(.subtract, data, mean))
    let variance = try apply(
      .affine(scale: 1, shift: epsilon), to: reduced(square, .mean, axes, keeps: true))
    return [
      .real(result), .real(mean), .real(try apply(.reciprocal, to: apply(.sqrt, to: variance))),
    ]
  }

  mutating func rmsNorm(_ node: ONNXNode) throws -> ONNXData {
    let data = try real(node, 0)
    return try normalized(
      data, from: axis(node.integer("axis", -1), rank: data.rank),
      epsilon: node.float("epsilon", 1e-5), centred: false, weight: parameter(node, 1), bias: nil)
  }

  /// Standardised over all axes from `first` on.
  private mutating func normalized(
    _ data: ONNXData, from first: Int, epsilon: Float, centred: Bool, weight: Parameter?,
    bias: Parameter?
  ) throws -> ONNXData {
    let inner = Array(first..<data.rank)
    let order =
      Array(data.order.suffix(inner.count)) == inner
      ? data.order : data.order.filter { $0 < first } + inner
    let row = inner.map { data.shape[$0] }
    guard row.reduce(1, *) > 0 else { throw ONNXRefusal.reason("normalises nothing") }
    func fitted(_ parameter: Parameter?) throws -> Parameter? {
      guard let parameter else { return nil }
      if parameter.tensor.shape.extents == row { return parameter }
      guard Broadcast.shape(parameter.tensor.shape, Shape(row)) == Shape(row) else {
        throw ONNXRefusal.reason("has a scale of shape \(parameter.tensor.shape)")
      }
      return Parameter(
        tensor: FunctionKernels.pair(
          .add, Tensor(zeros: Shape(row)), parameter.tensor, workers: workers),
        weight: parameter.weight)
    }
    let op = LayerNorm(
      row: row, epsilon: epsilon, isCentred: centred, hasWeight: weight != nil,
      hasBias: bias != nil)
    return try emit(
      op, [arranged(data, order)], [fitted(weight), fitted(bias)].compactMap { $0 }, order: order)
  }

  /// Standardised in groups of channels, then scaled and shifted channel by channel.
  private mutating func normalized(
    _ data: ONNXData, groups: Int, epsilon: Float, weight: ONNXData, bias: ONNXData
  ) throws -> ONNXData {
    guard data.rank >= 2, groups > 0, data.shape[1] % groups == 0, data.count > 0 else {
      throw ONNXRefusal.reason("has \(groups.counted("group")) of \(Shape(data.shape))")
    }
    let (batch, channels) = (data.shape[0], data.shape[1])
    let rows = try reshaped(data, to: [batch, groups, data.count / max(1, batch * groups)])
    var result = try normalized(
      rows, from: 2, epsilon: epsilon, centred: true, weight: nil, bias: nil)
    result = try reshaped(result, to: data.shape)
    let own = [channels] + [Int](repeating: 1, count: data.rank - 2)
    // A scale may be given a group instead of a channel.
    func spread(_ scale: ONNXData) throws -> ONNXData {
      guard let tensor = try tensor(scale), tensor.count == channels || tensor.count == groups
      else { throw ONNXRefusal.reason("has a scale of shape \(Shape(scale.shape))") }
      let each = channels / tensor.count
      return ONNXData(
        Tensor(
          shape: Shape(own), elements: (0..<channels).map { tensor[$0 / each] }),
        weight: scale.weight)
    }
    result = try arranged(result, ONNXData.channelsLast(data.rank))
    return try pair(.add, pair(.multiply, result, spread(weight)), spread(bias))
  }

  mutating func instanceNorm(_ node: ONNXNode) throws -> ONNXData {
    let data = try real(node, 0)
    guard data.rank >= 2 else { throw ONNXRefusal.reason("has an input without channels") }
    return try normalized(
      data, groups: data.shape[1], epsilon: node.float("epsilon", 1e-5), weight: real(node, 1),
      bias: real(node, 2))
  }

  mutating func groupNorm(_ node: ONNXNode) throws -> ONNXData {
    try normalized(
      real(node, 0), groups: node.integer("num_groups", 1), epsilon: node.float("epsilon", 1e-5),
      weight: real(node, 1), bias: real(node, 2))
  }

  /// x over the power of a sum of squares of neighbouring channels (Krizhevsky et al. 2012).
  mutating func responseNorm(_ node: ONNXNode) throws -> ONNXData {
    let data = try real(node, 0)
    let size = node.integer("size", 1)
    guard data.rank >= 2, size > 0 else { throw ONNXRefusal.reason("has no channels") }
    let channels = data.shape[1]
    let (before, after) = ((size - 1) / 2, size / 2)
    let weights = AxisWeights(
      inputs: channels,
      rows: (0..<channels).map { channel in
        let first = max(0, channel - before)
        let end = min(channels, channel + after + 1)
        return AxisWeights.Row(first: first, weights: [Float](repeating: 1, count: end - first))
      })
    let square = try apply(.square, to: data)
    let sum = try emit(
      Resampling(steps: [Resampling.Step(axis: data.position(of: 1), weights: weights)]), [square],
      order: data.order)
    let base = try apply(
      .affine(
        scale: node.float("alpha", 1e-4) / Float(size), shift: node.float("bias", 1)), to: sum)
    return try pair(.multiply, data, apply(.power(-node.float("beta", 0.75)), to: base))
  }

  // MARK: Softmax

  mutating func softmax(_ data: ONNXData, _ node: ONNXNode) throws -> ONNXData {
    if model.operatorSet < 13 {
      let first = try axis(node.integer("axis", 1), rank: data.rank)
      let inner = data.shape[first...].reduce(1, *)
      if first < data.rank - 1, inner != data.shape[first] {
        // Older versions take all axes behind the one that is named together.
        let rows = try reshaped(data, to: [data.count / max(1, inner), inner])
        return try reshaped(softmax(rows, along: 1), to: data.shape)
      }
      return try softmax(data, along: first)
    }
    return try softmax(data, along: axis(node.integer("axis", -1), rank: data.rank))
  }

  mutating func softmax(_ data: ONNXData, along axis: Int) throws -> ONNXData {
    let order = data.order.last == axis ? data.order : data.order.filter { $0 != axis } + [axis]
    return try emit(Softmax(), [arranged(data, order)], order: order)
  }

  mutating func logSoftmax(_ node: ONNXNode) throws -> ONNXData {
    let data = try real(node, 0)
    let axis = try axis(
      node.integer("axis", model.operatorSet < 13 ? 1 : -1), rank: data.rank)
    let largest = try reduced(data, .maximum, [axis], keeps: true)
    let shifted = try pair(.subtract, data, largest)
    let sum = try reduced(apply(.exp, to: shifted), .sum, [axis], keeps: true)
    return try pair(.subtract, shifted, apply(.log, to: sum))
  }
}
