// Whether the measurements count what they say; how fast the machine is cannot be tested.

import Testing

@testable import ERFEngine

@Suite struct BenchTests {
  @Test func mediansOfOddAndEvenNumbers() {
    #expect(Stopwatch.median([3, 1, 2]) == 2)
    #expect(Stopwatch.median([4, 1, 2, 3]) == 2.5)
    #expect(Stopwatch.median([]) == 0)
  }

  @Test func theFirstCallIsNotCounted() {
    var calls = 0
    #expect(Stopwatch.median(repetitions: 3) { calls += 1 } >= 0)
    #expect(calls == 4)
  }

  @Test func multiplyAddsCountTwo() {
    let perRound = Double(InstructionSet.multiplyAdds(rounds: 1))
    let found = MachinePeak.gflops(tiles: 3, rounds: 1_000_000, seconds: 0.5)
    #expect(abs(found / (2 * 3 * 1e6 * perRound / 0.5 / 1e9) - 1) < 1e-12)
  }

  /// The peak beside the same chains timed here. Other work on the machine slows either down, and at
  /// times all the tries of one, so both are taken again where they are far apart.
  @Test func peakIsThatOfTheSelectedKernels() {
    let rounds = 200_000
    let adds = Double(InstructionSet.multiplyAdds(rounds: 1)) * Double(rounds)
    let ratios = (0..<8).lazy.map { _ in
      let peak = MachinePeak(threads: 1)
      #expect(peak.threads == 1)
      #expect(peak.instructionSet == InstructionSet.selected)
      let seconds = (0..<20).map { _ in
        let start = ContinuousClock.now
        _ = InstructionSet.multiplyAdds(rounds: rounds)
        return (ContinuousClock.now - start).inSeconds
      }.min()
      return peak.gflops * 1e9 * (seconds ?? .nan) / (2 * adds)
    }
    #expect(ratios.contains { (0.2...5).contains($0) })
  }

  @Test func everyAvailableInstructionSetHasAName() {
    #expect(InstructionSet.available.contains("scalar"))
    #expect(InstructionSet.available.contains(InstructionSet.selected))
    #expect(!InstructionSet.select("abacus"))
  }

  @Test func publishedTable() throws {
    let bench = DepthwiseBench(repetitions: 1, workers: Workers())
    let cell = try bench.timing(side: 16, kernel: 31)
    #expect(cell.publishedPyTorch == 171.4 && cell.publishedLargeKernel == 8.4)
    // What the layers themselves count: 24 of 384 channels, over 16 x 16 pixels.
    let shape = Shape(height: 16, width: 16, channels: 384)
    let adds = DepthwiseConvolution(
      channels: 384, window: SlidingWindow(kernel: 31, padding: .same(kernel: 31))
    ).multiplyAdds(inputs: [shape], output: shape)
    #expect(adds == 384 * 256 * 961)
    for (rate, milliseconds) in [
      (cell.gflops, cell.milliseconds), (cell.gradientGflops, cell.gradientMilliseconds),
    ] {
      #expect(abs(rate * milliseconds * 1e6 / Double(2 * 24 * adds) - 1) < 1e-9)
    }
  }

  /// Corners and middle of Table 1 of arXiv:2203.06717: rows are sides, columns kernels.
  @Test func publishedCells() {
    #expect(DepthwiseBench.kernels.count == 10 && DepthwiseBench.sides.count == 3)
    for (side, kernel, pytorch, largeKernel) in [
      (16, 3, 5.6, 5.6), (16, 31, 171.4, 8.4), (32, 13, 141.2, 52.5), (32, 29, 638.6, 92.7),
      (64, 3, 69.6, 69.6), (64, 21, 1454.4, 301.0), (64, 31, 3090.4, 431.7),
    ] {
      let cell = DepthwiseBench.published(side: side, kernel: kernel)
      #expect(cell == (pytorch, largeKernel), "\(side) \(kernel)")
    }
    // Larger kernels never took less time in PyTorch, and theirs never took more than that.
    for side in DepthwiseBench.sides {
      let row = DepthwiseBench.kernels.map { DepthwiseBench.published(side: side, kernel: $0) }
      #expect(zip(row, row.dropFirst()).allSatisfy { $0.pytorch < $1.pytorch }, "\(side)")
      #expect(row.allSatisfy { $0.largeKernel <= $0.pytorch }, "\(side)")
    }
    #expect(DepthwiseBench.published(side: 16, kernel: 4).pytorch.isNaN)
  }

  @Test func networkTimesNameTheirOperators() throws {
    let bench = NetworkBench(repetitions: 2, workers: Workers(), peak: MachinePeak())
    let model = "replknet:kernels=5,5,5,5:layers=1,1,1,1:channels=8,16,16,16:small=3:classes=10"
    let timing = try bench.timing(model: model, size: 64)
    #expect(timing.operators.map(\.kind).contains("depth-wise 5x5"))
    #expect(timing.operators.allSatisfy { $0.forward > 0 && $0.backward > 0 })
    let split = timing.operators.reduce(0) { $0 + $1.forward + $1.backward }
    // The layers' times add up to the run's, but for what is done between them.
    #expect((0.5...1.5).contains(split / timing.total), "\(split) of \(timing.total) s")
    #expect(timing.total > 0 && timing.multiplyAdds > 0 && timing.shareOfPeak > 0)
    let summary = try NetworkSummary(model: model, size: InputSize(height: 64, width: 64))
    // Forward and gradient of everything but the head, less what the unit does not see.
    let share = Double(timing.multiplyAdds) / Double(2 * summary.multiplyAdds)
    #expect((0.9..<1).contains(share))
  }

  @Test func aProgramThatIsNotThereOrFails() {
    #expect(throws: ChildProcessError.self) { try ChildProcess("/nowhere/at/all", []) }
    #expect(throws: ChildProcessError.failed(program: "/bin/sh", code: 3)) {
      try ChildProcess("/bin/sh", ["-c", "exit 3"])
    }
  }

  @Test func whatAProgramPrints() throws {
    let child = try ChildProcess(
      "/bin/sh", ["-c", "printf '%s ' \"$@\"; echo >&2", "sh", "a b", "c"])
    #expect(child.output == "a b c ")
    #expect(child.seconds > 0)
  }
}
