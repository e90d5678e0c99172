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

  /// A picture of three channels, (1, H, W, 3): the `bytes` of its pixels, each as its channel's 256 values
  /// in `table` have it, which stand one channel after the other.
  ///
  /// - Parameter isReversed: whether the first channel is the last byte of a pixel.
  init(height: Int, width: Int, bytes: [UInt8], isReversed: Bool, by table: [Float]) {
    precondition(bytes.count == height * width * 3 && table.count == 3 * 256)
    var tensor = Tensor(uninitialized: Shape(height: height, width: width, channels: 3))
    let to = unsafe tensor.mutablePointer()
    let (first, last) = isReversed ? (2, 0) : (0, 2)
    for index in stride(from: 0, to: bytes.count, by: 3) {
      unsafe to[index] = table[Int(bytes[index + first])]
      unsafe to[index + 1] = table[256 + Int(bytes[index + 1])]
      unsafe to[index + 2] = table[512 + Int(bytes[index + last])]
    }
    self = tensor
  }

  /// Mixes in the float32 bits in order, in independent parts of a fixed size.
  func addBits(to hash: inout FNV1a, workers: Workers = Workers()) {
    for word in hashWords(workers: workers) { hash.add(word: word) }
  }

  /// What `addBits` mixes in: the number of elements, and a hash of each part.
  func hashWords(workers: Workers = Workers()) -> [UInt64] {
    let part = 1 << 16
    let parts = (count + part - 1) / part
    var partial = [UInt64](repeating: 0, count: parts)
    let from = unsafe pointer
    unsafe partial.withUnsafeMutableBufferPointer { buffer in
      let results = buffer.baseAddress
      // Four parts side by side: each word waits for the one before it in its own part alone.
      workers.forEach((parts + 3) / 4) { index in
        let first = 4 * index
        var inner = (FNV1a(), FNV1a(), FNV1a(), FNV1a())
        var whole = 0
        if (first + 4) * part <= count {
          let (a, b, c, d) = unsafe (
            from + first * part, from + (first + 1) * part, from + (first + 2) * part,
            from + (first + 3) * part
          )
          for element in 0..<part {
            unsafe inner.0.add(word: UInt64(a[element].bitPattern))
            unsafe inner.1.add(word: UInt64(b[element].bitPattern))
            unsafe inner.2.add(word: UInt64(c[element].bitPattern))
            unsafe inner.3.add(word: UInt64(d[element].bitPattern))
          }
          for (offset, hash) in [inner.0, inner.1, inner.2, inner.3].enumerated() {
            unsafe results?[first + offset] = hash.value
          }
          whole = 4
        }
        for rest in first + whole..<max(first + whole, min(parts, first + 4)) {
          var inner = FNV1a()
          for element in rest * part..<min(count, (rest + 1) * part) {
            unsafe inner.add(word: UInt64(from[element].bitPattern))
          }
          unsafe results?[rest] = inner.value
        }
      }
    }
    return [UInt64(count)] + partial
  }
}
