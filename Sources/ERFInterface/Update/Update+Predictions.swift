// The prediction panel: what is asked, and what is given up.

import ERFEngine

extension Model {
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
