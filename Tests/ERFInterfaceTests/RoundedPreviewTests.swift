// Previews in bfloat16: asked for by a key, shown as what they are, never measured, never exported.

import ERFEngine
import Testing

@testable import ERFInterface

@Suite struct RoundedPreviewTests {
  /// Networks with their maps in, on a processor that multiplies bfloat16.
  private func model() -> Model {
    var model = makeModel()
    model.hasBFloat16 = true
    return model
  }

  private func runs(_ effects: [Effect]) -> [(id: RequestID, ERFRequest, previews: [ERFRequest])] {
    effects.compactMap { effect in
      if case .compute(let id, let request, let previews) = effect {
        (id, request, previews)
      } else {
        nil
      }
    }
  }

  @Test func theKeyPutsOneBeforeEveryMap() throws {
    var model = model()
    #expect(model.type("P").isEmpty && model.session.screen.previewsInBFloat16)
    #expect(model.notice?.lines.first?.contains("bf16") == true)
    let run = try #require(runs(model.type("[")).first)
    #expect(run.1.precision == .float32)
    // The small one, which is there sooner still, comes first.
    #expect(run.previews.map(\.precision) == [.float32, .bfloat16])
    #expect(run.previews.last?.size == run.1.size && run.previews.last?.images == .builtInAt(0..<1))
    _ = model.type("P")
    #expect(try #require(runs(model.type("[")).first).previews.map(\.precision) == [.float32])
  }

  @Test func itIsLabelledAndGivesNoNumbers() throws {
    var model = model()
    _ = model.type("P")
    let run = try #require(runs(model.type("[")).first)
    let early = makeResult(run.1)
    _ = update(&model, .began(run.id))
    _ = update(
      &model,
      .preview(
        run.id, PartialMap(field: HeatField(early), metrics: early.metrics, images: 1), .bfloat16))
    let screen = view(model, size: ScreenSize(rows: 40, columns: 120)).text
    #expect(screen.contains("bf16 preview"))
    #expect(model.sides[0].measured == nil && model.sides[0].shown?.result == nil)
  }

  @Test func theExactMapSaysHowFarItWasOff() throws {
    var model = model()
    _ = model.type("P")
    let run = try #require(runs(model.type("[")).first)
    let exact = makeResult(run.1)
    var early = makeResult(run.1, sigma: 20)
    early.subject.precision = .bfloat16
    let deviation = try #require(MapDeviation(of: early, from: exact.map))
    _ = update(&model, .previewDeviated(run.id, .bfloat16, deviation))
    _ = update(&model, .finished(run.id, exact, HeatField(exact)))
    #expect(model.log.contains { $0.text.contains("the bf16 preview was off by") })
    #expect(model.sides[0].deviation == deviation)
    // It belongs to this map alone.
    _ = model.type("]")
    #expect(model.sides[0].deviation == nil)
  }

  @Test func otherProcessorsRefuse() {
    var model = makeModel()
    model.hasBFloat16 = false
    _ = model.type("P")
    #expect(!model.session.screen.previewsInBFloat16)
    #expect(model.notice?.lines.first?.contains("AVX512_BF16") == true)
    // A session from a machine that had it runs as if it said nothing.
    model.session.screen.previewsInBFloat16 = true
    #expect(model.previews(of: model.request(0), 0).allSatisfy { $0.precision == .float32 })
  }

  @Test func sessionsKeepIt() throws {
    var session = Session(models: ["replknet-3-nano"])
    session.screen.previewsInBFloat16 = true
    #expect(try Session(reading: session.encoded()) == session)
  }
}
