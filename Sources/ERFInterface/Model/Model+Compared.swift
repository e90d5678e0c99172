// The networks that rows of numbers and curves stand for: A and B, then those of the gallery that are
// neither.

import ERFEngine

/// A network with what is known of it.
struct ComparedNetwork: Sendable {
  /// `A`, `B`, then `C` and on.
  let letter: String
  let network: NetworkSpec
  /// Its place among A and B; nil: of the gallery alone.
  let side: Int?
  /// Nil before there is a map to take numbers of.
  let metrics: ERFMetrics?
  let field: HeatField?
  /// The finished run.
  let result: ERFResult?
  let images: Int
}

extension Model {
  /// All of them, in order.
  var compared: [ComparedNetwork] {
    let shown = sides.indices.map { side in
      let map = sides[side].measured
      return ComparedNetwork(
        letter: Self.letter(side), network: session.networks[side], side: side,
        metrics: map?.metrics, field: map?.field, result: map?.result,
        images: map?.images ?? 0)
    }
    return shown
      + others.enumerated().map { index, network in
        let request = galleryRequest(network)
        let entry = finishedMaps[request]
        return ComparedNetwork(
          letter: Self.letter(sides.count + index), network: network, side: nil,
          metrics: entry?.result.metrics, field: entry?.field, result: entry?.result,
          images: entry?.result.map.images ?? 0)
      }
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
      let hash = network.result?.subject.weightsHash.prefix(8)
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
