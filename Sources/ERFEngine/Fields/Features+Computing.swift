// Features computed, from the beginning or from where an earlier run ended.

extension Features {
  /// The tapped activations over all inputs or a share of them. Rows stand for inputs: those that cannot
  /// be read and may be skipped have rows of NaN, and so have those that hold NaN or Inf or lead to it. A run that is
  /// cancelled has the rows that were done.
  ///
  /// - Parameters:
  ///   - shard: the share of the inputs to look at; nil: all of them.
  ///   - watched: the inputs' files as they were when the run began; nil: they may change meanwhile.
  ///   - resume: asked once with what the run is of and no row; what it returns is gone on with.
  ///   - progress: called after each row.
  ///   - ended: called with the rows that are there where an input has changed, which ends the run.
  /// - Throws: `NonFiniteError` naming input and layer where no row of the whole run is free of NaN and Inf, an
  ///   `ExplainedError` for a request that cannot be carried out, `FileError.changed` for an input that has changed,
  ///   `CancellationError` before there is any row.
  public init(
    of validated: ValidatedRequest, shard: Shard? = nil, watched: WatchedFiles? = nil,
    resume: (Features) throws -> Features = { $0 },
    cancellation: Cancellation = Cancellation(), progress: (Features) throws -> Void = { _ in },
    ended: (Features) throws -> Void = { _ in }
  ) throws {
    let request = validated.request
    let inputs = try request.inputs()
    let network = try Network(validated.network)
    let size = inputs.size ?? request.size
    let tap = try network.tap(request.tap)
    let workers = Workers(threads: request.threads, cancellation: cancellation)
    var features = try resume(
      Features(Subject(request, network, tap, input: size), of: inputs, shard: shard))
    let ready = InputsAhead(
      inputs, size: size, preprocessing: network.preprocessing, watched: watched, workers: workers)
    if features.makers == [.this] {
      try ready.requireSame(
        features.rows.compactMap { row in row.hash.map { (row.index, row.name, $0) } },
        workers: workers)
    }
    let open = features.open
    var failure: NonFiniteError?
    for (turn, index) in open.enumerated() {
      do {
        try cancellation.check()
        let following = turn + 1 < open.count ? open[turn + 1] : nil
        let flaw = try features.add(
          index, inputs.name(index), request.mayBeSkipped.contains(PathKey(inputs.path(index)))
        ) {
          try ready.input(index, following: following)
        } through: { input in
          try network.tapped(input, tap, workers)
        }
        failure = failure ?? flaw
      } catch let error as CancellationError {
        if features.rows.isEmpty { throw error }
        break
      } catch let error as FileError where error.isChange {
        if !features.rows.isEmpty { try ended(features) }
        throw error
      }
      try progress(features)
    }
    if let failure, features.isWhole, features.rows.allSatisfy({ $0.reason != nil }) {
      throw failure
    }
    self = features
  }

  /// Adds the row of input `index`, in its place.
  ///
  /// - Returns: what makes it NaN where that is no file that cannot be read.
  private mutating func add(
    _ index: Int, _ name: String, _ mayBeSkipped: Bool, input: () throws -> InputsAhead.Ready,
    through network: (Tensor) throws -> [Float]
  ) throws -> NonFiniteError? {
    let ready: InputsAhead.Ready
    do {
      ready = try input()
    } catch let error as any ExplainedError where mayBeSkipped && error.isOfTheFile {
      insert(Row(index: index, name: name, hash: nil, reason: error.explanation), nil)
      return nil
    }
    do {
      let elements = try network(ready.input)
      insert(Row(index: index, name: name, hash: ready.hash, reason: nil), elements)
      return nil
    } catch let error as NonFiniteError {
      var named = error
      named.input = name
      insert(Row(index: index, name: name, hash: ready.hash, reason: named.explanation), nil)
      return named
    }
  }

  /// - Parameter elements: nil: they are NaN.
  private mutating func insert(_ row: Row, _ elements: [Float]?) {
    let place = (rows.lastIndex { $0.index < row.index } ?? -1) + 1
    rows.insert(row, at: place)
    values.insert(
      contentsOf: elements ?? [Float](repeating: .nan, count: width), at: place * width)
  }
}

extension Features.Subject {
  fileprivate init(
    _ request: ERFRequest, _ network: Network, _ tap: Tap, input: InputSize
  ) throws {
    let shape = try network.shape(of: tap, input: input)
    model = network.id
    weights = request.network.weightsText
    weightsHash = network.weightsHash
    weightsChoice = network.weightsChoice
    self.input = input
    self.tap = tap.name
    preprocessing = network.preparation
    // Tokens stay (N, L, C), as PyTorch has them.
    extents =
      !shape.isMap
      ? Array(shape.extents.dropFirst())
      : tap.kind == .logits ? [shape.channels] : [shape.channels, shape.height, shape.width]
  }
}

extension Network {
  /// The elements of a layer as PyTorch orders them.
  ///
  /// - Throws: `NonFiniteError` naming the layer, `CancellationError`.
  fileprivate func tapped(_ input: Tensor, _ tap: Tap, _ workers: Workers) throws -> [Float] {
    guard ElementKernels.isFinite(input) else {
      throw NonFiniteError(layer: "the input", phase: .input)
    }
    let output = try features(input, tap: tap.name, workers: workers)
    if !ElementKernels.isFinite(output) {
      try requireFinite(input, to: tap.name, workers: workers)
    }
    try workers.cancellation.check()
    return output.shape.isMap ? output.channelsFirst().elements : output.elements
  }
}
