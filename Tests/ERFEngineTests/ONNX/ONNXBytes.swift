@testable import ERFEngine

/// Messages in the wire format of protocol buffers, written field by field: files that no exporter
/// would write, for tests of the reader.
struct ONNXBytes {
  private(set) var bytes: [UInt8] = []

  static func varint(_ value: UInt64) -> [UInt8] {
    var (rest, bytes) = (value, [UInt8]())
    repeat {
      bytes.append(UInt8(rest & 0x7F) | (rest > 0x7F ? 0x80 : 0))
      rest >>= 7
    } while rest > 0
    return bytes
  }

  private static func key(_ field: Int, _ kind: Int) -> [UInt8] {
    varint(UInt64(field << 3 | kind))
  }

  mutating func number(_ field: Int, _ value: Int) {
    bytes += Self.key(field, 0) + Self.varint(UInt64(bitPattern: Int64(value)))
  }

  mutating func float(_ field: Int, _ value: Float) {
    bytes += Self.key(field, 5) + Self.little(value.bitPattern)
  }

  mutating func double(_ field: Int, _ value: Double) {
    bytes += Self.key(field, 1) + Self.little(value.bitPattern)
  }

  mutating func data(_ field: Int, _ value: [UInt8]) {
    bytes += Self.key(field, 2) + Self.varint(UInt64(value.count)) + value
  }

  mutating func text(_ field: Int, _ value: String) { data(field, Array(value.utf8)) }

  mutating func message(_ field: Int, _ make: (inout ONNXBytes) -> Void) {
    var inner = ONNXBytes()
    make(&inner)
    data(field, inner.bytes)
  }

  static func little<Word: FixedWidthInteger>(_ word: Word) -> [UInt8] {
    (0..<Word.bitWidth / 8).map { UInt8(truncatingIfNeeded: word >> (8 * Word($0))) }
  }

  /// A model of one graph; `operators` nil: it does not say which operator set it uses.
  static func model(version: Int = 8, operators: Int? = 17, _ graph: (inout ONNXBytes) -> Void)
    -> [UInt8]
  {
    var model = ONNXBytes()
    model.number(1, version)
    model.text(2, "by hand")
    if let operators { model.message(8) { $0.number(2, operators) } }
    model.message(7, graph)
    return model.bytes
  }

  /// A node without attributes.
  mutating func node(_ operation: String, _ inputs: [String], _ outputs: [String]) {
    message(1) { node in
      for input in inputs { node.text(1, input) }
      for output in outputs { node.text(2, output) }
      node.text(4, operation)
    }
  }

  /// A node of one output.
  mutating func layer(
    _ operation: String, _ inputs: [String], _ output: String,
    _ settings: [(String, ONNXAttribute)] = []
  ) {
    message(1) { node in
      for input in inputs { node.text(1, input) }
      node.text(2, output)
      node.text(4, operation)
      for (name, value) in settings { node.attribute(name, value) }
    }
  }

  /// A tensor's head.
  mutating func head(_ name: String, type: Int, _ shape: [Int]) {
    for extent in shape { number(1, extent) }
    number(2, type)
    text(8, name)
  }

  /// A tensor of floats.
  mutating func tensor(_ name: String, _ shape: [Int], _ values: [Float]) {
    message(5) { tensor in
      tensor.head(name, type: 1, shape)
      tensor.data(9, values.flatMap { Self.little($0.bitPattern) })
    }
  }

  /// A tensor of weights, which follow from its shape.
  mutating func weights(_ name: String, _ shape: [Int]) {
    tensor(name, shape, OperatorChecks.values(Shape(shape), seed: 7).elements)
  }

  /// A tensor of whole numbers.
  mutating func integers(_ name: String, _ values: [Int]) {
    message(5) { tensor in
      tensor.head(name, type: 7, [values.count])
      tensor.data(9, values.flatMap { Self.little(Int64($0)) })
    }
  }

  /// An attribute of a node.
  mutating func attribute(_ name: String, _ value: ONNXAttribute) {
    message(5) { attribute in
      attribute.text(1, name)
      switch value {
      case .integer(let number):
        attribute.number(3, number)
        attribute.number(20, 2)
      case .integers(let numbers):
        for number in numbers { attribute.number(8, number) }
        attribute.number(20, 7)
      case .floats(let numbers):
        for number in numbers { attribute.float(7, number) }
        attribute.number(20, 6)
      case .text(let word):
        attribute.text(4, word)
        attribute.number(20, 3)
      default: break
      }
    }
  }

  /// An input of the graph, of floats or of the type of the number `type`.
  mutating func picture(_ name: String, _ shape: [Int], type kind: Int = 1) {
    message(11) { input in
      input.text(1, name)
      input.message(2) { type in
        type.message(1) { tensor in
          tensor.number(1, kind)
          tensor.message(2) { extents in
            for extent in shape { extents.message(1) { $0.number(1, extent) } }
          }
        }
      }
    }
  }
}

extension ONNXBytes {
  /// A model of one 3x3 convolution from `x` to `c`, and what `more` adds to it.
  static func convolution(_ more: (inout ONNXBytes) -> Void) -> [UInt8] {
    model { graph in
      graph.message(5) { tensor in
        tensor.head("w", type: 1, [4, 3, 3, 3])
        tensor.data(9, (0..<108).flatMap { little((Float($0 % 7) - 3).bitPattern) })
      }
      graph.picture("x", [1, 3, 32, 32])
      graph.message(1) { node in
        for input in ["x", "w"] { node.text(1, input) }
        node.text(2, "c")
        node.text(4, "Conv")
        node.message(5) { attribute in
          attribute.text(1, "strides")
          attribute.data(8, [2, 2])
          attribute.number(20, 7)
        }
      }
      more(&graph)
    }
  }
}
