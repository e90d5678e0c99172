/// The inputs of a run, one at a time: images prepared as the network wants them, or slices of a
/// tensor that was prepared elsewhere.
public struct NetworkInputs: Sendable {
  private enum Source {
    case builtIn(Range<Int>)
    case files([String])
    /// (N, H, W, 3)
    case tensor(Tensor, name: String)
  }

  private let source: Source

  /// - Throws: `ERFComputer.Failure` for no or too many images, and what reading a tensor throws.
  public init(_ images: ImageSource) throws {
    switch images {
    case .builtIn(let count):
      self = try NetworkInputs(.builtInAt(0..<max(0, count)))
    case .builtInAt(let range):
      guard !range.isEmpty, range.lowerBound >= 0 else { throw ERFComputer.Failure.noImages }
      guard range.upperBound <= BuiltInImages.count else {
        throw ERFComputer.Failure.tooManyBuiltIn(
          asked: range.upperBound, available: BuiltInImages.count)
      }
      source = .builtIn(range)
    case .files(let paths):
      guard !paths.isEmpty else { throw ERFComputer.Failure.noImages }
      source = .files(paths)
    case .tensor(let reference):
      source = .tensor(try Self.prepared(reference), name: reference)
    }
  }

  public var count: Int {
    switch source {
    case .builtIn(let range): range.count
    case .files(let paths): paths.count
    case .tensor(let tensor, _): tensor.shape.batch
    }
  }

  /// The size that a prepared tensor dictates; nil for images, which are resized.
  public var size: InputSize? {
    guard case .tensor(let tensor, _) = source else { return nil }
    return InputSize(height: tensor.shape.height, width: tensor.shape.width)
  }

  /// For people: the name of a file without its folders, or of a built-in picture.
  func name(_ index: Int) -> String {
    switch source {
    case .builtIn(let range): BuiltInImages.name(at: range.lowerBound + index)
    case .files(let paths): Self.lastComponent(paths[index])
    case .tensor(_, let name): "\(Self.lastComponent(name))[\(index)]"
    }
  }

  /// The file of input `index`; empty where it is none.
  func path(_ index: Int) -> String {
    guard case .files(let paths) = source else { return "" }
    return paths[index]
  }

  /// The contents (1, H, W, 3) of input `index`.
  ///
  /// - Throws: `ImageError`, `FileError`.
  func input(_ index: Int, size: InputSize, for preprocessing: Preprocessing) throws -> Tensor {
    switch source {
    case .builtIn(let range):
      return preprocessing.tensor(
        BuiltInImages.image(at: range.lowerBound + index), size: size)
    case .files(let paths):
      return preprocessing.tensor(try Image.load(path: paths[index]), size: size)
    case .tensor(let tensor, _):
      return tensor.image(index)
    }
  }

  /// Reads `FILE.npy` or `FILE.safetensors#key`, (N, 3, H, W) or (3, H, W).
  private static func prepared(_ reference: String) throws -> Tensor {
    let parts = reference.split(separator: "#", maxSplits: 1, omittingEmptySubsequences: false)
    let isArray = reference.lowercased().hasSuffix(".npy")
    let path = isArray ? reference : String(parts[0])
    let tensor: Tensor
    if isArray {
      let array = try NPY.load(path: path)
      tensor = Tensor(shape: Shape(array.shape), elements: array.values)
    } else {
      tensor = try Checkpoint(path: path).tensor(parts.count > 1 ? String(parts[1]) : "")
    }
    let shape = tensor.shape
    let batched = shape.rank == 3 ? tensor.reshaped(Shape([1] + shape.extents)) : tensor
    guard batched.shape.rank == 4, batched.shape[1] == 3, batched.shape.count > 0 else {
      throw PreparedTensorError(reference: reference, found: shape)
    }
    return batched.channelsLast()
  }

  private static func lastComponent(_ path: String) -> String {
    path.split(separator: "/").last.map(String.init) ?? path
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
