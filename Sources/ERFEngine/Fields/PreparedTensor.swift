import Synchronization

/// A batch of inputs that was prepared elsewhere: `FILE.npy`, `FILE.npz`, `FILE.npz#name` or
/// `FILE.safetensors#key`, (N, 3, H, W) or (3, H, W); with one channel for networks that take grey pictures.
/// Its shape is known from the file's header; the rest is read when asked for, input by input where the
/// file allows that, else all at once.
final class PreparedTensor: Sendable {
  let reference: String
  private let contents = Mutex<Contents?>(nil)

  private enum Contents: Sendable {
    case parts(NPYParts)
    /// (N, C, H, W)
    case whole(Tensor)
  }

  init(_ reference: String) { self.reference = reference }

  private var isArray: Bool { NPY.isArray(reference) }

  /// The file that it is in.
  var path: String { ImageSource.file(ofTensor: reference) }

  /// The file and the key in it, as `FILE#KEY` splits.
  private var parts: (path: String, key: String) { Self.parts(of: reference) }

  fileprivate static func parts(of reference: String) -> (path: String, key: String) {
    // Names of files may have the sign, names of tensors hardly ever.
    guard let sign = reference.lastIndex(of: "#") else { return (reference, "") }
    return (String(reference[..<sign]), String(reference[reference.index(after: sign)...]))
  }

  /// (N, H, W, C) of 1 or 3 channels.
  ///
  /// - Throws: `PreparedTensorError`, and what reading the file throws.
  func shape() throws -> Shape {
    let found: Shape
    if case .other = FileKind(of: path) {
      throw FileError.unreadable(
        path: reference,
        reason: "inputs are read one by one, which a pipe or a device does not allow")
    }
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

  /// Input `index` of the batch, (1, H, W, 3): one channel stands for all three.
  ///
  /// - Throws: as `shape`, also where the file is another one by now.
  func input(_ index: Int, of batch: Shape) throws -> Tensor {
    let contents = try opened()
    let found = try shape(of: contents)
    guard found == [batch[0], batch[3], batch[1], batch[2]] else {
      throw PreparedTensorError(reference: reference, found: found)
    }
    // One at a time: all of them turned round would be as much memory again.
    let input: Tensor
    switch contents {
    case .parts(let array):
      let one: Shape = [1, batch[3], batch[1], batch[2]]
      input = try array.part(from: index * one.count, shape: one).channelsLast()
    case .whole(let tensor): input = tensor.image(index).channelsLast()
    }
    guard batch[3] == 1 else { return input }
    return Tensor(
      shape: [1, batch[1], batch[2], 3],
      elements: input.elements.flatMap { [$0, $0, $0] })
  }

  /// Checks that a network which takes pictures as `preprocessing` says takes these.
  ///
  /// - Parameter batch: their shape.
  /// - Throws: `PreparedTensorError` for grey ones where it takes colours.
  func requireChannels(of batch: Shape, for preprocessing: Preprocessing)
    throws(PreparedTensorError)
  {
    guard batch[3] == 1, !preprocessing.isGrey else { return }
    throw PreparedTensorError(
      reference: reference, found: [batch[0], batch[3], batch[1], batch[2]])
  }

  /// Whether all of it will be in memory at once.
  var isReadWhole: Bool { !isArray || (try? NPYParts(path: reference)) == nil }

  private func opened() throws -> Contents {
    try contents.withLock { contents in
      if let contents { return contents }
      let found: Contents
      if !isArray {
        let tensor = try Checkpoint(path: parts.path).tensor(parts.key)
        found = .whole(try tensor.reshaped(batched(tensor.shape)))
      } else if let parts = try NPYParts(path: reference) {
        found = .parts(parts)
      } else {
        let tensor = try NPY.tensor(path: reference)
        found = .whole(try tensor.reshaped(batched(tensor.shape)))
      }
      contents = found
      return found
    }
  }

  private func shape(of contents: Contents) throws(PreparedTensorError) -> Shape {
    switch contents {
    case .parts(let array): try batched(Shape(array.shape))
    case .whole(let tensor): tensor.shape
    }
  }

  private func batched(_ shape: Shape) throws(PreparedTensorError) -> Shape {
    let batched = shape.rank == 3 ? Shape([1] + shape.extents) : shape
    guard batched.rank == 4, [1, 3].contains(batched[1]), batched.count > 0 else {
      throw PreparedTensorError(reference: reference, found: shape)
    }
    return batched
  }
}

/// A tensor that is no batch of images as the network takes them.
struct PreparedTensorError: ExplainedError {
  let reference: String
  let found: Shape

  var explanation: String {
    "\(reference) "
      + (found.rank == 0 ? "holds a single number" : "has shape \(found)")
      + ": expected (N, 3, H, W), or (N, 1, H, W) for a network of grey pictures; channels first"
  }
}

extension ImageSource {
  /// The file of a prepared tensor: of `FILE.npy`, `FILE.npz#name` or `FILE.safetensors#key`.
  public static func file(ofTensor reference: String) -> String {
    NPY.isArray(reference) ? NPY.file(of: reference) : PreparedTensor.parts(of: reference).path
  }
}
