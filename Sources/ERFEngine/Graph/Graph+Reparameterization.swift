/// Structural re-parameterization as a tool: what the released code does before it saves a network
/// for deployment, under the names that it gives. The inference form goes further than that.
extension Graph {
  /// Parallel kernels and their batch norms as one kernel each, where the released code merges them;
  /// a large kernel without a small one takes its norm in.
  func mergingForCheckpoints() -> Graph {
    var merging: Set<Int> = []
    for (index, node) in nodes.enumerated() where node.mergedScope != nil {
      merging.insert(index)
      if node.op is Add { merging.formUnion(node.inputs.compactMap(Graph.node)) }
    }
    var graph = foldingBatchNormsIntoProducers { merging.contains($0) }.mergingParallelKernels()
    for (index, node) in graph.nodes.enumerated() where node.op is DepthwiseConvolution {
      guard let scope = node.mergedScope else { continue }
      graph.nodes[index].scope = scope
    }
    return graph
  }

  /// Hash of all parameters' float32 bits in the order of the network; 16 hexadecimal digits.
  var weightsHash: String {
    var hash = FNV1a()
    for (_, value) in stateDictionary { value.addBits(to: &hash) }
    return hash.text
  }

  /// Every parameter by the name that checkpoints give it, in the order of the network.
  var stateDictionary: [(key: String, value: Tensor)] {
    nodes.flatMap { node in
      zip(node.op.parameterShapes, node.parameters.tensors).map {
        (key: node.scope + "." + $0.name, value: $1)
      }
    }
  }
}
