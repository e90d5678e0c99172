// The forward walk over a program; the walk back is in Activations.swift.

/// NaN or Inf, with the layer where it first appeared.
struct NonFiniteError: ExplainedError {
  enum Phase: Sendable { case input, forward, backward }

  let layer: String
  let phase: Phase
  /// The name of the input, where there may be several.
  var input: String?

  var explanation: String {
    let what =
      switch phase {
      case .input: "the input holds NaN or Inf"
      case .forward: "NaN or Inf first appears in the output of layer \(layer)"
      case .backward: "NaN or Inf first appears in the gradient through layer \(layer)"
      }
    return (input.map { "\($0): " } ?? "") + what
  }
}

extension Program {
  /// Called after each layer with the share of the walk's multiply-adds that is done.
  typealias LayerReport = (_ layer: Blueprint.Node, _ fraction: Double) -> Void

  /// Called with a value as soon as it is computed, before later layers may overwrite it.
  typealias ValueVisitor = (_ value: Int, _ output: Tensor) -> Void

  /// Computes `region` of `value` (nil: all of it) from `input` (N, H, W, C), and of earlier values
  /// only what that sees, keeping for the gradients what `keep` asks for.
  ///
  /// `cuts` are values to keep for later passes to begin at, `start` is such a value of an earlier
  /// pass over the same input, through equal layers: what that has need not be computed again.
  /// `visit` sees the values `visited`, all of each, and at least the `parts` of others, on the way.
  ///
  /// - Throws: `LayerError` where the input does not fit, `CancellationError`, and, where
  ///   `checksEveryLayer`, `NonFiniteError`.
  func forward(
    _ input: Tensor, to value: Int, region: Region? = nil, keep: Keep = .inputGradient,
    cuts: [Int] = [], from start: (earlier: Activations, cut: Int)? = nil, workers: Workers,
    checksEveryLayer: Bool = false, report: LayerReport = { _, _ in },
    visiting visited: Set<Int> = [], parts: [Int: Region] = [:],
    visit: ValueVisitor = { _, _ in }
  ) throws -> Activations {
    let shapes = try blueprint.upTo(value).shapes(input: input.shape)
    var plan = RegionPlan(
      blueprint, value: value, region: region, shapes: shapes, whole: visited, parts: parts)
    if let (earlier, cut) = start { plan = plan.resuming(after: earlier.plan, at: cut) }
    let order = plan.order.filter { $0 >= start?.cut ?? 0 }
    let progress = plan.progress(order)
    prepare(plan, order, for: .forward, workers: workers)
    try workers.cancellation.check()
    var remaining = [Int](repeating: 0, count: value + 1)
    for index in order {
      for input in nodes[index].inputs { remaining[input] += 1 }
    }
    for needed in cuts + [value] { remaining[needed] += 1 }
    var values = [Tensor?](repeating: nil, count: value + 1)
    var kept = [Kept](repeating: .nothing, count: value)
    if let (earlier, cut) = start {
      kept.replaceSubrange(0..<cut, with: earlier.kept[0..<cut])
      for (value, tensor) in earlier.cuts where value <= cut { values[value] = tensor }
    } else if let region = plan.regions[0] {
      values[0] = input.cropped(to: region, workers: workers)
    }
    for index in order {
      let node = nodes[index]
      var inputs: [Tensor] = []
      for source in node.inputs {
        remaining[source] -= 1
        guard let tensor = values[source] else { preconditionFailure("nodes are in order") }
        // Handed over where nothing else will read it, so that the operator may work in place.
        if remaining[source] == 0 { values[source] = nil }
        let region = plan.inputRegion(of: index, source)
        inputs.append(
          tensor.cropped(to: region.relative(to: plan.region(of: source)), workers: workers))
      }
      let (output, state) = plan.op(index).forward(
        consume inputs, parameters: parameters[index], keep: keep, workers: workers)
      try workers.cancellation.check()
      if checksEveryLayer && !ElementKernels.isFinite(output) {
        throw NonFiniteError(layer: node.scope, phase: .forward)
      }
      let made = Blueprint.value(of: index)
      if visited.contains(made) || parts[made] != nil { visit(made, output) }
      values[made] = output
      kept[index] = state
      report(node, progress[index] ?? 1)
    }
    guard let output = values[value] else { preconditionFailure("the target is its own ancestor") }
    return Activations(
      program: self, plan: plan, output: output, kept: kept,
      cuts: Dictionary(
        uniqueKeysWithValues: cuts.compactMap { cut in values[cut].map { (cut, $0) } }))
  }

  /// Lets the operators of `order` lay out their parameters, several at a time.
  func prepare(_ plan: RegionPlan, _ order: [Int], for direction: Direction, workers: Workers) {
    workers.forEach(order.count) { position in
      let index = order[position]
      plan.op(index).prepare(
        for: direction, parameters: parameters[index], inputs: plan.inputShapes(of: index))
    }
  }
}
