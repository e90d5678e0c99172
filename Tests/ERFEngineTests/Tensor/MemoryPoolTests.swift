import Testing

@testable import ERFEngine

@Suite struct MemoryPoolTests {
  @Test func sizesAreRoundedUpToWholePages() {
    for bytes in [1 << 16, 1 << 16 + 1, 100_000, 1 << 20, 5_000_001] {
      let rounded = MemoryPool.rounded(bytes)
      #expect(rounded >= bytes && rounded < bytes + MemoryPool.smallest)
      #expect(MemoryPool.rounded(rounded) == rounded && rounded % 16384 == 0)
    }
  }

  /// What others wrote to and gave back is no more zero.
  @Test(arguments: [100, 1 << 16, 3 << 20]) func zerosAreZeros(_ bytes: Int) throws {
    for _ in 0..<3 {
      let used = try unsafe #require(MemoryPool.take(bytes))
      unsafe used.initializeMemory(as: UInt8.self, repeating: 255, count: bytes)
      unsafe MemoryPool.give(used, bytes)
      let zeros = try unsafe #require(MemoryPool.takeZeros(bytes))
      #expect((0..<bytes).allSatisfy { unsafe zeros.load(fromByteOffset: $0, as: UInt8.self) == 0 })
      unsafe MemoryPool.give(zeros, bytes)
    }
  }

  @Test func freedRangesAreCutAndJoined() {
    var free = FreeRanges()
    #expect(free.take(1) == nil)
    free.give(1000, 100)
    free.give(2000, 50)
    #expect(free.bytes == 150)
    // The smallest that fits, from its start.
    #expect(free.take(40) == 2000)
    #expect(free.take(60) == 1000)
    #expect(free.take(41) == nil)
    #expect(free.ranges.map(\.bytes) == [40, 10])
    // Neighbours on both sides.
    free.give(1000, 60)
    #expect(free.ranges.map(\.bytes) == [100, 10])
    free.give(1200, 100)
    free.give(1100, 100)
    #expect(free.ranges.map(\.start) == [1000, 2040] && free.ranges.map(\.bytes) == [300, 10])
    #expect(free.bytes == 310)
    // Longest unused first: the joined range is as young as its youngest part.
    #expect(free.shrink(to: 300).map(\.start) == [2040])
    #expect(free.shrink(to: 0).map(\.start) == [1000])
    #expect(free.bytes == 0 && free.ranges.isEmpty && free.shrink(to: 0).isEmpty)
    // Of a large range only as much as it takes.
    free.give(1 << 20, 10 * MemoryPool.smallest)
    #expect(free.shrink(to: 8 * MemoryPool.smallest - 1).map(\.bytes) == [3 * MemoryPool.smallest])
    #expect(free.bytes == 7 * MemoryPool.smallest)
  }

  /// Random sizes, against a list of what is in use: nothing is handed out twice, nothing is lost.
  @Test func rangesInUseNeverOverlap() {
    var free = FreeRanges()
    free.give(0x10000, 1 << 16)
    var used: [(start: UInt, bytes: Int)] = []
    let stream = RandomStream(seed: 1)
    for step in 0..<2000 {
      let draw = Int(stream.unit(at: UInt64(step)) * 4096)
      if draw % 3 > 0 || used.isEmpty {
        let bytes = draw % 1500 + 1
        guard let start = free.take(bytes) else { continue }
        let isApart = used.allSatisfy {
          start + UInt(bytes) <= $0.start || $0.start + UInt($0.bytes) <= start
        }
        #expect(isApart)
        used.append((start, bytes))
      } else {
        let (start, bytes) = used.remove(at: draw % used.count)
        free.give(start, bytes)
      }
      #expect(free.bytes + used.reduce(0) { $0 + $1.bytes } == 1 << 16)
    }
    for (start, bytes) in used { free.give(start, bytes) }
    #expect(free.ranges.count == 1)
  }

  /// Blocks in use at the same time, of several sizes, on several threads: nobody writes
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

  /// While somebody holds it, more than the limit is kept, and no longer.
  @Test func heldMemoryIsKept() {
    var shelves = MemoryPool.Shelves()
    shelves.holds = 2
    shelves.free.give(1 << 40, MemoryPool.limit + (64 << 20))
    #expect(shelves.surplus().isEmpty)
    shelves.holds = 1
    #expect(shelves.surplus().isEmpty)
    shelves.holds = 0
    #expect(shelves.surplus().reduce(0) { $0 + $1.bytes } == 64 << 20)
    #expect(shelves.free.bytes == MemoryPool.limit && shelves.surplus().isEmpty)
  }

  @Test func packedMapsComeFromThePoolToo() throws {
    let shape = Shape(height: 512, width: 512, channels: 16)
    let input = OperatorChecks.values(shape, seed: 1)
    for _ in 0..<3 {
      let (_, kept) = Layer(Rectifier()).forward([input], keep: .inputGradient, workers: Workers())
      guard case .signs(let map) = kept else {
        Issue.record("rectifiers keep signs")
        return
      }
      #expect(map.bytes == shape.count / 8 && kept.bytes == map.bytes)
    }
  }
}
