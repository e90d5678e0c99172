// What tells the weights of a file from those of others, whatever is asked of its graph.

extension ONNXModel {
  /// Hash of all numbers that the file holds, as they lie there, in the order of their names: initializers
  /// and constants of nodes. Whole numbers of 64 bits are left out: they are shapes, axes and places.
  var weightsHash: FNV1a {
    var hash = FNV1a()
    for tensor in graph.tensors where tensor.type != .int64 {
      // What is damaged of what nobody asks for keeps nothing from being shown.
      for word in words(of: tensor) ?? [.max] { hash.add(word: word) }
    }
    return hash
  }

  private func words(of tensor: ONNXTensor) -> [UInt64]? {
    switch tensor.place {
    case .raw(let range), .typed(let range): return file.contentWords(range)
    case .external(let location, let offset, let length):
      guard let data = try? dataFiles.file(location, of: self), let element = tensor.type.element
      else { return nil }
      let bytes = length ?? tensor.count * element.size
      guard offset <= data.count, (0...data.count - offset).contains(bytes) else { return nil }
      return data.contentWords(offset..<offset + bytes)
    }
  }
}

extension ONNXGraph {
  /// All that it and the graphs in it hold, in an order that does not depend on that of nodes.
  fileprivate var tensors: [ONNXTensor] {
    let nodes = nodes.sorted { ($0.outputs.first ?? "") < ($1.outputs.first ?? "") }
    return initializers.sorted { $0.key < $1.key }.map(\.value)
      + nodes.flatMap { node in
        node.attributes.sorted { $0.key < $1.key }.flatMap { attribute -> [ONNXTensor] in
          switch attribute.value {
          case .tensor(let tensor): [tensor]
          case .graph(let graph): graph.tensors
          default: []
          }
        }
      }
  }
}
