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
    let effects = model.enter()
    #expect(model.session.title.hasPrefix("Any unit") && model.sides.count == 1)
    #expect(model.focus == .unit && model.isComputing && !effects.isEmpty)
  }

  /// Until something is edited, as with any other redo.
  @Test func aSessionIsUndoneAndRedone() {
    var model = makeModel()
    let first = model.session.networks
    _ = model.openReadyMade("any-unit")
    let second = model.session.networks
    for _ in 0..<2 {
      _ = model.type("u")
      #expect(model.session.networks == first && model.sides.count == 2)
      _ = update(&model, .key(.control("r")))
      #expect(model.session.networks == second && model.sides.count == 1)
      #expect(model.notice?.lines == ["redone: the session that was undone"])
    }
    _ = update(&model, .key(.control("r")))
    #expect(model.notice?.lines == ["nothing to redo"])
    _ = model.type("u")
    _ = model.type(")")
    _ = update(&model, .key(.control("r")))
    #expect(model.notice?.lines == ["nothing to redo"] && model.sides.count == 2)
  }

  /// One undo more than there were edits costs none of them.
  @Test func editsAreRedoneAfterTheirSession() {
    var model = makeModel()
    let first = model.session.networks
    _ = model.openReadyMade("any-unit")
    for key in Key.script("3 > Down >") { model.finish(update(&model, .key(key))) }
    let edited = model.session.networks
    for _ in 0..<3 { _ = model.type("u") }
    #expect(model.session.networks == first)
    for _ in 0..<3 { _ = update(&model, .key(.control("r"))) }
    #expect(model.session.networks == edited)
    #expect(model.notice?.lines.joined().hasPrefix("redone: A stage 2 ") == true)
  }

  /// What a session is about is said of its networks and their edits alone.
  @Test func titlesGoWithTheNetworksTheyAreOf() {
    var model = makeModel()
    _ = model.openReadyMade("any-unit")
    let title = model.session.title
    for scalar in "3>".unicodeScalars { _ = model.type(scalar) }
    #expect(!title.isEmpty && model.session.title == title && model.canUndo)
    for scalar in ":replknet-3-nano".unicodeScalars { _ = model.type(scalar) }
    _ = update(&model, .key(.enter))
    #expect(model.session.title.isEmpty)
  }

  /// Undoing a training whose classifier has other classes names the weights that come back.
  @Test func undoingTrainingNamesItsWeights() throws {
    var model = makeModel(["RepLKNet-13-nano"])
    let id =
      "replknet:kernels=13,13,13,13:layers=1,1,2,1:channels=16,32,64,128:small=5:dw=1:classes=16"
    model.replace(0) { $0 = NetworkSpec(shown: id, weights: .random(seed: 3)) }
    _ = model.type("u")
    #expect(
      model.notice?.lines == [
        "undone: A is RepLKNet-13-nano (trained), not RepLKNet-13-nano, classes 16 (random:3)"
      ])
  }

  /// A session of one network in the place of two, while B of the two was being trained.
  @Test func trainingEndsWithTheSessionItWasStartedIn() throws {
    var model = makeModel(["RepLKNet-13-nano", "RepLKNet-31-nano"])
    _ = model.type("b")
    let first = model.startTraining()
    let id = try #require(first).id
    _ = update(&model, .training(id, .progressed(makeProgress(1))))
    #expect(model.film?.side == 1)
    _ = model.type(":")
    for scalar in "session any unit".unicodeScalars { _ = model.type(scalar) }
    // Its moments would be lost, which is asked about.
    #expect(model.enter().isEmpty && model.film != nil)
    let effects = model.type("y")
    #expect(effects.contains { if case .cancel(id) = $0 { true } else { false } })
    #expect(model.film == nil && model.sides.count == 1 && model.brokenInvariants.isEmpty)
    // Late news of the run, and the next one.
    _ = update(&model, .training(id, .progressed(makeProgress(2))))
    _ = update(&model, .trained(id, failure: nil))
    #expect(model.film == nil)
    let second = model.startTraining()
    let next = try #require(second)
    #expect(next.id != id && next.request.network == model.session.networks[0])
  }

  @Test func answersToTheSessionBeforeMeetNoRequestOfTheNext() {
    var model = makeModel(finished: false)
    let before = model.sides.compactMap { $0.job?.id.number }
    _ = model.openReadyMade("any-unit")
    _ = update(&model, .opened)
    let after = model.sides.compactMap { $0.job?.id.number }
    #expect(before.count == 2 && after.count == 1 && Set(before).isDisjoint(with: after))
  }
}
