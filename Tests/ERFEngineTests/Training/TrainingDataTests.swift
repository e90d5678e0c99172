// What a recipe makes of folders of pictures: classes, parts, sizes, colours, batches.

import TestSupport
import Testing

@testable import ERFEngine

@Suite struct TrainingDataTests {
  private func data(_ recipe: TrainingRecipe) throws -> TrainingData {
    try TrainingData(recipe, workers: Workers(threads: 2))
  }

  @Test func trainAndValAreTakenAsTheyAre() throws {
    let pictures = try TrainingPictures()
    let data = try data(pictures.recipe)
    #expect(data.classes == ["cat", "dog", "owl"])
    #expect(data.trainingLabels == [Int](repeating: 0, count: 9) + [1, 1, 1, 1, 1, 2, 2, 2])
    #expect(data.heldOutLabels == [0, 0, 1, 1, 2, 2] && data.skipped.isEmpty)
    // Held-out pictures are as wide as the network is measured at.
    #expect(data.heldOut.images.allSatisfy { $0.height == 40 && $0.width == 40 })
  }

  /// Imagenette's own folders: classes are named as ImageNet names them, one stranger and none is.
  @Test func foldersOfImageNetAreNamed() throws {
    let folder = try TemporaryFolder()
    for name in ["n01440764", "n02102040"] {
      try folder.makeFolder(name)
      for picture in ["a", "b"] { _ = try folder.write([1], to: "\(name)/\(picture).png") }
    }
    #expect(try TrainingFiles(folder: folder.path).classes == ["tench", "English springer"])
    try folder.makeFolder("zebra")
    _ = try folder.write([1], to: "zebra/a.png")
    #expect(
      try TrainingFiles(folder: folder.path).classes == ["n01440764", "n02102040", "zebra"])
  }

  /// Ten steps at 128, then ten at one of three sides each.
  @Test func theTimeLeftGoesByTheArea() throws {
    let parsed = try #require(
      TrainingSizes.parsed("128:1,160/224/288:1", stepsAnEpoch: 10, in: 32...1024))
    var recipe = TrainingRecipe(model: "replknet-3-nano", data: .shapes(count: 64), steps: 20)
    recipe.sizes = parsed.sizes
    let small = 128.0 * 128
    let large = Double(160 * 160 + 224 * 224 + 288 * 288) / 3
    // Of the first phase half is done.
    #expect(
      abs(recipe.secondsLeft(from: 0, to: 5, in: 3) - 3 * (5 * small + 10 * large) / (5 * small))
        < 1e-9)
    // Resumed in the middle, nothing of the first phase counts.
    #expect(abs(recipe.secondsLeft(from: 12, to: 14, in: 4) - 4 * 6 / 2) < 1e-9)
    #expect(recipe.secondsLeft(from: 0, to: 20, in: 3) == 0)
  }

  @Test func aBrokenPictureIsNamedAndLeftOut() throws {
    let (whole, broken) = (try TrainingPictures(), try TrainingPictures(isBroken: true))
    let data = try data(broken.recipe)
    #expect(data.training.count == 17 && data.skipped.count == 1)
    #expect(data.skipped[0].name.hasSuffix("train/cat/broken.ppm"))
    // The same pictures: what cannot be read is none of them.
    #expect(try self.data(whole.recipe).hash == data.hash && data.hash.count == 16)
  }

  @Test func theHashIsOfPixelsAndClasses() throws {
    let pictures = try TrainingPictures()
    let before = try data(pictures.recipe).hash
    var recipe = pictures.recipe
    recipe.size = 32
    recipe.seed = 9
    #expect(try data(recipe).hash == before)
    var bytes = try pictures.folder.read("val/owl/1.ppm")
    bytes[bytes.count - 1] ^= 1
    _ = try pictures.folder.write(bytes, to: "val/owl/1.ppm")
    #expect(try data(pictures.recipe).hash != before)
  }

  @Test func classesOfBothPartsAgree() throws {
    let pictures = try TrainingPictures()
    try Folder.make(pictures.folder.path + "/val/yak")
    let picture = try pictures.folder.read("val/owl/1.ppm")
    _ = try pictures.folder.write(picture, to: "val/yak/0.ppm")
    #expect(
      throws: TrainingError.unlikeClasses(folder: pictures.folder.path + "/val", names: ["yak"])
    ) { _ = try data(pictures.recipe) }
  }

  @Test func aClassOfBrokenPicturesIsRefused() throws {
    let pictures = try TrainingPictures()
    for index in 0..<3 { _ = try pictures.folder.write([1, 2, 3], to: "train/owl/\(index).ppm") }
    #expect(throws: TrainingError.noPictures(class: "owl", folder: pictures.folder.path)) {
      _ = try data(pictures.recipe)
    }
  }

  /// 17 pictures an epoch, of three classes: five and six of each, and over three epochs 17.
  @Test func balancedClassesComeEquallyOften() throws {
    let pictures = try TrainingPictures()
    let data = try data(pictures.recipe)
    var counts = [0, 0, 0]
    var seen = [Int](repeating: 0, count: 17)
    for epoch in 0..<3 {
      let order = data.order(epoch: epoch, pictures.recipe)
      #expect(order.count == 17)
      for picture in order {
        counts[data.trainingLabels[picture]] += 1
        seen[picture] += 1
      }
    }
    #expect(counts == [17, 17, 17])
    // Within a class no picture comes twice more often than another.
    for label in 0..<3 {
      let own = seen.indices.filter { data.trainingLabels[$0] == label }.map { seen[$0] }
      #expect((own.max() ?? 0) - (own.min() ?? 0) <= 1)
    }
    var plain = pictures.recipe
    plain.balances = false
    #expect(data.order(epoch: 1, plain).sorted() == Array(0..<17))
  }

  @Test func sidesAreDrawnABatch() throws {
    let pictures = try TrainingPictures()
    let recipe = pictures.recipe
    let data = try data(recipe)
    let sides = (0..<24).map { recipe.sizes.side(at: $0, seed: recipe.seed) }
    #expect(sides[..<2].allSatisfy { $0 == 32 } && Set(sides[2...]) == [32, 40, 48])
    for step in [0, 2, 3, 4] {
      let batch = data.batch(recipe, step: step, workers: Workers(threads: 2))
      let side = sides[step]
      #expect(batch.input.shape == Shape(batch: 8, height: side, width: side, channels: 3))
      #expect(batch.input.elements.allSatisfy { abs($0) < 3 })
    }
  }

  @Test func sizesAreParsed() throws {
    func sizes(_ text: String) -> (TrainingSizes, Int?)? {
      TrainingSizes.parsed(text, stepsAnEpoch: 10, in: 32...1024).map { ($0.sizes, $0.steps) }
    }
    let phases = try #require(sizes("128:20,288/160/224:6"))
    #expect(
      phases.0.phases == [
        .init(sides: [128], from: 0), .init(sides: [160, 224, 288], from: 200),
      ])
    #expect(phases.1 == 260)
    #expect(phases.0.measured == 224 && phases.0.largest == 288 && phases.0.smallest == 128)
    #expect(phases.0.description == "128, then 160/224/288")
    let plain = try #require(sizes("224"))
    #expect(plain.0 == TrainingSizes(224) && plain.1 == nil)
    for text in ["", "31", "224/", "224,128", "224:0", "128:2,224", "224:x", "224/224", "1e3"] {
      #expect(sizes(text) == nil, "\(text)")
    }
  }

  @Test func theNumberOfClassesIsFree() throws {
    #expect(try ModelCatalogue.id(of: "resnet-18", classes: 1000) == "resnet-18")
    #expect(
      try ModelCatalogue.id(of: "replknet-3-nano", classes: 5)
        == "replknet:kernels=3,3,3,3:layers=1,1,2,1:channels=16,32,64,128:small=5:dw=1:classes=5")
    #expect(try ModelCatalogue.classes(of: "efficientnet-lite0") == 1000)
  }
}
