import Testing

@testable import ERFEngine

@Suite struct ERFMetricsTests {
  private func map(_ height: Int, _ width: Int, _ value: (Int, Int) -> Double) -> ERFMap {
    ERFMap(
      height: height, width: width,
      values: (0..<height * width).map { value($0 / width, $0 % width) })
  }

  @Test func aPointIsReachedAtOnce() {
    let metrics = ERFMetrics(map(21, 21) { $0 == 10 && $1 == 10 ? 5 : 0 })
    #expect(metrics.ratios.map(\.side) == [3, 3, 3, 3])
    #expect(metrics.ratios[0].ratio == 9.0 / 441)
    #expect(metrics.sigma == 0)
    #expect(metrics.borderShare == 0)
    #expect(metrics.centreOfMass == (10, 10))
    #expect(metrics.radialMass[0] == 1)
  }

  @Test func aUniformMapReachesSharesByArea() {
    let metrics = ERFMetrics(map(100, 100) { _, _ in 2 })
    // The first odd side whose square holds more than t of 10000 pixels: 45^2, 55^2, 71^2.
    #expect(metrics.ratios.map(\.side) == [45, 55, 71, nil])
    #expect(metrics.ratios[3].ratio == nil)
    #expect(metrics.rawRatios == metrics.ratios)
    let variance = (100.0 * 100 - 1) / 12
    #expect(abs(metrics.sigma - variance.squareRoot()) < 1e-9)
    #expect(abs(metrics.borderShare - (1 - 0.88 * 0.88)) < 1e-12)
  }

  @Test func logarithmAndRawDiffer() {
    let metrics = ERFMetrics(map(64, 64) { $0 == 32 && $1 == 32 ? 1e6 : 1 })
    #expect(metrics.rawRatios[0].side == 3)
    #expect((metrics.ratios[0].side ?? 0) > 20)
  }

  @Test func emptyAndTinyMapsHaveNoRatios() {
    for (height, width) in [(1, 1), (2, 2), (3, 9), (64, 64)] {
      let metrics = ERFMetrics(map(height, width) { _, _ in 0 })
      #expect(metrics.ratios.allSatisfy { $0.side == nil && $0.ratio == nil })
      #expect(metrics.sigma == 0)
    }
    #expect(ERFMetrics(map(3, 3) { _, _ in 1 }).ratios.allSatisfy { $0.side == nil })
  }

  /// Against summing every square afresh.
  @Test(arguments: [(40, 40), (33, 33), (24, 50), (50, 24)])
  func ratiosMatchTheDefinition(_ size: (height: Int, width: Int)) {
    let stream = RandomStream(seed: 4)
    let (height, width) = size
    let values = (0..<height * width).map { stream.unit(at: UInt64($0)) }
    let total = values.reduce(0, +)
    let found = ERFMetrics(ERFMap(height: height, width: width, values: values)).rawRatios
    for ratio in found {
      var expected: Int?
      for i in 1..<min(height, width) / 2 where expected == nil {
        var sum = 0.0
        for row in 0..<height where abs(row - height / 2) <= i {
          for column in 0..<width where abs(column - width / 2) <= i {
            sum += values[row * width + column]
          }
        }
        if sum / total > ratio.threshold { expected = 2 * i + 1 }
      }
      #expect(ratio.side == expected)
      #expect((ratio.ratio ?? 0) <= 1)
    }
  }

  /// Counted by hand: around the corner of 8 x 8 equal pixels a square of reach i covers (i + 1)^2.
  @Test func squaresAroundACornerAreCut() {
    let metrics = ERFMetrics(map(8, 8) { _, _ in 1 }, around: (0, 0))
    #expect(metrics.origin == (0, 0) && !metrics.isCentred)
    let sides: [Int?] = [7, 9, 11, 15]
    let shares: [Double?] = [0.25, 0.390625, 0.5625, 1]
    #expect(metrics.rawRatios.map(\.side) == sides)
    #expect(metrics.rawRatios.map(\.ratio) == shares)
    #expect(metrics.ratios == metrics.rawRatios)
    // Within a distance of 1 lie 3 pixels, of 2 another 3: (0,2), (1,1), (2,0).
    let mass: [Double] = [0.015625, 0.046875, 0.09375]
    #expect(Array(metrics.radialMass.prefix(3)) == mass)
    // Where they are measured from moves neither the spread nor the middle of the mass.
    let centred = ERFMetrics(map(8, 8) { _, _ in 1 })
    #expect(centred.isCentred && centred.origin == (4, 4) && metrics.sigma == centred.sigma)
    #expect(centred.distance(holding: 0.5) == 4 && metrics.distance(holding: 1) == 10)
  }

  /// Against summing every square afresh, around any pixel.
  @Test(arguments: [(0, 0), (3, 30), (12, 49), (23, 25)])
  func cutSquaresMatchTheDefinition(_ origin: (row: Int, column: Int)) {
    let (height, width) = (24, 50)
    let stream = RandomStream(seed: 5)
    let values = (0..<height * width).map { stream.unit(at: UInt64($0)) }
    let total = values.reduce(0, +)
    let found = ERFMetrics(
      ERFMap(height: height, width: width, values: values), around: origin
    ).rawRatios
    for ratio in found {
      var expected: (side: Int, pixels: Int)?
      for i in 1..<60 where expected == nil {
        var (sum, pixels) = (0.0, 0)
        for row in 0..<height where abs(row - origin.row) <= i {
          for column in 0..<width where abs(column - origin.column) <= i {
            sum += values[row * width + column]
            pixels += 1
          }
        }
        if sum / total > ratio.threshold { expected = (2 * i + 1, pixels) }
      }
      #expect(ratio.side == expected?.side)
      let share = expected.map { Double($0.pixels) / Double(height * width) } ?? 0
      #expect(abs((ratio.ratio ?? 0) - share) < 1e-12)
    }
  }

  @Test func unitsLookFromTheirStride() {
    func subject(_ units: [Unit], rows: Int = 7) -> ERFSubject {
      ERFSubject(
        model: "m", weights: "random:0", weightsHash: "", input: InputSize(height: 224, width: 448),
        stages: [], tap: "t", mapSize: InputSize(height: rows, width: 14), units: units,
        rule: .paper)
    }
    let centre = subject([Unit(row: 3, column: 7)])
    #expect(centre.isCentral && centre.metricsOrigin == nil && centre.centrePixel == (96, 224))
    let corner = subject([Unit(row: 6, column: 0)])
    #expect(!corner.isCentral && corner.metricsOrigin ?? (0, 0) == (192, 0))
    // Two units: half-way between them.
    #expect(subject([Unit(row: 0, column: 0), Unit(row: 3, column: 1)]).centrePixel == (48, 16))
    // The only row is that of the whole input, beside the central unit as in it.
    let beside = subject([Unit(row: 0, column: 2)], rows: 1)
    #expect(!beside.isCentral && beside.metricsOrigin ?? (0, 0) == (112, 64))
  }

  @Test func accumulationAverages() {
    var map = ERFMap(height: 1, width: 2)
    map.accumulate(gradient: Tensor(shape: [1, 1, 2, 3], elements: [1, -2, 3, 0, 0.5, -1]))
    map.accumulate(gradient: Tensor(shape: [1, 1, 2, 3], elements: [2, 0, 0, -9, 0, 0]))
    #expect(map.images == 2)
    #expect(map.values == [3, 0.25])
    #expect(map.logScaled[0] == 1)
  }
}
