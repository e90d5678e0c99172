/// Telling whether two graphs begin alike, and where one can be left and entered again.
extension Graph {
  /// For each value a hash of the input, all layers up to it, and their parameters: graphs in which it
  /// is equal compute the same value, and all before it, from the same input.
  func prefixHashes(_ parameters: ParameterHashes) -> [UInt64] {
    var hash = FNV1a()
    return [hash.value]
      + nodes.map { node in
        hash.add("\(node.inputs)".utf8)
        parameters.add(node, to: &hash)
        return hash.value
      }
  }

  /// The same graph with the parameters of `others` wherever they are the same: those have their
  /// layouts already.
  func sharingLayers(
    with others: [(graph: Graph, hashes: ParameterHashes)], hashes: ParameterHashes
  ) -> Graph {
    func key(_ node: Node, _ hashes: ParameterHashes) -> UInt64 {
      var hash = FNV1a()
      hashes.add(node, to: &hash)
      return hash.value
    }
    var known: [UInt64: Parameters] = [:]
    for other in others {
      for node in other.graph.nodes where !node.parameters.tensors.isEmpty {
        known[key(node, other.hashes)] = node.parameters
      }
    }
    var shared = self
    for index in nodes.indices where !nodes[index].parameters.tensors.isEmpty {
      if let same = known[key(nodes[index], hashes)] { shared.nodes[index].parameters = same }
    }
    return shared
  }

  /// The outputs of stages up to `value` that everything later depends on alone, in order: a forward
  /// pass can begin at any of them.
  func cuts(to value: Int) -> [Int] {
    // The earliest value that the nodes from here on read.
    var earliest = value
    var isCut = [Bool](repeating: false, count: value + 1)
    isCut[value] = true
    for index in (0..<value).reversed() {
      earliest = min(earliest, nodes[index].inputs.min() ?? index)
      isCut[index] = earliest >= index
    }
    return Set(stages.map(\.value) + [value]).filter { $0 <= value && isCut[$0] }.sorted()
  }
}
