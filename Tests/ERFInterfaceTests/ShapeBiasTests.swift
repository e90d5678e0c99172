// The shape-bias panel: when probes start and stop, and which stimulus is looked at.

import ERFEngine
import Testing

@testable import ERFInterface

@Suite struct ShapeBiasTests {
  /// What the letters are, and that the stimuli are not the benchmark's, is cut on no screen.
  @Test(
    arguments: [(80, 24), (100, 30), (120, 40), (200, 60), (250, 70)], [false, true])
  func theCaveatIsWhole(_ size: (Int, Int), _ isZoomed: Bool) {
    var model = makeModel(["RepLKNet-13-nano", "RepLKNet-31-nano"])
    model.finish(model.type("7"))
    if isZoomed { model.finish(model.type("z")) }
    let text = view(model, size: ScreenSize(rows: size.1, columns: size.0)).text
    #expect(text.contains("not the benchmark's") || text.contains("not benchmark's"))
    #expect(text.contains("h humans r ResNet-50 x AlexNet"))
    #expect(text.contains("* A and B") || text.contains("* A, B") || text.contains("*AB"))
    #expect(text.contains(/S (decided by )?shape.* T (by )?texture/))
    // What the range is, and how many categories there was no room for.
    #expect(text.contains("(95 %: 0.50-0.75)") || text.contains("0.50-0.75 (95 % interval)"))
    let lines = text.split(separator: "\n")
    let seen = ObjectCategory.plotOrder.count { category in
      lines.contains { $0.contains(" \(category.rawValue) ") && $0.contains("·") }
    }
    let rest = ObjectCategory.plotOrder.count - seen
    #expect(rest == 0 || text.contains("\(rest) more"), "\(size) \(seen)")
  }

  /// What is read out of random weights says nothing of the network.
  @Test(
    arguments: [(80, 24), (100, 30), (120, 40), (200, 60), (250, 70)], [false, true])
  func randomWeightsAreSaid(_ size: (Int, Int), _ isZoomed: Bool) {
    func text(_ model: Model) -> String {
      var model = model
      if isZoomed { model.finish(model.type("z")) }
      return view(model, size: ScreenSize(rows: size.1, columns: size.0)).text
    }
    var random = makeModel(["RepLKNet-13-nano", "RepLKNet-31-nano"], weights: .random(seed: 0))
    random.finish(random.type("7"))
    #expect(text(random).matches(of: /random weights: 0\.\d\d .*S\d+ T\d+/).count == 2)
    var trained = makeModel(["RepLKNet-13-nano", "RepLKNet-31-nano"])
    trained.finish(trained.type("7"))
    #expect(!text(trained).contains("random weights"))
    let chance = text(ScreenState.shapeBiasChance.model(Display()))
    #expect(chance.contains("random weights: at chance"))
    var stale = ScreenState.shapeBiasStale.model(Display())
    _ = stale.type("7")
    _ = update(&stale, .key(.escape))
    #expect(
      text(stale).contains(/random, before the change|before the change, random weights: 0/))
  }

  /// How far a probe is could be read as what it found.
  @Test(
    arguments: [(80, 24), (120, 40), (200, 60), (250, 70)], [false, true])
  func progressIsNoResult(_ size: (Int, Int), _ isZoomed: Bool) {
    var model = ScreenState.shapeBiasComputing.model(Display())
    if isZoomed { _ = model.type("z") }
    let text = view(model, size: ScreenSize(rows: size.1, columns: size.0)).text
    #expect(text.contains("so far 300 of 512") && !text.contains("59 %  conf"), "\(size)")
    var stale = ScreenState.shapeBiasStale.model(Display())
    _ = stale.type("7")
    if isZoomed { _ = stale.type("z") }
    let cancelled = update(&stale, .key(.escape)).cancelled
    #expect(!cancelled.isEmpty)
    let old = view(stale, size: ScreenSize(rows: size.1, columns: size.0)).text
    #expect(old.contains("before the change"), "\(size)")
  }

  private func probes(_ effects: [Effect]) -> [NetworkSpec] {
    effects.compactMap { if case .probe(_, _, let network, _) = $0 { network } else { nil } }
  }

  @Test func probesBeginWithThePanelAndFollowEdits() {
    var model = makeModel()
    #expect(probes(model.type("4")).isEmpty)
    let opened = model.type("7")
    #expect(probes(opened) == model.session.networks)
    model.finish(opened)
    #expect(model.shapeBias.sides.allSatisfy { $0.shown != nil && !$0.isStale })
    // On a wide screen the panel is still seen while kernels are edited beside it.
    _ = model.type("3")
    let first = model.type(">")
    let second = model.type(">")
    #expect(probes(first).count == 1 && probes(second).count == 1)
    let id = first.compactMap { if case .probe(let id, _, _, _) = $0 { id } else { nil } }[0]
    #expect(second.contains { if case .cancel(id) = $0 { true } else { false } })
    #expect(model.shapeBias.sides[0].isStale && !model.shapeBias.sides[1].isStale)
    model.finish(second)
    #expect(!model.shapeBias.sides[0].isStale)
    // Metrics take the panel's place.
    _ = model.type("4")
    _ = model.type("3")
    #expect(probes(model.type(">")).isEmpty)
  }

  /// Marks of before an edit are of the network from before.
  @Test func staleMarksKeepTheirNetwork() {
    var model = makeModel()
    model.finish(model.type("7"))
    func subject() -> String {
      ShapeBiasPanel.subject(model).first.map { $0.map(\.text).joined() } ?? ""
    }
    #expect(!subject().contains("stale"))
    _ = model.type("3")
    _ = model.type(">")
    #expect(model.shapeBias.sides[0].isStale)
    #expect(subject().hasSuffix(" · A stale") && !subject().contains("k15"), "\(subject())")
  }

  @Test func whatWasProbedIsKnown() {
    var model = makeModel()
    model.finish(model.type("7"))
    _ = model.type("3")
    model.finish(model.type(">"))
    #expect(probes(model.type("u")).isEmpty)
    #expect(!model.shapeBias.sides[0].isStale)
  }

  @Test func cancelStopsAndRecomputeBeginsAnew() {
    var model = makeModel()
    _ = model.type("7")
    let effects = update(&model, .key(.escape))
    #expect(effects.count == 2 && model.shapeBias.sides.allSatisfy { $0.job == nil })
    #expect(probes(model.type("]")).isEmpty)
    #expect(probes(model.type("r")).count == 2)
  }

  @Test func failuresAreSaid() {
    var model = makeModel()
    _ = model.type("7")
    guard let id = model.shapeBias.sides[0].job?.id else {
      Issue.record("no probe")
      return
    }
    _ = update(&model, .probeFailed(id, "no\u{7} memory"))
    #expect(model.shapeBias.sides[0].failure == "no? memory")
    let screen = view(model, size: ScreenSize(rows: 40, columns: 120)).text
    #expect(screen.contains("A  no? memory"))
  }

  @Test func stimuliByCategory() {
    var model = makeModel()
    model.finish(model.type("7"))
    let start = StimulusPicture.stimulus(model.shapeBias.stimulus)
    model.finish(model.type("l"))
    let next = StimulusPicture.stimulus(model.shapeBias.stimulus)
    #expect(next.shape == start.shape && next.index > start.index)
    #expect(model.shapeBias.picture?.index == next.index)
    for _ in 0..<20 { model.finish(model.type("k")) }
    #expect(model.notice?.lines == ["there are no stimuli further up"])
    #expect(StimulusPicture.stimulus(model.shapeBias.stimulus).shape == ObjectCategory.plotOrder[0])
    for category in ObjectCategory.plotOrder.dropFirst() {
      model.finish(model.type("j"))
      #expect(StimulusPicture.stimulus(model.shapeBias.stimulus).shape == category)
    }
    _ = model.type("h")
    #expect(model.notice?.lines == ["there are no stimuli further to the left"])
  }
}
