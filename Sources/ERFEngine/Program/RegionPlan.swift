/// Which part of each value a run needs: known from shapes before anything is computed.
///
/// The output pixels asked for see a rectangle of each earlier value, and nowhere outside of it is
/// their gradient different from zero. Computing inside these rectangles alone is exact, forward as
/// backward: an operator over a part of a map is the same operator with other padding.
struct RegionPlan: Sendable {
  let blueprint: Blueprint
  /// The tapped value.
  let value: Int
  /// Shapes of whole values, as far as `value`.
  let shapes: [Shape]
  /// Of each value, the smallest rectangle that holds what is seen; nil: nothing is.
  private(set) var regions: [Region?]

  /// What `region` of `value` sees; nil: all of `value`. Of the values `whole`, all is computed, and of
  /// others at least the `parts`.
  init(
    _ blueprint: Blueprint, value: Int, region: Region?, shapes: [Shape], whole: Set<Int> = [],
    parts: [Int: Region] = [:]
  ) {
    self.blueprint = blueprint
    self.value = value
    self.shapes = shapes
    regions = [Region?](repeating: nil, count: value + 1)
    for (earlier, part) in parts { regions[earlier] = part }
    for earlier in whole { regions[earlier] = Region(of: shapes[earlier]) }
    regions[value] = region ?? Region(of: shapes[value])
    // The node that makes it may compute more than was asked for.
    for index in (0..<value).reversed() {
      guard let asked = regions[Blueprint.value(of: index)] else { continue }
      let node = blueprint.nodes[index]
      let whole = shapes[Blueprint.value(of: index)]
      regions[Blueprint.value(of: index)] = node.op.window.computedRegion(for: asked, of: whole)
      for input in node.inputs {
        let part = inputRegion(of: index, input)
        regions[input] = regions[input]?.union(part) ?? part
      }
    }
  }

  /// The part of it that leads to an earlier value.
  func ending(at value: Int) -> RegionPlan {
    RegionPlan(
      blueprint: blueprint, value: value, shapes: Array(shapes[...value]),
      regions: Array(regions[...value]))
  }

  private init(blueprint: Blueprint, value: Int, shapes: [Shape], regions: [Region?]) {
    self.blueprint = blueprint
    self.value = value
    self.shapes = shapes
    self.regions = regions
  }

  /// This plan, reusing what `other` computed up to `cut`.
  func resuming(after other: RegionPlan, at cut: Int) -> RegionPlan {
    var plan = self
    plan.regions.replaceSubrange(0...cut, with: other.regions[0...cut])
    return plan
  }

  /// The nodes to visit, in order of computation.
  var order: [Int] { (0..<value).filter { regions[Blueprint.value(of: $0)] != nil } }

  func region(of value: Int) -> Region {
    guard let region = regions[value] else { preconditionFailure("value \(value) is not needed") }
    return region
  }

  /// The shape of what is computed of `value`.
  func shape(of value: Int) -> Shape { shapes[value].sized(region(of: value)) }

  /// What node `index` reads of its input `input`.
  func inputRegion(of index: Int, _ input: Int) -> Region {
    let value = Blueprint.value(of: index)
    // What has other axes is read whole: a row of channels, an array that maps are made of.
    guard shapes[value].rank == shapes[input].rank else { return Region(of: shapes[input]) }
    return blueprint.nodes[index].op.window.inputRegion(for: region(of: value), of: shapes[input])
  }

  /// Shapes of what node `index` reads.
  func inputShapes(of index: Int) -> [Shape] {
    blueprint.nodes[index].inputs.map { shapes[$0].sized(inputRegion(of: index, $0)) }
  }

  /// The operator of node `index` over what it reads.
  func op(_ index: Int) -> any Operator {
    let node = blueprint.nodes[index]
    return node.op.restricted(
      to: region(of: Blueprint.value(of: index)), of: shapes[node.inputs[0]])
  }

  /// The part of the tapped value that holds `units`.
  func region(holding units: [Unit]) -> Region { grid.region(holding: units) }

  /// Where the units of the tapped value lie.
  var grid: TokenGrid { blueprint.taps.first { $0.value == value }?.grid ?? .map }

  /// What share of the multiply-adds of a walk over `order` is done after each of its nodes, with a
  /// little for every layer.
  func progress(_ order: [Int]) -> [Int: Double] {
    let costs = order.map { index -> Double in
      let output = shape(of: Blueprint.value(of: index))
      let adds = blueprint.nodes[index].op.multiplyAdds(
        inputs: inputShapes(of: index), output: output)
      return Double(adds) + 32 * Double(output.count)
    }
    let total = max(1, costs.reduce(0, +))
    var fractions: [Int: Double] = [:]
    var done = 0.0
    for (index, cost) in zip(order, costs) {
      done += cost
      fractions[index] = done / total
    }
    return fractions
  }
}

extension Region {
  /// The smallest region that holds all units.
  init(holding units: [Unit]) {
    precondition(!units.isEmpty)
    let rows = units.map(\.row)
    let columns = units.map(\.column)
    self.init(
      rows: (rows.min() ?? 0)..<(rows.max() ?? 0) + 1,
      columns: (columns.min() ?? 0)..<(columns.max() ?? 0) + 1)
  }
}
