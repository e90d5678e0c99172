import Foundation
import Testing

@testable import ERFEngine

@Suite struct ExactSumsTests {
  private func sums(_ values: some Sequence<Double>) -> ExactSums {
    var sums = ExactSums(count: 1)
    for value in values { sums.add(value, at: 0) }
    return sums
  }

  private struct Case: Sendable {
    let values: [Double]
    let sum: Double
  }

  /// Sums counted by hand, each wrong when it is added up plainly. Halfway between two doubles the even
  /// one is nearest, unless something lies below.
  private static let cases: [Case] = [
    Case(values: [1e100, 1, -1e100], sum: 1),
    Case(values: [1, 0x1p-53, 0x1p-53], sum: 0x1.0000000000001p0),
    Case(values: [1, 0x1p-53], sum: 1),
    Case(values: [1, 0x1p-53, 0x1p-200], sum: 0x1.0000000000001p0),
    Case(values: [1, 0x1p-53, -0x1p-200], sum: 1),
    Case(values: [0x1.0000000000001p0, 0x1p-53], sum: 0x1.0000000000002p0),
    Case(values: [0x1p-1000, 0x1p900, 0x1p-1000, -0x1p900], sum: 0x1p-999),
    Case(values: [Double](repeating: 0.1, count: 10), sum: 1),
  ]

  @Test(arguments: cases.indices) func areRoundedOnce(_ index: Int) {
    let (values, expected) = (Self.cases[index].values, Self.cases[index].sum)
    #expect(sums(values).rounded == [expected])
    #expect(sums(values.reversed()).rounded == [expected])
  }

  /// Numbers over 400 binary orders of magnitude, some cancelling: more than two doubles hold.
  private func numbers(_ seed: UInt64) -> [Double] {
    let stream = RandomStream(seed: seed)
    let numbers = (0..<60).map { index in
      let bits = stream.bits(at: UInt64(index))
      let exponent = Int(bits % 400) - 300
      let mantissa = 1 + Double(bits >> 12) / Double(1 << 52)
      return (bits >> 11) & 1 == 0 ? scalbn(mantissa, exponent) : -scalbn(mantissa, exponent)
    }
    return numbers + numbers.prefix(10).map { -$0 }
  }

  @Test func anyOrderAndAnyGroupingGiveTheSameBits() {
    for seed in UInt64(0)..<20 {
      let numbers = numbers(seed)
      let whole = sums(numbers).planes
      #expect(whole.count > 2)
      #expect(sums(numbers.reversed()).planes == whole)
      #expect(sums(numbers.sorted { abs($0) < abs($1) }).planes == whole)
      for parts in [2, 3, 7] {
        var merged = ExactSums(count: 1)
        for part in (0..<parts).reversed() {
          merged.add(sums(numbers.indices.filter { $0 % parts == part }.map { numbers[$0] }))
        }
        #expect(merged.planes == whole)
      }
    }
  }

  /// What stands in a file is gone on with as if it had never been away.
  @Test func planesGiveTheSumsBack() throws {
    let whole = sums(numbers(3))
    let again = try #require(ExactSums(planes: whole.planes))
    #expect(again == whole && again.planes == whole.planes)
    #expect(ExactSums(planes: [[1, 2], [0]]) == nil)
    #expect(ExactSums(planes: [[1, .nan]]) == nil)
    #expect(ExactSums(planes: []) == nil)
  }

  /// A first image takes no second plane of memory, has one in files, and leaves sums that are cleared as new.
  @Test(arguments: [3, 70, 5000]) func firstImageKeepsNoErrors(_ count: Int) {
    let random = RandomStream(seed: 7, name: "scores")
    let images = (0..<2).map { image in
      Tensor(
        shape: Shape(batch: 1, height: 1, width: count, channels: 3),
        elements: (0..<count * 3).map { Float(random.unit(at: UInt64(image * 20_000 + $0))) })
    }
    var sums = ExactSums(count: count)
    sums.add(.absolute, of: images[0], from: 0)
    let first = sums
    #expect(first.errors.isEmpty)
    #expect(first.planes == [first.rounded, [Double](repeating: 0, count: count)])
    sums.add(.absolute, of: images[1], from: 0)
    #expect(sums.errors.count == 1)
    sums.clear()
    sums.add(.absolute, of: images[0], from: 0)
    #expect(sums == first)
  }

  /// Each sum has its own errors: one that needs a third plane leaves the others alone.
  @Test func pixelsAreSummedApart() {
    var sums = ExactSums(count: 3)
    for value in [0x1p300, 1, 0x1p-300] { sums.add(value, at: 1) }
    sums.add(2, at: 0)
    #expect(sums.planes == [[2, 0x1p300, 0], [0, 1, 0], [0, 0x1p-300, 0]])
    sums.add(-0x1p-300, at: 1)
    #expect(sums.planes == [[2, 0x1p300, 0], [0, 1, 0]])
  }

  /// Scores of whole images end in the bits of scores added one by one, also where a pixel of them takes
  /// three doubles, and all after it.
  @Test(arguments: ERFRule.allCases, [1, 1e-18] as [Float])
  func imagesAreSummedAsPixelsAre(rule: ERFRule, scale: Float) {
    let (height, width) = (9, 23)
    let random = RandomStream(seed: 5, name: "scores")
    let images = (0..<3).map { image in
      Tensor(
        shape: Shape(batch: 1, height: height, width: width, channels: 3),
        elements: (0..<height * width * 3).map { index in
          let value = Float(random.unit(at: UInt64(image * 1000 + index))) - 0.5
          return value * [1, scale, scale * scale][image]
        })
    }
    var map = ERFMap(height: height, width: width, rule: rule)
    var expected = ExactSums(count: height * width)
    for image in images {
      map.accumulate(gradient: image)
      for (pixel, start) in stride(from: 0, to: image.count, by: 3).enumerated() {
        let values = image.elements[start..<start + 3].map(Double.init)
        let score =
          switch rule {
          case .paper: values.reduce(0) { $0 + max($1, 0) }
          case .absolute: values.reduce(0) { $0 + abs($1) } / 3
          case .signed: values.reduce(0, +)
          case .openERF: max(0, values.reduce(0, +) / 3)
          }
        expected.add(score, at: pixel)
      }
    }
    #expect(map.sums == expected)
    #expect((map.sums.planes.count > 2) == (scale < 1))
  }
}
