/// A family of networks with its free numbers: a value that builds graphs.
protocol Architecture: Sendable {
  /// Canonical id: `replknet-31`, or a free variant such as `resnet-cifar:depth=26`.
  var id: String { get }
  /// How the official code initialises.
  var initialization: Initialization { get }
  /// How images are prepared for it.
  var preprocessing: Preprocessing { get }

  /// Appends the whole network: every block and stage tapped, logits at the end.
  func build(_ builder: inout GraphBuilder) throws
}

extension Architecture {
  /// The training form: batch norms and parallel branches as in the official code.
  func graph(from source: any ParameterSource) throws -> Graph {
    var builder = GraphBuilder(source: source, initialization: initialization)
    try build(&builder)
    return builder.graph
  }
}
