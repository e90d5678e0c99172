/// Hashes (FNV-1a) of the bits of parameters, each computed once however many graphs share it.
struct ParameterHashes: Sendable {
  private var hashes: [ObjectIdentifier: UInt64] = [:]

  /// Of all parameters of `graph`, of which `known` may have some.
  init(of graph: Graph, known: [ParameterHashes] = [], workers: Workers) {
    for node in graph.nodes {
      for parameter in node.parameters.tensors {
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

  /// Mixes in what a node computes: those that mix in the same compute the same.
  func add(_ node: Graph.Node, to hash: inout FNV1a) {
    var hasher = Hasher()
    node.op.sign(&hasher)
    hash.add(word: UInt64(bitPattern: Int64(hasher.finalize())))
    for parameter in node.parameters.tensors {
      hash.add("\(parameter.shape)".utf8)
      guard let bits = hashes[ObjectIdentifier(parameter.storage)] else {
        preconditionFailure("a parameter that is none of the graph's")
      }
      hash.add(word: bits)
    }
  }
}
