// The verdict on the maps that are on the screen: from their numbers, or why they do not compare.

import ERFEngine

extension Model {
  /// The threshold that verdicts speak of: half of the field.
  static let half = 0.5
  /// A smaller factor rounds to one, and is none.
  static let leastFactor = 1.05

  /// Nil while there is nothing to say.
  var verdict: Verdict? {
    let maps = sides.indices.map { sides[$0].measured }
    guard maps.count == 2 else { return maps.first.flatMap { $0 }.flatMap { single($0, of: 0) } }
    guard let a = maps[0], let b = maps[1] else { return nil }
    // A training holds up the map of another layer: until it comes, the old one answers nothing.
    if film?.job != nil, [a, b].enumerated().contains(where: { $1.request.tap != request($0).tap })
    {
      return nil
    }
    let networks = comparedSides
    if let reason = notComparable(networks[0], networks[1]) {
      // What is under way may settle it.
      if isComputing { return nil }
      return Verdict(kind: .notComparable, headline: "Not comparable: \(reason).")
    }
    guard let left = a.metrics.ratio(at: Self.half), let right = b.metrics.ratio(at: Self.half),
      left > 0, right > 0
    else { return nil }
    let (mine, other) = (share(left, a), share(right, b))
    if let same = sameNetwork(a, b) {
      return Verdict(
        kind: .same, headline: "A and B are the same \(same).",
        briefs: ["A and B are the same."],
        shares: "Half of the field lies in \(mine) of the input", short: "Half in \(mine).",
        conditions: conditions(a, b), basis: basis(a), caveats: caveats(a, b, saysWeights: false),
        warnings: warnings(a, b))
    }
    let isLarger = right >= left
    let times = isLarger ? right / left : left / right
    let beginning = beginning(a, b)
    let short = "Half in \(mine) and \(other)."
    let caveats = caveats(a, b, saysWeights: isOneNetworkTwice(a, b))
    let isWithinSpread = isWithinSpread(a, b)
    if isWithinSpread || times < Self.leastFactor {
      let (claim, brief) =
        isWithinSpread
        ? ("No difference beyond the spread over pictures.", "No difference beyond the spread.")
        : ("A and B see about as much.", "A and B are about even.")
      return Verdict(
        kind: .same, headline: Self.sentence(beginning, claim),
        briefs: Self.briefs(beginning, brief),
        shares: "Half of A's field lies in \(mine) of the input, half of B's in \(other)",
        short: short, conditions: conditions(a, b), basis: basis(a), caveats: caveats,
        warnings: warnings(a, b))
    }
    let (more, less) = isLarger ? ("B", "A") : ("A", "B")
    let (larger, smaller) = isLarger ? (other, mine) : (mine, other)
    let claim = "\(more) sees \(Self.times(times)) as much"
    return Verdict(
      kind: .difference, headline: Self.sentence(beginning, "\(claim) as \(less)."),
      briefs: Self.briefs(beginning, claim + "."),
      shares:
        "Half of its field lies in \(larger) of the input, half of \(less)'s in \(smaller)",
      short: short, conditions: conditions(a, b), basis: basis(a), caveats: caveats,
      warnings: warnings(a, b))
  }

  /// Whether shares differ by no more than they do from picture to picture.
  private func isWithinSpread(_ a: ShownMap, _ b: ShownMap) -> Bool {
    guard let left = a.metrics.ratio(at: Self.half), let right = b.metrics.ratio(at: Self.half),
      let first = a.result?.spread(at: Self.half), let second = b.result?.spread(at: Self.half)
    else { return false }
    return !first.separates(left, right, from: second)
  }

  /// What one map of two says, where the other is not on screen.
  func verdict(of side: Int) -> Verdict? {
    sides[side].measured.flatMap { single($0, of: side) }
  }

  private func single(_ map: ShownMap, of side: Int) -> Verdict? {
    guard map.metrics.hasMass else {
      return Verdict(
        kind: .notComparable, headline: "No gradient reaches the input: the map is 0 everywhere.")
    }
    guard let ratio = map.metrics.ratio(at: Self.half) else { return nil }
    let letter = sides.count > 1 ? Self.letter(side) + "'s" : nil
    let whose = letter.map { $0 + " field" } ?? "the field"
    let units = units(map, map)
    let share = share(ratio, map)
    let beginning = letter.map { "Half of \($0) in " } ?? "Half in "
    // Over how many pictures it is says more than how far these differ.
    let least = [share, Format.area(ratio)].map { beginning + $0 + "." }
    return Verdict(
      kind: .single,
      headline: Self.sentence(
        units, "Half of \(whose) lies in \(share) of the input."),
      briefs: Self.briefs(units, "Half of \(whose) in \(share).")
        + least.flatMap { Self.briefs(units, $0).suffix(1) },
      conditions: conditions(map, map, only: side), basis: basis(map),
      caveats: caveats(map, map, only: side, saysWeights: false),
      warnings: warnings(map, map, only: side))
  }

  /// What two maps have in common that could be taken for something else: numbers around another unit
  /// than the central one, two states of one network.
  private func beginning(_ a: ShownMap, _ b: ShownMap) -> [String] {
    let parts = units(a, b)
    guard isOneNetworkTwice(a, b) else { return parts }
    let untrained = [(a, "A"), (b, "B")].filter { origin($0.0).source == .untrained }.map(\.1)
    let weights = untrained.count == 1 ? "\(untrained[0]) untrained" : "other weights"
    return parts + [parts.isEmpty ? "One network, \(weights)" : "one network, \(weights)"]
  }

  private func units(_ a: ShownMap, _ b: ShownMap) -> [String] {
    let units = max(a.unitCount, b.unitCount)
    if units > 1 { return ["Sum of \(units) units"] }
    return a.metrics.isCentred && b.metrics.isCentred ? [] : ["Off-centre unit"]
  }

  /// Whether both are one network with two sets of weights, which the sentence begins with.
  func isOneNetworkTwice(_ a: ShownMap, _ b: ShownMap) -> Bool {
    isOneModel(a, b) && a.network.edits == b.network.edits
      && a.network.weights != b.network.weights
  }

  /// What both maps are of where that is one and the same thing; nil where something tells them apart.
  private func sameNetwork(_ a: ShownMap, _ b: ShownMap) -> String? {
    var (first, second) = (a.network, b.network)
    // Of a file, or shipped with the program: what they are called tells no weights apart. Of random ones
    // the seed does.
    if !first.isRandom, !second.isRandom, let mine = a.subject?.weightsHash,
      mine == b.subject?.weightsHash, isOneModel(a, b)
    {
      (second.source, second.weights, second.weightsKey) =
        (first.source, first.weights, first.weightsKey)
    }
    if first.model.lowercased() == second.model.lowercased(), !first.needsOpening,
      !second.needsOpening
    {
      second.source = first.source
    }
    // How weights are brought over matters where there is something to bring them to.
    if !first.isEdited { second.fit = first.fit }
    (first.classes, second.classes) = (nil, nil)
    guard first == second, a.request.tap == b.request.tap, a.request.units == b.request.units
    else { return nil }
    return first.savedMap == nil ? "network" : "saved map"
  }

  private static func sentence(_ beginning: [String], _ claim: String) -> String {
    guard !beginning.isEmpty else { return claim }
    // The letters of networks stay as they are.
    let isLetter = claim.hasPrefix("A ") || claim.hasPrefix("B ")
    let rest = isLetter ? claim : claim.prefix(1).lowercased() + claim.dropFirst()
    return beginning.joined(separator: ", ") + ": " + rest
  }

  /// The same with less room, the beginning before the claim.
  private static func briefs(_ beginning: [String], _ claim: String) -> [String] {
    let first = beginning.first.map {
      $0.replacing(" units", with: "").replacing(" unit", with: "")
    }
    return [sentence(beginning, claim), sentence(first.map { [$0] } ?? [], claim)]
  }

  /// Whether both are of one network, whatever its weights; training may give it other classes.
  private func isOneModel(_ a: ShownMap, _ b: ShownMap) -> Bool {
    a.network.savedMap == nil && b.network.savedMap == nil
      && NamedNetwork.isOne(a.network.model, b.network.model)
  }

  /// `2.2 times`, `14 times`, `0.037 times`.
  static func times(_ factor: Double) -> String { Format.factor(factor) + " times" }

  /// `17.4 ±0.9 %`.
  private func share(_ ratio: Double, _ map: ShownMap) -> String {
    let text = Format.areaNumber(ratio)
    guard let spread = map.result?.spread(at: Self.half) else { return text + " %" }
    let deviation = Format.fixed(spread.deviation * 100, Format.areaDigits(ratio))
    return "\(text) \(display.glyphs.plusMinus)\(deviation) %"
  }

  /// Pictures, size, weights, as far as both have them in common, and a warning where there is one.
  ///
  /// - Parameter side: the one that both are of, where it stands alone.
  private func conditions(_ a: ShownMap, _ b: ShownMap, only side: Int? = nil) -> [String] {
    let size = a.inputSize
    let pixels = size.height == size.width ? "\(size.height) px" : "\(size) px"
    guard a.network.savedMap == nil else {
      // What else its file says of it stands under the map.
      let pictures = a.recordedPictures.map { [$0.counted("picture")] } ?? []
      return pictures + [pixels, "a saved map"] + (a.isCoarse ? [ShownMap.coarse] : [])
    }
    // The spread is of the pictures' own maps, the share is of their mean.
    let images = a.images.counted("picture")
    return [a.images > 1 ? "mean map of \(images)" : images, pixels]
      + layers(a, b, only: side).prefix(1)
      + [WeightsOrigin.text(origin(a), origin(b))] + prepared(a, b).prefix(1)
      + cut(a, b).prefix(1)
  }

  /// Pictures and size, in fewer and fewer words; of a saved map that is partial the caveat says how many pictures.
  private func basis(_ map: ShownMap) -> [String] {
    let size = map.inputSize
    let pixels = size.height == size.width ? "\(size.height) px" : "\(size) px"
    var images = map.images
    if map.network.savedMap != nil {
      guard let pictures = map.recordedPictures, pictures.partialOf == nil else { return [pixels] }
      images = pictures.count
    }
    return [images.counted("picture"), "n=\(images)"].map { "\($0), \(pixels)" }
  }

  /// What of that changes the meaning of the answer, in full and in short.
  private func caveats(
    _ a: ShownMap, _ b: ShownMap, only side: Int? = nil, saysWeights: Bool
  ) -> [String] {
    guard a.network.savedMap == nil else { return caveats(ofSaved: a) }
    let layers = layers(a, b, only: side)
    let isSaid = saysWeights && !origin(a).hasNewKernels && !origin(b).hasNewKernels
    let weights = isSaid ? [] : WeightsOrigin.caveats(origin(a), origin(b))
    let prepared = prepared(a, b)
    let stopped = stopped(a, b)
    let parts = [layers, weights, prepared, stopped, cut(a, b)]
    let (full, short) = (parts.compactMap(\.first), parts.compactMap(\.last))
    guard !full.isEmpty else { return [] }
    return (full == short ? [full] : [full, short]).map { $0.joined(separator: ", ") }
  }

  private func caveats(ofSaved map: ShownMap) -> [String] {
    let partial = map.recordedPictures?.partialTexts ?? []
    guard map.isCoarse else { return partial }
    guard let first = partial.first else { return [ShownMap.coarse, "8 bits"] }
    return ["\(first), \(ShownMap.coarse)"] + partial.map { $0 + ", 8 bits" }
  }

  /// That somebody had the two fed in different ways, in full and in short.
  private func prepared(_ a: ShownMap, _ b: ShownMap) -> [String] {
    // Who only spells out what a network takes changes nothing.
    let (mine, other) = (a.subject?.preprocessing, b.subject?.preprocessing)
    return mine == other ? [] : ["pictures prepared differently", "prepared differently"]
  }

  /// That the border of the input takes far more of one square than of the other, in full and in short.
  private func cut(_ a: ShownMap, _ b: ShownMap) -> [String] {
    Self.cutSquares([("A", a), ("B", b)])
  }

  /// That a run ended before its last picture, in full and in short.
  private func stopped(_ a: ShownMap, _ b: ShownMap) -> [String] {
    let stopped = sides.compactMap(\.stopped)
    guard let map = stopped.first(where: { [a.id, b.id].contains($0.id) }) else { return [] }
    return [
      "stopped at \(map.images) of \(map.ofImages) pictures", "\(map.images) of \(map.ofImages)",
    ]
  }

  /// The layer where it is not the one that one expects, in full and in short: `s2.1`.
  private func layers(_ a: ShownMap, _ b: ShownMap, only side: Int? = nil) -> [String] {
    if let side { return layerLabel(side, a.request).map { [$0] } ?? [] }
    let labels = [layerLabel(0, a.request), sides.count > 1 ? layerLabel(1, b.request) : nil]
    guard let first = labels[0] ?? labels[1] else { return [] }
    guard sides.count > 1, labels[0] != labels[1] else { return [first] }
    let (mine, other) = (labels[0] ?? "last stage", labels[1] ?? "last stage")
    return ["A \(mine), B \(other)", "\(mine) against \(other)"]
  }

  /// What makes the answer say less than it seems to.
  private func warnings(_ a: ShownMap, _ b: ShownMap, only side: Int? = nil) -> [String] {
    let maps = side == nil ? [("A", a), ("B", b)] : [("", a)]
    let noise = self.noise(a, b)
    let border = Self.border(maps.map { ($0.0, $0.1.metrics, $0.1.result?.record) })
    guard !noise.isEmpty, !border.isEmpty else { return noise + border }
    return zip(border, noise).map { $0 + " " + $1 } + border.suffix(1)
  }

  /// A field that the input cuts off is larger than it seems: a factor between two such fields says less.
  /// The fullest wording first; empty where none is cut off.
  ///
  /// - Parameter maps: with the letters of their networks; one stands alone.
  static func border(
    _ maps: [(letter: String, metrics: ERFMetrics, record: MapRecord?)]
  ) -> [String] {
    let cut = maps.filter { isCutByInput($0.metrics, $0.record) }
    guard !cut.isEmpty else { return [] }
    func list(_ texts: [String]) -> String {
      guard let last = texts.last, texts.count > 1 else { return texts.first ?? "" }
      return texts.dropLast().joined(separator: ", ") + " and " + last
    }
    // As everywhere else: one number rounded in two ways looks like two.
    let shares = cut.map { Format.percent($0.metrics.borderShare) }
    let isOne = maps.count == 1
    let whose = zip(shares, cut).map { isOne ? "\($0) of the field" : "\($0) of \($1.letter)'s" }
    let numbers = cut.map { Format.fixed($0.metrics.borderShare * 100, 1) }
    // Of more than two the widest alone.
    let worst = cut.indices.max { cut[$0].metrics.borderShare < cut[$1].metrics.borderShare } ?? 0
    let brief =
      isOne
      ? shares[0]
      : maps.count > 2
        ? "up to \(shares[worst]) (\(cut[worst].letter))"
        : zip(cut, numbers).map { "\($0.letter) \($1)" }.joined(separator: ", ") + " %"
    let claim =
      "Input too small: " + list(whose) + (isOne ? "" : " field")
      + (cut.count > 1 ? " lie at its border" : " lies at its border")
    let wordings = [
      claim + "; a larger one tells more.", claim + ".",
      "Input too small: \(brief) at border.",
    ]
    // Beside a panel of a narrow screen two numbers leave no room for more.
    return cut.count == 2 && maps.count == 2
      ? wordings + ["Input too small: border \(brief)"] : wordings
  }

  /// Weights that training never reached and the input does: their part of the field is no finding.
  private func noise(_ a: ShownMap, _ b: ShownMap) -> [String] {
    let maps = [a, b].compactMap { map in
      map.result?.untrained.flatMap {
        max(map.inputSize.height, map.inputSize.width) > $0.trainedAt ? $0 : nil
      }
    }
    guard let worst = maps.max(by: { $0.share < $1.share }) else { return [] }
    let share = Format.percent(worst.share, digits: 0)
    let trained = "Trained at \(worst.trainedAt) px"
    return [
      "\(trained), where up to \(share) of a stage's kernel weights met no pixel: they are noise "
        + "at this size.",
      "\(trained): up to \(share) of a stage's kernel weights are noise here.",
      "\(trained): up to \(share) of weights are noise here.",
    ]
  }

  /// Above this share of mass at the border the input is too small to tell networks apart.
  static let borderLimit = 0.05

  /// Whether the input is too small for a field: around a unit at the border any is cut, and the middle of a saved map
  /// whose file names no unit, as `record` tells, is only assumed.
  static func isCutByInput(_ metrics: ERFMetrics, _ record: MapRecord?) -> Bool {
    metrics.hasMass && metrics.isCentred && metrics.borderShare > borderLimit
      && record.map { $0.place != nil } ?? true
  }

  func origin(_ map: ShownMap) -> WeightsOrigin { WeightsOrigin(map, display.glyphs) }
}
