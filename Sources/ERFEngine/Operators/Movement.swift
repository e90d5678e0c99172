// Operators that move elements and compute nothing: other axes, other shapes, parts, joined parts.

/// Axes in another order: axis i of the output is axis `axes[i]` of the input.
struct Permutation: Operator {
  let axes: [Int]

  var summary: String { "permute " + axes.map(String.init).joined(separator: ",") }
  var window: Window { .everything }

  func outputShape(of inputs: [Shape]) throws(ShapeError) -> Shape {
    guard inputs[0].rank == axes.count else { throw .unequal(inputs[0], Shape(axes)) }
    return Shape(axes.map { inputs[0][$0] })
  }

  func forward(
    _ inputs: consuming [Tensor], parameters: Parameters, keep: Keep, workers: Workers
  ) -> (Tensor, Kept) {
    (MovementKernels.permute(inputs[0], axes: axes, workers: workers), .nothing)
  }

  func inputGradient(
    of gradient: consuming Tensor, parameters: Parameters, kept: Kept, inputs: [Shape],
    workers: Workers
  ) -> [Tensor] {
    var inverse = axes
    for (index, axis) in axes.enumerated() { inverse[axis] = index }
    return [MovementKernels.permute(gradient, axes: inverse, workers: workers)]
  }
}

/// The same elements in order under another shape, whose first extent follows from their number.
struct Reshape: Operator {
  /// All extents but the first; nil: a single number.
  let tail: [Int]?
  /// The first extent of what has no elements.
  private let first: Int

  /// What has this shape as its output.
  init(to shape: Shape) {
    tail = shape.rank == 0 ? nil : Array(shape.extents.dropFirst())
    first = shape.count == 0 ? shape[0] : 1
  }

  var summary: String { "reshape" }
  var window: Window { .everything }
  var worksInPlace: Bool { true }

  func outputShape(of inputs: [Shape]) throws(ShapeError) -> Shape {
    guard let tail else { return [] }
    let rest = tail.reduce(1, *)
    guard rest == 0 || inputs[0].count % rest == 0 else {
      throw .unequal(inputs[0], Shape([1] + tail))
    }
    return Shape([rest == 0 ? first : inputs[0].count / rest] + tail)
  }

  private func reshaped(_ tensor: Tensor) -> Tensor {
    guard let tail else { return tensor.reshaped([]) }
    let rest = tail.reduce(1, *)
    return tensor.reshaped(Shape([rest == 0 ? first : tensor.count / rest] + tail))
  }

  func forward(
    _ inputs: consuming [Tensor], parameters: Parameters, keep: Keep, workers: Workers
  ) -> (Tensor, Kept) {
    (reshaped(inputs[0]), .nothing)
  }

  func inputGradient(
    of gradient: consuming Tensor, parameters: Parameters, kept: Kept, inputs: [Shape],
    workers: Workers
  ) -> [Tensor] {
    [gradient.reshaped(inputs[0])]
  }
}

/// Elements picked along axes: slices, padding, repetitions, gathering by constant indices.
struct Selection: Operator {
  /// What each axis of the output picks of the input's, -1: `fill`; nil: all in order.
  private(set) var choices: [[Int32]?]
  var fill: Float = 0
  /// For people.
  var summary = "select"

  /// Picks among the channels of a map alone look at single pixels.
  var window: Window {
    guard choices.count == 4, choices[0] == nil else { return .everything }
    let (rows, columns) = (choices[1], choices[2])
    return rows == nil && columns == nil ? .pixel : .picked(rows: rows, columns: columns)
  }

  func restricted(to region: Region, of input: Shape) -> Selection {
    guard input.isMap, case .picked = window else { return self }
    let source = window.inputRegion(for: region, of: input)
    var part = self
    for (axis, outputs, inputs) in [
      (1, region.rows, source.rows), (2, region.columns, source.columns),
    ] {
      part.choices[axis] = choices[axis]?[outputs].map {
        $0 < 0 ? $0 : $0 - Int32(inputs.lowerBound)
      }
    }
    return part
  }

  func outputShape(of inputs: [Shape]) throws(ShapeError) -> Shape {
    guard inputs[0].rank == choices.count,
      zip(inputs[0].extents, choices).allSatisfy({ extent, choice in
        choice.map { $0.allSatisfy { $0 < extent } } ?? true
      })
    else { throw .unequal(inputs[0], Shape(choices.map { $0?.count ?? 1 })) }
    return Shape(zip(inputs[0].extents, choices).map { $1?.count ?? $0 })
  }

  func forward(
    _ inputs: consuming [Tensor], parameters: Parameters, keep: Keep, workers: Workers
  ) -> (Tensor, Kept) {
    (MovementKernels.select(inputs[0], choices, fill: fill, workers: workers), .nothing)
  }

  func inputGradient(
    of gradient: consuming Tensor, parameters: Parameters, kept: Kept, inputs: [Shape],
    workers: Workers
  ) -> [Tensor] {
    [MovementKernels.selectGradient(gradient, choices, shape: inputs[0], workers: workers)]
  }
}

/// Values one after the other along an axis; some may be constants: the parameters `value`, repeated
/// for each image where their first extent is 1.
struct Concatenation: Operator {
  let axis: Int
  /// In order: a constant's shape, or nil for an input.
  let constants: [Shape?]
  /// Extents of the inputs along the axis, in order.
  let extents: [Int]

  var summary: String { "concatenate" }
  var window: Window {
    axis == 3 && constants.allSatisfy { $0 == nil } ? .pixel : .everything
  }
  var parameterShapes: [ParameterShape] {
    constants.enumerated().compactMap { index, shape in
      shape.map { ParameterShape("value\(index)", $0) }
    }
  }

  func outputShape(of inputs: [Shape]) throws(ShapeError) -> Shape {
    for (input, extent) in zip(inputs, extents) {
      guard input.rank == inputs[0].rank, input.rank > axis, input[axis] == extent,
        input.extents.indices.allSatisfy({ $0 == axis || input[$0] == inputs[0][$0] })
      else { throw .unequal(inputs[0], input) }
    }
    var shape = inputs[0].extents
    shape[axis] = extents.reduce(0, +) + constants.reduce(0) { $0 + ($1?[axis] ?? 0) }
    return Shape(shape)
  }

  func forward(
    _ inputs: consuming [Tensor], parameters: Parameters, keep: Keep, workers: Workers
  ) -> (Tensor, Kept) {
    var (given, constant) = (inputs[...], parameters.tensors[...])
    let batch = inputs[0].shape.extents[0]
    let parts = constants.map { shape in
      guard shape != nil else { return given.removeFirst() }
      let value = constant.removeFirst()
      guard axis > 0, value.shape[0] == 1, batch > 1 else { return value }
      let choices: [[Int32]?] =
        [[Int32](repeating: 0, count: batch)]
        + [[Int32]?](repeating: nil, count: value.shape.rank - 1)
      return MovementKernels.select(value, choices, fill: 0, workers: workers)
    }
    return (MovementKernels.concatenate(parts, axis: axis, workers: workers), .nothing)
  }

  func inputGradient(
    of gradient: consuming Tensor, parameters: Parameters, kept: Kept, inputs: [Shape],
    workers: Workers
  ) -> [Tensor] {
    let gradient = gradient
    var (begin, given) = (0, inputs[...])
    var parts: [Tensor] = []
    for shape in constants {
      let extent = shape?[axis] ?? given.removeFirst()[axis]
      defer { begin += extent }
      guard shape == nil else { continue }
      var choices = [[Int32]?](repeating: nil, count: gradient.shape.rank)
      choices[axis] = (begin..<begin + extent).map { Int32($0) }
      parts.append(MovementKernels.select(gradient, choices, fill: 0, workers: workers))
    }
    return parts
  }
}
