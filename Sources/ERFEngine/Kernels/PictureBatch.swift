// From 8-bit pictures in memory to the normalised batch of one training step.

/// Pictures of 8 bits, of any sizes.
struct PictureBlock: Sendable {
  let images: [Image]

  init(_ images: [Image]) { self.images = images }

  var count: Int { images.count }

  /// What one training image is cut from: which picture, where, and how.
  struct Cut: Sendable {
    var picture: Int
    /// The part of the picture that is scaled to the input.
    var box: Region
    var isMirrored = false
    var colour: ColourChange?
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
    workers.forEach(cuts.count) { index in
      let cut = cuts[index]
      let image = unsafe to + index * size * size * 3
      unsafe images[cut.picture].sample(
        cut.box, side: size, mirrored: cut.isMirrored, into: image)
      if let colour = cut.colour { unsafe colour.apply(to: image, count: size * size) }
      for channel in 0..<3 {
        let (scale, shift) = (scales[channel], shifts[channel])
        let plane = unsafe image + channel
        for pixel in 0..<size * size { unsafe plane[pixel * 3] = plane[pixel * 3] * scale + shift }
      }
      guard let erased = cut.erased else { return }
      for y in erased.rows {
        unsafe (image + (y * size + erased.columns.lowerBound) * 3).update(
          repeating: 0, count: erased.columns.count * 3)
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
