/// Activations of any layer over several inputs, in PyTorch's layout.
public struct Features: Sendable {
  /// (N, C, H, W), or (N, classes) for `logits`.
  public let shape: [Int]
  /// In row-major order.
  public let values: [Float]
  /// Number of inputs asked for.
  public let inputs: Int
  /// Which of a checkpoint's weights were taken, and what there is to know of them; nil: not from a file.
  public let weightsChoice: WeightsChoice?

  /// Whether the run was cancelled before the last input.
  public var isPartial: Bool { shape[0] < inputs }

  /// The tapped activations over all inputs, none of which may be skipped: rows stand for inputs. A run
  /// that is cancelled has those of the inputs that were done.
  ///
  /// - Throws: `NonFiniteError` naming the layer for NaN or Inf, an `ExplainedError` for a request that
  ///   cannot be carried out, `CancellationError` before the first input is done.
  /// - Parameter shard: the share of the inputs to look at; nil: all of them.
  public init(
    of validated: ValidatedRequest, shard: Shard? = nil,
    cancellation: Cancellation = Cancellation()
  ) throws {
    let request = validated.request
    let inputs = try NetworkInputs(request.images)
    let network = try Network(validated.network)
    let size = inputs.size ?? request.size
    let tap = try network.tap(request.tap)
    let shape = try network.shape(of: tap, input: size)
    var values: [Float] = []
    let block = shard?.block(of: inputs.count) ?? 0..<inputs.count
    let workers = Workers(threads: request.threads, cancellation: cancellation)
    var done = 0
    for index in block {
      let input = try inputs.input(index, size: size, for: network.preprocessing)
      guard ElementKernels.isFinite(input) else {
        throw NonFiniteError(layer: "the input", phase: .input)
      }
      do {
        try cancellation.check()
        let output = try network.features(input, tap: tap.name, workers: workers)
        if !ElementKernels.isFinite(output) {
          try network.requireFinite(input, to: tap.name, workers: workers)
        }
        try cancellation.check()
        values += output.shape.isMap ? output.channelsFirst().elements : output.elements
        done += 1
      } catch let error as CancellationError {
        if done == 0 { throw error }
        break
      }
    }
    // Tokens stay (N, L, C), as PyTorch has them.
    let extents =
      !shape.isMap
      ? Array(shape.extents.dropFirst())
      : tap.kind == .logits ? [shape.channels] : [shape.channels, shape.height, shape.width]
    self.inputs = block.count
    weightsChoice = network.weightsChoice
    self.shape = [done] + extents
    self.values = values
  }
}
