// The theoretical field behind maps that were enlarged, where units side by side see more or less.

/// What the units along one axis of a map see of the input, as if neither had an end: after some units it
/// is the same again, further on.
struct PeriodicSpans {
  /// Pixels by unit, from unit 0 on.
  private let spans: [Range<Int>]
  /// Pixels between a unit and the one `spans.count` behind it.
  private let step: Int

  /// More units that all see something else are not looked at.
  private static let most = 4096

  /// Of the input itself.
  static let pixels = PeriodicSpans(spans: [0..<1], step: 1)

  private init(spans: [Range<Int>], step: Int) {
    self.spans = spans
    self.step = step
  }

  /// nil: they are wider than any input; those that are not leave room for what is computed of them.
  private init?(bounded spans: [Range<Int>], step: Int) {
    guard step <= Blueprint.widest, spans.allSatisfy(Self.isBounded) else { return nil }
    self.init(spans: spans, step: step)
  }

  private static func isBounded(_ span: Range<Int>) -> Bool {
    span.lowerBound >= -Blueprint.widest && span.upperBound <= Blueprint.widest
  }

  /// Pixels that some unit sees, and no unit more.
  var longest: Int { spans.map(\.count).max() ?? 0 }

  private subscript(unit: Int) -> Range<Int> {
    let period = unit.dividedDown(by: spans.count)
    let span = spans[unit - period * spans.count]
    return span.lowerBound + period * step..<span.upperBound + period * step
  }

  /// Of units that read several of these each: `units` the first ones, and those behind them the same `inputs`
  /// further on. nil: too many see something else.
  func read(by units: [Range<Int>], inputs: Int) -> PeriodicSpans? {
    guard inputs <= Blueprint.widest, units.allSatisfy(Self.isBounded) else { return nil }
    let repeats = spans.count / Int.greatestCommonDivisor(spans.count, inputs)
    guard repeats * units.count <= Self.most else { return nil }
    return PeriodicSpans(
      bounded: (0..<repeats).flatMap { period in
        units.map { unit -> Range<Int> in
          let first = self[unit.lowerBound + period * inputs]
          let last = self[unit.upperBound - 1 + period * inputs]
          return first.lowerBound..<last.upperBound
        }
      }, step: repeats * inputs / spans.count * step)
  }

  /// Of units that see what those of both see; nil: these are not as far apart, or too many see something else.
  func joined(_ other: PeriodicSpans) -> PeriodicSpans? {
    let divisor = Int.greatestCommonDivisor(spans.count, other.spans.count)
    let count = spans.count / divisor * other.spans.count
    guard count <= Self.most,
      step * (count / spans.count) == other.step * (count / other.spans.count)
    else { return nil }
    return PeriodicSpans(
      bounded: (0..<count).map { unit -> Range<Int> in
        let (one, two) = (self[unit], other[unit])
        return min(one.lowerBound, two.lowerBound)..<max(one.upperBound, two.upperBound)
      }, step: step * (count / spans.count))
  }
}

extension Int {
  fileprivate func dividedDown(by divisor: Int) -> Int {
    self >= 0 ? self / divisor : -((divisor - 1 - self) / divisor)
  }

  fileprivate static func greatestCommonDivisor(_ one: Int, _ two: Int) -> Int {
    var (one, two) = (one, two)
    while two != 0 { (one, two) = (two, one % two) }
    return one
  }
}

/// What the units of a map see of the input, down and across.
struct MapSpans {
  let rows: PeriodicSpans
  let columns: PeriodicSpans

  /// Of the input itself.
  static let pixels = MapSpans(rows: .pixels, columns: .pixels)

  /// Side in input pixels of what some unit sees, and no unit more.
  var side: Int { max(rows.longest, columns.longest) }

  /// Of units that see what those of both see; nil: windows do not tell.
  func joined(_ other: MapSpans) -> MapSpans? {
    guard let rows = rows.joined(other.rows), let columns = columns.joined(other.columns) else {
      return nil
    }
    return MapSpans(rows: rows, columns: columns)
  }

  /// Of units that look through `window` at these, in a map of shape `input`; nil: windows do not tell.
  func seen(through window: Window, _ input: Shape) -> MapSpans? {
    let rows: PeriodicSpans?
    let columns: PeriodicSpans?
    switch window {
    case .pixel: (rows, columns) = (self.rows, self.columns)
    case .sliding(let window):
      let padding = window.fixed(over: input).padding
      rows = self.rows.read(
        by: [-padding.top..<window.extentHeight - padding.top], inputs: window.stride)
      columns = self.columns.read(
        by: [-padding.left..<window.extentWidth - padding.left], inputs: window.stride)
    case .transposed(let window):
      rows = self.rows.read(
        by: window.spread(window.extentHeight, before: window.padding.top), inputs: 1)
      columns = self.columns.read(
        by: window.spread(window.extentWidth, before: window.padding.left), inputs: 1)
    case .resampled(let down, let across):
      rows = self.rows.read(by: down)
      columns = self.columns.read(by: across)
    case .picked(let down, let across):
      rows = self.rows.read(by: down, of: input.height)
      columns = self.columns.read(by: across, of: input.width)
    case .tiles, .everything: return nil
    }
    guard let rows, let columns else { return nil }
    return MapSpans(rows: rows, columns: columns)
  }
}

extension SlidingWindow {
  /// The units whose windows of side `extent` reach each of the first pixels, up to a step.
  fileprivate func spread(_ extent: Int, before padding: Int) -> [Range<Int>] {
    (0..<stride).map { pixel in
      let end = pixel + padding
      return (end - extent).dividedDown(by: stride) + 1..<end.dividedDown(by: stride) + 1
    }
  }
}

extension PeriodicSpans {
  /// Of units that are mixed of these; nil: what they read does not repeat.
  fileprivate func read(by weights: AxisWeights?) -> PeriodicSpans? {
    guard let weights else { return self }
    return weights.pattern.flatMap { read(by: $0.spans, inputs: $0.step) }
  }

  /// Of units that are picked of these, of which the map has `inputs`; nil: not all are as far apart.
  fileprivate func read(by choices: [Int32]?, of inputs: Int) -> PeriodicSpans? {
    guard let choices else { return self }
    return choices.progression(over: inputs).flatMap { first, step in
      read(by: [first..<first + 1], inputs: step)
    }
  }
}

extension [Int32] {
  /// The first pick of `inputs` and the step from each to the next, as if the map had no end: what lies outside
  /// of it is nothing, or a copy of a pixel that lies no further inside. nil: they go on otherwise.
  func progression(over inputs: Int) -> (first: Int, step: Int)? {
    guard
      let middle = indices.dropLast().first(where: { $0 + 1 >= count / 2 && self[$0] >= 0 })
    else { return nil }
    let step = Int(self[middle + 1]) - Int(self[middle])
    let first = Int(self[middle]) - middle * step
    guard step > 0 else { return nil }
    let goesOn = indices.allSatisfy { index in
      let (place, choice) = (first + index * step, Int(self[index]))
      if (0..<inputs).contains(place) { return choice == place }
      if choice < 0 { return true }
      return place < 0 ? choice <= -place : inputs - 1 - choice <= place - (inputs - 1)
    }
    return goesOn ? (first, step) : nil
  }
}

extension AxisWeights {
  /// What outputs read far from both ends: so many, one after the other, and what those behind them read is
  /// `step` inputs further on; nil: it does not repeat.
  fileprivate var pattern: (spans: [Range<Int>], step: Int)? {
    let blocks = Int.greatestCommonDivisor(inputs, rows.count)
    guard blocks >= 3, !rows.isEmpty else { return nil }
    let (outputs, step) = (rows.count / blocks, inputs / blocks)
    func block(_ number: Int) -> [Range<Int>] {
      rows[number * outputs..<(number + 1) * outputs].map { row in
        let first = row.first - number * step
        return first..<first + row.weights.count
      }
    }
    let middle = block(blocks / 2)
    guard !middle.contains(where: \.isEmpty), block(blocks / 2 - 1) == middle,
      block(blocks / 2 + 1) == middle
    else { return nil }
    return (middle, step)
  }
}
