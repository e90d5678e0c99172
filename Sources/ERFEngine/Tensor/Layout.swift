/// Conversions between the engine's channels-last layout and PyTorch's channels-first one.
extension Tensor {
  /// (N, C, H, W) -> (N, H, W, C).
  public func channelsLast() -> Tensor {
    let (batch, channels, pixels) = (shape[0], shape[1], shape[2] * shape[3])
    return permuted(
      to: [batch, shape[2], shape[3], channels], batch: batch, rows: channels, columns: pixels)
  }

  /// (N, H, W, C) -> (N, C, H, W).
  public func channelsFirst() -> Tensor {
    let (batch, pixels, channels) = (shape[0], shape[1] * shape[2], shape[3])
    return permuted(
      to: [batch, channels, shape[1], shape[2]], batch: batch, rows: pixels, columns: channels)
  }

  /// Each (rows, columns) matrix transposed.
  private func permuted(to shape: Shape, batch: Int, rows: Int, columns: Int) -> Tensor {
    precondition(shape.count == count && count == batch * rows * columns)
    var result = Tensor(uninitialized: shape)
    let target = unsafe result.mutablePointer()
    // Tiles, so that neither side leaves the cache between one visit of a line and the next.
    let side = 64
    for image in 0..<batch {
      let from = unsafe pointer + image * rows * columns
      let to = unsafe target + image * rows * columns
      for left in stride(from: 0, to: columns, by: side) {
        for top in stride(from: 0, to: rows, by: side) {
          for column in left..<min(columns, left + side) {
            for row in top..<min(rows, top + side) {
              unsafe to[column * rows + row] = from[row * columns + column]
            }
          }
        }
      }
    }
    return result
  }

  /// Image `index` of a batch, (N, H, W, C) or (N, C, H, W), as a batch of one.
  public func image(_ index: Int) -> Tensor {
    let part = Shape([1] + shape.extents.dropFirst())
    return Tensor(
      shape: part,
      storage: TensorStorage(
        copying: storage, index * part.count..<(index + 1) * part.count))
  }
}
