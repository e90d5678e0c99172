/// A dense float32 tensor with value semantics: copies share storage until one of them is written.
public struct Tensor: Sendable {
  public let shape: Shape
  var storage: TensorStorage

  /// A tensor of zeros.
  public init(zeros shape: Shape) {
    self.shape = shape
    storage = TensorStorage(zeros: shape.count)
  }

  /// A tensor whose contents a kernel is about to write.
  init(uninitialized shape: Shape) {
    self.shape = shape
    storage = TensorStorage(uninitialized: shape.count)
  }

  /// A tensor holding `elements` in row-major order; their number must be `shape.count`.
  public init(shape: Shape, elements: [Float]) {
    precondition(elements.count == shape.count, "\(elements.count) elements for \(shape)")
    self.shape = shape
    storage = TensorStorage(elements)
  }

  init(shape: Shape, storage: TensorStorage) {
    precondition(storage.count == shape.count)
    self.shape = shape
    self.storage = storage
  }

  public var count: Int { shape.count }
  var bytes: Int { count * MemoryLayout<Float>.stride }

  /// The elements in row-major order, copied.
  public var elements: [Float] { storage.array }

  /// Element `index` in row-major order.
  public subscript(index: Int) -> Float {
    get { storage[index] }
    set {
      makeUnique()
      storage[index] = newValue
    }
  }

  /// Element (n, y, x, c) of a map (N, H, W, C).
  public subscript(n: Int, y: Int, x: Int, c: Int) -> Float {
    get { self[offset(n, y, x, c)] }
    set { self[offset(n, y, x, c)] = newValue }
  }

  /// The same elements under another shape of equal count.
  public func reshaped(_ shape: Shape) -> Tensor { Tensor(shape: shape, storage: storage) }

  mutating func makeUnique() {
    if !isKnownUniquelyReferenced(&storage) { storage = TensorStorage(copying: storage) }
  }

  private func offset(_ n: Int, _ y: Int, _ x: Int, _ c: Int) -> Int {
    precondition(
      n >= 0 && n < shape[0] && y >= 0 && y < shape[1] && x >= 0 && x < shape[2] && c >= 0
        && c < shape[3], "(\(n), \(y), \(x), \(c)) outside \(shape)")
    return ((n * shape[1] + y) * shape[2] + x) * shape[3] + c
  }
}
