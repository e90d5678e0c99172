/// Every parameter that a network asks for, by key.
struct ParameterInventory: Sendable {
  let entries: [String: Slot]
  /// The keys of the classifier.
  let head: Set<String>

  init(_ blueprint: Blueprint) {
    var entries: [String: Slot] = [:]
    var head: Set<String> = []
    for node in blueprint.nodes {
      for slot in node.parameters.flatMap(\.slots) {
        entries[slot.key] = slot
        if node.role == .classifier { head.insert(slot.key) }
      }
    }
    self.entries = entries
    self.head = head
  }
}
