// What other libraries call a ResNet's parameters.

extension ResNet {
  /// The CIFAR networks that everybody trains call the downsampling a shortcut; and torchvision's
  /// modules by their numbers in an `nn.Sequential`, or in several of which one holds the others.
  static let otherNames = [
    ParameterNames(landmark: "conv1.weight", translation: shortcuts),
    ParameterNames(landmark: "4.0.conv1.weight", translation: numbers),
  ]

  @Sendable
  private static func shortcuts(_ shapes: [String: Shape]) -> ParameterNames.Translation? {
    guard shapes.keys.contains(where: { $0.utf8.holds(".shortcut.") }) else { return nil }
    return { name in name.replacing(".shortcut.", with: ".downsample.") }
  }

  /// By their order the modules are the first convolution, its norm, the stages, and what comes after them.
  @Sendable
  private static func numbers(_ shapes: [String: Shape]) -> ParameterNames.Translation? {
    var layers: Set<[Int]> = []
    var blocks: Set<[Int]> = []
    for key in shapes.keys {
      let name = NumberedName(key[...])
      if name.isOfLayer { layers.insert(name.numbers) } else { blocks.insert(name.numbers) }
    }
    let stages = Set(blocks.filter { $0.count > 1 }.map { Array($0.dropLast()) })
      .sorted { $0.lexicographicallyPrecedes($1) }
    guard let first = stages.first, let last = stages.last else { return nil }
    let stem = layers.filter { !$0.isEmpty && $0.lexicographicallyPrecedes(first) }
      .sorted { $0.lexicographicallyPrecedes($1) }
    guard stem.count == 2 else { return nil }
    let convolution = stem[0].map { "\($0)." }.joined() + "weight"
    guard let kernel = shapes[convolution], kernel.rank == 4,
      isChain(stem, stages, kernel: kernel[2])
    else { return nil }
    var modules = [stem[0]: "conv1", stem[1]: "bn1"]
    for (index, stage) in stages.enumerated() { modules[stage] = "layer\(index + 1)" }
    let head = layers.filter { last.lexicographicallyPrecedes($0) && !$0.starts(with: last) }
    if head.count == 1, let layer = head.first { modules[layer] = "fc" }
    return { [modules] key in
      let name = NumberedName(key[...])
      if name.isOfLayer { return modules[name.numbers].map { "\($0).\(name.rest)" } }
      guard let block = name.numbers.last, let stage = modules[Array(name.numbers.dropLast())]
      else { return nil }
      return "\(stage).\(block).\(name.rest)"
    }
  }

  /// Whether modules follow each other as in the network: what has no parameters, such as a pooling, shows as
  /// a number that is left out.
  private static func isChain(_ stem: [[Int]], _ stages: [[Int]], kernel: Int) -> Bool {
    // Behind the norm come a ReLU and, but for the stem of small pictures, a pooling.
    let behindNorm = kernel == Stem.large.rawValue ? 2 : 1
    return mayFollow(stem[0], stem[1], behind: 0)
      && mayFollow(stem[1], stages[0], behind: behindNorm)
      && zip(stages, stages.dropFirst()).allSatisfy { mayFollow($0, $1, behind: 0) }
  }

  /// Whether the module at `next` may come behind the one at `one` and as many without parameters as `hidden`.
  private static func mayFollow(_ one: [Int], _ next: [Int], behind hidden: Int) -> Bool {
    let shared = zip(one, next).prefix { $0 == $1 }.count
    guard shared < one.count, shared < next.count, next.allSatisfy({ $0 < 10_000 }) else {
      return false
    }
    // Between the two where one `nn.Sequential` holds both, and in front of the next within its own.
    let leftOut = next[shared...].reduce(-one[shared] - 1, +)
    // At the end of an inner one more of them may stand, which leave no trace.
    return one.count == shared + 1 ? leftOut == hidden : (0...hidden).contains(leftOut)
  }
}
