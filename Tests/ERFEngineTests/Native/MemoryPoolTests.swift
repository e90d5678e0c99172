import Testing

@testable import ERFEngine

@Suite struct MemoryPoolTests {
  @Test func sizesAreRoundedUpByAnEighthAtMost() {
    for exponent in 16..<34 {
      for offset in [-1, 0, 1, 4097, 1 << (exponent - 2)] {
        let bytes = 1 << exponent + offset
        let rounded = MemoryPool.rounded(bytes)
        #expect(rounded >= bytes && rounded * 8 <= bytes * 9 + 8)
        #expect(MemoryPool.rounded(rounded) == rounded)
        #expect(MemoryPool.rounded(bytes + 1) >= rounded)
      }
    }
  }

  /// Blocks in use at the same time, of sizes that share shelves, on several threads: nobody writes
  /// into another's, and what is kept unused stays bounded.
  @Test func blocksInUseAreApart() async {
    await withTaskGroup(of: Bool.self) { group in
      for thread in 0..<4 {
        group.addTask {
          var held: [(value: Float, tensor: Tensor)] = []
          var intact = true
          for round in 0..<60 {
            let count = [17_000, 18_000, 260_000, 300_001, 2_000_003][(round + thread) % 5]
            let value = Float(thread * 1000 + round)
            held.append(
              (value, Tensor(shape: [count], elements: [Float](repeating: value, count: count))))
            if held.count > 3 {
              let (expected, tensor) = held.remove(at: round % 3)
              let last = tensor.count - 1
              intact =
                intact && [0, last / 2, last].allSatisfy { tensor[$0] == expected }
                && MemoryPool.unusedBytes <= MemoryPool.limit
            }
          }
          return intact
        }
      }
      for await intact in group { #expect(intact) }
    }
  }

  @Test func packedMapsComeFromThePoolToo() throws {
    let shape = Shape(height: 512, width: 512, channels: 16)
    let input = OperatorChecks.values(shape, seed: 1)
    for _ in 0..<3 {
      let (_, kept) = Rectifier().forward([input], keep: .inputGradient, workers: Workers())
      guard case .signs(let map) = kept else {
        Issue.record("rectifiers keep signs")
        return
      }
      #expect(map.bytes == shape.count / 8 && kept.bytes == map.bytes)
    }
  }
}
