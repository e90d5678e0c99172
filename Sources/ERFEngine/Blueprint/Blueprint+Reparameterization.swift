/// Structural re-parameterization as a tool: what the released code does before it saves a network
/// for deployment, under the names that it gives. The inference form goes further than that.
extension Blueprint {
  /// Parallel kernels and their batch norms as one kernel each, where the released code merges them;
  /// a large kernel without a small one takes its norm in.
  func mergingForCheckpoints() -> Blueprint {
    var merging: Set<Int> = []
    for (index, node) in nodes.enumerated() where node.mergedScope != nil {
      merging.insert(index)
      if node.op is Add { merging.formUnion(node.inputs.compactMap(Blueprint.node)) }
    }
    var blueprint = foldingNormsIntoProducers { merging.contains($0) }.mergingParallelKernels()
    for (index, node) in blueprint.nodes.enumerated() where node.op is DepthwiseConvolution {
      guard let scope = node.mergedScope else { continue }
      blueprint.nodes[index].scope = scope
    }
    return blueprint
  }
}
