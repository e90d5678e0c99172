/// Numbers that a network's file leaves out where it stands in an `nn.Sequential`, or is one: those of modules
/// without parameters, which may be any.
struct SequentialGaps {
  private let weights: WeightDictionary
  private let architecture: any Architecture
  private let hasHead: Bool

  /// Numbers that are looked at and named at most.
  private static let most = 16
  /// Numbers of modules, at most, as in `ResNet`'s own names.
  private static let largest = 10_000
  /// Whether what a module called `name` numbers may be modules that follow each other; `models` and the like are
  /// rather lists of networks.
  private static func mayBeSequential(_ name: Substring) -> Bool {
    !name.hasSuffix("s") || name == "layers" || name == "features"
  }

  /// - Parameter hasHead: whether the classifier is taken from the file.
  init(_ weights: WeightDictionary, of architecture: any Architecture, hasHead: Bool) {
    self.weights = weights
    self.architecture = architecture
    self.hasHead = hasHead
  }

  /// What is open, a line each.
  func doubts(in file: Checkpoint) -> [String] {
    before(file) + [hiddenPooling, beforeHead, withinHead(file)].compactMap(\.self)
  }

  /// Modules in front of the network.
  private func before(_ file: Checkpoint) -> [String] {
    let landmark = weights.fullName(type(of: architecture).landmark)
    // Where the tensors' dictionary stands in tuples, lists and others, numbers are places, not modules.
    var outer = file.container(of: landmark)
    var holder: Substring?
    var absent: [String] = []
    for part in landmark.dropFirst(outer.count).split(separator: ".") {
      if holder.map(Self.mayBeSequential) ?? true {
        absent += self.absent(before: part, of: outer, in: file)
      }
      outer += "\(part)."
      holder = part
    }
    guard !absent.isEmpty else { return [] }
    return [
      "the network stands behind \(WeightsMismatch.listed(absent)), which "
        + "\(absent.count == 1 ? "has" : "have") no parameters: what that does to pictures is not known, "
        + "and left out"
    ]
  }

  /// The modules before `part` of an `nn.Sequential`, whose name with a dot is `outer`, that have no
  /// parameters; none where `part` is no number.
  private func absent(
    before part: Substring, of outer: String, in file: Checkpoint
  ) -> [String] {
    (0..<min(NumberedName.number(part) ?? 0, Self.most)).map { "\(outer)\($0)" }.filter { module in
      !file.entries.keys.contains { $0.hasPrefix(module + ".") }
    }
  }

  /// Modules between the network and its classifier, beyond those that have to be there.
  private var beforeHead: String? {
    let head = type(of: architecture).head + "."
    let place = numbers(head + "weight", behind: weights.prefix)
    let body = weights.shapes.keys.filter { !$0.hasPrefix(head) }
      .map { numbers($0, behind: weights.prefix) }
    guard hasHead, let last = body.max(by: { $0.lexicographicallyPrecedes($1) }),
      (last + place).allSatisfy({ $0 < Self.largest })
    else { return nil }
    let shared = zip(last, place).prefix { $0 == $1 }.count
    guard shared < last.count, shared < place.count else { return nil }
    let hidden = place[shared...].reduce(-last[shared] - 1, +)
    // Behind features come a pooling and a flattening, and in some families a dropout; a whole network has
    // them within, and stages in an `nn.Sequential` of their own may have the pooling there.
    let usual =
      switch last.count - shared {
      case 1: 0
      case 2 where architecture is ResNet: 2
      case _ where architecture is ResNet: 1
      default: 3
      }
    return hidden > usual ? Self.doubt(aboutHidden: hidden) : nil
  }

  /// Modules in front of the linear layer of a classifier that is an `nn.Sequential` (`fc.2.weight`), where
  /// they are more than a dropout.
  private func withinHead(_ file: Checkpoint) -> String? {
    let name = weights.fullName(type(of: architecture).head + ".weight")
    guard hasHead, name.hasPrefix(weights.prefix) else { return nil }
    let parts = name.dropFirst(weights.prefix.count).split(separator: ".")
    let module = parts.prefix { NumberedName.number($0) == nil }
    guard !module.isEmpty else { return nil }
    let start: String = module.map { "\($0)." }.joined()
    var outer = weights.prefix + start
    var hidden = 0
    for part in parts[module.endIndex...].prefix(while: { NumberedName.number($0) != nil }) {
      hidden += absent(before: part, of: outer, in: file).count
      outer += "\(part)."
    }
    return hidden > 1 ? Self.doubt(aboutHidden: hidden) : nil
  }

  private static func doubt(aboutHidden count: Int) -> String {
    "\(count.counted("module")) between the network and its classifier "
      + "\(count == 1 ? "has" : "have") no parameters, and \(count == 1 ? "is" : "are") taken for pooling, "
      + "flattening or dropout: names do not show which"
  }

  /// The pooling at the end of a stem that is an `nn.Sequential` of its own, where it leaves no number out.
  private var hiddenPooling: String? {
    guard let network = architecture as? ResNet, network.stem == .large else { return nil }
    let norm = numbers("bn1.weight", behind: weights.body)
    let stage = numbers("layer1.0.conv1.weight", behind: weights.body).dropLast()
    guard norm.count == 2, stage.count == 1, stage[0] == norm[0] + 1 else { return nil }
    return "a max pooling is taken to end module \(norm[0]), the first convolution's: names and "
      + "shapes do not show it"
  }

  private func numbers(_ key: String, behind prefix: String) -> [Int] {
    let name = weights.fullName(key)
    return name.hasPrefix(prefix) ? NumberedName(name.dropFirst(prefix.count)).numbers : []
  }
}
