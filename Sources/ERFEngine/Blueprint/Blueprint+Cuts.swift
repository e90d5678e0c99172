/// Where a forward pass can be left and entered again.
extension Blueprint {
  /// The outputs of stages up to `value` that everything later depends on alone, in order: a forward
  /// pass can begin at any of them.
  func cuts(to value: Int) -> [Int] {
    // The earliest value that the nodes from here on read.
    var earliest = value
    var isCut = [Bool](repeating: false, count: value + 1)
    isCut[value] = true
    for index in (0..<value).reversed() {
      earliest = min(earliest, nodes[index].inputs.min() ?? index)
      isCut[index] = earliest >= index
    }
    return Set(stages.map(\.value) + [value]).filter { $0 <= value && isCut[$0] }.sorted()
  }
}
