// A finished `bench` as tables and a plot for the terminal.

import ERFEngine
import ERFInterface

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

extension BenchReport {
  var text: String {
    var parts = [
      "machine: \(peak.threads) thread\(peak.threads == 1 ? "" : "s"), \(peak.instructionSet), "
        + "\(Format.fixed(peak.gflops, 0)) GFLOP/s of float32 multiply-adds measured"
    ]
    if !depthwise.isEmpty {
      parts += [depthwiseTable, LatencyPlot(timings: depthwise.filter { $0.side == 32 }).text]
    }
    if !networks.isEmpty { parts += [networkTable, splitLines] }
    if !memory.isEmpty { parts.append(memoryTable) }
    if let interface { parts.append(interfaceTable(interface)) }
    return parts.joined(separator: "\n\n") + "\n"
  }

  private var depthwiseTable: String {
    let batch = Double(DepthwiseBench.publishedBatch)
    let title = """
      \(DepthwiseBench.layers) depth-wise layers of \(DepthwiseBench.channels) channels on R x R \
      maps (the paper's Table 1), one image
      GFLOP/s count every tap; the published batch of \(DepthwiseBench.publishedBatch) images on \
      a 2080 Ti is divided by \(DepthwiseBench.publishedBatch)


      """
    return title
      + table(
        [
          "R", "K", "ms", "GFLOP/s", "gradient ms", "GFLOP/s", "2080 Ti PyTorch ms",
          "2080 Ti paper ms",
        ],
        depthwise.map { cell in
          [
            "\(cell.side)", "\(cell.kernel)", Format.fixed(cell.milliseconds, 2),
            Format.fixed(cell.gflops, 0), Format.fixed(cell.gradientMilliseconds, 2),
            Format.fixed(cell.gradientGflops, 0), Format.fixed(cell.publishedPyTorch / batch, 2),
            Format.fixed(cell.publishedLargeKernel / batch, 2),
          ]
        })
  }

  private var networkTable: String {
    "one effective receptive field in seconds; share of the measured peak, counting every tap\n\n"
      + table(
        ["network", "input", "forward", "gradient", "total", "of peak"],
        networks.map { timing in
          [
            timing.model, "\(timing.size)", Format.fixed(timing.forward, 3),
            Format.fixed(timing.backward, 3), Format.fixed(timing.total, 3),
            "\(Format.fixed(timing.shareOfPeak * 100, 0)) %",
          ]
        })
  }

  private var splitLines: String {
    networks.map { "\($0.model) at \($0.size): \(split(of: $0))" }.joined(separator: "\n")
  }

  /// The operators that take most of the time, forward and back together.
  private func split(of timing: NetworkBench.Timing) -> String {
    let all = timing.operators.reduce(0) { $0 + $1.forward + $1.backward }
    return timing.operators.prefix(5).map { share in
      "\(share.kind) \(Format.fixed((share.forward + share.backward) / all * 100, 0)) %"
    }.joined(separator: ", ")
  }

  private func interfaceTable(_ timing: InterfaceBench.Timing) -> String {
    func row(_ name: String, _ seconds: Double, _ limit: String = "") -> [String] {
      [name, Format.fixed(seconds * 1000, 1), limit]
    }
    let screen = "\(timing.columns)x\(timing.rows)"
    let largest = "\(InterfaceBench.largest.columns)x\(InterfaceBench.largest.rows)"
    let share = "\(Format.fixed(timing.editedRun / timing.fullRun * 100, 0)) %"
    return "what a user of the explorer waits for\n\n"
      + table(
        ["", "ms", "at most"],
        [
          row("start and end of a process", timing.startUp),
          row("first screen", timing.firstFrame, "150"),
          row("first map of the first screen", timing.firstMap, "300"),
          row("its four pictures, A and B", timing.fourPictures, "2000"),
          row("screen of \(screen) built", timing.frame),
          row("screen of \(screen) built and drawn", timing.frameOnScreen, "16"),
          row("screen of \(largest) built", timing.largestFrame),
          row("screen of \(largest) built and drawn", timing.largestFrameOnScreen, "16"),
          row("key to screen under load, median", timing.keyToScreen),
          row("key to screen under load, 95 %", timing.keyToScreen95th, "50"),
          row("RepLKNet-31 at 224, opened and run", timing.fullRun),
          row("the same after an edit of stage 4", timing.editedRun),
          ["  share of it", share, "60 %"],
        ])
  }

  private func table(_ header: [String], _ rows: [[String]]) -> String {
    Text.table(header, rows).joined(separator: "\n")
  }

  private var memoryTable: String {
    "peak memory of a whole run\n\n"
      + table(
        ["network", "input", "GB"],
        memory.map { [$0.model, "\($0.size)", Format.fixed(Double($0.peakBytes) / 1e9, 2)] })
  }
}

/// Latency over the kernel's side in characters, on a logarithmic scale: the paper's argument that
/// large kernels need not be slow.
struct LatencyPlot {
  private static let rows = 14
  private static let columnsPerStep = 2

  let timings: [DepthwiseBench.Timing]

  private struct Curve {
    let mark: Character
    let name: String
    /// Milliseconds an image.
    let values: [Double]
  }

  private var curves: [Curve] {
    let batch = Double(DepthwiseBench.publishedBatch)
    return [
      Curve(
        mark: "x", name: "2080 Ti, PyTorch", values: timings.map { $0.publishedPyTorch / batch }),
      Curve(
        mark: "+", name: "2080 Ti, paper", values: timings.map { $0.publishedLargeKernel / batch }),
      Curve(mark: "o", name: "this machine", values: timings.map(\.milliseconds)),
    ]
  }

  var text: String {
    guard let side = timings.first?.side, let widest = timings.map(\.kernel).max() else {
      return ""
    }
    let values = curves.flatMap(\.values).filter { $0 > 0 && $0.isFinite }
    guard let low = values.min(), let high = values.max() else { return "" }
    let decades = Decades(low: low, high: high, rows: Self.rows)
    var grid = [[Character]](
      repeating: [Character](repeating: " ", count: (widest + 1) * Self.columnsPerStep),
      count: Self.rows)
    for curve in curves {
      for (timing, value) in zip(timings, curve.values) where value > 0 {
        grid[decades.row(of: value)][timing.kernel * Self.columnsPerStep] = curve.mark
      }
    }
    var lines = grid.enumerated().map { row, cells in
      decades.label(of: row).leftPadded(8) + " |" + String(cells).trimmedRight
    }
    lines.append(
      String(repeating: " ", count: 9) + "+" + String(repeating: "-", count: grid[0].count))
    lines.append(String(repeating: " ", count: 10) + axis)
    let legend = curves.map { "\($0.mark) \($0.name)" }.joined(separator: "   ")
    return "ms an image over kernel side K, R = \(side), logarithmic   \(legend)\n"
      + lines.joined(separator: "\n")
  }

  private var axis: String {
    var cells: [Character] = []
    for timing in timings {
      let label = "\(timing.kernel)"
      let start = timing.kernel * Self.columnsPerStep
      // Labels that would touch are left out.
      guard start > cells.count || cells.isEmpty else { continue }
      cells += String(repeating: " ", count: start - cells.count) + label
    }
    return String(cells)
  }
}

/// A logarithmic axis from top to bottom.
private struct Decades {
  let low: Double
  /// ln of the factor from one row to the next.
  let step: Double
  let rows: Int

  init(low: Double, high: Double, rows: Int) {
    self.low = low
    self.rows = rows
    step = max(1e-6, log(high / low) / Double(rows - 1))
  }

  func row(of value: Double) -> Int {
    rows - 1 - min(rows - 1, max(0, Int((log(value / low) / step).rounded())))
  }

  func label(of row: Int) -> String { Format.fixed(low * exp(Double(rows - 1 - row) * step), 2) }
}
