// The networks that rows of numbers and curves stand for: A and B, then those of the gallery that are
// neither.

import ERFEngine

/// A network with what is known of it.
struct ComparedNetwork: Sendable {
  /// `A`, `B`, then `C` and on.
  let letter: String
  var network: NetworkSpec
  /// Its place among A and B; nil: of the gallery alone.
  let side: Int?
  /// Nil before there is a map to take numbers of.
  let map: ShownMap?

  var metrics: ERFMetrics? { map?.metrics }
  var field: HeatField? { map?.field }
  /// The finished run.
  var result: ERFResult? { map?.result }
  var images: Int { map?.images ?? 0 }
  var subject: ERFSubject? { result?.subject ?? map?.subject }

  /// By the network that its map is of, which may have been edited or replaced since.
  var asShown: ComparedNetwork {
    var shown = self
    if let map { shown.network = map.network }
    return shown
  }

  /// Nil where the map is of other weights, or there is none.
  fileprivate var weightsHash: String? {
    map?.network.weights == network.weights ? subject?.weightsHash : nil
  }
}

extension ShownMap {
  /// A finished map that stands on neither side.
  init(_ entry: FinishedMaps.Entry) {
    let images = entry.result.map.images
    self.init(
      id: RequestID(0), request: entry.request, network: entry.network,
      subject: entry.result.subject, field: entry.field, metrics: entry.result.metrics,
      images: images, ofImages: images + entry.result.skipped.count,
      skipped: entry.result.skipped, result: entry.result)
  }
}

extension Model {
  /// All of them, in order.
  var compared: [ComparedNetwork] {
    comparedSides
      + others.enumerated().map { index, network in
        ComparedNetwork(
          letter: Self.letter(sides.count + index), network: network, side: nil,
          map: galleryMap(network).map { ShownMap($0) })
      }
  }

  /// A and B.
  var comparedSides: [ComparedNetwork] {
    sides.indices.map { side in
      ComparedNetwork(
        letter: Self.letter(side), network: session.networks[side], side: side,
        map: sides[side].measured)
    }
  }

  /// Those of the gallery, in its order, with the maps that it shows.
  var comparedGallery: [ComparedNetwork] {
    let compared = compared
    return session.gallery.enumerated().map { index, network in
      ComparedNetwork(
        letter: compared.first { $0.network == network }?.letter ?? Self.letter(index),
        network: network, side: nil, map: galleryMap(network).map { ShownMap($0) })
    }
  }

  /// What is known of one of them.
  func facts(_ network: ComparedNetwork) -> NetworkFacts? {
    if let side = network.side { return facts(side) }
    return facts(of: network.network)
  }

  /// What is asked of the engine for its map.
  func request(_ network: ComparedNetwork) -> ERFRequest {
    network.side.map { request($0) } ?? galleryRequest(network.network)
  }

  /// Its weights in a word or two, with the beginning of their hash where a file has one.
  ///
  /// - Parameters:
  ///   - isNamed: whether the network's name stands beside them, which is that of its file where it has
  ///     weights of its own.
  ///   - columns: of a file's name at most.
  func weightsText(
    _ network: ComparedNetwork, isNamed: Bool = false, cut columns: Int = .max
  ) -> String {
    let text: String
    switch network.network.weights {
    case .trained: text = "trained"
    case .random(let seed): text = "random:\(seed)"
    case .file(let path):
      let hash = network.weightsHash?.prefix(8)
      let isOwn = isNamed && network.network.source == .file(path)
      text =
        (isOwn
          ? "own weights"
          : TrainingFilm.title(path).cutInside(columns: columns, display.glyphs.ellipsis))
        + (hash.map { " #" + $0.description.sanitised } ?? "")
    }
    let twin = session.networks.first { $0.isTwin(of: network.network) }
    let edits = EditWords(network.network, apartFrom: twin, designs)
    guard edits.isApart else { return text + network.network.editedText.long }
    return network.network.seedOfNewKernels == nil ? edits.marked(text) : edits.said(of: text)
  }

  /// Those of the gallery that are neither A nor B.
  var others: [NetworkSpec] {
    session.gallery.filter { network in !session.networks.contains { $0 == network } }
  }
}

extension Model {
  /// Why a map, or a layer of the depth view, is missing; nil where none is.
  public var firstFailure: String? {
    if let failure = sides.compactMap(\.failure).first { return failure }
    for network in compared {
      let request = request(network)
      if let failure = gallery.failure(of: request) { return failure }
      if let failure = depth[DepthState.Key(request)]?.failure { return failure }
    }
    return nil
  }
}

extension ERFSubject {
  /// The beginning of the hash of a saved map's file, as that of weights is shown; nil for what was computed.
  var fileHashText: String? { fileHash.isEmpty ? nil : "#\(fileHash.prefix(8))" }
}
