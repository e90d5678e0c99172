// The layers of the depth plot, alone and beside those of other networks.

/// A layer of the plot.
struct DepthLayer: Equatable {
  let name: String
  let target: Target
  /// `s2.1`, `t1`, `stem`, or `s2` of a stage's output.
  let label: String
  let stage: Int
  let isOutput: Bool

  /// Whether it is one of a stage's blocks by number, not the stem or a transition before them.
  private var isBlock: Bool { label.hasPrefix("s\(stage).") }

  /// The layers of several networks in one order, each of them once.
  static func union(_ networks: [[DepthLayer]]) -> [DepthLayer] {
    var all: [DepthLayer] = []
    var known: [String] = []
    for layers in networks {
      var next = 0
      for (layer, key) in zip(layers, keys(layers)) {
        if let place = known.firstIndex(of: key) {
          next = place + 1
          continue
        }
        // Behind what another network has before the blocks of this stage.
        while layer.isBlock, next < all.count, all[next].stage == layer.stage,
          !all[next].isOutput, !all[next].isBlock
        {
          next += 1
        }
        all.insert(layer, at: next)
        known.insert(key, at: next)
        next += 1
      }
    }
    return all
  }

  /// By which layers of several networks are the same: their labels, counted where one network has several
  /// of one.
  static func keys(_ layers: [DepthLayer]) -> [String] {
    var counts: [String: Int] = [:]
    return layers.map { layer in
      let count = counts[layer.label, default: 0] + 1
      counts[layer.label] = count
      return "\(layer.label) \(count)"
    }
  }
}
