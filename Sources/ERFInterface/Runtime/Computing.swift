// What the explorer needs of the engine: a run, and files of its result.

public import ERFEngine

/// Computes effective receptive fields.
public protocol ERFComputing: Sendable {
  /// Computes on the calling thread, reporting as `ERFProgress` describes; throws
  /// `CancellationError` soon after `cancellation` is raised.
  func compute(
    _ request: ERFRequest, cancellation: Cancellation, progress: (ERFProgress) -> Void
  ) throws -> ERFResult

  /// Computes the fields of the central units of several layers of one network, reporting each layer's
  /// perhaps more than once, over more images.
  func layerFields(
    _ request: ERFRequest, layers: [String], cancellation: Cancellation,
    report: (LayerField) -> Void
  ) throws

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
    _ request: TrainingRequest, cancellation: Cancellation, report: (FineTuning.Report) -> Void
  ) throws
}

extension TrainingRequest {
  var data: TrainingRecipe.Data {
    folder.map { .folder(PathCompletion.expanded($0)) } ?? .shapes(count: FineTuning.stimuli)
  }
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
    Folder.isTaken(path)
  }
}
