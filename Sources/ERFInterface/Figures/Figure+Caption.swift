// The caption of a figure: of what, with which weights, over which images, by which rule.

import ERFEngine

extension Figure {
  /// `trained`, `random:0 (untrained)`, or a file's name; edits say so.
  func weights(_ network: ComparedNetwork) -> String {
    guard network.network.savedMap == nil else {
      return network.result?.subject.savedMapText ?? "saved map"
    }
    let edited = network.network.editedText.long
    switch network.network.weights {
    case .trained: return "trained" + edited
    case .random(let seed): return "random:\(seed), untrained" + edited
    // A graph's file is what the network is called already.
    case .file(let path):
      return (network.network.source == .file(path) ? "its own weights" : TrainingFilm.title(path))
        + edited
    }
  }

  func isRandom(_ network: ComparedNetwork) -> Bool {
    network.network.savedMap == nil && network.network.isPartlyRandom
  }

  /// One paragraph.
  var caption: String {
    var parts = ["Effective receptive fields of " + subjects + "."]
    parts += conditions + notes
    if let verdict = verdictSentence { parts.append(verdict) }
    parts.append(colours)
    parts.append(outlines)
    if isDepthComplete {
      if let depthImages {
        parts.append("Growth with depth is over the pictures that were counted: \(depthImages).")
      }
      parts += model.depthEnds.map { "Depth: \($0)." }
    }
    if lacksDepth {
      parts.append("Growth with depth is left out: it was not measured yet over all images.")
    }
    if networks.contains(where: { network in
      guard let metrics = network.metrics, metrics.hasMass else { return false }
      return metrics.ratios.contains { $0.ratio == nil && $0.isKnown }
    }) {
      parts.append("\(Figure.none): no square of the input holds so much.")
    }
    if networks.contains(where: { network in
      guard let metrics = network.metrics, metrics.hasMass else { return false }
      return metrics.ratios.contains { !$0.isKnown }
    }) {
      parts.append("\(Figure.nothing): not known from 8 bits.")
    }
    if networks.contains(where: { $0.result?.spread(at: Model.half) != nil }) {
      parts.append("± is the standard deviation over images.")
    }
    return parts.joined(separator: " ")
  }

  private var subjects: String {
    networks.map { network in
      let hash = network.subject?.weightsHash ?? ""
      let progress = (network.subject?.training?.progress).map { ", trained \($0.text)" } ?? ""
      let weights = weights(network) + progress + (hash.isEmpty ? "" : ", hash \(hash)")
      let letter = networks.count > 1 ? "(\(network.letter)) " : ""
      return "\(letter)\(name(network)) [\(weights)]"
    }.joined(separator: "; ")
  }

  /// Layer, unit, input, images and rule: said once where they are the same for all.
  private var conditions: [String] {
    let texts = networks.map { condition($0) }
    guard Set(texts).count > 1 else {
      return texts.first.map { [$0.prefix(1).uppercased() + $0.dropFirst()] } ?? []
    }
    return zip(networks, texts).map { "(\($0.letter)) \($1)" }
  }

  private func condition(_ network: ComparedNetwork) -> String {
    guard let map = network.map, let subject = network.subject else {
      return "Its origin is not recorded."
    }
    guard network.network.savedMap == nil else {
      let lines = map.result?.record?.lines ?? []
      let said = lines.isEmpty ? "" : "; its file says: " + lines.joined(separator: "; ")
      return "A saved map of \(subject.input) px\(said.sanitised)."
    }
    let unit =
      subject.isCentral
      ? "the central unit"
      : "unit row \(subject.unit.row), column \(subject.unit.column)"
        + (subject.units.count > 1 ? " and \(subject.units.count - 1) more, summed," : "")
    let partial = map.result?.isPartial == true ? ", partial" : ""
    return "\(unit) of \(subject.tap.sanitised) (\(subject.mapSize.height) x "
      + "\(subject.mapSize.width) units), input \(subject.input.height) x "
      + "\(subject.input.width) px, n = \(map.imagesText.sanitised)\(partial); "
      + "rule \(subject.rule.rawValue)"
      + (subject.preprocessing == .own
        ? "" : "; pictures prepared with \(subject.preprocessing.text)") + "."
  }

  /// What there is to know of the networks' files.
  private var notes: [String] {
    networks.flatMap { network in
      let isEmpty = network.metrics?.hasMass == false
      // A saved map has none of weights.
      let told = network.subject?.weightsChoice.notes ?? network.result?.record?.found ?? []
      return
        (told
        + (isEmpty ? ["no gradient reaches the input, the map is 0 everywhere"] : [])).map { note in
          "Note\(networks.count > 1 ? " on (\(network.letter))" : ""): \(note.sanitised)."
        }
    }
  }

  private var verdictSentence: String? {
    guard networks.count <= 2 else {
      let sentences =
        [comparison].compactMap(\.self) + Model.caveats(networks).full
        + [tooSmall].compactMap(\.self)
      return sentences.isEmpty ? nil : sentences.joined(separator: " ")
    }
    guard let verdict = model.verdict else { return nil }
    // What changes its meaning stands behind it, as on the screen, but for what is said of each map: of
    // one map that is all, and that it had 8 bits stands where its file is.
    let map = networks.first?.map
    let caveat = verdict.caveats.first.flatMap { text -> String? in
      map?.isCoarse == true ? map?.recordedPictures?.partialTexts.first : text
    }
    let note = caveat.map { " (\($0))" } ?? ""
    let answer = verdict.headline + (verdict.shares.isEmpty ? "" : " \(verdict.shares)\(note).")
    return ([answer] + verdict.warnings.prefix(1)).joined(separator: " ")
  }

  /// Which of more than two networks sees most and least; nil where their maps answer no question
  /// together.
  private var comparison: String? {
    let results = networks.compactMap(\.result)
    guard results.count == networks.count, networks.allSatisfy({ $0.network.savedMap == nil }),
      results.allSatisfy(\.subject.isCentral), model.notComparable(networks) == nil,
      Set(networks.map(\.network.isPartlyRandom)).count == 1,
      let ranking = FieldRanking(results)
    else { return nil }
    if let tie = ranking.tie { return tie }
    let first = networks[ranking.most].letter
    let beside = ranking.beside({ networks[$0].letter }, first + "'s")
    func area(_ index: Int) -> String {
      Format.area(results[index].metrics.ratio(at: Model.half) ?? 0)
    }
    return
      "\(first) sees most, \(Model.times(ranking.times)) as much as "
      + "\(networks[ranking.least].letter), which sees least: half of the field lies in "
      + "\(area(ranking.most)) and \(area(ranking.least)) of the input."
      + (beside.map { " \($0)." } ?? "")
  }

  /// Fields that the input cuts off.
  private var tooSmall: String? {
    Model.border(
      networks.compactMap { network in
        network.metrics.map { (network.letter, $0, network.result?.record) }
      }
    ).first
  }

  private var colours: String {
    let whose =
      sharesScale
      ? "one scale for all" : networks.count > 1 ? "each map by its own maximum" : "by its maximum"
    let what =
      switch model.session.screen.curve {
      case .log: logarithm
      case .decades:
        isSigned
          ? "log10(|M| / max), three decades of either sign" : "log10(M / max), three decades"
      case .linear: "M, linear"
      case .power: "the fourth root of M"
      }
    return "Colours: \(what), \(whose) (the largest mean over 1/64 x 1/64 of the input)."
  }

  private var isSigned: Bool { networks.contains { $0.field?.isSigned == true } }

  /// What areas are measured on.
  private var logarithm: String { isSigned ? "log10(|M| + 1)" : "log10(M + 1)" }

  /// Whether any of the maps is of several units.
  private var isOfSeveral: Bool {
    networks.contains { ($0.subject?.units.count ?? 1) > 1 }
  }

  /// Whose units are only taken to be the middle, since their files name none: ` (A's middle assumed)`; empty where
  /// all are known.
  var assumedMiddle: String {
    let letters = networks.filter { $0.map?.isUnitAssumed ?? false }.map(\.letter)
    guard !letters.isEmpty else { return "" }
    let whose = letters.count < networks.count ? letters.joined(separator: ", ") + "'s " : ""
    return " (\(whose)\(ShownMap.assumedMiddle))"
  }

  private var outlines: String {
    let thresholds = "20, 30, 50 and 99 %"
    let isCentred = networks.allSatisfy { $0.metrics?.isCentred ?? true }
    let unit = (isOfSeveral ? "middle of the units" : "unit") + assumedMiddle
    let around = "around the \(unit), cut by the input"
    if model.session.screen.areas == .contours {
      return "Outlined: where the smoothed map is highest and holds \(thresholds) of \(logarithm); "
        + "areas in the table are those of the smallest "
        + (isCentred ? "centred squares\(assumedMiddle)." : "squares \(around).")
    }
    return "Squares: the smallest "
      + (isCentred ? "centred ones\(assumedMiddle) that hold" : "\(around), that hold")
      + " more than \(thresholds) of \(logarithm); the table gives what they cover of the input."
  }
}
