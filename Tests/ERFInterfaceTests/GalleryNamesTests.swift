// Names of networks beside one another: no two different networks are called the same.

import ERFEngine
import Testing

@testable import ERFInterface

@Suite struct GalleryNamesTests {
  private func model(
    _ keys: String, _ names: [String] = ["RepLKNet-13-nano"], weights: WeightsSource
  ) -> Model {
    var model = makeModel(names, weights: weights)
    for key in Key.script(keys) { model.finish(update(&model, .key(key))) }
    return model
  }

  private func text(_ model: Model, _ columns: Int = 200, _ rows: Int = 60) -> String {
    view(model, size: ScreenSize(rows: rows, columns: columns)).text
  }

  @Test func waysToFitWeightsAreSaid() {
    let keys = "3 > > M A 3 f M A 3 f M A"
    let kernels = "K = 17 13 13 13, "
    let trained = model(keys, weights: .trained)
    #expect(trained.galleryNames == ["interp.", "part random:0", "crop"].map { kernels + $0 })
    let random = model(keys, weights: .random(seed: 0))
    // All have the same seed, with which kernels start anew unless another way is chosen.
    #expect(random.galleryNames == ["K = 17 13 13 13", kernels + "crop", kernels + "interp."])
    #expect(random.galleryTexts == random.galleryNames)
  }

  @Test func seedsAreSaid() {
    let model = model("3 S M A 3 S M A 3 S M", weights: .random(seed: 0))
    #expect(model.galleryNames == ["K = 13, random:1", "K = 13, random:2"])
  }

  @Test func filesOfOneNameAreToldByTheirHashes() {
    var model = model("M", weights: .trained)
    model.session.gallery = ["/s1/model.onnx", "/s2/model.onnx"].map { NetworkSpec(file: $0) }
    // Before there is a map, and where nothing else differs.
    #expect(model.galleryNames == ["model.onnx", "model.onnx"])
    #expect(model.galleryTexts == ["B model.onnx", "C model.onnx"])
    for (network, hash) in zip(model.session.gallery, ["0123456789", "abcdef0123"]) {
      let request = model.galleryRequest(network)
      var result = makeResult(request, sigma: 12)
      result.subject.weightsHash = hash
      model.finishedMaps.keep(
        FinishedMaps.Entry(
          request: request, network: network, result: result, field: HeatField(result)))
    }
    #expect(model.galleryNames == ["model.onnx, #01234567", "model.onnx, #abcdef01"])
    #expect(model.galleryTexts == model.galleryNames)
  }

  /// All kinds of differences at once, as the gallery and the plot have them.
  @Test func namesAreNeverEqual() {
    var edited = self.model("3 > >", weights: .trained).session.networks[0]
    var networks: [NetworkSpec] = []
    for weights in [WeightsSource.trained, .random(seed: 0), .random(seed: 1), .file("/a/n.pth")] {
      for fit in [WeightFit.crop, .interpolate, .reinitialise(seed: 0), .reinitialise(seed: 1)] {
        edited.weights = weights
        edited.fit = fit
        networks.append(edited)
      }
    }
    var model = model("M", weights: .trained)
    for first in networks.indices.dropLast(Session.galleryLimit - 1) {
      model.session.gallery = Array(networks[first..<first + Session.galleryLimit])
      #expect(Set(model.galleryNames).count == Session.galleryLimit, "\(model.galleryNames)")
      #expect(Set(model.galleryTexts).count == Session.galleryLimit)
      #expect(Set(model.names(of: model.session.gallery)).count == Session.galleryLimit)
    }
  }

  /// Nor are titles that are cut, which go without what all have in common first.
  @Test func titlesThatAreCutDiffer() {
    let fits = model("3 > M A 3 f M A 3 f M A", weights: .trained)
    #expect(fits.briefGalleryNames == ["interp.", "part random:0", "crop"])
    let kernels = ["13,13,13,13", "13,13,31,13", "13,13,13,31", "3,3,3,3", "5,13,13,13"]
    var model = makeModel(["RepLKNet-13-nano"])
    model.session.gallery = kernels.map {
      NetworkSpec(
        shown: "replknet:kernels=\($0):layers=1,1,1,1:channels=4,8,8,8:classes=5",
        weights: .random(seed: 0))
    }
    let brief = model.briefGalleryNames
    #expect(brief.allSatisfy { !$0.contains("layers") && !$0.contains("more") }, "\(brief)")
    for columns in 10...24 {
      let titles = brief.map { $0.cut(columns: columns, "~", apartFrom: brief) }
      #expect(Set(titles).count == 5, "\(titles)")
    }
  }

  /// By how weights were brought to them, as the screen does.
  @Test func figuresTellThemApart() throws {
    var model = makeModel(["RepLKNet-31-nano", "RepLKNet-31-nano"])
    _ = model.type("b")
    model.finish(model.type("3"))
    model.finish(update(&model, .key(.down)))
    model.finish(model.type("<"))
    model.session.networks[0] = model.session.networks[1]
    model.session.networks[0].fit = .crop
    model.session.networks[1].fit = .interpolate
    model.finish(model.pursue())
    let screen = model.names(of: model.session.networks)
    let figure = Figure(model)
    let names = figure.networks.map { figure.name($0) }
    #expect(Set(screen).count == 2 && figure.rows.map { $0[1] } == names)
    #expect(
      names == ["crop", "interp."].map { "RepLKNet-31-nano, K = 31 27 27 13, \($0)" })
    #expect(names.allSatisfy { figure.caption.contains("\($0) [") })
    for network in model.session.networks { #expect(figure.csv.contains(network.weightsText)) }
  }

  @Test func legendsTellAFromB() {
    let twins = ["RepLKNet-13-nano", "RepLKNet-13-nano"]
    let model = model("3 > > b > > f 4 z", twins, weights: .random(seed: 0))
    let name = "RepLKNet-13-nano, stage 1 kernel 17"
    #expect(model.names(of: model.session.networks) == [name, name + ", crop"])
    #expect(text(model, 250, 70).contains("B \(name), crop"))
  }

  /// Sentences name no two networks alike, however little room there is.
  @Test(arguments: [(80, 24), (120, 40), (200, 60)])
  func verdictsTellThemApart(_ size: (Int, Int)) {
    var model = model("3 > > M A 3 f M A 3 f M A z", weights: .random(seed: 0))
    for (index, network) in model.session.gallery.enumerated() {
      let request = model.galleryRequest(network)
      let result = makeResult(request, sigma: 10 + 25 * Double(index))
      model.finishedMaps.keep(
        FinishedMaps.Entry(
          request: request, network: network, result: result, field: HeatField(result)))
    }
    let verdicts = model.galleryVerdicts
    let full = verdicts.first ?? ""
    #expect(full.hasPrefix("K = 17 13 13 13, interp. sees "), "\(full)")
    #expect(full.contains("as much as K = 17 13 13 13 "), "\(full)")
    // The letters that stand above the maps, where names have no room.
    let brief = verdicts.last ?? ""
    #expect(brief.hasPrefix("A sees ") && brief.contains("as much as B."), "\(brief)")
    let screen = text(model, size.0, size.1)
    #expect(screen.contains("sees") && !screen.contains("K = 17 13 13 13 sees"))
  }

  /// No heading speaks of the weights of networks that are in the gallery alone.
  @Test func metricsSayRandomWeights() {
    let edited = model("3 > > f M A 3 f 4 z", weights: .trained)
    #expect(text(edited).contains("B K = 17 13 13 13, part random"))
    var other = model("4 z", weights: .trained)
    other.session.gallery = [NetworkSpec(shown: "RepLKNet-31-nano", weights: .random(seed: 7))]
    #expect(text(other).contains(", random:7"))
  }

  /// A line across a curve has its number beside it, or is not drawn.
  @Test func halvesHaveTheirNumbers() throws {
    let model = model("3 > > M A 3 f M A 3 f M A 4 z", weights: .trained)
    let screen = text(model)
    #expect(model.compared.count == 3)
    for network in model.compared where network.side != nil {
      let distance = try #require(network.metrics?.distance(holding: 0.5))
      #expect(screen.contains("\(network.letter) \(distance)"), "\(network.letter)")
    }
  }
}
