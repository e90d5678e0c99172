/// A value that is known before anything runs: a weight, a shape, a table of indices.
struct ONNXConstant: Sendable {
  enum Elements: Sendable {
    case reals(Tensor)
    /// Also booleans, as 0 and 1.
    case integers([Int])
  }

  /// What the file calls the type; reals are float32 whatever they were.
  var type: ONNXType
  var shape: [Int]
  var elements: Elements
  init(_ tensor: Tensor, type: ONNXType = .float) {
    self.type = type
    shape = tensor.shape.extents
    elements = .reals(tensor)
  }

  init(integers: [Int], shape: [Int], type: ONNXType = .int64) {
    precondition(integers.count == shape.reduce(1, *))
    self.type = type
    self.shape = shape
    elements = .integers(integers)
  }

  /// A row of integers, as shapes are.
  init(row: [Int]) { self.init(integers: row, shape: [row.count]) }

  var count: Int { shape.reduce(1, *) }

  /// nil: reals.
  var integers: [Int]? {
    if case .integers(let integers) = elements { integers } else { nil }
  }

  /// As reals, integers converted.
  var tensor: Tensor {
    switch elements {
    case .reals(let tensor): tensor
    case .integers(let integers):
      Tensor(shape: Shape(shape), elements: integers.map { Float($0) })
    }
  }

  /// The only element as a real number.
  var scalar: Float? { count == 1 ? tensor[0] : nil }
}

extension ONNXModel {
  /// The elements of `tensor`, read from where they lie.
  ///
  /// - Throws: `ONNXError`.
  func constant(_ tensor: ONNXTensor) throws -> ONNXConstant {
    guard let element = tensor.type.element, element.isReal else {
      throw ONNXError.badTensor(
        path: path, tensor: tensor.name, reason: "has elements that are not numbers")
    }
    guard case .external(let location, let offset, let length) = tensor.place else {
      return try Self.constant(tensor, in: file, path: path)
    }
    let data = try dataFiles.file(location, of: self)
    let bytes = length ?? tensor.count * element.size
    try requireData(data, location, until: Self.end(offset, bytes))
    return try Self.constant(tensor, element, data, at: offset, bytes: bytes, path: path)
  }

  /// Checks that the files beside the model are there, and long enough for all the weights in them.
  ///
  /// - Throws: `ONNXError`, `FileError` where one cannot be read.
  func requireData() throws {
    var needed: [String: Int] = [:]
    for tensor in graph.initializers.values {
      guard case .external(let location, let offset, let length) = tensor.place,
        let element = tensor.type.element
      else { continue }
      let end = Self.end(offset, length ?? tensor.count * element.size)
      needed[location] = max(needed[location] ?? 0, end)
    }
    do {
      for (location, end) in needed.sorted(by: { $0.key < $1.key }) {
        try requireData(dataFiles.file(location, of: self), location, until: end)
      }
    } catch {
      // Whoever completes the file may try again.
      dataFiles.forget()
      throw error
    }
  }

  private func requireData(
    _ file: MappedFile, _ location: String, until end: Int
  ) throws(ONNXError) {
    guard end > file.count else { return }
    if let reason = ForeignFile.explanation(file.head) {
      throw .unsupported(
        path: path,
        reason: "its weights should lie in \(WeightsMismatch.printable(location)), but \(reason)")
    }
    throw .shortData(path: path, file: location, bytes: file.count, needed: end)
  }

  /// Where what begins at `offset` ends; the largest number where it would be larger.
  private static func end(_ offset: Int, _ bytes: Int) -> Int {
    let (end, overflow) = offset.addingReportingOverflow(max(0, bytes))
    return overflow ? .max : end
  }

  /// The elements of a tensor that lie in its own file.
  static func constant(
    _ tensor: ONNXTensor, in file: MappedFile, path: String
  ) throws -> ONNXConstant {
    switch tensor.place {
    case .raw(let range):
      guard let element = tensor.type.element else {
        throw sizeError(tensor, found: "texts", path: path)
      }
      return try constant(
        tensor, element, file, at: range.lowerBound, bytes: range.count, path: path)
    case .typed(let range):
      return try typed(tensor, WireReader(file, path: path, range: range))
    case .external: throw sizeError(tensor, found: "no elements of its own", path: path)
    }
  }

  private static func constant(
    _ tensor: ONNXTensor, _ element: ElementType, _ file: MappedFile, at offset: Int, bytes: Int,
    path: String
  ) throws -> ONNXConstant {
    guard bytes == tensor.count * element.size else {
      throw sizeError(tensor, found: bytes.counted("byte"), path: path)
    }
    let shape = Shape(tensor.shape)
    if tensor.type.isReal {
      guard let values = file.floats(element, at: offset, shape: shape) else {
        throw sizeError(tensor, found: "fewer bytes", path: path)
      }
      return ONNXConstant(values, type: tensor.type)
    }
    guard let values = file.integers(element, at: offset, count: tensor.count) else {
      throw sizeError(tensor, found: "fewer bytes", path: path)
    }
    return ONNXConstant(integers: values, shape: tensor.shape, type: tensor.type)
  }

  /// Elements that lie in the fields of their own types.
  private static func typed(_ tensor: ONNXTensor, _ message: WireReader) throws -> ONNXConstant {
    let path = message.path
    var message = message
    var floats: [Float] = []
    var integers: [Int] = []
    while let (number, value) = try message.field() {
      switch number {
      case 4: try message.append(value, to: &floats)
      case 5, 7, 11: try message.append(value, to: &integers)
      case 10: try message.appendDoubles(value, to: &floats)
      default: break
      }
    }
    let found = max(floats.count, integers.count)
    guard found == tensor.count else {
      throw sizeError(tensor, found: found.counted("element"), path: path)
    }
    let shape = Shape(tensor.shape)
    switch tensor.type {
    case .float16 where !integers.isEmpty:
      floats = integers.map { ElementType.float(half: UInt16(truncatingIfNeeded: $0)) }
    case .bfloat16 where !integers.isEmpty:
      floats = integers.map { Float(bitPattern: UInt32(UInt16(truncatingIfNeeded: $0)) << 16) }
    default: break
    }
    if tensor.type.isReal {
      guard floats.count == tensor.count else {
        throw sizeError(tensor, found: "integers", path: path)
      }
      return ONNXConstant(Tensor(shape: shape, elements: floats), type: tensor.type)
    }
    guard integers.count == tensor.count else {
      throw sizeError(tensor, found: "reals", path: path)
    }
    return ONNXConstant(integers: integers, shape: tensor.shape, type: tensor.type)
  }

  private static func sizeError(_ tensor: ONNXTensor, found: String, path: String) -> ONNXError {
    .badTensor(
      path: path, tensor: tensor.name, reason: "of shape \(Shape(tensor.shape)) has \(found)")
  }
}

extension WireReader {
  fileprivate func appendDoubles(
    _ value: WireValue, to floats: inout [Float]
  ) throws(ONNXError) {
    switch value {
    case .fixed64(let bits): floats.append(Float(Double(bitPattern: bits)))
    case .bytes(let range):
      var packed = inside(range)
      while !packed.isAtEnd { floats.append(Float(Double(bitPattern: try packed.fixed64()))) }
    default: throw flaw("no real number", at: position)
    }
  }
}
