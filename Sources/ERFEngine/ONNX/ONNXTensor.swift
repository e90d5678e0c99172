/// A constant of an ONNX file: its type and shape, and where its elements lie.
struct ONNXTensor: Sendable {
  /// Where the elements are.
  enum Place: Sendable {
    /// Little-endian bytes in the model's file.
    case raw(Range<Int>)
    /// Numbers in a field of the message at `range`, packed or one by one.
    case typed(range: Range<Int>)
    /// Little-endian bytes of another file; `length` nil: to its end.
    case external(location: String, offset: Int, length: Int?)
  }

  var name = ""
  var type = ONNXType.float
  var shape: [Int] = []
  var place = Place.typed(range: 0..<0)

  /// Elements; the shape was checked to have a number of them.
  var count: Int { shape.reduce(1, *) }

  /// What is the most axes that a tensor may have.
  static let mostAxes = 12

  /// Reads the head alone.
  init(_ message: WireReader) throws(ONNXError) {
    let range = message.position..<message.end
    var message = message
    place = .typed(range: range)
    var kind = 0
    var isExternal = false
    var external: [String: String] = [:]
    while let (number, value) = try message.field() {
      switch number {
      case 1: try message.append(value, to: &shape)
      case 2: kind = try message.integer(value)
      case 8: name = try message.text(value)
      case 9: place = .raw(try message.range(value))
      case 13:
        let (key, text) = try Self.entry(message.message(value))
        external[key] = text
      case 14: isExternal = try message.integer(value) == 1
      default: break
      }
    }
    guard let type = ONNXType(rawValue: kind) else {
      throw .badTensor(
        path: message.path, tensor: name,
        reason: "has elements of type \(kind), which is not read")
    }
    self.type = type
    try requireShape(path: message.path)
    guard isExternal else { return }
    guard let location = external["location"],
      let offset = Int(external["offset"] ?? "0"), offset >= 0
    else {
      throw .badTensor(
        path: message.path, tensor: name, reason: "does not say where its elements are")
    }
    place = .external(
      location: location, offset: offset, length: external["length"].flatMap { Int($0) })
  }

  /// The number of elements is one that a computer can have.
  private func requireShape(path: String) throws(ONNXError) {
    var count = 1
    for extent in shape {
      let (product, overflow) = count.multipliedReportingOverflow(by: max(1, extent))
      guard extent >= 0, !overflow, product <= 1 << 31, shape.count <= Self.mostAxes else {
        throw .badTensor(
          path: path, tensor: name,
          reason:
            "has the impossible shape \(shape.prefix(16).map(String.init).joined(separator: "x"))")
      }
      count = product
    }
    // Where one extent is 0 the others cost nothing in the file, but they might later.
    guard self.count > 0 || count <= 1 << 24 else {
      throw .badTensor(path: path, tensor: name, reason: "has no elements and an impossible shape")
    }
  }

  private static func entry(_ message: WireReader) throws(ONNXError) -> (String, String) {
    var message = message
    var (key, text) = ("", "")
    while let (number, value) = try message.field() {
      switch number {
      case 1: key = try message.text(value)
      case 2: text = try message.text(value)
      default: break
      }
    }
    return (key, text)
  }
}
