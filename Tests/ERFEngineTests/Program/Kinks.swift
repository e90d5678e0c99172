import TestSupport

@testable import ERFEngine

/// Rectifiers whose input is zero (or six) to float rounding: there the gradient of a float32 network
/// depends on the order of its sums, and PyTorch in float32 differs from PyTorch in float64.
///
/// Where a map disagrees with its golden, `KinkSearch` looks whether moving such inputs across the
/// kink, by less than their rounding error, makes it agree.
struct KinkSearch {
  /// Rounding error of a sum over some hundred terms of size one.
  static let rounding: Float = 5e-6

  let graph: Program
  let input: Tensor

  struct Kink {
    let node: Int
    let element: Int
    let nudge: Float
  }

  /// The smallest error over all choices of sides, trying at most 2^8.
  func smallestError(_ error: (Program) throws -> Double) throws -> Double {
    try smallestError(over: Array(kinks().prefix(8)), error)
  }

  /// The smallest error over all choices of sides of `kinks`.
  func smallestError(over kinks: [Kink], _ error: (Program) throws -> Double) throws -> Double {
    var best = Double.infinity
    for choice in 0..<(1 << kinks.count) {
      var nudged = graph.blueprint
      for (bit, kink) in kinks.enumerated() where choice >> bit & 1 == 1 {
        let base = nudged.nodes[kink.node].op
        nudged.nodes[kink.node].op = NudgedInput(
          base: AnyOperator(base), element: kink.element, nudge: kink.nudge)
      }
      best = min(best, try error(Program(nudged, parameters: graph.parameters)))
    }
    return best
  }

  /// The kink at zero of one input of the rectifier number `rectifier`, counted from 0; nil where the
  /// input is not within `distance` of zero.
  func kink(
    rectifier: Int, image: Int, channel: Int, row: Int, column: Int, distance: Float
  ) throws -> Kink? {
    let node = graph.nodes.indices.filter { graph.nodes[$0].op is Rectifier }[rectifier]
    let values = try graph.forward(
      input, to: graph.nodes[node].inputs[0], keep: .nothing, workers: Workers()
    ).output
    let shape = values.shape
    let element = ((image * shape.height + row) * shape.width + column) * shape.channels + channel
    guard abs(values[element]) < distance else { return nil }
    return Kink(node: node, element: element, nudge: -2 * values[element])
  }

  /// Inputs of rectifiers within rounding of a kink, nearest first.
  private func kinks() throws -> [Kink] {
    var found: [Kink] = []
    for (index, node) in graph.nodes.enumerated() {
      guard let rectifier = node.op as? Rectifier else { continue }
      let source = node.inputs[0]
      let values = try graph.forward(input, to: source, keep: .nothing, workers: Workers())
        .output.elements
      for (element, value) in values.enumerated() {
        for edge: Float in rectifier.stopsAtSix ? [0, 6] : [0]
        where abs(value - edge) < Self.rounding {
          let nudge = 2 * (edge - value)
          found.append(
            Kink(node: index, element: element, nudge: nudge == 0 ? Self.rounding : nudge))
        }
      }
    }
    return found.sorted { abs($0.nudge) < abs($1.nudge) }
  }
}

/// An operator with one element of its input moved a little.
private struct NudgedInput: Operator {
  let base: AnyOperator
  let element: Int
  let nudge: Float

  var summary: String { base.op.summary }

  func outputShape(of inputs: [Shape]) throws(ShapeError) -> Shape {
    try base.op.outputShape(of: inputs)
  }

  func forward(
    _ inputs: consuming [Tensor], parameters: Parameters, keep: Keep, workers: Workers
  ) -> (Tensor, Kept) {
    var moved = inputs[0]
    moved[element] += nudge
    return base.op.forward([moved], parameters: parameters, keep: keep, workers: workers)
  }

  func inputGradient(
    of gradient: consuming Tensor, parameters: Parameters, kept: Kept, inputs: [Shape],
    workers: Workers
  ) -> [Tensor] {
    base.op.inputGradient(
      of: gradient, parameters: parameters, kept: kept, inputs: inputs, workers: workers)
  }
}
