import Synchronization
import TestSupport
import Testing

@testable import ERFEngine

@Suite struct ERFComputerTests {
  private let model = "replknet:kernels=13,9:layers=1,1:channels=8,12:classes=5"

  private func request(_ change: (inout ERFRequest) -> Void = { _ in }) -> ERFRequest {
    var request = ERFRequest(
      network: NetworkSpec(model: model), size: InputSize(height: 64, width: 48))
    change(&request)
    return request
  }

  @Test func ratiosOfEachImageAndAnswersOfTheLayer() throws {
    let computer = ERFComputer()
    let both = try computer.compute(
      request {
        $0.images = .builtIn(2)
        $0.keepsForward = true
      })
    #expect(both.imageRatios.count == 2)
    let second = try computer.compute(request { $0.images = .builtInAt(1..<2) })
    #expect(both.imageRatios[1] == second.metrics.ratios)
    #expect(second.imageRatios.isEmpty)
    #expect(both.features.count == 8 * 6 && both.features.allSatisfy { $0 >= 0 })
    let network = try computer.network(NetworkSpec(model: model))
    var sum: Float = 0
    for index in 0..<2 {
      let input = network.preprocessing.tensor(
        BuiltInImages.image(at: index), size: InputSize(height: 64, width: 48))
      let features = try network.features(input, tap: nil)
      for channel in 0..<12 { sum += max(0, features[0, 3, 2, channel]) / 24 }
    }
    #expect(abs(both.features[3 * 6 + 2] - sum) < 1e-4 * sum)
  }

  @Test func reportsInOrderAndAverages() throws {
    let computer = ERFComputer()
    var events: [String] = []
    var fractions: [Double] = []
    let result = try computer.compute(request { $0.images = .builtIn(2) }) { progress in
      switch progress {
      case .prepared(let subject): events.append("prepared \(subject.tap)")
      case .layer(_, _, _, let fraction): fractions.append(fraction)
      case .image(let index, let count, let map):
        events.append("image \(index)/\(count) of \(map.images)")
      case .skipped: events.append("skipped")
      case .part(let part): events.append("part of \(part.done.count)")
      }
    }
    #expect(
      events == ["prepared stage2", "image 0/2 of 1", "part of 1", "image 1/2 of 2", "part of 2"])
    #expect(fractions == fractions.sorted() && (fractions.last ?? 0) > 0.99)
    #expect(result.map.images == 2)
    #expect(result.map.height == 64 && result.map.width == 48)
    #expect(result.subject.mapSize == InputSize(height: 8, width: 6))
    #expect(result.subject.unit == Unit(row: 4, column: 3))
    #expect(result.imageNames == [BuiltInImages.name(at: 0), BuiltInImages.name(at: 1)])
    #expect(result.seconds.total >= result.seconds.forward + result.seconds.backward)
    let single = try (0..<2).map { index in
      try computer.compute(request { $0.images = .builtIn(index + 1) }).map
    }
    let second = zip(result.map.values, single[0].values).map { 2 * $0 - $1 }
    #expect(second.contains { $0 > 0 })
    #expect(single[1] == result.map)
  }

  @Test func runsAreRepeatableOnAnyNumberOfThreads() throws {
    let maps = try [1, 2, 5].map { threads in
      try ERFComputer().compute(request { $0.threads = threads }).map
    }
    #expect(maps[0] == maps[1] && maps[1] == maps[2])
    let other = try ERFComputer().compute(request { $0.network.weights = .random(seed: 1) }).map
    #expect(other != maps[0])
  }

  /// The golden map of the project's own fixture, through the whole path.
  @Test(arguments: [
    ("replknet-tiny", "replknet:kernels=13,9:layers=1,1:channels=8,12:small=5:classes=5"),
    ("resnet-tiny", "resnet:block=bottleneck:layers=1,1:width=4:classes=5"),
  ]) func preparedTensorsGiveTheGoldenMap(_ golden: (name: String, model: String)) throws {
    let path = Fixtures.path("\(golden.name).safetensors")
    let result = try ERFComputer().compute(
      ERFRequest(
        network: NetworkSpec(model: golden.model, weights: .file(path)),
        images: .tensor(path + "#input")))
    let expected = try Safetensors(path: path).tensor("erf/centre")
    // The golden sums over the batch, the map averages.
    let found = result.map.values.map { $0 * Double(result.map.images) }
    #expect(relativeError(found, expected.elements.map { Double($0) }) < 1e-4)
  }

  @Test func nonFiniteInputsAreSkippedOrNamed() throws {
    let good = OperatorChecks.values([1, 3, 32, 32], seed: 1).elements
    var bad = good
    bad[700] = .nan
    let folder = try TemporaryFolder()
    let path = try folder.write(
      NPY(shape: [2, 3, 32, 32], values: good + bad).encoded(), to: "two.npy")
    var skipped: [String] = []
    let result = try ERFComputer().compute(request { $0.images = .tensor(path) }) {
      if case .skipped(let index, let image) = $0 { skipped.append("\(index) \(image.reason)") }
    }
    #expect(skipped == ["1 \(SkippedImage.Reason.nonFinite(layer: "the input"))"])
    #expect(result.map.images == 1 && result.skipped.map(\.name) == ["two.npy[1]"])
    let only = try folder.write(NPY(shape: [1, 3, 32, 32], values: bad).encoded(), to: "one.npy")
    #expect(throws: ERFComputer.Failure.self) {
      try ERFComputer().compute(request { $0.images = .tensor(only) })
    }
  }

  /// What was named has to be a picture, what was found in a folder need not.
  @Test func unreadablePicturesOfFoldersAreSkipped() throws {
    let folder = try TemporaryFolder()
    let picture = Array("P6\n32 32\n255\n".utf8) + [UInt8](repeating: 99, count: 32 * 32 * 3)
    let good = try folder.write(picture, to: "good.ppm")
    let bad = try folder.write(Array("hello".utf8), to: "bad.png")
    var request = request { $0.images = .files([bad, good]) }
    #expect(throws: ImageError.notAnImage(path: bad)) { try ERFComputer().compute(request) }
    request.mayBeSkipped = [PathKey(bad), PathKey(good)]
    let result = try ERFComputer().compute(request)
    #expect(result.imageNames == ["good.ppm"] && result.map.images == 1)
    let reason = SkippedImage.Reason.unreadable(ImageError.notAnImage(path: bad).explanation)
    #expect(result.skipped == [SkippedImage(name: "bad.png", reason: reason)])
    request.images = .files([bad])
    #expect(
      throws: ERFComputer.Failure.allSkipped(
        images: 1, first: SkippedImage(name: "bad.png", reason: reason))
    ) { try ERFComputer().compute(request) }
  }

  @Test func impossibleRequestsAreExplained() {
    let computer = ERFComputer()
    #expect(
      throws: ModelError.unitOutside(
        Unit(row: 8, column: 0), tap: "stage2", size: InputSize(height: 8, width: 6))
    ) { try computer.compute(request { $0.unit = Unit(row: 8, column: 0) }) }
    #expect(throws: ModelError.self) { try computer.compute(request { $0.tap = "stage9" }) }
    #expect(throws: ModelError.self) {
      try computer.compute(request { $0.network.source = .catalogue("vit") })
    }
    #expect(throws: ERFComputer.Failure.self) {
      try computer.compute(request { $0.images = .builtIn(1000) })
    }
    #expect(throws: ERFComputer.Failure.self) {
      try computer.compute(request { $0.images = .files([]) })
    }
    #expect(throws: (any Error).self) {
      try computer.compute(request { $0.size = InputSize(height: 3, width: 64) })
    }
  }

  @Test func whatDoesNotFitIntoMemoryIsRefused() {
    let vast =
      "replknet:kernels=63,63,63,63:layers=9,9,9,9:channels=8192,8192,8192,8192:dw=2"
    #expect(throws: MemoryError.self) {
      try ERFComputer().compute(request { $0.network.source = .catalogue(vast) })
    }
    #expect(throws: MemoryError.self) {
      try request {
        $0.network.source = .catalogue("replknet-31")
        $0.size = InputSize(height: 100_000, width: 100_000)
      }.validate()
    }
  }

  @Test func cancellingStopsTheLoading() throws {
    let cancellation = Cancellation()
    let source = CancellingParameters(after: 3, cancellation: cancellation)
    let architecture = try ModelCatalogue.architecture(model)
    #expect(throws: CancellationError.self) {
      _ = try Program(
        architecture.blueprint(),
        from: ParameterLoader(source, check: { try cancellation.check() }))
    }
    #expect(source.given.load(ordering: .sequentiallyConsistent) == 3)
    #expect(throws: CancellationError.self) {
      _ = try Network(NetworkSpec(model: model), cancellation: cancellation)
    }
  }

  @Test func cancellingStopsTheRun() {
    let cancellation = Cancellation()
    #expect(throws: CancellationError.self) {
      try ERFComputer().compute(request(), cancellation: cancellation) { progress in
        if case .layer = progress { cancellation.cancel() }
      }
    }
  }

  @Test func anyBlockCanBeTapped() throws {
    let computer = ERFComputer()
    let network = try computer.network(NetworkSpec(model: model))
    for tap in network.taps {
      let result = try computer.compute(request { $0.tap = tap })
      #expect(result.subject.tap == tap)
    }
  }
}

/// Zeros, and somebody who changes their mind after a number of them.
private final class CancellingParameters: ParameterSource {
  let given = Atomic(0)
  private let limit: Int
  private let cancellation: Cancellation

  init(after limit: Int, cancellation: Cancellation) {
    self.limit = limit
    self.cancellation = cancellation
  }

  func parameter(_ slot: Slot) -> Tensor {
    if given.add(1, ordering: .sequentiallyConsistent).newValue == limit { cancellation.cancel() }
    return Tensor(zeros: slot.shape)
  }
}
