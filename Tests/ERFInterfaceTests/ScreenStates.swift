// The states whose screens the view tests draw.

import ERFEngine

@testable import ERFInterface

enum ScreenState: String, CaseIterable, CustomStringConvertible {
  case opening, computing, finished, stale, failed, help, exported, single

  var description: String { rawValue }

  func model(_ display: Display) -> Model {
    switch self {
    case .opening:
      return makeModel(display: display, finished: false)
    case .computing:
      var model = makeModel(display: display, finished: false)
      let id = model.panels[0].job!.id
      let request = model.panels[0].request
      _ = update(&model, .began(id))
      _ = update(&model, .prepared(id, makeSubject(request)))
      let map = makeResult(request, sigma: 20).map
      let partial = PartialMap(field: HeatField(map), metrics: ERFMetrics(map), images: 1)
      _ = update(&model, .image(id, of: 4, partial))
      _ = update(
        &model,
        .layer(id, name: "stages.0.blocks.1", image: 1, images: 4, fraction: 0.4, elapsed: 8))
      return model
    case .finished:
      return makeModel(display: display)
    case .stale:
      var model = makeModel(display: display)
      _ = model.type("+")
      let id = model.panels[0].job!.id
      _ = update(&model, .began(id))
      return model
    case .failed:
      var model = makeModel(display: display)
      _ = model.type("-")
      for panel in model.panels {
        _ = update(&model, .failed(panel.job!.id, "out of memory: 12 bytes for a tensor"))
      }
      return model
    case .help:
      var model = makeModel(display: display)
      _ = model.type("?")
      return model
    case .exported:
      var model = makeModel(display: display)
      guard case .export(let id, let results, _)? = model.type("e").first else { return model }
      let paths = results.flatMap { result in
        ExportNaming.endings.map { "\(ExportNaming.stem(result.subject) { _ in false }).\($0)" }
      }
      _ = update(&model, .exported(id, paths: paths, failure: nil))
      return model
    case .single:
      return makeModel(["RepLKNet-31"], display: display)
    }
  }
}
