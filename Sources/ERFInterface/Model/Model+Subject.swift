// What the numbers of a panel are of, where it has the screen to itself.

import ERFEngine

extension Model {
  /// Of the maps of A and B, and of the gallery's others where there are numbers of these, too.
  ///
  /// - Parameter hasOthers: whether there are.
  func mapsSubject(hasOthers: Bool = false) -> [[Span]] {
    subject(
      of: measuredOn(hasOthers ? compared : comparedSides), comparedSides.map(\.asShown))
  }

  /// Networks with their weights, which go last, input, pictures, layer and units; the fullest first.
  func subject(of measured: [MeasuredOn], _ networks: [ComparedNetwork]) -> [[Span]] {
    let facts = facts(measured)
    let (label, unit) = (measured.label.map { [$0] } ?? [], measured.unit.map { [$0] } ?? [])
    let input = measured.isEmpty ? [] : [measured.input]
    let long = facts.map { self.networks(networks, isNamed: true) + joined($0, measured) }
    // Long names of files are cut before anything is left out.
    let short = [facts[1], input + label + unit, label + unit].flatMap { facts in
      [.max, 24, 16, 10].map {
        self.networks(networks, isNamed: false, cut: $0) + joined(facts, measured)
      }
    }
    return long + short
  }

  /// Of the gallery, whose tiles name the networks.
  var gallerySubject: [[Span]] {
    let measured = measuredOn(comparedGallery)
    let facts = facts(measured)
    // Tiles of one network are named by their kernels alone.
    let models = Set(session.gallery.map(\.model))
    let name = models.count == 1 ? session.gallery.prefix(1).map(\.shownModel) : []
    let least = [measured.input, measured.label, measured.unit].compactMap(\.self)
    return (facts.map { name + $0 } + facts + [least]).map { joined($0, measured) }
  }

  /// Of a panel whose numbers are not those of the maps: networks, and what they were shown.
  ///
  /// - Parameters:
  ///   - networks: those of A and B, as the numbers are of them; nil: as they are now.
  ///   - measured: which of them are old.
  func networkSubject(
    _ facts: [String], of networks: [ComparedNetwork]? = nil, _ measured: [MeasuredOn] = []
  ) -> [[Span]] {
    let sides = networks ?? comparedSides
    let facts = joined(facts, measured)
    return [self.networks(sides, isNamed: true) + facts]
      + [.max, 24, 16, 10].map { self.networks(sides, isNamed: false, cut: $0) + facts }
  }

  /// What the maps are of, where they stand beside other things, behind a title, and why they are no comparison: in
  /// a line where there is room, else in several.
  func mapSubject(_ title: Span, width: Int) -> [[Span]] {
    let measured = measuredOn(comparedSides)
    let facts = [title] + joined(facts(measured)[0], measured)
    guard let reason = comparisonObstacle else { return [facts] }
    let obstacle = "Not comparable: \(reason)"
    let line = facts + [Span(display.glyphs.separator + obstacle, .warning)]
    guard line.width > width else { return [line] }
    return [facts] + wrap(obstacle, width: width).map { [Span($0, .warning)] }
  }

  /// Input, pictures, layer and units, with the layer's name and with its label alone.
  private func facts(_ measured: [MeasuredOn]) -> [[String]] {
    guard !measured.isEmpty else { return [[], []] }
    let (pictures, unit) = (measured.pictures, measured.unit)
    return [measured.layer, measured.label].map { layer in
      [measured.input, pictures, layer, unit].compactMap(\.self)
    }
  }

  private func networks(
    _ networks: [ComparedNetwork], isNamed: Bool, cut columns: Int = .max
  ) -> [Span] {
    networks.flatMap { network -> [Span] in
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

  /// Facts in a row; that numbers are old is never left out.
  private func joined(_ facts: [String], _ measured: [MeasuredOn]) -> [Span] {
    let separator = display.glyphs.separator
    let row = [Span(facts.joined(separator: separator), .quiet)]
    guard let stale = measured.stale else { return row }
    return row + [Span((facts.isEmpty ? "" : separator) + stale, .warning)]
  }
}
