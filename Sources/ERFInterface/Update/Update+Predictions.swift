// The prediction panel: what is asked, and what is given up.

import ERFEngine

extension Model {
  /// The image that classes are named of: the first that the maps are averaged over; nil for prepared
  /// tensors, which are no pictures.
  private var predictedImage: PredictionRequest.Picture? {
    let index = session.images.range.lowerBound
    return switch session.images.source {
    case .builtIn: .builtIn(index)
    case .files(let paths): paths.indices.contains(index) ? .file(paths[index]) : nil
    case .tensor: nil
    }
  }

  /// What is asked of a network as edited; nil: there is no picture, or no network.
  func prediction(_ side: Int) -> PredictionRequest? {
    guard session.networks[side].savedMap == nil else { return nil }
    return predictedImage.map { PredictionRequest(network: session.networks[side].spec, image: $0) }
  }

  /// What is asked of a network as it was opened; nil where it is not edited.
  func predictionBefore(_ side: Int) -> PredictionRequest? {
    var network = session.networks[side]
    guard network.edited != nil, let image = predictedImage else { return nil }
    network.edited = nil
    return PredictionRequest(network: network.spec, image: image)
  }

  /// Asks what the panel lacks; gives up what it no longer shows.
  mutating func pursuePredictions() -> [Effect] {
    let wanted =
      isLookedAt(.prediction)
      ? sides.indices.flatMap { [predictionBefore($0), prediction($0)].compactMap { $0 } } : []
    var effects = predictions.drop(allBut: Set(wanted)).map { Effect.cancel($0) }
    for request in wanted where predictions[request] == nil {
      let id = nextRequestID()
      predictions.wait(for: request, id)
      effects.append(.predict(id, request, threads: threads))
    }
    return effects
  }

  mutating func cancelPredictions() -> [Effect] {
    predictions.cancelAll().map { .cancel($0) }
  }
}
