// What the numbers of a panel are of, where it has the screen to itself.

import ERFEngine

extension Model {
  /// Networks with their weights, which go last, input, pictures, layer and units; the fullest first.
  func subject(hasNetworks: Bool) -> [[Span]] {
    let size = inputSize(unitSide)
    let input = size.height == size.width ? "\(size.height) px" : "\(size)"
    let pictures = session.images.range.count.counted("picture")
    let request = request(unitSide)
    let layer = request.tap == nil ? "last stage" : request.tap?.sanitised ?? ""
    let label = layerLabel(unitSide, request).map { [$0] } ?? []
    let units = request.units.count
    let unit = units > 1 ? ["\(units) units"] : units == 1 ? ["off-centre unit"] : []
    let facts = [[input, pictures, layer] + unit, [input, pictures] + label + unit]
    guard hasNetworks else { return (facts + [[input] + label + unit]).map { joined($0) } }
    let long = facts.map { networks(isNamed: true) + joined($0) }
    let short = [facts[1], [input] + label + unit, label + unit].map {
      networks(isNamed: false) + joined($0)
    }
    return long + short
  }

  private func networks(isNamed: Bool) -> [Span] {
    compared.filter { $0.side != nil }.flatMap { network -> [Span] in
      guard network.network.savedMap == nil else {
        return [Span("\(network.letter) saved map  ", .quiet)]
      }
      let name = isNamed ? " " + network.network.shownModel : ""
      return [
        Span(network.letter, Role.network(network.side ?? 0), .bold), Span(name + " ", .quiet),
        Span(weightsText(network) + "  ", network.network.isPartlyRandom ? .warning : .quiet),
      ]
    }
  }

  private func joined(_ facts: [String]) -> [Span] {
    [Span(facts.joined(separator: display.glyphs.separator), .quiet)]
  }
}
