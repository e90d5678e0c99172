// Which weights of a network's kernels an input of some size ever multiplies with a pixel.

/// The share of kernel weights that meet pixels, by stage.
///
/// A tap at distance d from the centre of a kernel meets nothing but padding on a map that is not wider
/// than d: its gradient is zero there, and training at that size leaves it as it was.
public struct KernelReach: Sendable, Equatable, Encodable {
  public struct Stage: Sendable, Equatable, Encodable {
    /// `stage1`, ...
    public let name: String
    /// Side of the largest kernel; 1 where there are no larger ones.
    public let kernel: Int
    /// Taps along a side of the largest kernel that meet pixels, rows and columns.
    public let reachedTaps: [Int]
    /// Of all kernels larger than 1 x 1, parallel ones merged.
    public let weights: Int
    public let reached: Int

    /// 0 ... 1; 1 where there are no such kernels.
    public var share: Double { weights == 0 ? 1 : Double(reached) / Double(weights) }
  }

  /// Height and width of the input.
  public let input: [Int]
  public let stages: [Stage]

  public var isWhole: Bool { stages.allSatisfy { $0.reached == $0.weights } }

  /// - Throws: `ModelError`, and where the input does not fit the network.
  public init(model id: String, size: InputSize) throws {
    try self.init(
      ModelCatalogue.architecture(id).graph(from: PlaceholderParameters(merged: true)), size: size)
  }

  init(_ graph: Graph, size: InputSize) throws {
    let shapes = try graph.shapes(
      input: Shape(height: size.height, width: size.width, channels: 3))
    input = [size.height, size.width]
    var start = 0
    stages = graph.stages.map { stage in
      defer { start = stage.value }
      var (weights, reached, kernel, taps) = (0, 0, 1, [1, 1])
      for node in graph.nodes[start..<stage.value] where !Graph.leadsOver(node.block) {
        guard let (shape, window) = node.op.spatialWeights else { continue }
        let met = window.metTaps(of: shapes[node.inputs[0]])
        let counts = [met.rows.count(where: \.self), met.columns.count(where: \.self)]
        weights += shape.count
        reached += shape[0] * shape[1] * counts[0] * counts[1]
        if shape[2] > kernel { (kernel, taps) = (shape[2], counts) }
      }
      return Stage(
        name: stage.name, kernel: kernel, reachedTaps: taps, weights: weights, reached: reached)
    }
  }

  /// The smallest square input, in steps of 32 up to `limit`, that meets every weight; nil: none does.
  ///
  /// - Throws: `ModelError`.
  public static func smallestWhole(model id: String, upTo limit: Int = 2048) throws -> Int? {
    let graph = try ModelCatalogue.architecture(id)
      .graph(from: PlaceholderParameters(merged: true))
    return stride(from: 32, through: limit, by: 32).first { side in
      (try? KernelReach(graph, size: InputSize(height: side, width: side)))?.isWhole ?? false
    }
  }
}

extension SlidingWindow {
  /// Whether each row and each column of taps meets a pixel of `input` anywhere.
  func metTaps(of input: Shape) -> (rows: [Bool], columns: [Bool]) {
    guard let output = try? outputSize(of: input) else {
      return (
        [Bool](repeating: false, count: kernelHeight), [Bool](repeating: false, count: kernelWidth)
      )
    }
    let padding = fixed(over: input).padding
    func met(_ taps: Int, _ outputs: Int, _ pad: Int, _ size: Int) -> [Bool] {
      (0..<taps).map { tap in
        (0..<outputs).contains { (0..<size).contains($0 * stride + tap * dilation - pad) }
      }
    }
    return (
      met(kernelHeight, output.height, padding.top, input.height),
      met(kernelWidth, output.width, padding.left, input.width)
    )
  }
}

extension Graph {
  /// Whether a block stands between stages and belongs to none.
  static func leadsOver(_ block: String) -> Bool {
    block == "stem" || block.hasPrefix("transitions.")
  }

  /// The same with zeros for the weights that an input of `size` never meets a pixel with: what
  /// training at that size cannot have touched.
  ///
  /// - Throws: where the input does not fit the network.
  func zeroingUnreached(by size: InputSize) throws -> Graph {
    let shapes = try shapes(input: Shape(height: size.height, width: size.width, channels: 3))
    var graph = self
    for (index, node) in nodes.enumerated() {
      guard let (_, window) = node.op.spatialWeights,
        let weight = node.parameters.tensors.first
      else { continue }
      let met = window.metTaps(of: shapes[node.inputs[0]])
      guard met.rows.contains(false) || met.columns.contains(false) else { continue }
      let (height, width) = (met.rows.count, met.columns.count)
      let zeroed = Tensor(generated: weight.shape) { place in
        met.rows[place / width % height] && met.columns[place % width] ? weight[place] : 0
      }
      graph.nodes[index].parameters = Parameters([zeroed] + node.parameters.tensors.dropFirst())
    }
    return graph
  }
}

extension Operator {
  /// The shape (O, I, KH, KW) of the weights of a convolution with more than one tap, and its window;
  /// nil of all else. They come first among its parameters.
  fileprivate var spatialWeights: (shape: Shape, window: SlidingWindow)? {
    guard self is DepthwiseConvolution || self is Convolution, case .sliding(let window) = window,
      let shape = parameterShapes.first?.shape, shape.rank == 4, shape[2] * shape[3] > 1
    else { return nil }
    return (shape, window)
  }
}
