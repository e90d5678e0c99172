/// Joining operators that look at single pixels into chains that run tile by tile.
extension Blueprint {
  /// The same function with every run of such operators, of which only the last one's value is read
  /// or tapped, as one node.
  func chained() -> Blueprint {
    let chains = chains()
    return rewritten { index, node, copy in
      guard let chain = chains[index],
        let op = PixelChain(chain.map { nodes[$0.node].op })
      else { return nil }
      var joined = node
      joined.op = op
      joined.parameters = chain.flatMap { nodes[$0.node].parameters }
      let others = chain.flatMap { link in
        // What is added to the link before: the addition's other input.
        link.input == nodes[link.node].inputs[0]
          ? Array(nodes[link.node].inputs.dropFirst()) : [nodes[link.node].inputs[0]]
      }
      joined.inputs = ([chain[0].input] + others).map { copy.renamed($0) }
      return joined
    }.droppingDeadNodes()
  }

  /// A node of a chain, and the value that it takes from the link before, or the chain's input.
  private struct ChainLink {
    let node: Int
    let input: Int
  }

  /// The links of each chain by its last node.
  private func chains() -> [Int: [ChainLink]] {
    let uses = useCounts
    let tapped = Set(taps.map(\.value))
    var chains: [Int: [ChainLink]] = [:]
    for (index, node) in nodes.enumerated() where node.op.pixelStep != nil {
      let continued = node.inputs.first { value in
        guard let source = Blueprint.node(of: value), chains[source] != nil else { return false }
        return uses[value] == 1 && !tapped.contains(value)
      }
      let before = continued.flatMap { Blueprint.node(of: $0) }.flatMap {
        chains.removeValue(forKey: $0)
      }
      chains[index] =
        (before ?? []) + [ChainLink(node: index, input: continued ?? node.inputs[0])]
    }
    return chains.filter { $0.value.count > 1 }
  }
}
