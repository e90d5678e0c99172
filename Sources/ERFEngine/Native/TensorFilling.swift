// Filling and hashing whole tensors without copying them.

extension Tensor {
  /// Element i is `value(i)`, computed over the machine's cores.
  @inline(__always)
  init(generated shape: Shape, _ value: (Int) -> Float) {
    var tensor = Tensor(uninitialized: shape)
    let to = unsafe tensor.mutablePointer()
    Workers().forEachRange(of: shape.count, size: 1 << 16) { range in
      for index in range { unsafe to[index] = value(index) }
    }
    self = tensor
  }

  /// Hash of the float32 bits in order, in independent parts of a fixed size.
  func addBits(to hash: inout FNV1a, workers: Workers = Workers()) {
    let part = 1 << 16
    let parts = (count + part - 1) / part
    var partial = [UInt64](repeating: 0, count: parts)
    let from = unsafe pointer
    unsafe partial.withUnsafeMutableBufferPointer { buffer in
      let results = buffer.baseAddress
      workers.forEach(parts) { index in
        var inner = FNV1a()
        for element in index * part..<min(count, (index + 1) * part) {
          unsafe inner.add(word: UInt64(from[element].bitPattern))
        }
        unsafe results?[index] = inner.value
      }
    }
    hash.add(word: UInt64(count))
    for value in partial { hash.add(word: value) }
  }
}
