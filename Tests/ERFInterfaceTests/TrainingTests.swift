// Training in the explorer: what the keys start, and what becomes of the moments.

import ERFEngine
import Testing

@testable import ERFInterface

@Suite struct TrainingTests {
  private var model = makeModel(["RepLKNet-13-nano", "RepLKNet-31-nano"])

  private mutating func start() -> RequestID? {
    guard case .train(let id, let network, _)? = model.type("t").first else { return nil }
    #expect(network == model.session.networks[0].spec)
    return id
  }

  private mutating func started(moments: Int) throws -> RequestID {
    let id = try #require(start())
    for number in 0..<moments { _ = update(&model, .training(id, makeProgress(number + 1))) }
    return id
  }

  private var weights: WeightsSource { model.session.networks[0].weights }

  @Test mutating func momentsComeOnScreen() throws {
    let id = try started(moments: 1)
    #expect(model.focus == .training)
    #expect(weights == .file("/state/step-100.safetensors"))
    let effects = update(&model, .training(id, makeProgress(2)))
    #expect(weights == .file("/state/step-200.safetensors"))
    #expect(effects.contains { if case .compute = $0 { true } else { false } })
    #expect(model.session.networks[1].weights == .trained)
    // One edit, however many moments.
    _ = model.type("u")
    #expect(weights == .trained)
  }

  @Test mutating func aSecondPressStops() throws {
    let id = try started(moments: 1)
    guard case .cancel(id)? = model.type("t").first else {
      Issue.record("nothing is cancelled")
      return
    }
    _ = update(&model, .trained(id, failure: nil))
    #expect(model.film?.job == nil)
    #expect(model.notice?.lines.first?.contains("100 steps") == true)
    // Late news of a run that is over.
    _ = update(&model, .training(id, makeProgress(2)))
    #expect(model.film?.moments.count == 1)
  }

  @Test mutating func momentsAreSteppedThroughKeptAndDropped() throws {
    let id = try started(moments: 2)
    _ = update(&model, .key(.left))
    #expect(weights == .file("/state/step-100.safetensors"))
    // Who looks back is not torn away.
    _ = update(&model, .training(id, makeProgress(3)))
    #expect(weights == .file("/state/step-100.safetensors"))
    let effects = update(&model, .key(.enter))
    guard case .keepWeights(let keep, let path, let stem)? = effects.first else {
      Issue.record("nothing is kept")
      return
    }
    #expect(path == "/state/step-100.safetensors" && stem == "RepLKNet-13-nano-step-100")
    _ = update(&model, .kept(keep, path: "x.safetensors", failure: nil))
    #expect(model.notice?.lines == ["wrote x.safetensors"] && model.saving == nil)
    _ = update(&model, .key(.left))
    #expect(weights == .trained)
    _ = update(&model, .key(.left))
    #expect(model.notice?.lines == ["this is how it began"])
    for _ in 0..<4 { _ = update(&model, .key(.right)) }
    #expect(weights == .file("/state/step-300.safetensors"))
    _ = update(&model, .key(.backspace))
    #expect(weights == .trained)
  }

  @Test mutating func editsMeanwhileStay() throws {
    let id = try started(moments: 1)
    for key in "3>".unicodeScalars { _ = model.type(key) }
    let edited = model.session.networks[0]
    #expect(edited.edited != nil)
    _ = update(&model, .training(id, makeProgress(2)))
    #expect(model.session.networks[0] == edited && model.film?.moments.count == 2)
  }

  @Test mutating func editedNetworksAreTrainedAsEdited() throws {
    for key in "3>".unicodeScalars { _ = model.type(key) }
    let edited = model.session.networks[0].id
    _ = try started(moments: 1)
    #expect(model.session.networks[0].id == edited)
    #expect(weights == .file("/state/step-100.safetensors"))
  }

  @Test mutating func failuresAreTold() throws {
    let id = try #require(start())
    _ = update(&model, .trained(id, failure: "no classes"))
    #expect(model.notice?.kind == .failure && model.film?.failure == "no classes")
    _ = update(&model, .key(.enter))
    #expect(model.notice?.lines == ["nothing was trained yet; t trains the active network"])
  }

  @Test mutating func trainedAndRandomWeightsTakeTurns() {
    _ = model.type("W")
    #expect(weights == .random(seed: 0))
    _ = model.type("W")
    #expect(weights == .trained)
    model = makeModel(["RepLKNet-13"])
    _ = model.type("W")
    #expect(model.notice?.lines.first?.contains("no trained weights") == true)
  }
}
