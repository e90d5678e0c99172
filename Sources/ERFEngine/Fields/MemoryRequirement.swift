// What each command needs of memory, by one estimate, asked before weights are loaded.

extension OpenedNetwork {
  /// Checks that a forward pass to a layer fits into memory, with `outputs` bytes of its results kept.
  ///
  /// - Parameter size: of the input; nil: the one that the network is evaluated at.
  /// - Throws: what a layer or a size that does not fit gives, `MemoryError`.
  public func requireMemoryForward(
    to tap: String? = "logits", size: InputSize? = nil, outputs: Int = 0
  ) throws {
    let size = size ?? evaluation.size
    let request = ERFRequest(network: spec, size: size, tap: tap)
    let estimate = try request.memoryEstimate(of: self, isWhole: true)
    try MemoryError.require(
      MemoryEstimate.programBytes
        + max(estimate.loadingBytes, estimate.weightBytes + estimate.forwardBytes) + outputs,
      code: estimate.forwardCodeBytes, for: "\(id) at \(size.height)x\(size.width)",
      advice: "choose a smaller input or network")
  }

  /// Checks that the network's weights fit into memory as often as converting has them: as they come,
  /// as they are written, and as they are read back to compare, each with a pass over a picture.
  ///
  /// - Throws: `MemoryError`.
  public func requireMemoryToConvert() throws {
    let request = ERFRequest(network: spec, size: evaluation.size)
    let estimate = try request.memoryEstimate(of: self, isWhole: true)
    let weights = blueprint.parameterCount * MemoryLayout<Float>.stride
    try MemoryError.require(
      MemoryEstimate.programBytes + 2 * weights
        + max(weights, estimate.weightBytes + estimate.forwardBytes),
      code: estimate.forwardCodeBytes, for: "converting \(id)",
      advice: "convert it on a machine with more memory")
  }
}

extension ERFRequest {
  /// What drawing vectors and encoding a picture of them take.
  private static let drawingBytes = 64_000_000

  /// Checks that the maps of several requests fit into memory one after the other where the networks stay,
  /// with what the next request may build on.
  ///
  /// - Parameters:
  ///   - curves: whether the fields of all layers are computed too.
  ///   - open: opens a network, or has it open already.
  /// - Throws: what validating a request throws, `MemoryError`.
  public static func requireMemory(
    _ requests: [ERFRequest], curves: Bool, for work: String,
    opening open: (NetworkSpec) throws -> OpenedNetwork
  ) throws {
    var stays = 0
    var code = 0
    var layouts = 0
    var largestParameters = 0
    var largestRun = 0
    for request in requests {
      let opened = try open(request.boundNetwork())
      let estimate = try request.memoryEstimate(of: opened, isWhole: true)
      let parameters = opened.blueprint.parameterCount * MemoryLayout<Float>.stride
      stays += estimate.weightBytes + (request.keepsForward ? parameters : 0)
      code += estimate.codeBytes
      layouts += estimate.weightBytes
      largestParameters = max(largestParameters, parameters)
      largestRun = max(largestRun, estimate.activationBytes + estimate.imageBytes)
    }
    var bytes = MemoryEstimate.programBytes + drawingBytes + stays + largestRun
    if curves {
      // Networks are loaded anew for their curves, beside the two that are held; the maps of all layers
      // take their seeds and sums at once.
      bytes += (requests.count > 2 ? layouts : largestParameters) + 3 * largestRun
    }
    try MemoryError.require(
      bytes, code: curves ? 2 * code : code, for: work,
      advice: "choose fewer networks or a smaller input"
        + (curves ? ", or leave out the curves by depth (--no-depth)" : ""))
  }
}

extension Features {
  /// Checks that the activations of all inputs fit into memory beside the network.
  ///
  /// - Throws: what validating the request throws, `MemoryError`.
  public static func requireMemory(_ validated: ValidatedRequest) throws {
    let request = validated.request
    let inputs = try request.inputs()
    let size = inputs.size ?? request.size
    let layers = validated.network.layers
    let tap = try layers.tap(request.tap, of: validated.network.id)
    let shape = try layers.shape(of: tap, input: size, model: validated.network.id)
    // As they are gathered, and once more as the file that is written.
    let (bytes, overflows) = (shape.count * MemoryLayout<Float>.stride * 3)
      .multipliedReportingOverflow(by: inputs.count)
    try validated.network.requireMemoryForward(
      to: request.tap, size: size, outputs: overflows ? 1 << 60 : bytes)
  }
}

extension Blueprint {
  /// Most memory that training takes at once: parameters with gradients and the optimizer's moments,
  /// before and after a step, and what the layers keep of a batch.
  ///
  /// - Parameter averages: whether a moving average of the parameters is kept too.
  /// - Throws: `LayerError` for an input that does not fit.
  func trainingBytes(
    size: InputSize, batch: Int, averages: Bool
  ) throws(LayerError) -> Int {
    let float = MemoryLayout<Float>.stride
    let shapes = try shapes(input: inputShape(size, batch: batch))
    var kept = 0
    for (index, node) in nodes.enumerated() {
      let inputs = node.inputs.map { shapes[$0] }
      let output = shapes[Blueprint.value(of: index)]
      kept +=
        node.op is any LearningOperator
        ? inputs.reduce(0) { $0 + $1.count * float }
        : max(node.op.keptBytes(inputs: inputs, output: output), output.count * float)
    }
    let largest = (shapes.map(\.count).max() ?? 0) * float
    let parameters = parameterCount * float
    return MemoryEstimate.programBytes + kept + 3 * largest
      + parameters * (averages ? 9 : 7)
  }
}
