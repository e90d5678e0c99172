// Runs of the trainer: stopped and resumed, on any number of threads, and where they go wrong.

import TestSupport
import Testing

@testable import ERFEngine

@Suite struct TrainerTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  /// Everything random at once, so that a resumed run has all of it to repeat.
  private var recipe: TrainingRecipe {
    var recipe = TrainingRecipe(
      model: "replknet:kernels=5,3:layers=1,2:channels=4,8:small=3:dw=1:classes=16",
      data: .shapes(count: 24), steps: 6)
    recipe.size = 32
    recipe.batch = 8
    recipe.seed = 3
    recipe.stochasticDepth = 0.3
    recipe.mixup = 0.4
    recipe.erasing = 0.5
    recipe.averaging = 0.9
    return recipe
  }

  private func save(_ trainer: Trainer, _ name: String) throws -> [UInt8] {
    let path = folder.path + "/" + name
    try trainer.save(to: path, program: "test", command: "test")
    return try folder.read(name)
  }

  private func trainer(_ threads: Int = 2, steps: Int) throws -> Trainer {
    var trainer = try Trainer(recipe, threads: threads)
    for _ in 0..<steps { try trainer.advance() }
    return trainer
  }

  @Test func resumedRunsAreTheSameBitForBit() throws {
    let whole = try save(trainer(steps: 6), "whole.safetensors")
    _ = try save(trainer(steps: 3), "half.safetensors")
    var resumed = try Trainer(recipe, threads: 2)
    try resumed.resume(from: folder.path + "/half.safetensors")
    #expect(resumed.step == 3 && !resumed.isFinished)
    while !resumed.isFinished { try resumed.advance() }
    #expect(try save(resumed, "resumed.safetensors") == whole)
    #expect(try save(trainer(steps: 5), "other.safetensors") != whole)
  }

  /// What it has gone beyond is a training's to replace; what has more steps, or is of another, is not.
  @Test func knowsWhatItIsAheadOf() throws {
    _ = try save(trainer(steps: 1), "one.safetensors")
    let path = folder.path + "/one.safetensors"
    var ours = try trainer(steps: 0)
    #expect(!ours.isAhead(of: path))
    try ours.advance()
    #expect(ours.isAhead(of: path) && !ours.isAhead(of: folder.path + "/none.safetensors"))
    var recipe = recipe
    recipe.seed += 1
    var other = try Trainer(recipe, threads: 2)
    try other.advance()
    #expect(!other.isAhead(of: path))
  }

  /// Of what was met, not of what is planned; weights to begin with bring what they had met.
  @Test func recordsTellOfTheSizesMet() throws {
    var recipe = recipe
    (recipe.sizes, _) = try #require(
      TrainingSizes.parsed("32:1,48:1", stepsAnEpoch: 3, in: 32...64))
    func largest(_ trainer: Trainer) throws -> Int? {
      let path = folder.path + "/record.safetensors"
      try trainer.saveNetwork(to: path, madeBy: ("test", "test"))
      return try OpenedNetwork(NetworkSpec(model: recipe.model, weights: .file(path)))
        .record?.largestSize
    }
    var trainer = try Trainer(recipe, threads: 2)
    for _ in 0..<3 { try trainer.advance() }
    #expect(try largest(trainer) == 32)
    try trainer.advance()
    #expect(try largest(trainer) == 48)
    recipe.sizes = TrainingSizes(32)
    var start = NetworkSpec(model: recipe.model)
    start.weights = .file(folder.path + "/record.safetensors")
    var later = try Trainer(recipe, from: start, threads: 2)
    try later.advance()
    #expect(try largest(later) == 48)
  }

  @Test func threadsChangeNothing() throws {
    let one = try trainer(1, steps: 3).state.best.stateDictionary
    let three = try trainer(3, steps: 3).state.best.stateDictionary
    for (left, right) in zip(one, three) {
      #expect(left.value.elements == right.value.elements, "\(left.key)")
    }
  }

  /// Sizes, parts, colours and classes drawn at random, too.
  @Test func threadsChangeNothingOfPhotographs() throws {
    let pictures = try TrainingPictures()
    func weights(_ threads: Int) throws -> [UInt8] {
      var trainer = try Trainer(pictures.recipe, threads: threads)
      for _ in 0..<4 { try trainer.advance() }
      return try save(trainer, "\(threads).safetensors")
    }
    #expect(try weights(1) == weights(3))
  }

  @Test func aLongerRecipeGoesOn() throws {
    var longer = recipe
    longer.steps = 9
    _ = try save(trainer(steps: 6), "short.safetensors")
    let path = folder.path + "/short.safetensors"
    var resumed = try Trainer(longer, threads: 2)
    try resumed.resume(from: path)
    #expect(resumed.step == 6 && !resumed.isFinished)
    while !resumed.isFinished { try resumed.advance() }
    #expect(resumed.step == 9)
    var shorter = recipe
    shorter.steps = 5
    var trainer = try Trainer(shorter)
    #expect(
      throws: TrainingError.otherRecipe(path: path, field: "steps", saved: "6", asked: "5")
    ) { try trainer.resume(from: path) }
  }

  @Test func theNetworkOpensUnderItsOwnName() throws {
    var trainer = try trainer(steps: 2)
    _ = try trainer.measure()
    _ = try save(trainer, "net.safetensors")
    let network = try Network(
      NetworkSpec(file: folder.path + "/net.safetensors"))
    #expect(network.id == recipe.model)
    #expect(network.weightsHash == trainer.state.best.weightsHash)
  }

  @Test func aLossThatIsNotFiniteLeavesTheLastGoodState() throws {
    var wild = recipe
    wild.rate = 1e30
    wild.warmUp = 0
    wild.averaging = 0
    var trainer = try Trainer(wild)
    #expect(throws: TrainingError.self) { while !trainer.isFinished { try trainer.advance() } }
    #expect(trainer.step < wild.steps)
    #expect(trainer.state.program.stateDictionary.allSatisfy { ElementKernels.isFinite($0.value) })
  }

  @Test func othersFilesAreRefused() throws {
    let path = folder.path + "/net.safetensors"
    _ = try save(trainer(steps: 1), "net.safetensors")
    var other = recipe
    other.seed = 4
    var trainer = try Trainer(other)
    #expect(
      throws: TrainingError.otherRecipe(path: path, field: "seed", saved: "3", asked: "4")
    ) { try trainer.resume(from: path) }
    #expect(throws: TrainingError.unfinished(path: path, step: 1, steps: 6)) {
      try Trainer.requireNothing(at: path)
    }
    let plain = Fixtures.path("resnet-tiny.safetensors")
    #expect(throws: TrainingError.notATraining(path: plain)) { try trainer.resume(from: plain) }
    #expect(throws: TrainingError.exists(path: plain)) { try Trainer.requireNothing(at: plain) }
    try Trainer.requireNothing(at: path + ".none")
  }

  @Test func foldersHoldAClassEach() throws {
    let pictures = try TemporaryFolder()
    for (index, name) in ["cat", "dog"].enumerated() {
      try Folder.make(pictures.path + "/" + name)
      for picture in 0..<11 {
        let pixels = [UInt8](repeating: UInt8(40 + 100 * index + picture), count: 40 * 40 * 3)
        _ = try pictures.write(
          Array("P6 40 40 255\n".utf8) + pixels, to: "\(name)/\(picture).ppm")
      }
    }
    var recipe = recipe
    recipe.model = "replknet:kernels=5,3:layers=1,1:channels=4,8:small=3:dw=1:classes=2"
    recipe.data = .folder(pictures.path)
    let contents = try recipe.data.contents()
    #expect(contents.pictures == 20 && contents.classes == ["cat", "dog"])
    var trainer = try Trainer(recipe)
    #expect(trainer.trainingCount == 20 && trainer.heldOutCount == 2)
    try trainer.advance()
    recipe.data = .folder(pictures.path + "/cat")
    #expect(throws: (any Error).self) { _ = try Trainer(recipe) }
    recipe.data = .shapes(count: 24)
    #expect(throws: TrainingError.classes(model: recipe.model, expected: 2, found: 16)) {
      _ = try Trainer(recipe)
    }
    recipe.model = self.recipe.model
    recipe.batch = 25
    #expect(throws: TrainingError.tooFewPictures(found: 24, batch: 25)) { _ = try Trainer(recipe) }
  }

  @Test func theRateWarmsUpAndFalls() {
    var recipe = recipe
    recipe.steps = 100
    recipe.rate = 1
    recipe.warmUp = 0.1
    let rates = (0..<100).map { recipe.rate(at: $0) }
    #expect(rates[0] == 0.1 && rates[9] == 1 && rates[10] == 1)
    #expect(zip(rates.dropFirst(10), rates.dropFirst(11)).allSatisfy { $0 >= $1 })
    #expect(abs(rates[55] - 0.505) < 1e-9 && rates[99] < 0.02)
  }

  /// Beta(a, a) has the mean 1/2 and the variance 1 / (4 (2 a + 1)), however small a is: 1e-300 was
  /// drawn for ever.
  @Test(
    .timeLimit(.minutes(Sanitizers.areOff ? 1 : 10)),
    arguments: [.leastNonzeroMagnitude, 1e-300, 1e-9, 1e-3, 0.2, 1])
  func mixingSharesAreDrawnForEachParameter(_ alpha: Double) {
    var random = RandomSequence(RandomStream(seed: 7, name: "mixup"))
    let count = 20_000
    let shares = (0..<count).map { _ in random.beta(alpha) }
    #expect(shares.allSatisfy { (0...1).contains($0) })
    let mean = shares.reduce(0, +) / Double(count)
    let variance = shares.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(count)
    // Four standard errors of the mean; those of the variance are smaller.
    #expect(abs(mean - 0.5) < 4 * 0.5 / Double(count).squareRoot())
    #expect(abs(variance - 1 / (4 * (2 * alpha + 1))) < 0.01)
  }
}
