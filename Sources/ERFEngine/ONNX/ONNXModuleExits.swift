/// What the modules of an exported graph hand on to the operators behind them.
struct ModuleExits {
  /// Paths of modules in the order in which their first operators run.
  private(set) var order: [String] = []
  /// Operators of each.
  private(set) var counts: [String: Int] = [:]
  /// The value that a module hands on; nil where it hands on several or none.
  private(set) var only: [String: Int] = [:]
  /// The last value that each computes, where no more than one of those that it hands on is an output of
  /// the graph. Exporters put shared parts of neighbours into one module, which then seems to hand on
  /// more than it does.
  private(set) var last: [String: Int] = [:]
  /// Modules whose outputs depend on operators of theirs that could not be taken over: what else they
  /// compute is not their output.
  private(set) var lost: Set<String> = []

  /// - Parameters:
  ///   - nodes: those of the file, which say where the operators of `lowering` come from.
  ///   - isNeeded: which values count.
  ///   - outputs: values that are read from outside.
  ///   - names: what the file calls the graph's outputs.
  init(
    _ lowering: ONNXLowering, _ nodes: [ONNXNode], isNeeded: [Bool], outputs: [Int],
    names: Set<String>
  ) {
    let paths = Self.paths(lowering, nodes)
    var exits: [String: Set<Int>] = [:]
    for index in lowering.nodes.indices where isNeeded[index + 1] {
      for path in paths[index] {
        if counts[path] == nil { order.append(path) }
        counts[path, default: 0] += 1
        last[path] = index + 1
      }
      for input in lowering.nodes[index].inputs where input > 0 {
        for path in paths[input - 1] where !paths[index].contains(path) {
          exits[path, default: []].insert(input)
        }
      }
    }
    for output in outputs where output > 0 {
      for path in paths[output - 1] { exits[path, default: []].insert(output) }
    }
    findLost(lowering, nodes, named: names)
    only = exits.compactMapValues { $0.count == 1 ? $0.first : nil }
    let ends = Set(outputs)
    last = last.filter { path, _ in exits[path, default: []].intersection(ends).count <= 1 }
    for path in lost { (only[path], last[path]) = (nil, nil) }
  }

  /// - Parameter outputs: names of the graph's outputs.
  private mutating func findLost(
    _ lowering: ONNXLowering, _ nodes: [ONNXNode], named outputs: Set<String>
  ) {
    var makers: [String: [String]] = [:]
    for number in lowering.lostNumbers where nodes.indices.contains(number) {
      let path = nodes[number].modulePath
      for name in nodes[number].outputs where !name.isEmpty {
        makers[name] = path
        if outputs.contains(name) { lost.formUnion(path) }
      }
    }
    guard !makers.isEmpty else { return }
    for node in nodes {
      let path = node.modulePath
      for input in node.inputs {
        guard let maker = makers[input] else { continue }
        lost.formUnion(maker.filter { !path.contains($0) })
      }
    }
  }

  /// The modules around each operator, outermost first. Of one that bears none, as exporters leave what
  /// they rewrite, those that all its neighbours lie in.
  private static func paths(_ lowering: ONNXLowering, _ nodes: [ONNXNode]) -> [[String]] {
    var paths = lowering.nodes.map { node in
      nodes.indices.contains(node.source) ? nodes[node.source].modulePath : []
    }
    var after: [Int: [String]] = [:]
    for (index, node) in lowering.nodes.enumerated() where !paths[index].isEmpty {
      for input in node.inputs where input > 0 && paths[input - 1].isEmpty {
        after[input] = after[input].map { common($0, paths[index]) } ?? paths[index]
      }
    }
    for (index, node) in lowering.nodes.enumerated() where paths[index].isEmpty {
      guard let around = after[index + 1], !node.inputs.isEmpty else { continue }
      paths[index] = node.inputs.reduce(around) { $1 > 0 ? common($0, paths[$1 - 1]) : [] }
    }
    return paths
  }

  /// What both begin with.
  private static func common(_ one: [String], _ other: [String]) -> [String] {
    zip(one, other).prefix { $0 == $1 }.map(\.0)
  }
}
