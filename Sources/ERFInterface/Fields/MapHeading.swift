// The heading of a map: whose it is, with which weights, of what size, layer and unit. It speaks of the
// map on screen, which may be older than what was asked for last.

import ERFEngine

struct MapHeading {
  @SharedModel var model: Model
  let index: Int
  private let network: NetworkSpec
  private let request: ERFRequest
  private let size: InputSize
  private let subject: ERFSubject?

  init(_ model: Model, index: Int) {
    _model = SharedModel(wrappedValue: model)
    self.index = index
    let side = model.sides[index]
    if let shown = side.shown {
      network = shown.network
      request = shown.request
      size = shown.inputSize
      subject = shown.subject
    } else {
      network = model.session.networks[index]
      request = model.request(index)
      size = model.inputSize(index)
      subject = side.subject
    }
  }

  private var glyphs: Glyphs { model.display.glyphs }

  var name: String { network.shownModel }

  /// Weights, input, layer, unit: the unit, the layer and the input go first where room is short, the
  /// weights never, and a name that is too long is cut.
  func facts(_ width: Int) -> [Span] {
    let long = "input \(size.height) \(glyphs.times) \(size.width)"
    let short = size.height == size.width ? "\(size.height) px" : "\(size.height)x\(size.width)"
    if network.savedMap != nil { return savedFacts(width, long: long, short: short) }
    let prepared = network.preprocessing == .own ? "" : " (\(network.preprocessing.text))"
    let layer =
      (request.tap ?? subject?.tap).map { model.layerText(network, $0, at: request.size) }
      ?? "last stage"
    let label = label.map { [$0] } ?? []
    let weights = weights
    // That numbers are of another layer, or around another unit than the central one, goes last, too.
    let unit = [unit, ownRule].compactMap(\.self)
    let brief = [offCentre, ownRule].compactMap(\.self)
    var tails: [[String]] = prepared.isEmpty ? [] : [[long + prepared, layer] + unit]
    tails += [[long, layer] + unit, [short, layer] + unit, [short] + label + unit]
    tails += [[short, layer] + brief, [short] + label + brief]
    func variants(_ heads: [[Span]], _ tails: [[String]]) -> [[Span]] {
      heads.flatMap { heads in
        tails.flatMap { tail in heads.map { head in [head] + tail.map { Span($0, .quiet) } } }
      }
    }
    // What was edited, the name of a file and its hash go last of all.
    let heads = [[weights.long, weights.short], weights.cut]
    // A long name is cut a little before the layer goes.
    let layers = tails.filter { $0.contains(layer) }
    let named = variants([heads[0], Array(weights.cut.prefix(1))], layers)
    let bare = [label + brief]
    // A file is its name and its hash: the size, which the verdict has as well, goes before either of a name
    // that is whole. A long name goes before the size, and the hash last.
    let files = weights.hash.map { hash in
      variants([heads[0]], bare) + variants([[hash]], tails) + variants(heads, bare)
    }
    // Where there is another file of that name, only the hash tells.
    let names = hasDouble && files != nil ? [] : [[weights.name]]
    var whole: [[Span]] = named + variants(heads, tails) + (files ?? [])
    whole += variants(names, tails) + variants(heads, bare) + variants(names, bare)
    // What weakens the claim goes after the size, which the verdict has as well.
    let marks = [label + brief, label + (briefest.map { [$0] } ?? [])]
    let weak: [[Span]] =
      brief.isEmpty
      ? []
      : marks.flatMap { marks in
        [weights.name, weights.least].map { [$0] + marks.map { Span($0, .quiet) } }
      }
    let inputs: [[Span]] = [[short] + label, [short]].map { $0.map { Span($0, .quiet) } }
    var least: [[Span]] = inputs.map { [weights.name] + $0 }
    least += [[weights.name] + label.map { Span($0, .quiet) }, [weights.name], [weights.least]]
    return fitting(whole + weak + least, width)
  }

  /// The same of a saved map, whose input is said in words that are `long` or `short`.
  private func savedFacts(_ width: Int, long: String, short: String) -> [Span] {
    let saved = subject?.savedMapText ?? "saved map"
    let sizes: [[String]] = [[long], [short], []]
    let places: [[String]] = [unit, offCentre].compactMap(\.self).map { [$0] } + [[]]
    // Its file may name the layer, which nothing else beside a second map says.
    let record = model.sides[index].shown?.result?.record
    let layers: [[String]] = (record?.place?.layer.sanitised).map { [[$0], []] } ?? [[]]
    let tails = places.flatMap { unit in
      layers.flatMap { layer in sizes.map { $0 + layer + unit } }
    }
    guard let hash = subject?.fileHashText else {
      return fitting(tails.map { [saved] + $0 } + [[short]], width)
    }
    // As of files of weights, the size goes first and the hash last.
    let whole = saved + " " + hash
    return fitting(tails.map { [whole] + $0 } + [[hash]], width)
  }

  /// Whether A and B have weights of two files that are called the same.
  private var hasDouble: Bool {
    let weights = Set(model.session.networks.map(\.weights))
    return Set(weights.map(\.description.fileName)).count < weights.count
  }

  /// The weights alone, cut to a width.
  func weights(_ width: Int) -> [Span] {
    guard network.savedMap == nil else {
      guard let hash = subject?.fileHashText, hash.columns <= width else { return [] }
      return [Span(hash, .quiet)]
    }
    let weights = weights
    let brief = [label, offCentre].compactMap(\.self).map { Span($0, .quiet) }
    let heads = [weights.short] + weights.cut + [weights.name]
    let last = brief.isEmpty || network.seedOfNewKernels != nil ? [weights.least] : brief
    return fitting(heads.map { [$0] + brief } + [[weights.least] + brief, last], width)
  }

  /// None where it is the central one; those of a saved map are what its file says.
  private var units: [Unit] {
    guard network.savedMap != nil else { return request.units }
    return subject.flatMap { $0.isCentral ? nil : $0.units } ?? []
  }

  /// That of a map which was made by another one than is asked for now.
  private var ownRule: String? {
    request.rule == model.session.rule ? nil : "rule \(request.rule.rawValue)"
  }

  /// Where there is no room to say which units they are.
  private var offCentre: String? {
    guard !units.isEmpty else { return nil }
    return units.count > 1 ? "\(units.count) units" : "off-centre"
  }

  /// The same with even less room.
  private var briefest: String? { units.count == 1 ? "off-c." : offCentre }

  /// What a row of facts has no room for, though it weakens what is seen; nil: nothing.
  func unsaid(in facts: [Span]) -> String? {
    let said = [unit, offCentre, briefest]
    return facts.contains { said.contains($0.text) } ? nil : briefest
  }

  /// The layer in as few letters as the depth view has for it; nil where that is what one expects.
  private var label: String? { model.layerLabel(index, request) }

  private func fitting(_ variants: [[String]], _ width: Int) -> [Span] {
    fitting(variants.map { $0.map { Span($0, .quiet) } }, width)
  }

  private func fitting(_ variants: [[Span]], _ width: Int) -> [Span] {
    let joined = variants.map { spans in
      Array(spans.map { [$0] }.joined(separator: [Span(glyphs.separator, .line)]))
    }
    if let whole = joined.first(where: { $0.width <= width }) { return whole }
    guard let last = joined.last, last.count == 1 else { return joined.last ?? [] }
    // A name that is cut says so.
    return [
      Span(last[0].text.cutInside(columns: max(1, width), glyphs.ellipsis), last[0].role)
    ]
  }

  /// Where the map is not of the central unit.
  private var unit: String? {
    guard let first = units.first else { return nil }
    let more = units.count - 1
    return "unit row \(first.row), column \(first.column)" + (more > 0 ? " and \(more) more" : "")
  }

  /// How weights are called, in fewer and fewer words.
  private struct Weights {
    let long: Span
    let short: Span
    /// With a long name cut, or without what was edited.
    var cut: [Span] = []
    /// The beginning of a file's hash alone.
    var hash: Span?
    let name: Span
    /// Where there is no room for anything else: that they are random, or what they are.
    let least: Span
  }

  /// The other map's network, where it is this one, edited otherwise.
  private var twin: NetworkSpec? {
    model.sides.indices.filter { $0 != index }.map { MapHeading(model, index: $0).network }
      .first { $0.isTwin(of: network) }
  }

  /// Random weights stand out, since with them the order of networks can reverse; files are told by
  /// name and the beginning of the weights' hash.
  private var weights: Weights {
    let edits = EditWords(network, apartFrom: twin, model.designs)
    let role: Role = network.seedOfNewKernels == nil ? .quiet : .warning
    func least(_ text: String) -> Span {
      let isPart = role == .warning && !edits.isApart
      return Span(isPart ? "part random" : edits.marked(text, isBrief: true), role)
    }
    switch network.weights {
    case .trained:
      let long = [Span("trained" + network.editedText.long, role)]
      return Weights(
        long: Span(edits.said(of: edits.isEmpty ? "trained weights" : "trained"), role),
        short: Span(edits.said(of: "trained"), role),
        cut: role == .warning && !edits.isApart ? long : [],
        name: Span(edits.marked("trained"), role), least: least("trained"))
    case .random(let seed):
      let text = "random:\(seed)"
      return Weights(
        long: Span(
          edits.isEmpty ? "random weights, seed \(seed)" : edits.said(of: text), .warning),
        short: Span(edits.said(of: text), .warning), name: Span(edits.marked(text), .warning),
        least: Span(twin == nil ? text : edits.marked(text, isBrief: true), .warning))
    case .file(let path):
      // A graph's own file has named it already.
      let isOwn = network.source == .file(path)
      let name = isOwn ? "own weights" : TrainingFilm.title(path)
      let hash = (subject?.weightsHash.prefix(8)).map { " #\($0.description.sanitised)" } ?? ""
      let steps = subject?.training?.progress
      // A moment of training has no name but its step.
      let isMoment = TrainingFilm.isMoment(path)
      let of = isMoment ? steps.map { " of \($0.steps)" } ?? "" : ""
      let progress = isMoment ? "" : steps.map { ", \($0.text)" } ?? ""
      // Two files of one name differ in their hashes, so a long name is cut first.
      let cut = hash.isEmpty ? [] : [24, 16, 10].filter { $0 < name.columns }
      let cuts = cut.map { name.cutInside(columns: $0, glyphs.ellipsis) + hash }
      let whole = (of + progress).isEmpty ? [] : cuts.map { $0 + progress } + [name + hash]
      return Weights(
        long: Span(
          edits.said(
            of: (isOwn ? "" : isMoment ? "training " : "weights ") + name + of + hash + progress),
          role),
        short: Span(edits.said(of: name + of + hash + progress), role),
        cut: (whole + cuts).map { Span(edits.said(of: $0), role) },
        hash: hash.isEmpty ? nil : Span(edits.marked(String(hash.dropFirst())), role),
        name: Span(edits.marked(name), role), least: least(name))
    }
  }
}

extension ERFSubject {
  /// What a map out of a file is called, which may have been computed in another precision.
  var savedMapText: String {
    precision == .float32 ? "saved map" : "saved map in \(precision.rawValue)"
  }
}
