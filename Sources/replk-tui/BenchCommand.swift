// `replk-tui bench`: how fast this machine computes, against what it could do and what is published.

import ERFEngine
import ERFInterface

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

extension Command {
  static let bench = Command(
    name: "bench", synopsis: "[--quick] [--json] [--threads N]",
    summary: "time depth-wise layers (the paper's Table 1), whole networks, memory and start-up",
    options: [
      Option("--quick", help: "small sizes and single runs only, within seconds"),
      Option("--json", help: "print as JSON"),
    ] + Options.run
  ) { arguments in
    if let extra = arguments.positionals.first {
      throw UsageError.tooManyPositionals(command: "bench", extra: extra)
    }
    let report = try BenchRun(
      isQuick: arguments.has("--quick"), threads: try arguments.threads()
    ).report()
    if arguments.has("--json") {
      let encoder = JSONEncoder()
      encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
      try StandardStreams.write(String(decoding: encoder.encode(report), as: UTF8.self) + "\n")
    } else {
      try StandardStreams.write(report.text)
    }
  }
}

/// All that a run measured; seconds and bytes unless a name says otherwise.
struct BenchReport: Encodable {
  /// Building one frame of the explorer with two maps.
  struct Frames: Encodable {
    let rows: Int
    let columns: Int
    let seconds: Double
  }

  let peak: MachinePeak
  let depthwise: [DepthwiseBench.Timing]
  let networks: [NetworkBench.Timing]
  let memory: [ProcessBench.Memory]
  let startUp: Double
  let frames: Frames
}

/// The parts in their order, with a progress line.
private struct BenchRun {
  let isQuick: Bool
  let threads: Int?

  private var sides: [Int] { DepthwiseBench.sides }
  private var repetitions: Int { isQuick ? 1 : 5 }
  private var networks: [(model: String, size: Int)] {
    NetworkBench.sizes.prefix(isQuick ? 1 : 2).flatMap { size in
      NetworkBench.models.map { ($0, size) }
    }
  }
  private var memory: [(model: String, size: Int)] {
    isQuick ? [("replknet-31", 224)] : networks
  }

  /// The program again, for what a process of its own has to tell.
  private static var program: String {
    #if os(Linux)
      "/proc/self/exe"
    #else
      Bundle.main.executablePath ?? CommandLine.arguments[0]
    #endif
  }

  func report() throws -> BenchReport {
    var line = ProgressLine(label: "bench")
    defer { line.erase() }
    let peak = MachinePeak(threads: threads)
    let workers = Workers(threads: threads)
    var meter = Meter(total: cost())
    let depthwise = DepthwiseBench(repetitions: repetitions, workers: workers)
    var cells: [DepthwiseBench.Timing] = []
    for side in sides {
      for kernel in DepthwiseBench.kernels {
        line.show("depth-wise \(kernel)x\(kernel) at \(side)", fraction: meter.fraction)
        cells.append(try depthwise.timing(side: side, kernel: kernel))
        meter.spend(depthwiseCost(side: side, kernel: kernel))
      }
    }
    let bench = NetworkBench(repetitions: isQuick ? 2 : 3, workers: workers, peak: peak)
    var timings: [NetworkBench.Timing] = []
    for (model, size) in networks {
      line.show("\(model) at \(size)", fraction: meter.fraction)
      timings.append(try bench.timing(model: model, size: size))
      meter.spend(networkCost(size: size, runs: bench.repetitions + 1))
    }
    let process = ProcessBench(program: Self.program, threads: threads)
    var peaks: [ProcessBench.Memory] = []
    for (model, size) in memory {
      line.show("memory of \(model) at \(size)", fraction: meter.fraction)
      peaks.append(try process.memory(model: model, size: size))
      meter.spend(networkCost(size: size, runs: 1))
    }
    line.show("start-up and frames", fraction: meter.fraction)
    return BenchReport(
      peak: peak, depthwise: cells, networks: timings, memory: peaks,
      startUp: try process.startUp(repetitions: isQuick ? 5 : 15), frames: try frames())
  }

  /// Rough seconds, for the progress bar alone.
  private func depthwiseCost(side: Int, kernel: Int) -> Double {
    Double(side * side * kernel * kernel * (repetitions + 1)) * 5e-8 + 0.02
  }

  private func networkCost(size: Int, runs: Int) -> Double {
    0.6 + Double(runs) * (size > 500 ? 4 : 0.25)
  }

  private func cost() -> Double {
    var sum = 0.0
    for side in sides {
      for kernel in DepthwiseBench.kernels { sum += depthwiseCost(side: side, kernel: kernel) }
    }
    for (_, size) in networks { sum += networkCost(size: size, runs: isQuick ? 3 : 4) }
    for (_, size) in memory { sum += networkCost(size: size, runs: 1) }
    return sum + 2
  }

  /// The explorer's screen with two finished maps, drawn in memory.
  private func frames() throws -> BenchReport.Frames {
    let size = ScreenSize(rows: 60, columns: 200)
    let requests = ["replknet-3", "replknet-7"].map { ERFRequest(model: $0, threads: threads) }
    let computer = ERFComputer()
    var model = Model(requests: requests, display: Display())
    for effect in update(&model, .opened) {
      guard case .compute(let id, let request) = effect else { continue }
      let result = try computer.compute(request)
      _ = update(&model, .finished(id, result, HeatField(result.map)))
    }
    let seconds = Stopwatch.median(repetitions: 20) { _ = view(model, size: size) }
    return BenchReport.Frames(rows: size.rows, columns: size.columns, seconds: seconds)
  }
}

/// How much of the work is done.
private struct Meter {
  let total: Double
  private var spent = 0.0

  init(total: Double) { self.total = total }

  var fraction: Double { min(1, spent / total) }
  mutating func spend(_ cost: Double) { spent += cost }
}
