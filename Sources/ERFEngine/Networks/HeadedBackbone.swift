/// A network without its classifier, which is a layer beside it: as a later number of the same `nn.Sequential`
/// (`0.conv1.weight` and `2.weight`), or, where the network has a name, under a usual name too
/// (`backbone.conv1.weight` and `head.fc.weight`, `features.4.0.conv1.weight` and `fc.weight`).
struct HeadedBackbone: Sendable {
  /// What stands before all names.
  let prefix: String
  /// What stands between that and the names of the network without its classifier: `0.`.
  let body: String
  /// What stands there before the names of the classifier's linear layer: `2.`.
  private let head: String

  /// Modules around the network at most.
  private static let deepest = 4
  private static let newHead = "head."

  /// nil: beside the network behind `prefix` stands nothing, or something else.
  init?(_ prefix: String, in entries: CheckpointEntries) {
    var parts = prefix.split(separator: ".", omittingEmptySubsequences: false).dropLast()
    var isNumbered = true
    for _ in 0..<Self.deepest {
      guard let last = parts.popLast() else { return nil }
      isNumbered = isNumbered && NumberedName.number(last) != nil
      let outer: String = parts.map { "\($0)." }.joined()
      let body = String(prefix.dropFirst(outer.count))
      let found = Self.head(beside: body, behind: outer, in: entries, isNumbered: isNumbered)
      guard let head = found else { continue }
      self.prefix = outer
      self.body = body
      self.head = head
      return
    }
    return nil
  }

  /// What stands before the names of the only layer beside `body`, which is linear; nil: there are others, or
  /// the body has a classifier of its own.
  ///
  /// - Parameter isNumbered: whether `body` is a number, which the layer has to follow.
  private static func head(
    beside body: String, behind outer: String, in entries: CheckpointEntries, isNumbered: Bool
  ) -> String? {
    var beside: [Substring] = []
    for (key, entry) in entries.behind(outer) where key.hasPrefix(outer) {
      let name = key.dropFirst(outer.count)
      guard name.hasPrefix(body) else {
        beside.append(name)
        guard beside.count <= 2 else { return nil }
        continue
      }
      let inner = name.dropFirst(body.count)
      guard entry.shape.rank != 2, !inner.hasPrefix(newHead) else { return nil }
    }
    guard beside.count == 2, let weight = beside.first(where: { $0.hasSuffix(".weight") }) else {
      return nil
    }
    let head = String(weight.dropLast("weight".count))
    let place = NumberedName(weight)
    let isMeant =
      isNumbered
      ? place.rest == "weight"
        && NumberedName(body[...]).numbers.lexicographicallyPrecedes(place.numbers)
      : WeightDictionary.headNames.contains(String(head.dropLast()))
    guard isMeant, entries[outer + head + "weight"]?.shape.rank == 2,
      entries[outer + head + "bias"]?.shape.rank == 1
    else { return nil }
    return head
  }

  /// The name that a parameter has in the network: `conv1.weight` of `0.conv1.weight`; the linear layer is
  /// called `head`.
  ///
  /// - Parameter key: without what compilers and other wrappers put into it.
  func name(_ key: String) -> String {
    let body = WeightDictionary.uncompiled(body)
    if key.hasPrefix(body) { return String(key.dropFirst(body.count)) }
    return key.hasPrefix(head) ? Self.newHead + key.dropFirst(head.count) : key
  }
}
