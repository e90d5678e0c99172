// Computations and files that are real, as far as a test can afford them.

import ERFEngine
import Foundation
import Synchronization

@testable import ERFInterface

/// The engine where a network is tiny; made maps for others, and a refusal of large inputs.
final class MixedComputing: TestComputing {
  private let working = Atomic(0)
  /// Whether the engine computes every network.
  private let isWhole: Bool
  /// Where weights of training's moments go.
  private let moments: String

  init(isWhole: Bool = false, moments: String) {
    self.isWhole = isWhole
    self.moments = moments
  }

  var isWorking: Bool { working.load(ordering: .sequentiallyConsistent) > 0 }

  private func isTiny(_ network: NetworkSpec) -> Bool {
    let marks = ["channels=8,12", "channels=16,32,64,128", "nano"]
    return isWhole || marks.contains { network.model.contains($0) }
  }

  private func count<Result>(_ body: () throws -> Result) rethrows -> Result {
    working.add(1, ordering: .sequentiallyConsistent)
    defer { working.subtract(1, ordering: .sequentiallyConsistent) }
    return try body()
  }

  func compute(
    _ request: ERFRequest, cancellation: Cancellation, progress: (ERFProgress) -> Void
  ) throws -> ERFResult {
    try count {
      if isTiny(request.network), isWhole || request.size.height * request.size.width <= 320 * 320 {
        return try LocalEngine().compute(
          request, cancellation: cancellation, progress: progress)
      }
      guard request.size.height * request.size.width <= 256 * 256 else {
        throw FakeComputing.Failure(description: "too large for this run")
      }
      return try FakeComputing().compute(
        request, cancellation: cancellation, progress: progress)
    }
  }

  func probe(
    _ request: ShapeBiasRequest, of network: NetworkSpec, cancellation: Cancellation,
    progress: (ShapeBiasProgress) -> Void
  ) throws -> ShapeBiasReport {
    try count {
      try FakeComputing().probe(
        request, of: network, cancellation: cancellation, progress: progress)
    }
  }

  func predict(
    _ request: PredictionRequest, threads: Int?, cancellation: Cancellation
  ) throws -> Classification {
    try count {
      isTiny(request.network)
        ? try LocalEngine().predict(request, threads: threads, cancellation: cancellation)
        : try FakeComputing().predict(request, threads: threads, cancellation: cancellation)
    }
  }

  func train(
    _ request: TrainingRequest, cancellation: Cancellation, report: (FineTuning.Report) -> Void
  ) throws {
    try count {
      guard isTiny(request.network) else {
        return try FakeComputing().train(request, cancellation: cancellation, report: report)
      }
      var tuning = FineTuning(
        request.network, on: request.data, folder: moments, threads: request.threads)
      if !isWhole {
        (tuning.steps, tuning.size) = (3, 96)
        if case .shapes = request.data { tuning.data = .shapes(count: 64) }
      }
      try tuning.run(cancellation: cancellation, report: report)
    }
  }
}

/// Really writes, but never outside one folder.
struct FolderExporting: TestFiles {
  let folder: String

  private func inside(_ path: String) -> String {
    "\(folder)/\(path.split(separator: "/").last ?? "")"
  }

  func export(_ files: [ExportedFile]) throws {
    try LocalEngine().export(
      files.map { file in
        var file = file
        file.path = inside(file.path)
        return file
      })
  }

  func write(_ bytes: [UInt8], to path: String) throws {
    try LocalEngine().write(bytes, to: inside(path))
  }

  /// What fakes trained is nowhere.
  func copy(_ path: String, to other: String) throws {
    try LocalEngine().copy(path, to: inside(other))
  }

  func exists(_ path: String) -> Bool { FileManager.default.fileExists(atPath: inside(path)) }
}

extension TestComputing {
  /// A run for each layer, which is what the engine's shared passes come to.
  func layerFields(
    _ request: ERFRequest, layers: [String], cancellation: Cancellation,
    report: (LayerField) -> Void
  ) throws {
    for layer in layers {
      var request = request
      (request.tap, request.units) = (layer, [])
      let result = try compute(request, cancellation: cancellation) { _ in }
      report(LayerField(layer: layer, metrics: result.metrics, images: result.map.images))
    }
  }
}
