// Reading an ONNX file: messages by the numbers of their fields in onnx.proto.

extension ONNXModel {
  /// Reads all of the file at `path` but its weights, in time linear in what is read.
  ///
  /// - Throws: `ONNXError`, `CheckpointError` where the file cannot be opened.
  init(path: String) throws {
    self.path = path
    file = try MappedFile(path: path)
    do throws(ONNXError) {
      try read()
    } catch {
      guard !ForeignFile.isONNX(file.head), let reason = ForeignFile.explanation(ofNetwork: file)
      else { throw error }
      throw ONNXError.unsupported(path: path, reason: reason)
    }
  }

  /// Whether the file at `path` is to be read as ONNX: by its name, or else by how it begins.
  static func isONNX(_ path: String) -> Bool {
    if path.lowercased().hasSuffix(".onnx") { return true }
    guard !Checkpoint.hasExtension(path), case .regular(16...) = FileKind(of: path),
      let file = try? MappedFile(path: path)
    else { return false }
    return ForeignFile.isONNX(file.head)
  }

  private mutating func read() throws(ONNXError) {
    var reader = WireReader(file, path: path, range: 0..<file.count)
    var hasGraph = false
    var budget = ONNXBudget(path: path, bytes: file.count)
    do throws(ONNXError) {
      while let (number, value) = try reader.field() {
        switch number {
        case 1: version = try reader.integer(value)
        case 2: producer = try reader.text(value) + producer
        case 3: producer += " " + (try reader.text(value))
        case 7:
          guard !hasGraph else { throw reader.flaw("a second graph", at: reader.position) }
          hasGraph = true
          graph = try ONNXGraph(reader.message(value), depth: 0, budget: &budget)
        case 8: try readOperatorSet(reader.message(value))
        case 14:
          let (key, text) = try reader.message(value).entry()
          metadata[key] = text
        case 25: functions.insert(try Self.function(reader.message(value)))
        default: break
        }
      }
    } catch {
      // A file that does not even begin like one.
      if version == 0 { throw .notONNX(path: path) }
      throw error
    }
    guard hasGraph, version > 0 else { throw .notONNX(path: path) }
    guard version >= 3 else {
      throw .unsupported(path: path, reason: "it is of format version \(version), 3 is the oldest")
    }
    guard file.isWhole else { throw .damaged(path: path, reason: "it was cut while it was read") }
  }

  private mutating func readOperatorSet(_ message: WireReader) throws(ONNXError) {
    var message = message
    var domain = ""
    var version = 1
    while let (number, value) = try message.field() {
      switch number {
      case 1: domain = try message.text(value)
      case 2: version = try message.integer(value)
      default: break
      }
    }
    operatorSets[domain] = version
  }

  /// `domain.name` of a function.
  private static func function(_ message: WireReader) throws(ONNXError) -> String {
    var message = message
    var (name, domain) = ("", "")
    while let (number, value) = try message.field() {
      switch number {
      case 1: name = try message.text(value)
      case 10: domain = try message.text(value)
      default: break
      }
    }
    return "\(domain).\(name)"
  }
}

/// What a file may still ask for, so that a small one cannot fill the memory.
struct ONNXBudget {
  let path: String
  /// Nodes of all graphs together. A node takes two bytes at least.
  private(set) var nodes: Int
  /// Graphs inside of graphs.
  static let deepest = 8

  init(path: String, bytes: Int) {
    self.path = path
    nodes = min(1 << 20, bytes)
  }

  mutating func takeNode() throws(ONNXError) {
    nodes -= 1
    guard nodes >= 0 else {
      throw .unsupported(path: path, reason: "it has more than a million nodes")
    }
  }
}

extension WireReader {
  /// Key and value of one of the entries that hold texts.
  fileprivate func entry() throws(ONNXError) -> (key: String, value: String) {
    var message = self
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

extension ONNXGraph {
  fileprivate init(
    _ message: WireReader, depth: Int, budget: inout ONNXBudget
  ) throws(ONNXError) {
    guard depth < ONNXBudget.deepest else {
      throw .unsupported(
        path: message.path, reason: "its graphs nest deeper than \(ONNXBudget.deepest)")
    }
    var message = message
    while let (number, value) = try message.field() {
      switch number {
      case 1:
        try budget.takeNode()
        nodes.append(try ONNXNode(message.message(value), depth: depth, budget: &budget))
      case 2: name = try message.text(value)
      case 5:
        let tensor = try ONNXTensor(message.message(value))
        guard initializers.updateValue(tensor, forKey: tensor.name) == nil else {
          let name = WeightsMismatch.printable(tensor.name)
          throw .damaged(path: message.path, reason: "two of its tensors are called \(name)")
        }
      case 11: inputs.append(try ONNXValueInfo(message.message(value)))
      case 12: outputs.append(try ONNXValueInfo(message.message(value)))
      default: break
      }
    }
    try requireNames(path: message.path)
    sort()
  }

  /// Brings nodes into an order in which they can be computed, close to the one that they have: some tools
  /// put nodes that others read at the end. What waits for itself is remembered, and named later.
  private mutating func sort() {
    let makers = Dictionary(
      nodes.enumerated().flatMap { index, node in node.outputs.map { ($0, index) } },
      uniquingKeysWith: { first, _ in first })
    let needs = nodes.map { node in node.reads.compactMap { $0.isEmpty ? nil : makers[$0] } }
    guard needs.enumerated().contains(where: { index, makers in makers.contains { $0 >= index } })
    else { return }
    var order: [Int] = []
    var isTaken = [Bool](repeating: false, count: nodes.count)
    for start in nodes.indices where !isTaken[start] {
      isTaken[start] = true
      // Nodes that wait for others, and how many of those were looked at.
      var waiting = [(node: start, looked: 0)]
      while let (node, looked) = waiting.last {
        guard looked < needs[node].count else {
          order.append(node)
          waiting.removeLast()
          continue
        }
        waiting[waiting.count - 1].looked += 1
        let maker = needs[node][looked]
        guard !isTaken[maker] else { continue }
        isTaken[maker] = true
        waiting.append((maker, 0))
      }
    }
    var isMade = [Bool](repeating: false, count: nodes.count)
    for node in order {
      for maker in needs[node] where !isMade[maker] {
        circular.formUnion(nodes[maker].outputs.filter { !$0.isEmpty })
      }
      isMade[node] = true
    }
    nodes = order.map { nodes[$0] }
  }

  /// A name stands for one value.
  private func requireNames(path: String) throws(ONNXError) {
    var made = Set(inputs.map(\.name))
    for node in nodes {
      for name in node.outputs where !name.isEmpty {
        guard made.insert(name).inserted, initializers[name] == nil else {
          throw .damaged(
            path: path,
            reason: "\(WeightsMismatch.printable(node.title)) makes "
              + "\(WeightsMismatch.printable(name)), which something else makes too")
        }
      }
    }
  }
}

extension ONNXNode {
  fileprivate init(
    _ message: WireReader, depth: Int, budget: inout ONNXBudget
  ) throws(ONNXError) {
    var message = message
    while let (number, value) = try message.field() {
      switch number {
      case 1: inputs.append(try message.text(value))
      case 2: outputs.append(try message.text(value))
      case 3: name = try message.text(value)
      case 4: operation = try message.text(value)
      case 5:
        let (name, attribute) = try ONNXAttribute.read(
          message.message(value), depth: depth, budget: &budget)
        attributes[name] = attribute
      case 7:
        let domain = try message.text(value)
        self.domain = domain == "ai.onnx" ? "" : domain
      case 9: try readScopes(message.message(value))
      default: break
      }
    }
  }

  /// PyTorch's newer exporter lists the modules around a node as a Python list of texts, the node's own
  /// name last; stack traces, which are long, are not copied.
  private mutating func readScopes(_ message: WireReader) throws(ONNXError) {
    var message = message
    var isNameScopes = false
    while let (number, value) = try message.field() {
      switch number {
      case 1: isNameScopes = try message.text(value) == "pkg.torch.onnx.name_scopes"
      case 2 where isNameScopes:
        let quoted = try message.text(value).split(
          separator: "'", omittingEmptySubsequences: false)
        scopes = quoted.indices.filter { $0 % 2 == 1 }.map { String(quoted[$0]) }.dropLast()
          .filter { !$0.isEmpty }
      default: break
      }
    }
  }
}

extension ONNXAttribute {
  /// The name and value of one attribute; nil for what no supported operator has.
  fileprivate static func read(
    _ message: WireReader, depth: Int, budget: inout ONNXBudget
  ) throws(ONNXError) -> (name: String, value: ONNXAttribute?) {
    var message = message
    var name = ""
    var single: ONNXAttribute?
    var floats: [Float] = []
    var integers: [Int] = []
    var texts: [String] = []
    var kind = 0
    while let (number, value) = try message.field() {
      switch number {
      case 1: name = try message.text(value)
      case 2: single = .float(try message.float(value))
      case 3: single = .integer(try message.integer(value))
      case 4: single = .text(try message.text(value))
      case 5: single = .tensor(try ONNXTensor(message.message(value)))
      case 6:
        single = .graph(
          try ONNXGraph(message.message(value), depth: depth + 1, budget: &budget))
      case 7: try message.append(value, to: &floats)
      case 8: try message.append(value, to: &integers)
      case 9: texts.append(try message.text(value))
      case 20: kind = try message.integer(value)
      default: break
      }
    }
    // Writers leave zeros and empty lists out; the kind tells what was meant.
    switch kind {
    case 1: return (name, single ?? .float(0))
    case 2: return (name, single ?? .integer(0))
    case 3: return (name, single ?? .text(""))
    case 6: return (name, .floats(floats))
    case 7: return (name, .integers(integers))
    case 8: return (name, .texts(texts))
    default: break
    }
    if let single { return (name, single) }
    if !floats.isEmpty { return (name, .floats(floats)) }
    if !texts.isEmpty { return (name, .texts(texts)) }
    return (name, integers.isEmpty ? nil : .integers(integers))
  }
}

extension ONNXValueInfo {
  fileprivate init(_ message: WireReader) throws(ONNXError) {
    var message = message
    while let (number, value) = try message.field() {
      switch number {
      case 1: name = try message.text(value)
      case 2:
        var kind = try message.message(value)
        while let (number, value) = try kind.field() {
          if number == 1 { try readTensorType(kind.message(value)) }
        }
      default: break
      }
    }
  }

  private mutating func readTensorType(_ message: WireReader) throws(ONNXError) {
    var message = message
    while let (number, value) = try message.field() {
      switch number {
      case 1: type = ONNXType(rawValue: try message.integer(value)) ?? .string
      case 2:
        var extents: [Extent] = []
        var list = try message.message(value)
        while let (number, value) = try list.field() {
          if number == 1 { extents.append(try Self.extent(list.message(value))) }
        }
        shape = extents
      default: break
      }
    }
  }

  private static func extent(_ message: WireReader) throws(ONNXError) -> Extent {
    var message = message
    var extent = Extent.free("")
    while let (number, value) = try message.field() {
      switch number {
      case 1:
        // Old writers put 0 or -1 where they meant any number.
        let count = try message.integer(value)
        extent = count > 0 ? .fixed(count) : .free("")
      case 2: extent = .free(try message.text(value))
      default: break
      }
    }
    return extent
  }
}
