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

  @Test func peakIsThatOfTheSelectedKernels() {
    let peak = MachinePeak(threads: 1)
    #expect(peak.threads == 1)
    #expect(peak.instructionSet == InstructionSet.selected)
    #expect(peak.gflops > 0.01 && peak.gflops < 100_000)
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
    // 24 layers of 384 channels, 256 pixels and 961 taps.
    let operations = 2.0 * 24 * 384 * 256 * 961
    #expect(abs(cell.gflops * cell.milliseconds * 1e6 / operations - 1) < 1e-9)
    #expect(DepthwiseBench.kernels.count == 10 && DepthwiseBench.sides.count == 3)
  }

  @Test func networkTimesNameTheirOperators() throws {
    let bench = NetworkBench(repetitions: 2, workers: Workers(), peak: MachinePeak())
    let model = "replknet:kernels=5,5,5,5:layers=1,1,1,1:channels=8,16,16,16:small=3:classes=10"
    let timing = try bench.timing(model: model, size: 64)
    #expect(timing.operators.map(\.kind).contains("depth-wise 5x5"))
    #expect(timing.operators.allSatisfy { $0.forward > 0 && $0.backward > 0 })
    let split = timing.operators.reduce(0) { $0 + $1.forward + $1.backward }
    #expect(split > 0 && timing.total > 0 && timing.multiplyAdds > 0 && timing.shareOfPeak > 0)
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
