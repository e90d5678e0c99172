// The tensors of a checkpoint and their numbers: read one at a time and let go of, since a file may
// have very many of them.

extension CheckpointInspection {
  /// One tensor; what is not finite does not count for the numbers.
  public struct TensorSummary: Sendable, Equatable, Encodable {
    public let name: String
    /// As safetensors headers call it.
    public let type: String
    public let shape: [Int]
    public let min: Float?
    public let mean: Double?
    public let max: Float?
    /// Elements that are NaN or infinite.
    public let nonFinite: Int
    /// FNV-1a of the float32 bits in order, 16 hexadecimal digits; nil: no real numbers.
    public let hash: String?

    fileprivate init(name: String, entry: CheckpointEntry, numbers: Numbers?) {
      self.name = name
      type = entry.type
      shape = entry.shape.extents
      let finite = numbers.flatMap { $0.nonFinite < entry.shape.count ? $0 : nil }
      min = finite?.min
      mean = finite?.mean
      max = finite?.max
      nonFinite = numbers?.nonFinite ?? 0
      hash = numbers?.hash.text
    }

    /// What ``JSONText/encode(_:)`` makes of it, in a small part of the time: a file may have many.
    ///
    /// - Throws: `EncodingError`.
    public func json() throws -> [UInt8] {
      var lines: [String] = []
      if let hash { lines.append("\"hash\" : \"\(hash)\"") }
      if let max { lines.append("\"max\" : \(JSONText.number(max))") }
      if let mean { lines.append("\"mean\" : \(JSONText.number(mean))") }
      if let min { lines.append("\"min\" : \(JSONText.number(min))") }
      try lines.append("\"name\" : \(JSONText.string(name))")
      lines.append("\"nonFinite\" : \(nonFinite)")
      var extents = shape.isEmpty ? "\n" : ""
      for extent in shape { extents += extents.isEmpty ? "\n    \(extent)" : ",\n    \(extent)" }
      lines.append("\"shape\" : [\(extents)\n  ]")
      try lines.append("\"type\" : \(JSONText.string(type))")
      return Array("{\n  \(lines.joined(separator: ",\n  "))\n}\n".utf8)
    }
  }

  /// The summaries of all tensors in the order of their names, each made when it is asked for: what is
  /// held of a tensor is its numbers alone.
  public struct Tensors: RandomAccessCollection, Sendable {
    fileprivate let numbers: [Numbers?]
    fileprivate let file: Checkpoint

    public var startIndex: Int { 0 }
    public var endIndex: Int { numbers.count }

    public subscript(_ index: Int) -> TensorSummary {
      let (name, entry) = file.entries[index]
      return TensorSummary(name: name, entry: entry, numbers: numbers[index])
    }
  }

  fileprivate struct Numbers: Sendable {
    var min = Float.infinity
    var max = -Float.infinity
    var mean = 0.0
    var nonFinite = 0
    var hash = FNV1a()

    init(_ tensor: Tensor) {
      var sum = 0.0
      for index in 0..<tensor.count {
        let value = tensor[index]
        guard value.isFinite else {
          nonFinite += 1
          continue
        }
        min = Swift.min(min, value)
        max = Swift.max(max, value)
        sum += Double(value)
      }
      mean = sum / Double(Swift.max(1, tensor.count - nonFinite))
      tensor.addBits(to: &hash)
    }
  }

  /// Reads all tensors for their numbers.
  ///
  /// - Throws: `CheckpointError`, `MemoryError` before any is read.
  public func tensors() throws -> Tensors {
    // One at a time: as it is stored and as numbers, each in whole pages of the largest size.
    let largest = file.entries.reduce(0) { largest, entry in
      ElementType.isReal(entry.value.type) ? max(largest, entry.value.shape.count) : largest
    }
    try MemoryError.require(
      ProcessMemory.residentBytes + 2 * largest * MemoryLayout<Float>.stride + 8 << 20,
      for: "inspecting \(path)", advice: "allow more memory")
    return Tensors(numbers: try names.map(numbers), file: file)
  }

  /// Reads the tensor `name` for its numbers.
  ///
  /// - Throws: `CheckpointError`.
  public func tensor(_ name: String) throws -> TensorSummary {
    guard let entry = file.entries[name] else {
      throw CheckpointError.noTensor(path: path, key: name, available: Array(names))
    }
    return TensorSummary(name: name, entry: entry, numbers: try numbers(name))
  }

  /// nil for types that are no real numbers.
  private func numbers(_ name: String) throws -> Numbers? {
    do {
      return Numbers(try file.tensor(name))
    } catch CheckpointError.wrongType {
      return nil
    }
  }
}
