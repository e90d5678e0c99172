// Files as `torch.save` wrote them before PyTorch 1.6, of whatever objects a test asks for.

@testable import ERFEngine

/// A Python object in such a file.
enum Pickled {
  case none
  case bool(Bool)
  case int(Int)
  case float(Double)
  case text(String)
  case tuple([Pickled])
  case list([Pickled])
  case dictionary([(Pickled, Pickled)])
  case tensor(Tensor)
  /// A view of so many elements, all of which are the tensor's first.
  case expanded(Tensor, [Int])
  /// What a function of `torch._utils` makes of arguments.
  case rebuilt(String, [Pickled])
  /// A class or function.
  case global(module: String, name: String)
  /// Bytes as the third protocol has them, and as the second spells them: a letter each.
  case bytes([UInt8])
  case spelt(String)
  /// An object of the class `of`, a module's name and its own, with items as a dictionary has and one state or none.
  case filled(of: String, items: [(Pickled, Pickled)], states: [Pickled])

  static func object(
    of name: String, items: [(Pickled, Pickled)] = [], state: Pickled? = nil
  ) -> Pickled {
    .filled(of: name, items: items, states: state.map { [$0] } ?? [])
  }

  /// The tensors of `file` whose names begin with `old`, with `prefix` instead.
  static func state(
    of file: Checkpoint, behind prefix: String = "", dropping old: String = ""
  ) throws -> Pickled {
    .dictionary(
      try file.keys.filter { $0.hasPrefix(old) }.map {
        (.text(prefix + $0.dropFirst(old.count)), .tensor(try file.tensor($0)))
      })
  }

  /// The whole file.
  var file: [UInt8] {
    var pickler = Pickler()
    pickler.write(self)
    // 0x1950A86A20F9469CFC6C, version 1001, and nothing of the machine.
    var bytes: [UInt8] = [0x80, 2, 0x8A, 0x0A, 0x6C, 0xFC, 0x9C, 0x46, 0xF9, 0x20, 0x6A, 0xA8]
    bytes += [0x50, 0x19, 0x2E, 0x80, 2, UInt8(ascii: "M"), 0xE9, 0x03, 0x2E]
    bytes += [0x80, 2, UInt8(ascii: "}"), 0x2E]
    bytes += [0x80, 2] + pickler.bytes + [0x2E]
    var keys = Pickler()
    keys.write(.list(pickler.storages.indices.map { .text("\($0)") }))
    bytes += [0x80, 2] + keys.bytes + [0x2E]
    for storage in pickler.storages {
      bytes += Pickler.little(UInt64(storage.count))
      for element in storage.elements { bytes += Pickler.little(element.bitPattern) }
    }
    return bytes
  }
}

extension Pickled: ExpressibleByStringLiteral, ExpressibleByIntegerLiteral,
  ExpressibleByFloatLiteral, ExpressibleByBooleanLiteral, ExpressibleByArrayLiteral,
  ExpressibleByDictionaryLiteral
{
  init(stringLiteral text: String) { self = .text(text) }
  init(integerLiteral number: Int) { self = .int(number) }
  init(floatLiteral number: Double) { self = .float(number) }
  init(booleanLiteral flag: Bool) { self = .bool(flag) }
  init(arrayLiteral elements: Pickled...) { self = .list(elements) }
  init(dictionaryLiteral elements: (Pickled, Pickled)...) { self = .dictionary(elements) }
}

/// Writes objects in the second version of Python's pickles.
private struct Pickler {
  private(set) var bytes: [UInt8] = []
  private(set) var storages: [Tensor] = []

  static func little(_ value: some FixedWidthInteger) -> [UInt8] {
    (0..<value.bitWidth / 8).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }
  }

  mutating func write(_ object: Pickled) {
    switch object {
    case .none: put("N")
    case .bool(let flag): bytes.append(flag ? 0x88 : 0x89)
    case .int(let number):
      put("J")
      bytes += Self.little(Int32(number))
    case .float(let number):
      put("G")
      bytes += Self.little(number.bitPattern).reversed()
    case .text(let text):
      put("X")
      bytes += Self.little(UInt32(text.utf8.count)) + Array(text.utf8)
    case .tuple(let values): marked("(", values, "t")
    case .list(let values): marked("](", values, "e")
    case .dictionary(let pairs): marked("}(", pairs.flatMap { [$0, $1] }, "u")
    case .tensor(let tensor): write(tensor)
    case .expanded(let tensor, let extents):
      write(tensor, extents: extents, strides: extents.map { _ in 0 })
    case .rebuilt(let name, let values):
      put("ctorch._utils\n\(name)\n")
      marked("(", values, "tR")
    case .global(let module, let name): put("c\(module)\n\(name)\n")
    case .bytes(let held):
      put("C")
      bytes += [UInt8(held.count)] + held
    case .spelt(let text):
      put("c_codecs\nencode\n(")
      for part in [text, "latin1"] { write(.text(part)) }
      put("tR")
    case .filled(let name, let items, let states):
      write(name)
      if !items.isEmpty { marked("(", items.flatMap { [$0, $1] }, "u") }
      for state in states {
        write(state)
        put("b")
      }
    }
  }

  /// An empty object of the class that is called so.
  private mutating func write(_ name: String) {
    let parts = name.split(separator: ".")
    put("c\(parts.dropLast().joined(separator: "."))\n\(parts.last ?? "")\n)")
    bytes.append(0x81)
  }

  private mutating func put(_ text: String) { bytes += Array(text.utf8) }

  private mutating func marked(_ start: String, _ values: [Pickled], _ end: String) {
    put(start)
    for value in values { write(value) }
    put(end)
  }

  private mutating func write(_ tensor: Tensor) {
    let extents = tensor.shape.extents
    var strides = [Int](repeating: 1, count: extents.count)
    for axis in extents.indices.dropLast().reversed() {
      strides[axis] = strides[axis + 1] * extents[axis + 1]
    }
    write(tensor, extents: extents, strides: strides)
  }

  private mutating func write(_ tensor: Tensor, extents: [Int], strides: [Int]) {
    put("ctorch._utils\n_rebuild_tensor_v2\n((")
    write(.text("storage"))
    put("ctorch\nFloatStorage\n")
    for value in [.text("\(storages.count)"), .text("cpu"), .int(tensor.count), .none] as [Pickled]
    {
      write(value)
    }
    put("tQ")
    write(.int(0))
    write(.tuple(extents.map { .int($0) }))
    write(.tuple(strides.map { .int($0) }))
    write(.bool(false))
    put("ccollections\nOrderedDict\n)RtR")
    storages.append(tensor)
  }
}
