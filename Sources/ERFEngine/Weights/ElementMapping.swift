// Numbers out of mapped files.

extension MappedFile: ByteSource {
  /// - Throws: `CheckpointError.unreadable` with the system's reason, `.noRoom`.
  convenience init(path: String) throws(CheckpointError) {
    do {
      try self.init(mapping: path)
    } catch {
      if let bytes = error.bytes { throw .noRoom(path: path, bytes: bytes) }
      throw .unreadable(path: path, reason: error.reason)
    }
  }

  /// Integers of `type` from `offset` on; nil where they leave the file, are none, or are gone.
  func integers(_ type: ElementType, at offset: Int, count elements: Int) -> [Int]? {
    let (bytes, overflow) = elements.multipliedReportingOverflow(by: type.size)
    guard !overflow && offset >= 0 && offset <= count && bytes <= count - offset && isWhole else {
      return nil
    }
    let integers = unsafe memory.baseAddress.flatMap {
      unsafe type.integers($0 + offset, count: elements)
    }
    return isWhole ? integers : nil
  }

  /// Elements of `type` from `offset` on, converted to float32; nil where they leave the file,
  /// are no real numbers, or are gone.
  func floats(_ type: ElementType, at offset: Int, shape: Shape) -> Tensor? {
    let (bytes, overflow) = shape.count.multipliedReportingOverflow(by: type.size)
    guard !overflow && offset >= 0 && offset <= count && bytes <= count - offset && isWhole else {
      return nil
    }
    let tensor = unsafe memory.baseAddress.flatMap { unsafe type.decode($0 + offset, shape: shape) }
    return isWhole ? tensor : nil
  }
}
