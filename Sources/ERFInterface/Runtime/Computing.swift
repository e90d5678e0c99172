// What the explorer needs of the engine: a run, and files of its result.

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif
public import ERFEngine

/// Computes effective receptive fields.
public protocol ERFComputing: Sendable {
  /// Computes on the calling thread, reporting as `ERFProgress` describes; throws
  /// `CancellationError` soon after `cancellation` is raised.
  func compute(
    _ request: ERFRequest, cancellation: Cancellation, progress: (ERFProgress) -> Void
  ) throws -> ERFResult

  /// Measures the shape bias of a network on the calling thread, in the same way.
  func probe(
    _ request: ShapeBiasRequest, of network: NetworkSpec, cancellation: Cancellation,
    progress: (ShapeBiasProgress) -> Void
  ) throws -> ShapeBiasReport

  /// Names the classes of one image on the calling thread, the likeliest first.
  func predict(
    _ request: PredictionRequest, threads: Int?, cancellation: Cancellation
  ) throws -> Classification

  /// Trains a network a while on the calling thread, as `FineTuning` describes.
  func train(
    _ network: NetworkSpec, threads: Int?, cancellation: Cancellation,
    progress: (FineTuning.Progress) -> Void
  ) throws
}

/// Writes results to files.
public protocol HeatmapExporting: Sendable {
  /// Writes `result` in the format of the path's ending. `colours` names the colour map on screen,
  /// for the formats that have colours.
  func export(result: ERFResult, path: String, variant: PGMVariant, colours: String) throws
  /// Replaces the file at `path` in one step.
  func write(_ bytes: [UInt8], to path: String) throws
  /// Copies a file in one step.
  func copy(_ path: String, to other: String) throws
  /// Whether something lies at `path`, so that it is not replaced.
  func exists(_ path: String) -> Bool
}

extension HeatmapExporting {
  public func exists(_ path: String) -> Bool {
    FileManager.default.fileExists(atPath: path)
  }
}

/// Names of exported files.
enum ExportNaming {
  /// `replknet-31-224-stage4`, or with `-2`, `-3`, ... where a file of that name is there.
  static func stem(
    _ subject: ERFSubject, endings: [String], exists: (String) -> Bool
  ) -> String {
    let unit = subject.unit
    let isCentre =
      unit.row == subject.mapSize.height / 2 && unit.column == subject.mapSize.width / 2
    var parts = [subject.model, weights(subject), "\(subject.input)", subject.tap]
    if !isCentre { parts.append("at-\(unit.row)-\(unit.column)") }
    return free(parts.map(plain).filter { !$0.isEmpty }.joined(separator: "-"), endings, exists)
  }

  /// A name that no file has yet.
  static func free(_ stem: String, _ endings: [String], _ exists: (String) -> Bool) -> String {
    var candidate = stem
    var number = 1
    while endings.contains(where: { exists("\(candidate).\($0)") }), number < 10_000 {
      number += 1
      candidate = "\(stem)-\(number)"
    }
    return candidate
  }

  /// The seed, or the checkpoint's name without its ending.
  private static func weights(_ subject: ERFSubject) -> String {
    let name = subject.weights.fileName
    return name.split(separator: ".").first.map(String.init) ?? name
  }

  /// Letters, digits, dots and hyphens; runs of anything else become one hyphen.
  static func plain(_ text: String) -> String {
    var result = ""
    for scalar in text.lowercased().unicodeScalars {
      let isPlain =
        ("a"..."z").contains(scalar) || ("0"..."9").contains(scalar) || scalar == "."
      if isPlain {
        result.unicodeScalars.append(scalar)
      } else if !result.isEmpty, !result.hasSuffix("-") {
        result += "-"
      }
    }
    while result.hasSuffix("-") { result.removeLast() }
    return String(result.prefix(80))
  }
}
