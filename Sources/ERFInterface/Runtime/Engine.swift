// All that stands between effects and what they come to: computing, and files.

public import ERFEngine

/// What the explorer needs of the world beside a terminal. Every call does its work on the calling thread.
public protocol Engine: Sendable {
  // MARK: Networks

  /// What there is to know of a network at an input size before it runs.
  func facts(
    of network: NetworkSpec, size: InputSize, cancellation: Cancellation
  ) throws -> NetworkFacts

  /// What can be chosen of a network, stage by stage.
  func design(of network: NetworkSpec, cancellation: Cancellation) throws -> NetworkDesign

  /// Computes a field, reporting as `ERFProgress` describes; throws `CancellationError` soon after
  /// `cancellation` is raised.
  func compute(
    _ request: ERFRequest, cancellation: Cancellation, progress: (ERFProgress) -> Void
  ) throws -> ERFResult

  /// Computes the fields of the central units of several layers of one network, reporting each layer's
  /// perhaps more than once, over more images.
  func layerFields(
    _ request: ERFRequest, layers: [String], cancellation: Cancellation,
    report: (LayerField) -> Void
  ) throws

  /// Measures the shape bias of a network, in the same way.
  func probe(
    _ request: ShapeBiasRequest, of network: NetworkSpec, cancellation: Cancellation,
    progress: (ShapeBiasProgress) -> Void
  ) throws -> ShapeBiasReport

  /// Names the classes of one image, the likeliest first.
  func predict(
    _ request: PredictionRequest, threads: Int?, cancellation: Cancellation
  ) throws -> Classification

  /// Trains a network a while, as `FineTuning` describes.
  func train(
    _ request: TrainingRequest, cancellation: Cancellation, report: (FineTuning.Report) -> Void
  ) throws

  /// Where the weights of each stage's kernels lie; nil for stages without.
  func kernels(of network: NetworkSpec, cancellation: Cancellation) throws -> [StageKernels?]

  // MARK: Files that are read

  /// Those of `paths` that are others than when this was asked of them before.
  func changes(of paths: [String]) -> [String]
  /// A map that lies in a file.
  func map(at path: String) throws -> ERFResult
  /// The image files that `path` stands for, spread over classes, and what lies beside them and is left out.
  func images(at path: String) throws -> (paths: [String], leftOut: ImageList.LeftOut)
  func picture(_ name: PictureName) -> Picture
  func stimulus(_ index: Int) -> StimulusPicture
  /// What the file browser shows of a folder, and of a file.
  func listing(of folder: String) throws -> CheckpointFolder
  func contents(
    of path: String, cancellation: Cancellation
  ) throws -> (network: NetworkSpec, summary: String)
  /// The bytes of a file of at most `limit`.
  func read(_ path: String, limit: Int) throws -> [UInt8]
  func isFile(_ path: String) -> Bool
  func isFolder(_ path: String) -> Bool
  /// A name as far as all agree that begin like it, and those.
  func complete(_ text: String, in folder: String) -> (longer: String, names: [String])
  /// The path that somebody's words name, which begins in `folder` where they name none.
  func resolved(_ text: String, in folder: String) -> String

  // MARK: Files that are written

  /// Writes all of the files or, where one of them cannot be written, none.
  func export(_ files: [ExportedFile]) throws
  /// Replaces the file at `path` in one step.
  func write(_ bytes: [UInt8], to path: String) throws
  /// The same for a file of the program's own, written as it ends: it does not wait for the disk.
  func keep(_ bytes: [UInt8], at path: String) throws
  /// Copies a file in one step.
  func copy(_ path: String, to other: String) throws
  /// Whether something lies at `path`, so that it is not replaced.
  func exists(_ path: String) -> Bool
}

extension Engine {
  public func changes(of paths: [String]) -> [String] { [] }

  public func keep(_ bytes: [UInt8], at path: String) throws { try write(bytes, to: path) }
}
