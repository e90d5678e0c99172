// Built-in stimuli: the same bytes everywhere, balanced, and drawn as they should be.

import TestSupport
import Testing

@testable import ERFEngine

@Suite struct StimuliTests {
  private func hash(_ image: Image) -> String {
    var hash = FNV1a()
    hash.add(image.pixels)
    return hash.text
  }

  /// The hashes are this program's own: they hold that no machine, compiler or change draws others
  /// unnoticed.
  @Test(arguments: [
    (StimulusKind.agreeing, "6553a53e2f4510a3"), (.conflict, "d2c918784eedb6da"),
    (.shape, "1274a0241ffeef19"), (.texture, "f4befbbec6c9256f"),
  ])
  func sameBytes(_ kind: StimulusKind, _ expected: String) {
    var all = FNV1a()
    for index in 0..<16 {
      all.add(BuiltInStimulus(kind: kind, seed: 7, index: index).image(size: 48).pixels)
    }
    #expect(all.text == expected)
  }

  @Test func seedAndIndexAndKindMatter() {
    func drawn(_ kind: StimulusKind, _ seed: UInt64, _ index: Int) -> String {
      hash(BuiltInStimulus(kind: kind, seed: seed, index: index).image(size: 32))
    }
    let hashes = [
      drawn(.agreeing, 0, 0), drawn(.agreeing, 1, 0), drawn(.agreeing, 0, 16),
      drawn(.conflict, 0, 0), drawn(.shape, 0, 0), drawn(.texture, 0, 0),
    ]
    #expect(Set(hashes).count == hashes.count)
    #expect(drawn(.agreeing, 0, 0) == hashes[0])
  }

  @Test(arguments: [1, 5, 37, 130])
  func anySize(_ size: Int) {
    for kind in StimulusKind.allCases {
      let image = BuiltInStimulus(kind: kind, seed: 3, index: 2).image(size: size)
      #expect(image.height == size && image.width == size)
    }
  }

  @Test func conflictsGoThroughAllPairs() {
    let pairs = (0..<240).map { StimulusKind.conflict.categories(at: $0) }
    #expect(pairs.allSatisfy { $0.shape != $0.texture })
    #expect(Set(pairs.map { "\($0.shape)-\($0.texture)" }).count == 240)
    for start in stride(from: 0, to: 240, by: 16) {
      #expect(Set(pairs[start..<start + 16].map(\.shape)).count == 16)
      #expect(Set(pairs[start..<start + 16].map(\.texture)).count == 16)
    }
  }

  @Test func namesAreTheBenchmarks() throws {
    var paths: Set<String> = []
    for index in 0..<480 {
      let stimulus = BuiltInStimulus(kind: .conflict, seed: 0, index: index)
      let name = try #require(StimulusName(stimulus.fileName))
      #expect(name.shape == stimulus.shape && name.texture == stimulus.texture)
      #expect(stimulus.path == "\(stimulus.shape.rawValue)/\(stimulus.fileName)")
      paths.insert(stimulus.path)
    }
    #expect(paths.count == 480)
    #expect(BuiltInStimulus(kind: .shape, seed: 0, index: 17).path == "bear/bear2-bear2.png")
  }

  /// Every silhouette covers a fair part of its square and no two are alike.
  @Test func silhouettes() {
    let pose = Pose(scale: 1, centre: SIMD2(0.5, 0.5), axis: SIMD2(1, 0), isMirrored: false)
    let covers = ObjectCategory.allCases.map { category in
      Silhouette.of(category).coverage(size: 64, pose: pose).values
    }
    for (category, cover) in zip(ObjectCategory.allCases, covers) {
      let share = cover.reduce(0, +) / Float(cover.count)
      #expect(share > 0.12 && share < 0.62, "\(category): \(share)")
      #expect(cover.allSatisfy { $0 >= 0 && $0 <= 1 })
    }
    for (index, one) in covers.enumerated() {
      for other in covers[..<index] {
        let difference = zip(one, other).reduce(Float(0)) { $0 + abs($1.0 - $1.1) }
        #expect(difference / Float(one.count) > 0.06)
      }
    }
  }

  /// Mirroring and turning by a right angle move the coverage and change nothing else.
  @Test func poses() {
    func cover(_ axis: SIMD2<Float>, _ isMirrored: Bool) -> Coverage {
      Silhouette.of(.dog).coverage(
        size: 40, pose: Pose(scale: 0.9, centre: [0.5, 0.5], axis: axis, isMirrored: isMirrored))
    }
    let plain = cover([1, 0], false)
    let mirrored = cover([1, 0], true)
    let turned = cover([0, 1], false)
    for row in 0..<40 {
      for column in 0..<40 {
        #expect(abs(plain[row, column] - mirrored[row, 39 - column]) < 1e-3)
        #expect(abs(plain[row, column] - turned[column, 39 - row]) < 1e-3)
      }
    }
  }

  @Test func texturesStayInRange() {
    for category in ObjectCategory.allCases {
      let pattern = TexturePattern.of(category)
      var low: Float = 1
      var high: Float = 0
      for step in 0..<4000 {
        let point = SIMD2(Float(step % 63) * 0.11, Float(step / 63) * 0.13) - 2
        let sample = pattern.sample(point, 0.02)
        #expect(sample.mix.isFinite && abs(sample.relief) < 1, "\(category)")
        low = min(low, sample.mix)
        high = max(high, sample.mix)
      }
      // Both colours show.
      #expect(low < 0.3 && high > 0.7, "\(category): \(low) to \(high)")
    }
  }
}

@Suite struct CoverageTests {
  private func area(_ part: Coverage.Part, size: Int = 32) -> Float {
    var coverage = Coverage(size: size)
    coverage.add(part)
    return coverage.values.reduce(0, +)
  }

  @Test func polygonsAreExact() {
    let triangle: [SIMD2<Float>] = [[3.3, 2.1], [25.7, 8.9], [11.4, 29.2]]
    let expected =
      abs(
        (25.7 - 3.3) * (29.2 - 2.1) - (11.4 - 3.3) * (8.9 - 2.1) as Float) / 2
    #expect(abs(area(Coverage.Part(inside: [triangle], size: 32)) - expected) < 0.01)
    #expect(abs(area(Coverage.Part(inside: [triangle.reversed()], size: 32)) - expected) < 0.01)
  }

  @Test func ellipseAndRing() {
    let outer = Curves.ellipse(centre: [16, 16], radii: [12, 9])
    let inner = Curves.ellipse(centre: [16, 16], radii: [5, 5])
    let disc = area(Coverage.Part(inside: [outer], size: 32))
    let ring = area(Coverage.Part(inside: [outer, inner.reversed()], size: 32))
    // 48 corners fall 0.3 % short of the curve.
    #expect(abs(disc / (.pi * 12 * 9) - 1) < 0.005)
    #expect(abs((disc - ring) / (.pi * 25) - 1) < 0.005)
  }

  @Test func roundedRectangleAndLine() {
    let rectangle = Curves.rectangle(origin: [4, 6], size: [20, 12], corner: 4)
    let expected: Float = 20 * 12 - (4 - .pi) * 16
    #expect(abs(area(Coverage.Part(inside: [rectangle], size: 32)) / expected - 1) < 0.003)
    let line = area(Coverage.Part(along: [[6, 16], [26, 16]], width: 5, size: 32))
    #expect(abs(line / (20 * 5 + .pi * 6.25) - 1) < 0.02)
  }

  @Test func beyondTheCanvas() {
    let square: [SIMD2<Float>] = [[-10, -10], [10, -10], [10, 10], [-10, 10]]
    #expect(abs(area(Coverage.Part(inside: [square], size: 32)) - 100) < 0.01)
    let right: [SIMD2<Float>] = [[30, 4], [60, 4], [60, 8], [30, 8]]
    #expect(abs(area(Coverage.Part(inside: [right], size: 32)) - 8) < 0.01)
    let away: [SIMD2<Float>] = [[50, 50], [60, 50], [60, 60]]
    #expect(area(Coverage.Part(inside: [away], size: 32)) == 0)
  }

  @Test func cutsAndBlurs() {
    var coverage = Coverage(size: 16)
    coverage.add(Coverage.Part(inside: [[[2, 2], [14, 2], [14, 14], [2, 14]]], size: 16))
    coverage.cut(Coverage.Part(inside: [[[4, 4], [8, 4], [8, 8], [4, 8]]], size: 16))
    #expect(coverage[3, 3] == 1 && coverage[5, 5] == 0)
    let sum = coverage.values.reduce(0, +)
    #expect(abs(sum - 128) < 0.01)
    let blurred = coverage.blurred(reach: 1)
    // Two means over 3 x 3 reach two pixels; the border lies two away.
    #expect(abs(blurred.values.reduce(0, +) - sum) < 0.01)
    #expect(blurred[6, 6] > 0.1 && blurred[6, 6] < 0.9)
  }
}

@Suite struct ShuffledImageTests {
  private let image = Image(
    height: 7, width: 6, pixels: (0..<7 * 6 * 3).map { UInt8($0) })

  @Test func tilesMoveWhole() {
    let shuffled = image.shuffled(tiles: 3, seed: 1)
    #expect(shuffled != image)
    #expect(shuffled.pixels.sorted() == image.pixels.sorted())
    // Tiles are 2 x 2; the seventh row stays.
    #expect(shuffled.pixels.suffix(18) == image.pixels.suffix(18))
    for tile in 0..<9 {
      let corner = (tile / 3 * 2 * 6 + tile % 3 * 2) * 3
      let first = Int(shuffled.pixels[corner])
      #expect(first % 6 == 0 && first / 18 % 2 == 0, "a tile's corner")
      #expect(Int(shuffled.pixels[corner + 18 + 3]) == first + 18 + 3, "its opposite corner")
    }
  }

  @Test func sameForTheSameSeed() {
    #expect(image.shuffled(tiles: 3, seed: 5) == image.shuffled(tiles: 3, seed: 5))
    #expect(image.shuffled(tiles: 1, seed: 5) == image)
    #expect(image.shuffled(tiles: 40, seed: 5) == image)
  }
}
