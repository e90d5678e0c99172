/// What a forward pass is to keep.
enum Keep: Sendable {
  /// Nothing: only the output is wanted.
  case nothing
  /// What the gradient with respect to the input needs.
  case inputGradient
  /// Also what the gradients with respect to the parameters need.
  case allGradients
}

/// What one operator keeps of a forward pass for its gradients.
///
/// Linear operators keep nothing for the input gradient, and their input for those of parameters.
enum Kept: Sendable {
  case nothing
  /// One bit an output element: whether the gradient passes.
  case signs(PackedMap)
  /// 16 bits an output element: the derivative with respect to its input, to 1e-5.
  case slopes(PackedMap)
  /// One byte an output element: the tap of the window that won.
  case winners(PackedMap)
  /// What each link of a chain keeps.
  case links([Kept])
  /// The input, or another value over the pixels of the output: cropped like it where it is a map.
  case input(Tensor)
  /// Several of those.
  case values([Tensor])
  /// In training: the input of a batch norm, and what the batch had.
  case batch(input: Tensor, BatchStatistics)
  /// In training: what each image was multiplied with.
  case imageScales([Float])
  /// In training: the derivative of each output element with respect to its input.
  case factors(Tensor)
}

extension Kept {
  /// What was kept of `region` of the output. Inputs of windows are needed whole, for parameter
  /// gradients alone.
  func cropped(to region: Region, workers: Workers = Workers(threads: 1)) -> Kept {
    switch self {
    case .nothing: .nothing
    case .signs(let map): .signs(map.cropped(to: region, workers: workers))
    case .slopes(let map): .slopes(map.cropped(to: region, workers: workers))
    case .winners(let map): .winners(map.cropped(to: region, workers: workers))
    case .links(let links): .links(links.map { $0.cropped(to: region, workers: workers) })
    case .input(let value): .input(value.cropped(to: region, workers: workers))
    case .factors(let value): .factors(value.cropped(to: region, workers: workers))
    case .values(let values):
      .values(values.map { $0.cropped(to: region, workers: workers) })
    case .batch, .imageScales: preconditionFailure("training is over whole maps")
    }
  }

  var bytes: Int {
    switch self {
    case .nothing: 0
    case .signs(let map), .slopes(let map), .winners(let map): map.bytes
    case .links(let links): links.reduce(0) { $0 + $1.bytes }
    case .input(let tensor), .batch(let tensor, _), .factors(let tensor): tensor.bytes
    case .values(let tensors): tensors.reduce(0) { $0 + $1.bytes }
    case .imageScales(let scales): scales.count * MemoryLayout<Float>.stride
    }
  }
}
