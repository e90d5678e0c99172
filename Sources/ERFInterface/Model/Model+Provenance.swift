// Where a screen comes from, for whoever finds its picture.

public import ERFEngine

extension Model {
  /// As text chunks of a PNG hold it: networks with their weights, input, layer, pictures, rule, program. It is of the
  /// maps on the screen, which may be older than what was asked for; where there is none yet it says so, and what
  /// was asked for.
  public var provenance: [PNGText] {
    let networks = sides.indices.map { networkText($0) }.joined(separator: "; ")
    let facts: [(keyword: String, text: String?)] = [
      ("Title", "replk-tui, a screen"), ("Networks", networks),
      ("Input", said { "\(sides[$0].shown?.inputSize ?? inputSize($0))" }),
      ("Layer", said { layerName($0)?.sanitised }), ("Images", said { picturesText($0) }),
      ("Rule", rules), ("State", states),
      ("Software", ProgramRecord.maker),
    ]
    let notes = sides.indices.flatMap { side -> [PNGText] in
      let shown = sides[side].shown
      let notes = shown?.subject?.weightsChoice.notes ?? shown?.result?.record?.notes ?? []
      return notes.map {
        PNGText(keyword: "Note", text: "\(Self.letter(side)): \($0.sanitised)")
      }
    }
    return facts.compactMap { fact in
      fact.text.map { PNGText(keyword: fact.keyword, text: $0) }
    } + notes
  }

  /// By which rule the maps on the screen are made, or will be where there is none yet: once where it is the same for
  /// all, else by letters; nil where nobody knows.
  var rules: String? { said { ruleName($0) } }

  /// Which maps are old, previews or not there; nil where none is.
  private var states: String? {
    let states = sides.indices.compactMap { side -> (letter: String, text: String)? in
      let text: String
      if let shown = sides[side].shown {
        text = [sides[side].isStale ? "stale" : nil, shown.previewText].compactMap(\.self)
          .joined(separator: " ")
      } else {
        text = "no map"
      }
      return text.isEmpty ? nil : (letter: Self.letter(side), text: text)
    }
    var texts: [String] = []
    for state in states where !texts.contains(state.text) { texts.append(state.text) }
    guard !texts.isEmpty else { return nil }
    return texts.map { text in
      states.filter { $0.text == text }.map(\.letter).joined(separator: ", ") + " " + text
    }.joined(separator: "; ")
  }

  /// What is told of each side: once where it is the same for all, else by letters.
  private func said(_ text: (Int) -> String?) -> String? {
    let said = sides.indices.compactMap { side in text(side).map { (side: side, text: $0) } }
    guard let first = said.first else { return nil }
    if said.count == sides.count, said.allSatisfy({ $0.text == first.text }) { return first.text }
    return said.map { "\(Self.letter($0.side)) \($0.text)" }.joined(separator: ", ")
  }

  private func networkText(_ side: Int) -> String {
    let network = sides[side].shown?.network ?? session.networks[side]
    let facts: [String?]
    if network.savedMap == nil {
      let hash = sides[side].shown?.subject.map { "hash \($0.weightsHash)" }
      facts = ["weights \(network.weightsText)", hash]
    } else {
      let record = sides[side].shown?.result?.record
      let told: [(label: String, text: String?)] = [
        ("model", record?.model), ("weights", record?.weightsName), ("hash", record?.weightsHash),
      ]
      facts = told.map { fact in fact.text.map { "\(fact.label) \($0.sanitised)" } }
    }
    let known = facts.compactMap(\.self).joined(separator: ", ")
    return "\(Self.letter(side)) \(designs.text(network))" + (known.isEmpty ? "" : " (\(known))")
  }

  /// That of a saved map is what its file says.
  private func layerName(_ side: Int) -> String? {
    guard let shown = sides[side].shown else {
      return session.networks[side].savedMap == nil
        ? facts(side)?.layer(session.target)?.name : nil
    }
    return shown.network.savedMap == nil
      ? shown.request.tap ?? shown.subject?.tap : shown.result?.record?.place?.layer
  }

  private func picturesText(_ side: Int) -> String? {
    sides[side].shown.flatMap { $0.picturesCell.isEmpty ? nil : $0.picturesCell }
  }

  private func ruleName(_ side: Int) -> String? {
    guard let shown = sides[side].shown else {
      return session.networks[side].savedMap == nil ? session.rule.rawValue : nil
    }
    let rule =
      shown.network.savedMap == nil ? shown.request.rule : shown.result?.record?.rule
    return rule?.rawValue
  }
}
