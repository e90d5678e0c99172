import Testing

@testable import ERFEngine

@Suite struct TensorTests {
  @Test(arguments: [1, 1000, 20_000, 300_000]) func zerosAreZeroInReusedMemory(_ count: Int) {
    for _ in 0..<3 {
      let ones = Tensor(shape: [count], elements: [Float](repeating: 1, count: count))
      #expect(ones[count - 1] == 1)
    }
    let zeros = Tensor(zeros: [count])
    #expect(zeros.elements.allSatisfy { $0 == 0 })
  }

  @Test func copiesAreApart() {
    let original = Tensor(shape: [1, 2, 2, 1], elements: [1, 2, 3, 4])
    var copy = original.reshaped([4])
    copy[0] = 9
    #expect(original[0, 0, 0, 0] == 1)
    #expect(copy[0] == 9)
  }

  @Test func layoutsConvertBothWays() {
    let first = Tensor(generated: [2, 3, 4, 5]) { Float($0) }
    let last = first.channelsLast()
    #expect(last.shape == [2, 4, 5, 3])
    #expect(last[1, 2, 3, 1] == first[1, 1, 2, 3])
    #expect(last.channelsFirst().elements == first.elements)
    #expect(last.image(1).elements == Array(last.elements.suffix(60)))
  }

  @Test func poolHandsOutDistinctBlocks() {
    let tensors = (0..<8).map { index in
      Tensor(generated: [50_000]) { _ in Float(index) }
    }
    for (index, tensor) in tensors.enumerated() {
      #expect(tensor.elements.allSatisfy { $0 == Float(index) })
    }
  }
}
