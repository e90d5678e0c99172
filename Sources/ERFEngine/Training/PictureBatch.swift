// From 8-bit pictures in memory to the normalised batch of one training step.

/// Pictures (count, side, side, 3) of 8 bits.
struct PictureBlock: Sendable {
  let side: Int
  let count: Int
  private let pixels: [UInt8]

  /// Pictures made by `picture`, each `side` x `side`, on all threads.
  ///
  /// - Throws: the first error by position, and `CancellationError`.
  init(
    count: Int, side: Int, workers: Workers, _ picture: (Int) throws -> Image
  ) throws {
    let made = workers.map(count) { index in Result { try picture(index).pixels } }
    try workers.cancellation.check()
    var pixels: [UInt8] = []
    pixels.reserveCapacity(count * side * side * 3)
    for part in made {
      guard let part else { throw CancellationError() }
      pixels += try part.get()
    }
    precondition(pixels.count == count * side * side * 3)
    self.side = side
    self.count = count
    self.pixels = pixels
  }

  /// What one training image is cut from: which picture, where, and how.
  struct Cut: Sendable {
    var picture: Int
    var row = 0
    var column = 0
    var isMirrored = false
    /// Pixels of the result that become the mean colour.
    var erased: Region?
  }

  /// The cuts, `size` x `size` each, normalised: (N, size, size, 3).
  func batch(
    _ cuts: [Cut], size: Int, preprocessing: Preprocessing, workers: Workers
  ) -> Tensor {
    var batch = Tensor(
      uninitialized: Shape(batch: cuts.count, height: size, width: size, channels: 3))
    let to = unsafe batch.mutablePointer()
    let scales = preprocessing.deviation.map { 1 / (255 * $0) }
    let shifts = zip(preprocessing.mean, preprocessing.deviation).map { -$0 / $1 }
    unsafe pixels.withUnsafeBufferPointer { buffer in
      guard let from = buffer.baseAddress else { return }
      workers.forEach(cuts.count) { index in
        let cut = cuts[index]
        precondition(cut.picture < count && cut.row + size <= side && cut.column + size <= side)
        for y in 0..<size {
          let row = unsafe from + ((cut.picture * side + cut.row + y) * side + cut.column) * 3
          let target = unsafe to + (index * size + y) * size * 3
          for x in 0..<size {
            let source = unsafe row + (cut.isMirrored ? size - 1 - x : x) * 3
            unsafe target[x * 3] = Float(source[0]) * scales[0] + shifts[0]
            unsafe target[x * 3 + 1] = Float(source[1]) * scales[1] + shifts[1]
            unsafe target[x * 3 + 2] = Float(source[2]) * scales[2] + shifts[2]
          }
          if let erased = cut.erased, erased.rows.contains(y) {
            unsafe (target + erased.columns.lowerBound * 3).update(
              repeating: 0, count: erased.columns.count * 3)
          }
        }
      }
    }
    return batch
  }
}

extension Tensor {
  /// Image n of the batch (N, ...) becomes share * image n + (1 - share) * image N - 1 - n: mixup.
  func mixedWithReverse(share: Float) -> Tensor {
    var result = Tensor(uninitialized: shape)
    let to = unsafe result.mutablePointer()
    let from = unsafe pointer
    let size = count / max(1, shape.batch)
    for image in 0..<shape.batch {
      let (one, other) = (image * size, (shape.batch - 1 - image) * size)
      for index in 0..<size {
        unsafe to[one + index] = share * from[one + index] + (1 - share) * from[other + index]
      }
    }
    return result
  }
}
