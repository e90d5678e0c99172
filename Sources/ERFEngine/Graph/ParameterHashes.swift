/// Hashes (FNV-1a) of the bits of parameters, each computed once however many graphs share it.
struct ParameterHashes: Sendable {
  private var hashes: [ObjectIdentifier: UInt64] = [:]

  /// Of all parameters of `graph`, of which `known` may have some.
  init(of graph: Graph, known: [ParameterHashes] = [], workers: Workers) {
    for node in graph.nodes {
      for (_, parameter) in node.op.parameters {
        let id = ObjectIdentifier(parameter.storage)
        if hashes[id] != nil { continue }
        hashes[id] = known.lazy.compactMap { $0.hashes[id] }.first ?? Self.hash(parameter, workers)
      }
    }
  }

  private static func hash(_ parameter: Tensor, _ workers: Workers) -> UInt64 {
    var hash = FNV1a()
    parameter.addBits(to: &hash, workers: workers)
    return hash.value
  }

  /// Mixes in what an operator computes: operators that mix in the same compute the same.
  func add(_ op: any Operator, to hash: inout FNV1a) {
    hash.add("\(op.summary) \(op.window)".utf8)
    for (name, parameter) in op.parameters {
      hash.add("\(name) \(parameter.shape)".utf8)
      guard let bits = hashes[ObjectIdentifier(parameter.storage)] else {
        preconditionFailure("\(name) is no parameter of the graph")
      }
      hash.add(word: bits)
    }
  }
}
