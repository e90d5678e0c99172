// Whether the numbers of a network can be computed with, before anything is.

extension ERFComputer {
  /// Checks that the weights of `spec` can be computed with, without making a network of them.
  ///
  /// - Throws: what loading the network throws, `CancellationError`.
  public func requireNumbers(of spec: NetworkSpec, cancellation: Cancellation) throws {
    let opened = try open(spec, cancellation: cancellation)
    try opened.requireWeights()
    let loader = opened.loader(cancellation: cancellation)
    for expression in opened.blueprint.nodes.flatMap(\.parameters) {
      try cancellation.check()
      _ = try loader.value(expression)
    }
  }
}
