// What the numbers on a screen were measured on, network by network, and how that is said of several.

import ERFEngine

/// What the numbers of one network were measured on.
struct MeasuredOn {
  /// That of the network.
  let letter: String
  let input: InputSize
  /// How many, and of how many where more were to come; nil where nobody knows.
  var pictures: String?
  /// Which ones they were chosen from.
  var images: ImageSource?
  /// The layer by its name; nil where numbers are of all layers, or of a map that does not say.
  var layer: String?
  /// The same in few letters; nil where it is the layer that one expects.
  var label: String?
  /// Which units, where it is not the central one; of numbers that are of it in any case, that they are.
  var unit: String?
  /// Whether something else was asked for since.
  var isStale = false
  /// Whether networks beside it have no map yet.
  var isAmongOthers = false
}

extension [MeasuredOn] {
  /// Once what is the same for all of them, by letters what is not; nil where there is nothing to say.
  ///
  /// - Parameter isOfAll: whether there are no other networks on the screen.
  func said(isOfAll: Bool = true, _ text: (MeasuredOn) -> String?) -> String? {
    let said = compactMap { one in text(one).map { (letter: one.letter, text: $0) } }
    guard let first = said.first else { return nil }
    if isOfAll, said.count == count, said.allSatisfy({ $0.text == first.text }) {
      return first.text
    }
    var texts: [String] = []
    for one in said where !texts.contains(one.text) { texts.append(one.text) }
    return texts.map { text in
      said.filter { $0.text == text }.map(\.letter).joined(separator: " ") + " " + text
    }.joined(separator: ", ")
  }

  var input: String { said { "\($0.input) px" } ?? "" }

  /// Which of them are old; those that have no map yet are not.
  var stale: String? {
    said(isOfAll: !contains { $0.isAmongOthers }) { $0.isStale ? "stale" : nil }
  }

  /// Pictures that are as many and not the same are named.
  var pictures: String? {
    guard let counted = said(\.pictures) else { return nil }
    let known = filter { $0.images != nil }
    guard Set(known.map(\.pictures)).count == 1, Set(known.map(\.images)).count > 1 else {
      return counted
    }
    let names = known.compactMap { $0.images?.brief }
    guard Set(names).count > 1, let which = known.said({ $0.images?.brief }) else {
      return counted + ", not the same"
    }
    return "\(counted): \(which)"
  }

  var layer: String? { said(\.layer) }

  var label: String? {
    guard contains(where: { $0.label != nil }) else { return nil }
    return said { $0.layer == nil ? nil : $0.label ?? "last stage" }
  }

  var unit: String? { said(\.unit) }
}

extension ImageSource {
  /// What its pictures are called.
  var names: [String] {
    switch self {
    case .builtIn(let count): (0..<count).map { BuiltInImages.name(at: $0) }
    case .builtInAt(let range): range.map { BuiltInImages.name(at: $0) }
    case .files(let paths): paths.map(\.fileName)
    case .tensor(let reference): [reference.fileName]
    }
  }

  /// The first of them, and how many more there are.
  fileprivate var brief: String {
    let names = names
    let first = (names.first ?? "").sanitised
    return names.count > 1 ? "\(first) and \(names.count - 1) more" : first
  }
}

extension Model {
  /// Of the maps of networks, as they are on the screen; of what is asked for where none of them has one.
  func measuredOn(_ networks: [ComparedNetwork]) -> [MeasuredOn] {
    let known = networks.filter { $0.map != nil }
    var measured = known.isEmpty ? networks.map { asked($0) } : known.map { measuredOn($0) }
    for index in measured.indices where measured.count < networks.count {
      measured[index].isAmongOthers = true
    }
    return measured.sorted { $0.letter < $1.letter }
  }

  /// Of all layers of the networks that have any.
  var depthMeasuredOn: [MeasuredOn] {
    compared.filter { $0.network.savedMap == nil }.map { network in
      let key = DepthState.Key(request(network))
      var measured = MeasuredOn(letter: network.letter, input: key.request.size)
      measured.images = key.request.images
      if let images = depth[key]?.shown.values.first?.images {
        measured.pictures = depthPartialText(network) ?? images.counted("picture")
      } else if key.images != .max {
        measured.pictures = key.images.counted("picture")
      }
      // The maps may be of another one.
      measured.unit = session.target.units.isEmpty ? nil : "central unit"
      return measured
    }
  }

  /// Of what depends on the input alone.
  var inputsMeasuredOn: [MeasuredOn] {
    comparedSides.filter { $0.network.savedMap == nil }.map {
      MeasuredOn(letter: $0.letter, input: request($0).size)
    }
  }

  private func measuredOn(_ network: ComparedNetwork) -> MeasuredOn {
    guard let map = network.map else { return asked(network) }
    var measured = MeasuredOn(letter: network.letter, input: map.inputSize)
    measured.isStale = network.side.map { sides[$0].isStale } ?? false
    guard map.network.savedMap == nil else {
      measured.pictures = map.recordedPictures?.counted("picture")
      measured.layer = map.result?.record?.place?.layer.sanitised
      // Whether that is the last of its network nobody tells.
      measured.label = measured.layer
      measured.unit =
        map.isUnitAssumed
        ? ShownMap.assumedMiddle
        : map.subject.flatMap { $0.isCentral ? nil : Self.unit($0.units) }
      return measured
    }
    measured.pictures =
      map.isComplete
      ? map.images.counted("picture") : "\(map.images) of \(map.ofImages.counted("picture"))"
    measured.images = map.request.images
    measured.layer =
      (map.request.tap ?? map.subject?.tap).map {
        layerText(map.network, $0, at: map.request.size)
      } ?? "last stage"
    measured.label = layerLabel(facts(network), map.request)
    measured.unit = Self.unit(map.request.units)
    return measured
  }

  private func asked(_ network: ComparedNetwork) -> MeasuredOn {
    let request = request(network)
    guard network.network.savedMap == nil else {
      return MeasuredOn(
        letter: network.letter,
        input: network.side.map { inputSize($0) } ?? inputSize(of: network.network))
    }
    var measured = MeasuredOn(letter: network.letter, input: request.size)
    measured.pictures = session.images.range.count.counted("picture")
    measured.images = request.images
    measured.layer =
      request.tap.map {
        layerText(network.network, $0, at: askedSize(network.side ?? unitSide))
      } ?? "last stage"
    measured.label = layerLabel(facts(network), request)
    measured.unit = Self.unit(request.units)
    return measured
  }

  private static func unit(_ units: [Unit]) -> String? {
    units.isEmpty ? nil : units.count > 1 ? "\(units.count) units" : "off-centre unit"
  }
}
