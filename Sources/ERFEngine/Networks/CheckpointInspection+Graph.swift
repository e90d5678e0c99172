// Whether the graph in an ONNX file would open as a network, by opening it.

extension CheckpointInspection {
  /// What an exported graph is as a network.
  public enum Graph: Sendable {
    /// Its stages, and what there is to know of them.
    case network(stages: [String], notes: [String])
    /// Why it does not open, in the words in which every command would say so.
    case refused(any ExplainedError)
  }

  /// Whether the file says itself what its weights are for.
  public var isGraph: Bool { ONNXModel.isONNX(path) }

  /// Opens the graph at the size that it was exported for, or the usual one; nil: the file holds weights
  /// alone.
  ///
  /// - Throws: `CancellationError`.
  public func graph(cancellation: Cancellation = Cancellation()) throws -> Graph? {
    guard isGraph else { return nil }
    do {
      let network = try ONNXGraphs.shared.network(path: path, cancellation: cancellation)
      let flawed = network.weights.filter { !ElementKernels.isFinite($0.value) }.keys.min()
      if let flawed { return .refused(CheckpointError.nonFinite(path: path, key: flawed)) }
      return .network(
        stages: network.blueprint.stages.map(\.name),
        notes: network.input.notes(.own) + network.notes)
    } catch let error as any ExplainedError {
      return .refused(error)
    }
  }
}
