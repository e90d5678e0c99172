/// What a forward pass leaves behind: the tapped output, and what the gradient needs.
struct Activations: Sendable {
  /// What computed it.
  let program: Program
  /// What was computed.
  let plan: RegionPlan
  /// The tapped value, as much of it as was asked for.
  let output: Tensor
  /// By node.
  private(set) var kept: [Kept]
  /// Values that a later pass can begin at, as much of them as was computed.
  let cuts: [Int: Tensor]

  init(
    program: Program, plan: RegionPlan, output: Tensor, kept: [Kept], cuts: [Int: Tensor] = [:]
  ) {
    self.program = program
    self.plan = plan
    self.output = output
    self.kept = kept
    self.cuts = cuts
  }

  /// Bytes that are held on to.
  var bytes: Int {
    output.bytes + kept.reduce(0) { $0 + $1.bytes } + cuts.values.reduce(0) { $0 + $1.bytes }
  }
}

extension Activations {
  /// What the same pass left behind for an earlier value, of which `output` was computed.
  func ending(at value: Int, output: Tensor) -> Activations {
    Activations(
      program: program, plan: plan.ending(at: value), output: output,
      kept: Array(kept[..<value]))
  }

  /// The gradient of s with respect to the input (N, H, W, C), where s sums the features of the units
  /// over channels: s = sum over c of ReLU(F[c, row, column]), or of F itself unless `rectified`.
  ///
  /// Consumes what was kept, layer by layer, where no copy of these activations holds on to it.
  ///
  /// - Throws: `CancellationError` and, where `checksEveryLayer`, `NonFiniteError`.
  consuming func inputGradient(
    at units: [Unit], rectified: Bool = true, workers: Workers, checksEveryLayer: Bool = false,
    report: Program.LayerReport = { _, _ in }
  ) throws -> Tensor {
    let region = plan.region(holding: units)
    let seed = seed(at: units, rectified: rectified)
      .cropped(to: region.relative(to: plan.region(of: plan.value)))
    return try inputGradient(
      of: seed, region: region, workers: workers, checksEveryLayer: checksEveryLayer,
      report: report)
  }

  /// The gradient with respect to the input (N, H, W, C), given the one with respect to `region` of
  /// the output (nil: all that was computed), which is zero elsewhere.
  ///
  /// - Throws: `CancellationError` and, where `checksEveryLayer`, `NonFiniteError`.
  consuming func inputGradient(
    of outputGradient: Tensor, region: Region? = nil, workers: Workers,
    checksEveryLayer: Bool = false, report: Program.LayerReport = { _, _ in }
  ) throws -> Tensor {
    let computed = plan
    let plan = RegionPlan(
      computed.blueprint, value: computed.value,
      region: region ?? computed.region(of: computed.value),
      shapes: computed.shapes)
    // An operator that computes all of its output wants all of its gradient.
    let asked = region ?? computed.region(of: computed.value)
    let outputGradient = outputGradient.embedded(
      in: plan.shape(of: plan.value), at: asked.relative(to: plan.region(of: plan.value)),
      workers: workers)
    let order = Array(plan.order.reversed())
    let progress = plan.progress(order)
    program.prepare(plan, order, for: .gradient, workers: workers)
    try workers.cancellation.check()
    var gradients = [GradientSum](repeating: GradientSum(), count: plan.value + 1)
    gradients[plan.value].add(outputGradient, at: plan.region(of: plan.value))
    for index in order {
      let node = plan.blueprint.nodes[index]
      let value = Blueprint.value(of: index)
      let gradient = gradients[value].take(plan.region(of: value), of: plan.shapes[value], workers)
      let state = kept[index].cropped(
        to: plan.region(of: value).relative(to: computed.region(of: value)), workers: workers)
      kept[index] = .nothing
      let parts = plan.op(index).inputGradient(
        of: consume gradient, parameters: program.parameters[index], kept: state,
        inputs: plan.inputShapes(of: index), workers: workers)
      try workers.cancellation.check()
      for (source, part) in zip(node.inputs, parts) {
        if checksEveryLayer && !ElementKernels.isFinite(part) {
          throw NonFiniteError(layer: node.scope, phase: .backward)
        }
        gradients[source].add(part, at: plan.inputRegion(of: index, source))
      }
      report(node, progress[index] ?? 1)
    }
    try workers.cancellation.check()
    // An input that does not influence the output has no gradient: zeros.
    guard let seen = plan.regions[0] else { return Tensor(zeros: plan.shapes[0]) }
    return gradients[0].take(seen, of: plan.shapes[0], workers)
      .embedded(in: plan.shapes[0], at: seen, workers: workers)
  }

  /// 1 where a unit's features are positive, or wherever it is unless `rectified`, and 0 elsewhere,
  /// over all that was computed of the output: the gradient of s.
  func seed(at units: [Unit], rectified: Bool = true) -> Tensor {
    let features = output.elements
    let channels = output.shape.channels
    var seed = [Float](repeating: 0, count: features.count)
    let corner = plan.region(of: plan.value)
    for image in 0..<output.shape.batch {
      for unit in units {
        let place = place(of: unit, image: image, corner: corner)
        for index in place..<place + channels where !rectified || features[index] > 0 {
          seed[index] += 1
        }
      }
    }
    return Tensor(shape: output.shape, elements: seed)
  }

  /// Where the features of a unit begin in the output.
  private func place(of unit: Unit, image: Int, corner: Region) -> Int {
    // Of a value without pixels there is one unit: what its first row of channels holds.
    let perImage = output.shape.pixels / max(1, output.shape.batch)
    guard let map = output.shape.asMap else { return image * perImage * output.shape.channels }
    let place = plan.grid.region(holding: [unit]).relative(to: corner)
    precondition(Region(of: output.shape).contains(place), "\(unit) was not computed")
    let position = place.rows.lowerBound * map.width + place.columns.lowerBound
    return (image * perImage + position) * map.channels
  }
}

/// The gradients that the readers of one value send back, each over the region it read.
private struct GradientSum {
  private var parts: [(gradient: Tensor, region: Region)] = []

  mutating func add(_ gradient: Tensor, at region: Region) {
    parts.append((gradient, region))
  }

  /// The sum over `region` of a value of shape `whole`, and nothing left behind.
  mutating func take(_ region: Region, of whole: Shape, _ workers: Workers) -> Tensor {
    func size(_ part: Int) -> Int {
      parts[part].region.rows.count * parts[part].region.columns.count
    }
    guard let largest = parts.indices.max(by: { size($0) < size($1) }) else {
      return Tensor(zeros: whole.sized(region))
    }
    let place = parts[largest].region.relative(to: region)
    var sum = parts.remove(at: largest).gradient.embedded(
      in: whole.sized(region), at: place, workers: workers)
    for part in parts {
      sum.add(part.gradient, at: part.region.relative(to: region), workers: workers)
    }
    parts = []
    return sum
  }
}
