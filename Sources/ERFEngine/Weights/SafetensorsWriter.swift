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
    try AtomicFile.write(parts: parts(), to: path, among: outputs)
  }

  /// Whether the file at `path` holds, byte for byte, what is written.
  func isWritten(at path: String) -> Bool {
    guard let file = try? MappedFile(mapping: path), let parts = try? self.parts() else {
      return false
    }
    var offset = 0
    for part in parts {
      guard file.bytes(offset..<offset + part.count) == part else { return false }
      offset += part.count
    }
    return offset == file.count
  }

  /// The header, then a tensor after the other, each made when it is asked for.
  private func parts() throws -> some Sequence<[UInt8]> {
    let header = try SafetensorsLayout(
      tensors: tensors.map { ($0.key, type, $0.value.shape.extents) }, metadata: metadata
    ).encoded()
    return (-1..<tensors.count).lazy.map { index in
      index < 0 ? header : tensors[index].value.encoded(as: type)
    }
  }
}
