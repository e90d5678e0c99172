import Synchronization

/// A batch of inputs that was prepared elsewhere: `FILE.npy`, `FILE.npz` or `FILE.safetensors#key`, (N, 3, H, W)
/// or (3, H, W). Its shape is known from the file's header; the rest is read once, when asked for.
final class PreparedTensor: Sendable {
  let reference: String
  /// (N, 3, H, W)
  private let tensor = Mutex<Tensor?>(nil)

  init(_ reference: String) { self.reference = reference }

  private var isArray: Bool { NPY.isArray(reference) }

  /// The file and the key in it, as `FILE#KEY` splits.
  private var parts: (path: String, key: String) {
    let parts = reference.split(separator: "#", maxSplits: 1, omittingEmptySubsequences: false)
    return (String(parts[0]), parts.count > 1 ? String(parts[1]) : "")
  }

  /// (N, H, W, 3).
  ///
  /// - Throws: `PreparedTensorError`, and what reading the file throws.
  func shape() throws -> Shape {
    let found: Shape
    if isArray {
      found = Shape(try NPY.shape(path: reference))
    } else {
      let file = try Checkpoint(path: parts.path)
      guard let entry = file.entries[parts.key] else {
        throw CheckpointError.noTensor(path: parts.path, key: parts.key, available: file.keys)
      }
      found = entry.shape
    }
    let batch = try batched(found)
    return [batch[0], batch[2], batch[3], batch[1]]
  }

  /// Input `index` of the batch, (1, H, W, 3).
  ///
  /// - Throws: as `shape`, also where the file is another one by now.
  func input(_ index: Int, of batch: Shape) throws -> Tensor {
    let tensor = try read()
    guard tensor.shape == [batch[0], batch[3], batch[1], batch[2]] else {
      throw PreparedTensorError(reference: reference, found: tensor.shape)
    }
    // One at a time: all of them turned round would be as much memory again.
    return tensor.image(index).channelsLast()
  }

  private func read() throws -> Tensor {
    try tensor.withLock { tensor in
      if let tensor { return tensor }
      var found: Tensor
      if isArray {
        let array = try NPY.load(path: reference)
        found = Tensor(shape: Shape(array.shape), elements: array.values)
      } else {
        found = try Checkpoint(path: parts.path).tensor(parts.key)
      }
      found = try found.reshaped(batched(found.shape))
      tensor = found
      return found
    }
  }

  private func batched(_ shape: Shape) throws(PreparedTensorError) -> Shape {
    let batched = shape.rank == 3 ? Shape([1] + shape.extents) : shape
    guard batched.rank == 4, batched[1] == 3, batched.count > 0 else {
      throw PreparedTensorError(reference: reference, found: shape)
    }
    return batched
  }
}

/// A tensor that is no batch of RGB images.
struct PreparedTensorError: ExplainedError {
  let reference: String
  let found: Shape

  var explanation: String {
    "\(reference) has shape \(found): expected (N, 3, H, W), channels first"
  }
}
