// Layers that were looked from and are gone.

import ERFEngine

extension Model {
  /// Says of layers that an edit, a size or another network took away what is shown in their place, and of a
  /// stage in which layer it ends where another size moved its end. What a network never had is no news: it
  /// shows what stage and block say.
  mutating func tellLostLayers() {
    var lines: [String] = []
    for side in sides.indices {
      guard let facts = facts(side), let layer = facts.layer(session.target) else { continue }
      var target = session.target
      target.units = []
      let now = HeldLayer(
        target: target, name: layer.name, end: facts.end(of: layer), text: facts.text(layer),
        source: session.networks[side].source, size: facts.input, stages: facts.stages.count)
      let held = sides[side].held
      let isThere = facts.has(target)
      sides[side].held = isThere ? now : nil
      guard let held, held.target == target else { continue }
      let isLost = !isThere || now.hasLostLast(of: held)
      guard isLost || now.hasMoved(from: held) else { continue }
      let letter = sides.count > 1 ? "\(Self.letter(side)): " : ""
      let size = now.size == held.size ? "" : " at \(now.size) px"
      // Where stages are found by the sizes of maps, another input may let them end elsewhere.
      if !isLost, held.name == now.name {
        lines.append("\(letter)\(now.text) ends in \(now.end) instead of \(held.end)\(size)")
      } else {
        let place = facts.place(of: held.name, insteadOf: target)
        let way = facts.offers(held.name) ? "; type :\(held.name) for it" : ""
        lines.append("\(letter)\(held.text) \(place)\(size): showing \(now.text)\(way)")
      }
    }
    guard !lines.isEmpty else { return }
    let new = Notice(.note, lines)
    note(new.kind, new.lines)
    // What led to it stands there already.
    notice = notice.map { Notice($0.kind, $0.lines + new.lines) } ?? new
  }
}

extension NetworkFacts {
  fileprivate func text(_ layer: Layer) -> String {
    stages.firstIndex { $0.output.name == layer.name }.map { "stage \($0 + 1)" }
      ?? "layer \(layer.name)"
  }
}
