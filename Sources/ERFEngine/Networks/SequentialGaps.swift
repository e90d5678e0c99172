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

  /// - Parameter hasHead: whether the classifier is taken from the file.
  init(_ weights: WeightDictionary, of architecture: any Architecture, hasHead: Bool) {
    self.weights = weights
    self.architecture = architecture
    self.hasHead = hasHead
  }

  /// What is open, a line each.
  func doubts(in file: Checkpoint) -> [String] {
    before(file) + [hiddenPooling, beforeHead].compactMap(\.self)
  }

  /// Modules in front of the network.
  private func before(_ file: Checkpoint) -> [String] {
    let landmark = weights.fullName(type(of: architecture).landmark)
    var outer = ""
    var absent: [String] = []
    for part in landmark.split(separator: ".") {
      for number in 0..<min(NumberedName.number(part) ?? 0, Self.most) {
        let module = "\(outer)\(number)"
        if !file.entries.keys.contains(where: { $0.hasPrefix(module + ".") }) {
          absent.append(module)
        }
      }
      outer += "\(part)."
    }
    guard !absent.isEmpty else { return [] }
    return [
      "the network stands behind \(WeightsMismatch.listed(absent)), which "
        + "\(absent.count == 1 ? "has" : "have") no parameters: what that does to pictures is not known, "
        + "and left out"
    ]
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
    // them within.
    let usual = last.count == shared + 1 ? 0 : architecture is ResNet ? 2 : 3
    guard hidden > usual else { return nil }
    return "\(hidden.counted("module")) between the network and its classifier "
      + "\(hidden == 1 ? "has" : "have") no parameters, and \(hidden == 1 ? "is" : "are") taken for pooling, "
      + "flattening or dropout: names do not tell"
  }

  /// The pooling at the end of a stem that is an `nn.Sequential` of its own, where it leaves no number out.
  private var hiddenPooling: String? {
    guard let network = architecture as? ResNet, network.stem == .large else { return nil }
    let norm = numbers("bn1.weight", behind: weights.body)
    let stage = numbers("layer1.0.conv1.weight", behind: weights.body).dropLast()
    guard norm.count == 2, stage.count == 1, stage[0] == norm[0] + 1 else { return nil }
    return "a max pooling is taken to end module \(norm[0]), the first convolution's: names and "
      + "shapes do not tell"
  }

  private func numbers(_ key: String, behind prefix: String) -> [Int] {
    let name = weights.fullName(key)
    return name.hasPrefix(prefix) ? NumberedName(name.dropFirst(prefix.count)).numbers : []
  }
}
