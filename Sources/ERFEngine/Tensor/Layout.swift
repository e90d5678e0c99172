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
    let source = elements
    let matrix = rows * columns
    return Tensor(generated: shape) { index in
      let (image, position) = (index / matrix, index % matrix)
      return source[image * matrix + position % rows * columns + position / rows]
    }
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
