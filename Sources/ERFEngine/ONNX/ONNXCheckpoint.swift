// An ONNX file as a checkpoint: its initializers by name.

extension Checkpoint {
  /// The weights of the ONNX file at `path`.
  ///
  /// - Throws: `ONNXError`, `CheckpointError`.
  init(exported path: String) throws {
    let model = try ONNXModel(path: path)
    self.init(path: path, file: model.file, reader: ONNXCheckpoint(model))
  }
}

/// The initializers of an ONNX file as a checkpoint: tensors by name.
struct ONNXCheckpoint: CheckpointReader {
  private let model: ONNXModel
  let entries: CheckpointEntries

  init(_ model: ONNXModel) {
    self.model = model
    var entries = CheckpointEntries()
    for (name, tensor) in model.graph.initializers {
      // Texts and complex numbers are no weights.
      guard let element = tensor.type.element, element.isReal else { continue }
      entries.append(
        name, CheckpointEntry(type: element.rawValue, shape: Shape(tensor.shape)))
    }
    entries.sort()
    self.entries = entries
  }

  var format: String { "ONNX" }

  var metadata: [String: String] {
    var metadata = model.metadata
    metadata["producer"] = model.producer
    metadata["operator set"] = "\(model.operatorSet)"
    return metadata
  }

  /// - Throws: `ONNXError`, `CheckpointError.noTensor`.
  func tensor(_ key: String) throws -> Tensor {
    guard let tensor = model.graph.initializers[key] else {
      throw CheckpointError.noTensor(path: model.path, key: key, available: entries.keys.sorted())
    }
    return try model.constant(tensor).tensor
  }
}
