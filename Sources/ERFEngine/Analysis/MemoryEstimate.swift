/// How much memory a run will take, known from shapes before anything is allocated.
struct MemoryEstimate {
  /// Weights as loaded and as folded and rearranged.
  let weightBytes: Int
  /// Most that activations, gradients and what is kept between them take at once.
  let activationBytes: Int

  var bytes: Int { weightBytes + activationBytes }

  /// `shapes` are those of all values of `graph`, `value` the one that is tapped.
  init(graph: Graph, shapes: [Shape], value: Int) {
    let size = MemoryLayout<Float>.stride
    weightBytes =
      2 * size
      * graph.nodes.reduce(0) { sum, node in
        node.op.parameters.reduce(sum) { $0 + $1.value.count }
      }
    let order = graph.ancestors(of: value)
    var remaining = graph.useCounts
    var live = shapes[0].count
    var kept = 0
    var peak = 0
    for index in order {
      let node = graph.nodes[index]
      let output = shapes[Graph.value(of: index)]
      live += output.count
      peak = max(peak, live * size + kept)
      kept += node.op.keptBytes(output: output)
      for input in node.inputs {
        remaining[input] -= 1
        if remaining[input] == 0 { live -= shapes[input].count }
      }
    }
    // Backwards, a gradient of the same size stands where an activation stood.
    activationBytes = peak + kept / 2
  }
}

/// A run that would not fit into this machine.
struct MemoryError: ExplainedError {
  let model: String
  let size: InputSize
  let needed: Int
  let available: Int

  var isUsageError: Bool { true }

  var explanation: String {
    "\(model) at \(size.height)x\(size.width) needs about \(Self.gigabytes(needed)) GB of memory, "
      + "this machine has \(Self.gigabytes(available)): choose a smaller input or network"
  }

  private static func gigabytes(_ bytes: Int) -> String {
    let tenths = (bytes + 50_000_000) / 100_000_000
    return "\(tenths / 10).\(tenths % 10)"
  }
}
