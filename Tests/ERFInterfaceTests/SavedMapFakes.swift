// Models with a saved map on the screen.

import ERFEngine

@testable import ERFInterface

/// A file's map as A, alone or beside networks.
func makeModel(ofMap path: String, beside others: [String] = []) throws -> Model {
  makeModel(try SavedMap.load(path: path), at: path, beside: others)
}

/// A map of 64 pixels out of a file as A, and RepLKNet-13-nano as B.
func makeModelBesideAMap() -> Model {
  makeModel(makeResult(makeRequest(size: 64)), at: "a/map.npy", beside: ["RepLKNet-13-nano"])
}

private func makeModel(_ map: ERFResult, at path: String, beside others: [String]) -> Model {
  var model = Model(session: Session(models: [path] + others), display: Display())
  let effects = update(&model, .opened)
  for case .openMap(let id, _) in effects {
    _ = update(&model, .finished(id, map, HeatField(map)))
  }
  model.finish(effects.filter { if case .openMap = $0 { false } else { true } })
  return model
}
