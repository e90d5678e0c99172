// Features of many pictures: the global average of each tapped layer.

/// The frozen part of a read-out: a network and the layers whose averages it looks at.
struct PooledFeatures {
  let network: Network
  let taps: [Tap]

  /// One vector (C) a tap, in the order of `taps`, from one forward pass over (1, H, W, 3).
  ///
  /// - Throws: `NonFiniteError`, `CancellationError`.
  func vectors(_ input: Tensor, workers: Workers) throws -> [[Float]] {
    guard let last = taps.map(\.value).max() else { return [] }
    var pooled: [Int: [Float]] = [:]
    _ = try network.program.forward(
      input, to: last, keep: .nothing, workers: workers, visiting: Set(taps.map(\.value))
    ) { value, output in
      pooled[value] = PoolingKernels.globalAverage(output, workers: workers).elements
    }
    return try taps.map { tap in
      guard let vector = pooled[tap.value] else {
        preconditionFailure("every tap lies on the way to the last")
      }
      guard vector.allSatisfy(\.isFinite) else {
        throw NonFiniteError(layer: tap.name, phase: .forward)
      }
      return vector
    }
  }

  /// `vectors` of `count` inputs, [input][tap]: one input a thread, so that small layers keep all
  /// cores busy; bytes do not depend on the number of threads.
  ///
  /// - Parameter progress: called on this thread with how many are done.
  /// - Throws: the first input's error in order, `CancellationError`.
  func vectors(
    count: Int, workers: Workers, progress: (Int) -> Void, input: (Int) throws -> Tensor
  ) throws -> [[[Float]]] {
    var results: [[[Float]]] = []
    try Batches.run(count, workers: workers, progress: progress) { index in
      Result {
        try vectors(
          input(index), workers: Workers(threads: 1, cancellation: workers.cancellation))
      }
    } collect: { result in
      results.append(try result.get())
    }
    return results
  }
}
