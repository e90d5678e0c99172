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
  /// The middle part that met pixels in training; nil: all of it did, or nobody knows.
  public let reached: Reached?

  /// A part in the middle of a kernel.
  public struct Reached: Sendable, Equatable {
    /// Taps.
    public let rows: Int
    public let columns: Int
    /// The largest side in pixels that the network was trained at.
    public let trainedAt: Int

    public init(rows: Int, columns: Int, trainedAt: Int) {
      self.rows = rows
      self.columns = columns
      self.trainedAt = trainedAt
    }
  }

  public init(before: KernelMap, after: KernelMap, reached: Reached? = nil) {
    self.before = before
    self.after = after
    self.reached = reached
  }
}

extension StageKernels {
  /// One entry a stage; nil where a stage has no kernels larger than 1 x 1.
  ///
  /// - Throws: `ModelError`, `CheckpointError`, `CancellationError`.
  public static func stages(
    of spec: NetworkSpec, cancellation: Cancellation = Cancellation()
  ) throws -> [StageKernels?] {
    try stages(of: OpenedNetwork(spec, cancellation: cancellation), cancellation: cancellation)
  }

  /// The same of a network that is open.
  public static func stages(
    of opened: OpenedNetwork, cancellation: Cancellation = Cancellation()
  ) throws -> [StageKernels?] {
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
    let untrained = opened.untrained
    return zip(before, after).enumerated().map { stage, maps in
      guard let before = maps.0, let after = maps.1 else { return nil }
      return StageKernels(
        before: before, after: after,
        reached: untrained?.reached(stage: stage, side: after.side, fit: opened.spec.fit))
    }
  }
}

extension UntrainedWeights {
  /// The part of a stage's kernels, now of `side`, that training reached. Where kernels were brought to
  /// another size, only cropping leaves each tap where it was.
  fileprivate func reached(stage: Int, side: Int, fit: WeightFit) -> StageKernels.Reached? {
    guard stages.indices.contains(stage) else { return nil }
    let known = stages[stage]
    guard known.kernel == side || fit == .crop,
      known.reachedTaps.contains(where: { $0 < min(side, known.kernel) })
    else { return nil }
    return StageKernels.Reached(
      rows: min(side, known.reachedTaps[0]), columns: min(side, known.reachedTaps[1]),
      trainedAt: trainedAt)
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
