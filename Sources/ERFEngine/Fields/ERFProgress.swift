/// What a run reports while it goes on, in this order: `prepared`, then for each image `layer`...
/// and `image` (or `skipped`), then `part`.
public enum ERFProgress: Sendable {
  /// Network built and weights loaded.
  case prepared(ERFSubject)
  /// A layer of image `image` (0-based) of `images` finished; `fraction` (0...1) is of the whole run.
  case layer(name: String, image: Int, images: Int, fraction: Double)
  /// Image `image` (0-based) is in: the running mean over the images so far.
  case image(Int, of: Int, map: ERFMap)
  /// Image `image` does not count.
  case skipped(Int, SkippedImage)
  /// After each of these two: all that is done, to be kept by whoever may have to go on later.
  case part(ERFPart)
}

/// An image that does not count, and why.
public struct SkippedImage: Sendable, Equatable {
  public enum Reason: Sendable, Equatable {
    /// NaN or Inf, which first appeared in the layer.
    case nonFinite(layer: String)
    /// The file is not a picture that can be read; the words begin with its path.
    case unreadable(String)
  }

  public let name: String
  public let reason: Reason

  public init(name: String, reason: Reason) {
    self.name = name
    self.reason = reason
  }

  /// Which image, and what is wrong with it, in one line.
  public var explanation: String {
    switch reason {
    case .nonFinite(let layer): "\(name): NaN or Inf first appears in \(layer)"
    case .unreadable(let words): words
    }
  }
}

/// What a map is a map of.
public struct ERFSubject: Sendable, Equatable {
  /// Catalogue id or free variant in canonical form.
  public var model: String
  /// `random:7` or the path of the checkpoint.
  public var weights: String
  /// Which of the checkpoint's dictionaries of weights was taken; nil: not from a file.
  public var weightsChoice: WeightsChoice?
  /// Hash (FNV-1a, 16 hexadecimal digits) of the parameters' float32 bits, as the file has them:
  /// merging kernels changes it, the type and the wrapping do not. Of an exported graph, of all that it
  /// computes with.
  public var weightsHash: String
  /// Hash (16 hexadecimal digits) of the contents of the file that a saved map was read from; empty for what was
  /// computed.
  public var fileHash = ""
  public var input: InputSize
  /// Names of all stages, `stage1`...; the explorer's keys 1..4.
  public var stages: [String]
  /// The tapped layer.
  public var tap: String
  /// Height and width of the tapped map.
  public var mapSize: InputSize
  /// At least one.
  public var units: [Unit]
  public var rule: ERFRule
  /// What products were computed from.
  public var precision = Precision.float32
  /// How pictures were prepared, where that was said.
  public var preprocessing = PreprocessingChoice.own
  /// What the weights' file says of their training; nil: nothing, or there is no file.
  public var training: TrainingRecord?

  public init(
    model: String, weights: String, weightsChoice: WeightsChoice? = nil, weightsHash: String,
    input: InputSize, stages: [String], tap: String, mapSize: InputSize, units: [Unit],
    rule: ERFRule
  ) {
    self.model = model
    self.weights = weights
    self.weightsChoice = weightsChoice
    self.weightsHash = weightsHash
    self.input = input
    self.stages = stages
    self.tap = tap
    self.mapSize = mapSize
    precondition(!units.isEmpty)
    self.units = units
    self.rule = rule
  }

  /// The first of `units`; setting it leaves no others.
  public var unit: Unit {
    get { units[0] }
    set { units = [newValue] }
  }
}

/// A finished run.
public struct ERFResult: Sendable {
  public var subject: ERFSubject
  public var map: ERFMap
  public var metrics: ERFMetrics
  /// What training left untouched of the network's kernels; nil: nothing, or nobody knows.
  public var untrained: UntrainedWeights?
  /// Names of the images averaged over, in order; of a map that was read from a file empty, unless that names all.
  public var imageNames: [String]
  /// Images that were to be averaged over too.
  public var skipped: [SkippedImage]
  /// Area ratios of each image's own map, in the order of `imageNames`; empty for one image.
  public var imageRatios: [[AreaRatio]] = []
  /// What the tapped layer answers, (H, W) of its map row-major: the mean over channels of what is
  /// positive, over the images; empty where only a part of it was computed.
  public var features: [Float] = []
  public var seconds: ERFSeconds
  /// Largest resident memory of the process so far, in bytes.
  public var peakBytes: Int
  /// Whether a run was ended before all its images were done, so that the map is of some of them.
  public var isPartial: Bool { part.map { !$0.isFinished } ?? false }
  /// How many images the whole run has, where this is of some of them only: a run that was ended, a share,
  /// shares that are not all, or a map whose file says so.
  public var partialOf: Int? {
    part.flatMap { $0.isWhole ? nil : $0.images } ?? record?.pictures?.partialOf
  }
  /// What computed it: one, unless parts were merged; none where that is not known.
  public var makers: [ERFPart.Maker] = [.this]
  /// What its file says of it, where it was read from one; nil: it was computed here.
  public var record: MapRecord?
  /// The same as can be kept and gone on with; nil for maps that were not computed here.
  public var part: ERFPart?

  public init(
    subject: ERFSubject, map: ERFMap, metrics: ERFMetrics, imageNames: [String],
    skipped: [SkippedImage] = [], seconds: ERFSeconds, peakBytes: Int
  ) {
    self.subject = subject
    self.map = map
    self.metrics = metrics
    self.imageNames = imageNames
    self.skipped = skipped
    self.seconds = seconds
    self.peakBytes = peakBytes
  }
}

/// Wall-clock seconds by phase.
public struct ERFSeconds: Sendable, Equatable, Codable {
  public var load: Double
  public var forward: Double
  public var backward: Double
  /// Of these two, what the first image took, which also pays for layouts of weights and fresh memory.
  public var first = 0.0
  /// Of these two, what the image took that took least; nil where all passes began at earlier ones.
  public var fastest: Double?
  public var total: Double

  /// Of a map that was put together from parts.
  static let unknown = {
    var seconds = ERFSeconds(load: .nan, forward: .nan, backward: .nan, total: .nan)
    seconds.first = .nan
    return seconds
  }()

  public init(load: Double = 0, forward: Double = 0, backward: Double = 0, total: Double = 0) {
    self.load = load
    self.forward = forward
    self.backward = backward
    self.total = total
  }
}
