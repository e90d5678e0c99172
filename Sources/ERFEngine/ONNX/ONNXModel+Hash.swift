// What tells what a file computes from what others do, whatever is asked of its graph.

import Synchronization

/// The hash of a file's graph and weights once somebody has asked for it: it costs a pass over all of them.
final class ONNXHash: Sendable {
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
  /// Hash of all that the file computes with: the operators, how they are set and connected, and all numbers
  /// as they lie there. Nothing else names an exported network: equal weights under another dilation are
  /// another one.
  ///
  /// - Throws: `ONNXError.damaged` where somebody wrote to the file since it was opened.
  func weightsHash() throws -> FNV1a {
    try hashed.value {
      WorkCount.note(.hash)
      var hash = FNV1a()
      for (domain, version) in operatorSets.sorted(by: { $0.key < $1.key }) {
        hash.add(line: domain, "\(version)")
      }
      add(graph, to: &hash)
      // The network runs with what was read when the file was opened.
      guard file.isUnchanged, dataFiles.areUnchanged else {
        throw ONNXError.damaged(path: path, reason: "it was changed while it was read")
      }
      return hash
    }
  }

  /// Mixes in a graph and the graphs in it, in an order that does not depend on that of nodes.
  private func add(_ graph: ONNXGraph, to hash: inout FNV1a) {
    hash.add(line: graph.inputs.map(\.name))
    hash.add(line: graph.outputs.map(\.name))
    for (name, tensor) in graph.initializers.sorted(by: { $0.key < $1.key }) {
      hash.add(line: name)
      add(tensor, to: &hash)
    }
    for node in graph.nodes.sorted(by: { ($0.outputs.first ?? "") < ($1.outputs.first ?? "") }) {
      hash.add(line: [node.domain, node.operation] + node.inputs)
      hash.add(line: node.outputs)
      for (name, value) in node.attributes.sorted(by: { $0.key < $1.key }) {
        hash.add(line: name)
        add(value, to: &hash)
      }
    }
  }

  private func add(_ attribute: ONNXAttribute, to hash: inout FNV1a) {
    switch attribute {
    case .float(let value): hash.add(word: UInt64(value.bitPattern))
    case .integer(let value): hash.add(wide: UInt64(bitPattern: Int64(value)))
    case .text(let text): hash.add(line: text)
    case .tensor(let tensor): add(tensor, to: &hash)
    case .graph(let graph): add(graph, to: &hash)
    case .floats(let values):
      for value in values { hash.add(word: UInt64(value.bitPattern)) }
    case .integers(let values):
      for value in values { hash.add(wide: UInt64(bitPattern: Int64(value))) }
    case .texts(let texts): hash.add(line: texts)
    }
  }

  private func add(_ tensor: ONNXTensor, to hash: inout FNV1a) {
    hash.add(line: ["\(tensor.type)"] + tensor.shape.map(String.init))
    // What is damaged of what nobody asks for keeps nothing from being shown.
    for word in words(of: tensor) ?? [.max] { hash.add(wide: word) }
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

extension FNV1a {
  /// Mixes in words, with what no word holds behind each and behind all of them.
  fileprivate mutating func add(line words: [String]) {
    for word in words {
      add(word.utf8)
      add(word: 256)
    }
    add(word: 257)
  }

  fileprivate mutating func add(line words: String...) { add(line: words) }
}
