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
    name: "bench", synopsis: "[--quick] [--part NAME] [--json] [--threads N]",
    summary:
      "time depth-wise layers (the paper's Table 1), whole networks, memory and the explorer",
    options: [
      Option("--quick", help: "small sizes and single runs only, within seconds"),
      Option(
        "--part", value: "NAME",
        help: "only one part: \(BenchPart.allCases.map(\.rawValue).joined(separator: ", "))"),
      Option("--json", help: "print as JSON"),
    ] + Options.run
  ) { arguments in
    if let extra = arguments.positionals.first {
      throw UsageError.tooManyPositionals(command: "bench", extra: extra)
    }
    let part = try arguments.parsed(
      "--part", expected: BenchPart.allCases.map(\.rawValue).joined(separator: ", ")
    ) { BenchPart(rawValue: $0) }
    let report = try BenchRun(
      isQuick: arguments.has("--quick"), threads: arguments.threads(),
      parts: part.map { [$0] } ?? BenchPart.allCases
    ).report()
    if arguments.has("--json") {
      try StandardStreams.write(json: JSONText.encode(Attributed(report)))
    } else {
      try StandardStreams.write(report.text)
    }
  }
}

/// What `bench` measures, in this order.
enum BenchPart: String, CaseIterable {
  case depthwise, networks, memory
  /// What a user of the explorer waits for.
  case interface
}

/// All that a run measured, by part; seconds and bytes unless a name says otherwise.
struct BenchReport: Encodable {
  let peak: MachinePeak
  let depthwise: [DepthwiseBench.Timing]
  let networks: [NetworkBench.Timing]
  let memory: [ProcessBench.Memory]
  let interface: InterfaceBench.Timing?
}

/// The parts in their order, with a progress line.
private struct BenchRun {
  let isQuick: Bool
  let threads: Int?
  let parts: [BenchPart]

  private var cells: [(side: Int, kernel: Int)] {
    guard parts.contains(.depthwise) else { return [] }
    return DepthwiseBench.sides.flatMap { side in DepthwiseBench.kernels.map { (side, $0) } }
  }
  private var repetitions: Int { isQuick ? 1 : 5 }
  private var networkRepetitions: Int { isQuick ? 2 : 3 }
  private var networks: [(model: String, size: Int)] {
    parts.contains(.networks) ? runs : []
  }
  private var memory: [(model: String, size: Int)] {
    guard parts.contains(.memory) else { return [] }
    return isQuick ? [("replknet-31", 224)] : runs
  }
  private var runs: [(model: String, size: Int)] {
    NetworkBench.sizes.prefix(isQuick ? 1 : 2).flatMap { size in
      NetworkBench.models.map { ($0, size) }
    }
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
    for (model, size) in networks + memory {
      try NetworkBench.requireMemory(model: model, size: size)
    }
    var line = ProgressLine(label: "bench")
    defer { line.erase() }
    var meter = Meter(total: cost)
    let peak = MachinePeak(threads: threads)
    let depthwise = try depthwise(&line, &meter)
    let networks = try networks(against: peak, &line, &meter)
    let process = ProcessBench(program: Self.program, threads: threads)
    let memory = try memory.map { model, size in
      line.show("memory of \(model) at \(size)", fraction: meter.fraction)
      defer { meter.spend(networkCost(size: size, runs: 1)) }
      return try process.memory(model: model, size: size)
    }
    var interface: InterfaceBench.Timing?
    if parts.contains(.interface) {
      line.show("the explorer", fraction: meter.fraction)
      interface = try InterfaceBench(
        program: Self.program, threads: threads, isQuick: isQuick
      ).timing()
    }
    return BenchReport(
      peak: peak, depthwise: depthwise, networks: networks, memory: memory, interface: interface)
  }

  private func depthwise(
    _ line: inout ProgressLine, _ meter: inout Meter
  ) throws -> [DepthwiseBench.Timing] {
    let bench = DepthwiseBench(repetitions: repetitions, workers: Workers(threads: threads))
    var timings: [DepthwiseBench.Timing] = []
    for (side, kernel) in cells {
      line.show("depth-wise \(kernel)x\(kernel) at \(side)", fraction: meter.fraction)
      timings.append(try bench.timing(side: side, kernel: kernel))
      meter.spend(depthwiseCost(side: side, kernel: kernel))
    }
    return timings
  }

  private func networks(
    against peak: MachinePeak, _ line: inout ProgressLine, _ meter: inout Meter
  ) throws -> [NetworkBench.Timing] {
    let bench = NetworkBench(
      repetitions: networkRepetitions, workers: Workers(threads: threads), peak: peak)
    var timings: [NetworkBench.Timing] = []
    for (model, size) in networks {
      line.show("\(model) at \(size)", fraction: meter.fraction)
      timings.append(try bench.timing(model: model, size: size))
      meter.spend(networkCost(size: size, runs: bench.repetitions + 1))
    }
    return timings
  }

  /// Rough seconds, for the progress bar alone.
  private func depthwiseCost(side: Int, kernel: Int) -> Double {
    Double(side * side * kernel * kernel * (repetitions + 1)) * 1e-7 + 0.04
  }

  private func networkCost(size: Int, runs: Int) -> Double {
    0.6 + Double(runs) * (size > 500 ? 4 : 0.25)
  }

  private var cost: Double {
    cells.reduce(2) { $0 + depthwiseCost(side: $1.side, kernel: $1.kernel) }
      + networks.reduce(0) { $0 + networkCost(size: $1.size, runs: networkRepetitions + 1) }
      + memory.reduce(0) { $0 + networkCost(size: $1.size, runs: 1) }
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
