// Where the weights of a stage's spatial kernels lie: the view of the paper's appendix C.

/// |w| of a stage's spatial kernels, summed over channels and blocks, (K, K) row-major, the largest 1.
public struct KernelMap: Sendable, Equatable {
  /// K.
  public let side: Int
  public let values: [Double]

  public init(side: Int, values: [Double]) {
    precondition(values.count == side * side)
    self.side = side
    self.values = values
  }

  /// The share of the sum that lies in the middle `part` x `part`, an odd side.
  public func share(ofMiddle part: Int) -> Double {
    let total = values.reduce(0, +)
    guard total > 0, part <= side else { return 1 }
    let margin = (side - part) / 2
    var inside = 0.0
    for row in margin..<side - margin {
      for column in margin..<side - margin { inside += values[row * side + column] }
    }
    return inside / total
  }
}

/// A stage's kernels before and after the parallel small kernels are merged into them.
public struct StageKernels: Sendable, Equatable {
  /// The large kernels alone, with their batch norms.
  public let before: KernelMap
  /// With the small kernels added; equal to `before` where there are none.
  public let after: KernelMap

  public init(before: KernelMap, after: KernelMap) {
    self.before = before
    self.after = after
  }
}

extension StageKernels {
  /// One entry a stage; nil where a stage has no kernels larger than 1 x 1.
  ///
  /// - Throws: `ModelError`, `CheckpointError`, `CancellationError`.
  public static func stages(
    of spec: NetworkSpec, cancellation: Cancellation = Cancellation()
  ) throws -> [StageKernels?] {
    // Most weights of these networks are in 1 x 1 convolutions, which are not looked at.
    let trained = try Network.trainingForm(spec, cancellation: cancellation) { shape in
      shape.rank == 1 || shape.rank == 4 && shape[2] > 1
    }
    try cancellation.check()
    let apart = trained.foldingBatchNormsIntoProducers { norm in
      trained.nodes[norm].inputs.compactMap(Graph.node).contains {
        (trained.nodes[$0].spatialKernels?.shape[2] ?? 1) > 1
      }
    }
    try cancellation.check()
    let before = apart.kernelMaps()
    let after = apart.mergingParallelKernels().kernelMaps()
    return zip(before, after).map { before, after in
      guard let before, let after else { return nil }
      return StageKernels(before: before, after: after)
    }
  }
}

extension Graph {
  /// One map a stage, over its largest kernels; nil where there are none beyond 1 x 1.
  fileprivate func kernelMaps() -> [KernelMap?] {
    var start = 0
    return stages.map { stage in
      defer { start = stage.value }
      // The first stage of a network begins at its input, of others at the stage before; what leads
      // over to a stage is not of it.
      let kernels = nodes[start..<stage.value].filter { !Self.leadsOver($0.block) }
        .compactMap { $0.spatialKernels }
      guard let side = kernels.map({ $0.shape[2] }).max(), side > 1 else { return nil }
      var sums = [Double](repeating: 0, count: side * side)
      for kernel in kernels where kernel.shape[2] == side {
        for (index, weight) in kernel.elements.enumerated() {
          sums[index % sums.count] += Double(abs(weight))
        }
      }
      let peak = sums.max() ?? 0
      return KernelMap(side: side, values: peak > 0 ? sums.map { $0 / peak } : sums)
    }
  }
}

extension Graph.Node {
  /// Square weights (O, I, K, K) of a convolution; nil of all else.
  fileprivate var spatialKernels: Tensor? {
    guard op is DepthwiseConvolution || op is Convolution,
      let weight = parameters.tensors.first, weight.shape.rank == 4,
      weight.shape[2] == weight.shape[3]
    else { return nil }
    return weight
  }
}
