// Whether maps beside one another answer a question about their networks: one rule for verdicts, bars, the
// gallery and figures.

import ERFEngine

extension Model {
  /// Why the numbers that stand beside one another are no comparison; nil where they are one, or what is under
  /// way may make them so.
  var comparisonObstacle: String? { isComputing ? nil : notComparable(compared) }

  /// Why maps of several networks answer no question together; nil where they do.
  func notComparable(_ networks: [ComparedNetwork]) -> String? {
    let networks = networks.sorted { $0.letter < $1.letter }
    for (index, first) in networks.enumerated() {
      for second in networks[(index + 1)...] {
        if let reason = notComparable(first, second) { return reason }
      }
    }
    return nil
  }

  /// Why two maps answer no question about their networks; nil where they do, or one of them is not there.
  func notComparable(_ first: ComparedNetwork, _ second: ComparedNetwork) -> String? {
    guard let a = first.map, let b = second.map else { return nil }
    let (mine, other) = (first.letter, second.letter)
    let empty = [(a, mine), (b, other)].filter { !$0.0.metrics.hasMass }.map(\.1)
    if empty.count == 2 { return "both maps are 0 everywhere, no gradient reaches the input" }
    if let letter = empty.first {
      return "\(letter)'s map is 0 everywhere, no gradient reaches the input"
    }
    if a.inputSize != b.inputSize {
      return "\(mine) at \(a.inputSize) px, \(other) at \(b.inputSize) px"
    }
    if a.network.savedMap != nil || b.network.savedMap != nil {
      return a.network.savedMap == b.network.savedMap
        ? nil : "a saved map is not compared with another map"
    }
    if a.images != b.images {
      return "\(mine) over \(a.images.counted("picture")), \(other) over \(b.images)"
    }
    if !sawTheSame(a, b) { return "\(mine) and \(other) saw different pictures" }
    if a.request.rule != b.request.rule { return "\(mine) and \(other) follow different rules" }
    if !isOnePlace(a.metrics.origin, b.metrics.origin, a.inputSize) {
      return "\(mine) and \(other) look from different places"
    }
    if first.side != nil, second.side != nil, let side = leftBehind {
      return "\(Self.letter(side))'s map is stale, its last run failed"
    }
    // Other kernels and other weights at once: which of them makes the difference nobody can tell.
    let sources = [a, b].map { origin($0).source }
    if !isOneNetworkTwice(a, b), (sources[0] == .untrained) != (sources[1] == .untrained) {
      let isFirst = sources[0] == .untrained
      return "\(isFirst ? mine : other) has random weights, \(isFirst ? other : mine) "
        + sources[isFirst ? 1 : 0].claim
    }
    if let name = session.target.layer {
      let have = [a, b].map { $0.request.tap == name }
      if have[0] != have[1] {
        return "\(have[0] ? other : mine) has no layer \(name.sanitised)"
      }
    }
    return nil
  }

  /// What changes the meaning of what is said of several maps, as sentences, in full and in short: random weights,
  /// and squares that are cut.
  static func caveats(_ networks: [ComparedNetwork]) -> (full: [String], brief: [String]) {
    let networks = networks.filter { $0.network.savedMap == nil }
    func letters(_ isMeant: (NetworkSpec) -> Bool) -> [String] {
      networks.filter { isMeant($0.network) }.map(\.letter)
    }
    let random = letters(\.isRandom)
    let untrained =
      random.count == networks.count ? "untrained" : "\(random.joined(separator: ", ")) untrained"
    let parts = [
      random.isEmpty ? [] : [untrained],
      WeightsOrigin.newKernels(letters { $0.seedOfNewKernels != nil }, of: networks.count),
      cutSquares(networks.compactMap { network in network.map.map { (network.letter, $0) } }),
    ]
    func sentence(_ text: String) -> String { text.prefix(1).uppercased() + text.dropFirst() + "." }
    return (parts.compactMap(\.first).map(sentence), parts.compactMap(\.last).map(sentence))
  }

  /// That the border of the input takes far more of some squares than of the widest, in full and in short: units
  /// near it need not lie at the same pixel. Empty where it does not.
  static func cutSquares(_ maps: [(letter: String, map: ShownMap)]) -> [String] {
    let shares = maps.compactMap { one in one.map.shareWithinInput.map { (one.letter, $0) } }
    guard maps.contains(where: { !$0.map.metrics.isCentred }), let most = shares.map(\.1).max()
    else { return [] }
    let cut = shares.filter { most > 1.5 * $0.1 }.map(\.0)
    guard let first = cut.first else { return [] }
    guard cut.count > 1 else {
      return ["\(first)'s square is cut by the border", "\(first)'s cut by border"]
    }
    let letters = cut.joined(separator: ", ")
    return ["the squares of \(letters) are cut by the border", "\(letters) cut by border"]
  }

  /// The side whose map stayed behind while the other went on; nil: neither or both did.
  var leftBehind: Int? {
    let behind = sides.indices.filter { sides[$0].isLeftBehind }
    return behind.count == 1 ? behind[0] : nil
  }

  /// Whether maps are over the same pictures; each may have left out others that cannot be read.
  private func sawTheSame(_ a: ShownMap, _ b: ShownMap) -> Bool {
    guard a.request.images == b.request.images else { return false }
    guard let mine = a.result?.imageNames, let other = b.result?.imageNames else { return true }
    return mine == other
  }

  /// Whether units look from one place, as far as the strides of their layers allow.
  private func isOnePlace(
    _ a: (row: Int, column: Int), _ b: (row: Int, column: Int), _ size: InputSize
  ) -> Bool {
    abs(a.row - b.row) * 8 <= size.height && abs(a.column - b.column) * 8 <= size.width
  }
}
