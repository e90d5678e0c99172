// Saved maps in the place of networks.

import ERFEngine
import TestSupport
import Testing

@testable import ERFInterface

@Suite struct SavedMapPanelTests {
  @Test func aSavedMapStandsBesideANetwork() throws {
    var model = Model(session: Session(models: ["a/map.npy", "RepLKNet-31"]), display: Display())
    let effects = update(&model, .opened)
    guard case .openMap(let id, "a/map.npy")? = effects.first else {
      Issue.record("the map is not opened")
      return
    }
    var result = makeResult(makeRequest(size: 64))
    result.subject.model = "a/map.npy"
    _ = update(&model, .finished(id, result, HeatField(result)))
    model.finish(Array(effects.dropFirst()))
    let text = view(model, size: ScreenSize(rows: 40, columns: 120)).text
    #expect(text.contains("A  map.npy") && text.contains("saved map · input 64 × 64"))
    #expect(!model.isBusy)
    // The size, the images and the unit are the network's alone.
    for key in "+n2k" {
      for effect in model.type(key.unicodeScalars.first!) {
        if case .openMap = effect { Issue.record("the map is read again for \(key)") }
      }
    }
    #expect(model.session.target.units.count == 1)
    let back = try Session(decoding: model.session.encoded())
    #expect(back == model.session)
  }

  @Test func aMapHasNoKernelsAndNoUnits() {
    var model = Model(session: Session(models: ["map.pgm"]), display: Display())
    for case .openMap(let id, _) in update(&model, .opened) {
      let result = makeResult(makeRequest(size: 64))
      _ = update(&model, .finished(id, result, HeatField(result)))
    }
    for (keys, reason) in [
      ("3>", "this network has no stages to edit"), ("2k", "a saved map has no units"),
      ("]", "a saved map has no units"),
    ] {
      for key in keys { _ = model.type(key.unicodeScalars.first!) }
      #expect(model.notice?.lines == [reason], "\(keys)")
    }
    for panel in Panels.names {
      model.session.screen.moveFocus(to: panel)
      _ = view(model, size: ScreenSize(rows: 60, columns: 200))
    }
  }
}
