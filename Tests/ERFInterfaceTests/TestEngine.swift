// The engine of the tests: made answers where a test controls them, files of its own choosing, and the
// real thing for all that only reads.

import ERFEngine

@testable import ERFInterface

/// What a test makes up of the engine's work with networks.
protocol TestComputing: Sendable {
  func compute(
    _ request: ERFRequest, cancellation: Cancellation, progress: (ERFProgress) -> Void
  ) throws -> ERFResult
  func layerFields(
    _ request: ERFRequest, layers: [String], cancellation: Cancellation,
    report: (LayerField) -> Void
  ) throws
  func probe(
    _ request: ShapeBiasRequest, of network: NetworkSpec, cancellation: Cancellation,
    progress: (ShapeBiasProgress) -> Void
  ) throws -> ShapeBiasReport
  func predict(
    _ request: PredictionRequest, threads: Int?, cancellation: Cancellation
  ) throws -> Classification
  func train(
    _ request: TrainingRequest, cancellation: Cancellation, report: (FineTuning.Report) -> Void
  ) throws
}

/// Where a test lets files be written.
protocol TestFiles: Sendable {
  func export(_ files: [ExportedFile]) throws
  func write(_ bytes: [UInt8], to path: String) throws
  func copy(_ path: String, to other: String) throws
  func exists(_ path: String) -> Bool
}

struct TestEngine: Engine {
  private let computing: any TestComputing
  private let files: any TestFiles
  private let real = LocalEngine()

  init(_ computing: any TestComputing, _ files: any TestFiles) {
    (self.computing, self.files) = (computing, files)
  }

  func facts(
    of network: NetworkSpec, size: InputSize, cancellation: Cancellation
  ) throws -> NetworkFacts {
    try real.facts(of: network, size: size, cancellation: cancellation)
  }

  func design(of network: NetworkSpec, cancellation: Cancellation) throws -> NetworkDesign {
    try real.design(of: network, cancellation: cancellation)
  }

  func compute(
    _ request: ERFRequest, cancellation: Cancellation, progress: (ERFProgress) -> Void
  ) throws -> ERFResult {
    try computing.compute(request, cancellation: cancellation, progress: progress)
  }

  func probe(
    _ request: ShapeBiasRequest, of network: NetworkSpec, cancellation: Cancellation,
    progress: (ShapeBiasProgress) -> Void
  ) throws -> ShapeBiasReport {
    try computing.probe(request, of: network, cancellation: cancellation, progress: progress)
  }

  func layerFields(
    _ request: ERFRequest, layers: [String], cancellation: Cancellation,
    report: (LayerField) -> Void
  ) throws {
    try computing.layerFields(
      request, layers: layers, cancellation: cancellation, report: report)
  }

  func predict(
    _ request: PredictionRequest, threads: Int?, cancellation: Cancellation
  ) throws -> Classification {
    try computing.predict(request, threads: threads, cancellation: cancellation)
  }

  func train(
    _ request: TrainingRequest, cancellation: Cancellation, report: (FineTuning.Report) -> Void
  ) throws {
    try computing.train(request, cancellation: cancellation, report: report)
  }

  func kernels(of network: NetworkSpec, cancellation: Cancellation) throws -> [StageKernels?] {
    try real.kernels(of: network, cancellation: cancellation)
  }

  func changes(of paths: [String]) -> [String] { real.changes(of: paths) }
  func map(at path: String) throws -> ERFResult { try real.map(at: path) }
  func images(at path: String) throws -> (paths: [String], leftOut: ImageList.LeftOut) {
    try real.images(at: path)
  }
  func picture(_ name: PictureName) -> Picture { real.picture(name) }
  func stimulus(_ index: Int) -> StimulusPicture { real.stimulus(index) }
  func listing(of folder: String) throws -> CheckpointFolder { try real.listing(of: folder) }

  func contents(
    of path: String, cancellation: Cancellation
  ) throws -> (network: NetworkSpec, summary: String) {
    try real.contents(of: path, cancellation: cancellation)
  }

  func read(_ path: String, limit: Int) throws -> [UInt8] { try real.read(path, limit: limit) }
  func isFile(_ path: String) -> Bool { real.isFile(path) }
  func isFolder(_ path: String) -> Bool { real.isFolder(path) }
  func complete(_ text: String, in folder: String) -> (longer: String, names: [String]) {
    real.complete(text, in: folder)
  }

  func resolved(_ text: String, in folder: String) -> String { real.resolved(text, in: folder) }

  func export(_ files: [ExportedFile]) throws { try self.files.export(files) }

  func write(_ bytes: [UInt8], to path: String) throws { try files.write(bytes, to: path) }
  func copy(_ path: String, to other: String) throws { try files.copy(path, to: other) }
  func exists(_ path: String) -> Bool { files.exists(path) }
}
