// The sessions that ship: all can be read, are in the program, and compare what they say.

import ERFEngine
import TestSupport
import Testing

@testable import ERFInterface

@Suite struct ReadyMadeSessionTests {
  @Test func theFolderAndTheProgramHaveTheSame() throws {
    let files = try PackageFiles.names(in: "Sessions")
      .filter { $0.hasSuffix(".json") }.map { String($0.dropLast(5)) }
    #expect(files.sorted() == ReadyMadeSession.all.map(\.name).sorted() && files.count >= 7)
    for ready in ReadyMadeSession.all {
      let text = try PackageFiles.text("Sessions/\(ready.name).json")
      #expect(ready.session == (try Session(decoding: Array(text.utf8))), "\(ready.name)")
      #expect(!ready.session.title.isEmpty)
    }
  }

  @Test func eachRunsWhatItCompares() throws {
    for ready in ReadyMadeSession.all {
      var model = Model(session: ready.session, display: Display())
      let effects = update(&model, .opened)
      let requests = effects.compactMap { effect -> ERFRequest? in
        if case .compute(_, let request, _) = effect { request } else { nil }
      }
      #expect(requests.count == ready.session.networks.count, "\(ready.name)")
      for request in requests { try request.validate() }
      if requests.count == 2 { #expect(requests[0].network != requests[1].network) }
      model.finish(effects)
      #expect(!view(model, size: ScreenSize(rows: 40, columns: 120)).text.contains("failed"))
    }
  }

  @Test func thePaletteOpensThem() {
    var model = makeModel()
    _ = model.type(":")
    for scalar in "session any unit".unicodeScalars { _ = model.type(scalar) }
    let effects = update(&model, .key(.enter))
    #expect(model.session.title.hasPrefix("Any unit") && model.sides.count == 1)
    #expect(model.focus == .unit && model.isComputing && !effects.isEmpty)
  }
}
