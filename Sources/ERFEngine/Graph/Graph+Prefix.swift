/// Telling whether two graphs begin alike, and where one can be left and entered again.
extension Graph {
  /// For each value a hash (FNV-1a) of the input, all layers up to it, and their parameters: graphs in
  /// which it is equal compute the same value, and all before it, from the same input.
  func prefixHashes(_ workers: Workers) -> [UInt64] {
    var hash = FNV1a()
    return [hash.value]
      + nodes.map { node in
        hash.add("\(node.op.summary) \(node.op.window) \(node.inputs)".utf8)
        for parameter in node.op.parameters {
          hash.add(parameter.name.utf8)
          parameter.value.addBits(to: &hash, workers: workers)
        }
        return hash.value
      }
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
