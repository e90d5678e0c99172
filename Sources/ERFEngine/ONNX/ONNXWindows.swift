// Rules of sliding windows and of resizing.

extension ONNXOperators {
  static let windows: [String: Rule] = [
    // The places of the largest values, a second output, are lost to those who ask for them.
    "MaxPool": { [.real(try $0.pool($1, .maximum))] },
    "AveragePool": { [.real(try $0.pool($1, .mean))] },
    "LpPool": { [.real(try $0.normPool($1))] },
    "Resize": { [.real(try $0.resize($1))] },
    "Upsample": { [.real(try $0.resize($1))] },
  ]
}

extension ONNXLowering {
  /// A map (N, H, W, C) of what ONNX counts as (N, C, H, W) or (N, C, L).
  mutating func map(_ data: ONNXData) throws -> ONNXData {
    switch data.rank {
    case 4: return try arranged(data, ONNXData.channelsLast(4))
    case 3:
      let wide = try reshaped(data, to: [data.shape[0], data.shape[1], 1, data.shape[2]])
      return try arranged(wide, ONNXData.channelsLast(4))
    default:
      throw ONNXRefusal.reason(
        "has \((data.rank - 2).counted("axis", "axes")) of pixels: 1 or 2 are known")
    }
  }

  /// Every so many rows and columns, where the operators have one step for both.
  private mutating func thinned(_ data: ONNXData, _ strides: [Int]) throws -> ONNXData {
    var choices: [Int: [Int32]] = [:]
    for (axis, step) in zip([2, 3], strides) where step > 1 {
      choices[axis] = stride(from: 0, to: data.shape[axis], by: step).map { Int32($0) }
    }
    return try selected(data, choices, summary: "subsample")
  }

  mutating func convolution(_ node: ONNXNode) throws -> ONNXData {
    let data = try real(node, 0)
    guard var weight = try parameter(node, 1), weight.tensor.shape.rank == data.rank,
      data.rank >= 3, data.count > 0, weight.tensor.count > 0
    else { throw ONNXRefusal.reason("has weights that do not fit its input") }
    let bias = try parameter(node, 2)
    let groups = node.integer("group", 1)
    var filters = weight.tensor.shape.extents
    var window = try ONNXWindow(
      node, kernel: Array(filters[2...]), sizes: Array(data.shape[2...]))
    var input = try map(data)
    if data.rank == 3 {
      window = window.withRow
      filters.insert(1, at: 2)
      weight.tensor = weight.tensor.reshaped(Shape(filters))
    }
    let channels = input.shape[1]
    guard groups > 0, filters[1] * groups == channels, filters[0] % groups == 0,
      bias.map({ $0.tensor.shape == [filters[0]] }) ?? true
    else { throw ONNXRefusal.reason("has weights that do not fit \(channels.counted("channel"))") }
    if Set(window.dilations).count > 1 {
      weight.tensor = spread(weight.tensor, by: window.dilations)
      window.kernel = Array(weight.tensor.shape.extents[2...])
      window.dilations = [1, 1]
    }
    let strides = window.strides
    if !window.isEven { window.strides = [1, 1] }
    if window.reachesBeyondPadding { input = try widened(input, &window) }
    let parameters = [weight] + (bias.map { [$0] } ?? [])
    let op: any Operator =
      groups == channels && filters[0] == channels && groups > 1
      ? DepthwiseConvolution(
        channels: channels, window: window.sliding, hasBias: bias != nil)
      : Convolution(
        inputs: channels, outputs: filters[0], window: window.sliding, groups: groups,
        hasBias: bias != nil)
    var result = try emit(op, [input], parameters, order: input.order)
    if !window.isEven || strides != window.strides { result = try thinned(result, strides) }
    return data.rank == 3
      ? try reshaped(result, to: [result.shape[0], result.shape[1], result.shape[3]]) : result
  }

  /// With zeros around, in place of padding that is wider than the window.
  private mutating func widened(
    _ data: ONNXData, _ window: inout ONNXWindow
  ) throws -> ONNXData {
    var choices: [Int: [Int32]] = [:]
    for axis in 0..<2 {
      let extent = data.shape[axis + 2]
      choices[axis + 2] = (-window.before[axis]..<extent + window.after[axis]).map {
        (0..<extent).contains($0) ? Int32($0) : -1
      }
    }
    window.before = [0, 0]
    window.after = [0, 0]
    return try selected(data, choices, summary: "pad")
  }

  /// The same filters with zeros between their taps.
  private func spread(_ weight: Tensor, by dilations: [Int]) -> Tensor {
    let choices = zip(weight.shape.extents[2...], dilations).map { extent, step -> [Int32]? in
      let length = (extent - 1) * step + 1
      return (0..<length).map { (tap: Int) -> Int32 in tap % step == 0 ? Int32(tap / step) : -1 }
    }
    return MovementKernels.select(weight, [nil, nil] + choices, fill: 0, workers: workers)
  }

  mutating func transposedConvolution(_ node: ONNXNode) throws -> ONNXData {
    let data = try real(node, 0)
    guard var weight = try parameter(node, 1), weight.tensor.shape.rank == data.rank,
      data.rank >= 3, data.count > 0, weight.tensor.count > 0
    else { throw ONNXRefusal.reason("has weights that do not fit its input") }
    let bias = try parameter(node, 2)
    let groups = node.integer("group", 1)
    var filters = weight.tensor.shape.extents
    let rank = data.rank - 2
    let sizes = Array(data.shape[2...])
    // Its padding follows from the output's size, not from the input's.
    var plain = node
    plain.attributes["auto_pad"] = nil
    var window = try ONNXWindow(plain, kernel: Array(filters[2...]), sizes: sizes)
    var extra = node.integers("output_padding") ?? [Int](repeating: 0, count: rank)
    guard extra.count == rank, extra.allSatisfy({ (0..<1 << 16).contains($0) }) else {
      throw ONNXRefusal.reason("has an output padding that does not fit")
    }
    try window.pad(toMake: node, of: sizes, extra: &extra)
    var input = try map(data)
    if data.rank == 3 {
      window = window.withRow
      filters.insert(1, at: 2)
      weight.tensor = weight.tensor.reshaped(Shape(filters))
      extra.insert(0, at: 0)
    }
    let channels = input.shape[1]
    guard groups > 0, filters[0] == channels, channels % groups == 0,
      bias.map({ $0.tensor.shape == [filters[1] * groups] }) ?? true
    else { throw ONNXRefusal.reason("has weights that do not fit \(channels.counted("channel"))") }
    if Set(window.dilations).count > 1 {
      weight.tensor = spread(weight.tensor, by: window.dilations)
      window.kernel = Array(weight.tensor.shape.extents[2...])
      window.dilations = [1, 1]
    }
    if data.rank == 3 { window.strides[0] = window.strides[1] }
    if !window.isEven {
      input = try spread(input, by: window.strides, extra: &extra)
      window.strides = [1, 1]
    }
    guard !window.reachesBeyondPadding else {
      throw ONNXRefusal.reason("cuts off more than its window")
    }
    let op = TransposedConvolution(
      inputs: channels, outputs: filters[1] * groups, groups: groups, hasBias: bias != nil,
      convolution: window.sliding, outputPadding: (extra[0], extra[1]))
    let result = try emit(
      op, [input], [weight] + (bias.map { [$0] } ?? []), order: input.order)
    return data.rank == 3
      ? try reshaped(result, to: [result.shape[0], result.shape[1], result.shape[3]]) : result
  }

  /// `map` with zeros between its pixels, which do what the steps of a transposed window would; more of
  /// them behind stand for the padding of the output.
  private mutating func spread(
    _ map: ONNXData, by strides: [Int], extra: inout [Int]
  ) throws -> ONNXData {
    var choices: [Int: [Int32]] = [:]
    for (axis, step) in zip([2, 3], strides) where step > 1 {
      let reach = (map.shape[axis] - 1) * step + 1
      choices[axis] = (0..<reach + extra[axis - 2]).map {
        $0 % step == 0 && $0 < reach ? Int32($0 / step) : -1
      }
      extra[axis - 2] = 0
    }
    return try selected(map, choices, summary: "spread")
  }

  mutating func pool(_ node: ONNXNode, _ rule: WindowPool.Rule) throws -> ONNXData {
    let data = try real(node, 0)
    guard data.rank >= 3, data.count > 0 else { throw ONNXRefusal.reason("has no pixels") }
    let sizes = Array(data.shape[2...])
    var window = try ONNXWindow(
      node, kernel: node.integers("kernel_shape") ?? [], sizes: sizes)
    let roundsUp = node.integer("ceil_mode", 0) != 0
    let counts = node.integer("count_include_pad", 0) != 0
    let hasPadding = (window.before + window.after).contains { $0 > 0 }
    if rule == .mean, data.rank > 4 {
      return try summed(data, window, roundsUp: roundsUp) { inside, padded in
        1 / Float(counts ? padded : inside)
      }
    }
    let input = try map(data)
    if data.rank == 3 { window = window.withRow }
    var result: ONNXData
    let square = Set(window.kernel).count == 1 && window.isEven && window.dilations == [1, 1]
    let symmetric =
      window.before == window.after && Set(window.before).count == 1
      && window.before[0] * 2 <= window.kernel[0] && window.kernel[0] <= 16
    if square, symmetric, !roundsUp, rule == .maximum || counts || !hasPadding {
      result = try emit(
        Pool(
          rule == .maximum ? .maximum : .mean, kernel: window.kernel[0],
          stride: window.strides[0], padding: window.before[0]), [input], order: input.order)
    } else {
      result = try emit(
        WindowPool(
          rule: rule, kernel: window.kernel, strides: window.strides,
          dilations: window.dilations, before: window.before, after: window.after,
          roundsUp: roundsUp, countsPadding: counts), [input], order: input.order)
    }
    if data.rank == 3 {
      result = try reshaped(result, to: [result.shape[0], result.shape[1], result.shape[3]])
    }
    return result
  }

  /// Of all windows along an axis.
  private static let mostTaps = 1 << 24

  /// Sums over windows of any number of axes, one axis after the other; exporters spell norms over neighbouring
  /// channels so.
  ///
  /// - Parameter weight: of each tap of a window, along one axis, of which so many lie in the input, and so many in
  ///   that with its padding.
  mutating func summed(
    _ data: ONNXData, _ window: ONNXWindow, roundsUp: Bool,
    weight: (_ inside: Int, _ padded: Int) -> Float
  ) throws -> ONNXData {
    guard !window.reachesBeyondPadding else {
      throw ONNXRefusal.reason("has windows in its padding alone")
    }
    var steps: [Resampling.Step] = []
    for axis in window.kernel.indices {
      let (size, stride) = (data.shape[axis + 2], window.strides[axis])
      let (before, after) = (window.before[axis], window.after[axis])
      let room = before + size + after - (window.kernel[axis] - 1) * window.dilations[axis] - 1
      guard room >= 0 else { throw ONNXRefusal.reason("has a window larger than its input") }
      var outputs = (roundsUp ? room + stride - 1 : room) / stride + 1
      // A window that begins behind the input is none.
      if roundsUp, (outputs - 1) * stride >= size + before { outputs -= 1 }
      guard outputs <= Self.mostTaps / window.kernel[axis] else {
        throw ONNXRefusal.reason("has windows of more pixels than can be held")
      }
      let rows = (0..<outputs).map { output -> AxisWeights.Row in
        let taps = (0..<window.kernel[axis]).map {
          output * stride - before + $0 * window.dilations[axis]
        }
        let inside = taps.filter { (0..<size).contains($0) }
        guard let first = inside.first, let last = inside.last else {
          return AxisWeights.Row(first: 0, weights: [])
        }
        var weights = [Float](repeating: 0, count: last - first + 1)
        let own = weight(inside.count, taps.count { $0 < size + after })
        for tap in inside { weights[tap - first] = own }
        return AxisWeights.Row(first: first, weights: weights)
      }
      let weights = AxisWeights(inputs: size, rows: rows)
      guard size != outputs || rows.contains(where: { $0.weights != [1] }) else { continue }
      steps.append(Resampling.Step(axis: data.position(of: axis + 2), weights: weights))
    }
    return steps.isEmpty ? data : try emit(Resampling(steps: steps), [data], order: data.order)
  }

  // MARK: Resizing

  mutating func resize(_ node: ONNXNode) throws -> ONNXData {
    let data = try real(node, 0)
    let isOld = node.operation == "Upsample" || model.operatorSet < 11
    let axes =
      try node.integers("axes")?.map { try axis($0, rank: data.rank) }
      ?? Array(data.shape.indices)
    let (sizes, scales) = try newSizes(node, of: data, axes: axes, isOld: isOld)
    let regions = try node.has(1) && !isOld ? constant(node, 1)?.elements ?? [] : []
    guard regions.allSatisfy({ abs($0) < 1e6 }) else {
      throw ONNXRefusal.reason("looks too far outside of its input")
    }
    let rule = ResizeRule(node, isOld: isOld)
    let changes = axes.enumerated().map { index, axis in
      ResizedAxis(
        axis: axis, from: data.shape[axis], to: sizes[index], scale: scales[index],
        region: regions.count == 2 * axes.count
          ? (regions[index], regions[axes.count + index]) : (0, 1))
    }
    var steps: [Resampling.Step] = []
    for change in changes {
      if change.to == change.from, change.scale == 1, rule.coordinates != .crop { continue }
      try ONNXShapes.requireModest(change.to, times: 1)
      let weights = rule.weights(
        from: change.from, to: change.to, scale: change.scale, region: change.region)
      steps.append(Resampling.Step(axis: data.position(of: change.axis), weights: weights))
    }
    if steps.isEmpty { return data }
    let result = try emit(Resampling(steps: steps), [data], order: data.order)
    guard rule.coordinates == .crop else { return result }
    return try filled(
      result, changes, rule, with: node.float("extrapolation_value", 0), rank: data.rank)
  }

  /// One axis of a map that is resized.
  private struct ResizedAxis {
    let axis: Int
    let from: Int
    let to: Int
    let scale: Float
    /// The part of the input that is looked at, as shares of its extent.
    let region: (Float, Float)
  }

  /// New extents of `axes`, and the scales that lead there.
  private mutating func newSizes(
    _ node: ONNXNode, of data: ONNXData, axes: [Int], isOld: Bool
  ) throws -> (sizes: [Int], scales: [Float]) {
    let scales = try node.floats("scales") ?? constant(node, isOld ? 1 : 2)?.elements ?? []
    let sizes = isOld ? [] : try integers(node, 3) ?? []
    let allowed: ClosedRange<Float> = 1e-6...1_000_000
    guard max(scales.count, sizes.count) == axes.count,
      scales.allSatisfy({ allowed.contains($0) }),
      sizes.allSatisfy({ allowed.contains(Float($0)) })
    else { throw ONNXRefusal.reason("does not give the new size") }
    if sizes.isEmpty {
      return (zip(scales, axes).map { Int(($0 * Float(data.shape[$1])).rounded(.down)) }, scales)
    }
    let ratios = zip(sizes, axes).map { Float($0) / Float(data.shape[$1]) }
    if ratios.contains(where: { $0 != 1 }) { bindSize() }
    let policy = node.text("keep_aspect_ratio_policy") ?? "stretch"
    guard policy != "stretch" else { return (sizes, ratios) }
    let ratio = (policy == "not_larger" ? ratios.min() : ratios.max()) ?? 1
    return (axes.map { Int((ratio * Float(data.shape[$0])).rounded()) }, axes.map { _ in ratio })
  }

  /// `result` with `fill` where the points asked for lie outside of the picture.
  private mutating func filled(
    _ result: ONNXData, _ changes: [ResizedAxis], _ rule: ResizeRule, with fill: Float, rank: Int
  ) throws -> ONNXData {
    var inside = Tensor(shape: [], elements: [1])
    for change in changes {
      var own = [Int](repeating: 1, count: rank)
      own[change.axis] = change.to
      let mask = (0..<change.to).map { place -> Float in
        let x = rule.coordinate(
          Float(place), from: change.from, to: change.to, scale: change.scale,
          region: change.region)
        return x >= 0 && x <= Float(change.from - 1) ? 1 : 0
      }
      inside = FunctionKernels.pair(
        .multiply, inside, Tensor(shape: Shape(own), elements: mask), workers: workers)
    }
    let outside = Tensor(
      shape: inside.shape, elements: inside.elements.map { $0 == 0 ? fill : 0 })
    return try pair(
      .add, pair(.multiply, result, ONNXData(inside)), ONNXData(outside))
  }
}

extension ONNXWindow {
  /// Chooses the padding of a transposed convolution of an input of `sizes`, and how much its output is
  /// longer behind, so that the output is as large as the node asks for; nothing where it does not.
  fileprivate mutating func pad(
    toMake node: ONNXNode, of sizes: [Int], extra: inout [Int]
  ) throws {
    let way = node.text("auto_pad") ?? "NOTSET"
    for axis in sizes.indices {
      let reach =
        (sizes[axis] - 1) * strides[axis] + (kernel[axis] - 1) * dilations[axis] + 1 + extra[axis]
      var wanted: Int?
      if let shape = node.integers("output_shape"), shape.count >= sizes.count {
        wanted = shape[shape.count - sizes.count + axis]
      } else if way.hasPrefix("SAME") {
        wanted = sizes[axis] * strides[axis]
      }
      guard let wanted else { continue }
      guard wanted > 0, wanted <= reach + strides[axis] else {
        throw ONNXRefusal.reason("cannot make \(wanted) of \(sizes[axis])")
      }
      let total = max(0, reach - wanted)
      before[axis] = way == "SAME_UPPER" ? total / 2 : total - total / 2
      after[axis] = total - before[axis]
      extra[axis] += max(0, wanted - reach)
    }
  }
}
