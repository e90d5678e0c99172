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
    let opened = try OpenedNetwork(spec, cancellation: cancellation)
    try opened.requireWeights()
    let loader = opened.loader(cancellation: cancellation)
    let blueprint = opened.blueprint
    let apart = blueprint.foldingNormsIntoProducers { norm in
      blueprint.nodes[norm].inputs.compactMap(Blueprint.node).contains {
        blueprint.nodes[$0].kernelSide != nil
      }
    }
    let before = try apart.kernelMaps(loader)
    let after = try apart.mergingParallelKernels().kernelMaps(loader)
    return zip(before, after).map { before, after in
      guard let before, let after else { return nil }
      return StageKernels(before: before, after: after)
    }
  }
}

extension Blueprint {
  /// One map a stage, over its largest kernels; nil where there are none beyond 1 x 1. Only the
  /// weights that are looked at are read.
  fileprivate func kernelMaps(_ loader: ParameterLoader) throws -> [KernelMap?] {
    try stages.indices.map { stage in
      let kernels = nodes.filter { $0.stage == stage && $0.role == .block }
      guard let side = kernels.compactMap(\.kernelSide).max() else { return nil }
      var sums = [Double](repeating: 0, count: side * side)
      for kernel in kernels where kernel.kernelSide == side {
        for (index, weight) in try loader.value(kernel.parameters[0]).elements.enumerated() {
          sums[index % sums.count] += Double(abs(weight))
        }
      }
      let peak = sums.max() ?? 0
      return KernelMap(side: side, values: peak > 0 ? sums.map { $0 / peak } : sums)
    }
  }
}
