// What tells the weights of a file from those of others, whatever is asked of its graph.

import Synchronization

/// The hash of a file's weights once somebody has asked for it: it costs a pass over all of them.
final class ONNXWeightsHash: Sendable {
  private let known = Mutex<FNV1a?>(nil)

  /// Who asks while it is being made waits for that.
  fileprivate func value(_ make: () throws -> FNV1a) throws -> FNV1a {
    try known.withLock { known in
      if let known { return known }
      let hash = try make()
      known = hash
      return hash
    }
  }
}

extension ONNXModel {
  /// Hash of all numbers that the file holds, as they lie there, in the order of their names: initializers
  /// and constants of nodes. Whole numbers of 64 bits are left out: they are shapes, axes and places.
  ///
  /// - Throws: `ONNXError.damaged` where somebody wrote to the file since it was opened.
  func weightsHash() throws -> FNV1a {
    try hashed.value {
      WorkCount.note(.hash)
      let hash = contentsHash
      // The network runs with what was read when the file was opened.
      guard file.isUnchanged, dataFiles.areUnchanged else {
        throw ONNXError.damaged(path: path, reason: "it was changed while it was read")
      }
      return hash
    }
  }

  private var contentsHash: FNV1a {
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
