// What the numbers of a panel are of, where it has the screen to itself.

import ERFEngine

extension Model {
  /// Networks with their weights, which go last, input, pictures, layer and units; the fullest first.
  ///
  /// - Parameter hasTarget: whether the numbers are of the layer and units that were chosen, not of all
  ///   layers' central units.
  func subject(hasNetworks: Bool, hasTarget: Bool = true) -> [[Span]] {
    let (facts, input, label, unit) = mapFacts(hasTarget: hasTarget)
    guard hasNetworks else {
      // Tiles of one network are named by their kernels alone.
      let models = Set(session.gallery.map(\.model))
      let name = models.count == 1 ? session.gallery.prefix(1).map(\.shownModel) : []
      return (facts.map { name + $0 } + facts + [[input] + label + unit]).map { joined($0) }
    }
    let long = facts.map { networks(isNamed: true) + joined($0) }
    // Long names of files are cut before anything is left out.
    let short = [facts[1], [input] + label + unit, label + unit].flatMap { facts in
      [.max, 24, 16, 10].map { networks(isNamed: false, cut: $0) + joined(facts) }
    }
    return long + short
  }

  /// Of a panel whose numbers are not those of the maps: networks, and what they were shown.
  func networkSubject(_ facts: [String]) -> [[Span]] {
    [networks(isNamed: true) + joined(facts)]
      + [.max, 24, 16, 10].map { networks(isNamed: false, cut: $0) + joined(facts) }
  }

  /// What the maps are of, where they stand beside other things.
  var mapSubject: String {
    mapFacts(hasTarget: true).facts[0].joined(separator: display.glyphs.separator)
  }

  /// Input, pictures, layer and units, with the layer's name and with its label alone.
  private func mapFacts(
    hasTarget: Bool
  ) -> (facts: [[String]], input: String, label: [String], unit: [String]) {
    let size = inputSize(unitSide)
    let input = size.height == size.width ? "\(size.height) px" : "\(size)"
    let pictures = session.images.range.count.counted("picture")
    let request = request(unitSide)
    let layer =
      hasTarget
      ? [
        layers { side, request in
          request.tap.map { layerText(session.networks[side], $0, at: askedSize(side)) }
        } ?? "last stage"
      ] : []
    let label = hasTarget ? layers { layerLabel($0, $1) }.map { [$0] } ?? [] : []
    let units = request.units.count
    let unit =
      units == 0
      ? [] : !hasTarget ? ["central unit"] : [units > 1 ? "\(units) units" : "off-centre unit"]
    let facts = [[input, pictures] + layer + unit, [input, pictures] + label + unit]
    return (facts, input, label, unit)
  }

  /// What is to be said of the layers that are looked from: once where A's and B's are called the same,
  /// nil where there is nothing to say.
  private func layers(_ text: (Int, ERFRequest) -> String?) -> String? {
    let networks = sides.indices.filter { session.networks[$0].savedMap == nil }
    let texts = networks.map { text($0, request($0)) }
    guard Set(texts).count > 1 else { return texts.first ?? nil }
    return zip(networks, texts).map { "\(Self.letter($0)) \($1 ?? "last stage")" }
      .joined(separator: ", ")
  }

  private func networks(isNamed: Bool, cut columns: Int = .max) -> [Span] {
    compared.filter { $0.side != nil }.flatMap { network -> [Span] in
      guard network.network.savedMap == nil else {
        let hash = network.result?.subject.fileHashText.map { " " + $0 } ?? ""
        return [Span("\(network.letter) saved map\(hash)  ", .quiet)]
      }
      let name = isNamed ? " " + network.network.shownModel : ""
      return [
        Span(network.letter, Role.network(network.side ?? 0), .bold), Span(name + " ", .quiet),
        Span(
          weightsText(network, isNamed: isNamed, cut: columns) + "  ",
          network.network.isPartlyRandom ? .warning : .quiet),
      ]
    }
  }

  private func joined(_ facts: [String]) -> [Span] {
    [Span(facts.joined(separator: display.glyphs.separator), .quiet)]
  }
}
