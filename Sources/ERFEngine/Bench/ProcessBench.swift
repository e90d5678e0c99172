#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

/// What only a process of its own can tell: memory at its peak, and the time to start.
public struct ProcessBench: Sendable {
  public struct Memory: Sendable, Encodable {
    public let model: String
    public let size: Int
    /// Largest resident set of a whole `erf` run.
    public let peakBytes: Int
  }

  /// The path of the program.
  public let program: String
  /// Worker threads; nil: as many as there are cores.
  public let threads: Int?

  public init(program: String, threads: Int?) {
    self.program = program
    self.threads = threads
  }

  /// Runs `erf` once.
  ///
  /// - Throws: `ChildProcessError`, and `DecodingError` where the report is none.
  public func memory(model: String, size: Int) throws -> Memory {
    var arguments = ["erf", model, "--size", "\(size)", "--weights", "random:1", "--json"]
    arguments += threads.map { ["--threads", "\($0)"] } ?? []
    let child = try ChildProcess(program, arguments)
    let report = try JSONDecoder().decode(Report.self, from: Data(child.output.utf8))
    return Memory(model: model, size: size, peakBytes: report.results.map(\.peakBytes).max() ?? 0)
  }

  /// Median seconds from starting the program to its end where it has nothing to do.
  ///
  /// - Throws: `ChildProcessError`.
  public func startUp(repetitions: Int) throws -> Double {
    Stopwatch.median(
      try (0..<repetitions).map { _ in try ChildProcess(program, ["--version"]).seconds })
  }

  private struct Report: Decodable {
    struct Result: Decodable { let peakBytes: Int }
    let results: [Result]
  }
}
