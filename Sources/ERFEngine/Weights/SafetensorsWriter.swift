/// Writes safetensors files tensor by tensor, so that a network needs no second copy in memory.
struct SafetensorsWriter {
  /// Tensors by their names, in the order to write them.
  let tensors: [(key: String, value: Tensor)]
  /// `float32`, `float16` or `bfloat16`, for all tensors.
  let type: ElementType
  let metadata: [String: String]

  /// - Parameter outputs: as ``AtomicFile`` takes them.
  /// - Throws: `FileError`.
  func write(to path: String, among outputs: OutputVersions? = nil) throws {
    let header = try SafetensorsLayout(
      tensors: tensors.map { ($0.key, type, $0.value.shape.extents) }, metadata: metadata
    ).encoded()
    let parts = (-1..<tensors.count).lazy.map { index in
      index < 0 ? header : tensors[index].value.encoded(as: type)
    }
    try AtomicFile.write(parts: parts, to: path, among: outputs)
  }
}
