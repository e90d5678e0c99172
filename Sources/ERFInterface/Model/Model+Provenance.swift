// Where a screen comes from, for whoever finds its picture.

public import ERFEngine

extension Model {
  /// As text chunks of a PNG hold it: networks with their weights, input, layer, pictures, rule, program. It is of the
  /// maps on the screen, which may be older than what was asked for, and of that where there is none yet.
  public var provenance: [PNGText] {
    let networks = sides.indices.map { networkText($0) }.joined(separator: "; ")
    let stale = sides.indices.filter { sides[$0].isStale }.map { Self.letter($0) }
    let facts: [(keyword: String, text: String?)] = [
      ("Title", "replk-tui, a screen"), ("Networks", networks),
      ("Input", said { "\(sides[$0].shown?.inputSize ?? inputSize($0))" }),
      ("Layer", said { layerName($0)?.sanitised }), ("Images", said { picturesText($0) }),
      ("Rule", said { ruleName($0) } ?? session.rule.rawValue),
      ("State", stale.isEmpty ? nil : stale.joined(separator: ", ") + " stale"),
      ("Software", ProgramRecord.maker),
    ]
    let notes = sides.indices.flatMap { side in
      (sides[side].shown?.subject?.weightsChoice.notes ?? []).map { note in
        PNGText(keyword: "Note", text: "\(Self.letter(side)): \(note.sanitised)")
      }
    }
    return facts.compactMap { fact in
      fact.text.map { PNGText(keyword: fact.keyword, text: $0) }
    } + notes
  }

  /// What is told of each side: once where it is the same for all that have it, else by letters.
  private func said(_ text: (Int) -> String?) -> String? {
    let said = sides.indices.compactMap { side in text(side).map { (side: side, text: $0) } }
    guard let first = said.first else { return nil }
    if said.allSatisfy({ $0.text == first.text }) { return first.text }
    return said.map { "\(Self.letter($0.side)) \($0.text)" }.joined(separator: ", ")
  }

  private func networkText(_ side: Int) -> String {
    let network = sides[side].shown?.network ?? session.networks[side]
    let hash = sides[side].shown?.subject.map { ", hash \($0.weightsHash)" } ?? ""
    let weights = network.savedMap == nil ? " (weights \(network.weightsText)\(hash))" : ""
    return "\(Self.letter(side)) \(designs.text(network))\(weights)"
  }

  /// A saved map does not say of which layer it is.
  private func layerName(_ side: Int) -> String? {
    guard let shown = sides[side].shown else {
      return session.networks[side].savedMap == nil
        ? facts(side)?.layer(session.target)?.name : nil
    }
    return shown.network.savedMap == nil ? shown.request.tap ?? shown.subject?.tap : nil
  }

  private func picturesText(_ side: Int) -> String? {
    if let shown = sides[side].shown {
      return shown.network.savedMap == nil ? shown.picturesCell : nil
    }
    guard session.networks[side].savedMap == nil else { return nil }
    let images = session.images
    return HeatmapExport.images(images.range.map { images.name($0) }).sanitised
  }

  private func ruleName(_ side: Int) -> String? {
    guard let shown = sides[side].shown, shown.network.savedMap == nil else {
      return sides[side].shown?.result?.record?.rule?.rawValue
    }
    return shown.request.rule.rawValue
  }
}
