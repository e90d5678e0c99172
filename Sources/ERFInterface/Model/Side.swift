// What is known of one network: the map on screen, what is computed, and what went wrong.

public import ERFEngine

/// One network's state beyond the session.
public struct Side: Sendable {
  /// The request last given to the worker; nil: compute anew.
  public var asked: ERFRequest?
  /// Its network, as the session had it then.
  var askedNetwork: NetworkSpec?
  /// The network last built, as the session had it: what there is to go back to where another does
  /// not open.
  var opened: NetworkSpec?
  /// The network as built; nil before that.
  public var subject: ERFSubject?
  /// The map on screen, which may belong to an older request.
  public var shown: ShownMap?
  /// What is being computed for it.
  public var job: Job?
  /// Why the last run gave no map.
  public var failure: String?
  public var isCancelled = false
  /// The run that was cancelled and has not ended yet: what it had done comes then.
  var ending: RequestID?
  /// The layer that it looked from last; nil: another stands in for it, or none is known.
  var held: HeldLayer?
  /// How far the preview was off that preceded the map.
  var deviation: MapDeviation?

  public init() {}

  /// Whether the map on screen is of something else than what was asked for last.
  public var isStale: Bool {
    guard let shown else { return false }
    return shown.request != asked || (job.map { $0.id != shown.id } ?? false)
  }

  /// Whether what was asked for last failed, so that the map on screen is of another layer, other pictures or
  /// the like, which is more than of another network.
  var isLeftBehind: Bool {
    guard failure != nil, isStale, let shown, var asked else { return false }
    asked.network = shown.request.network
    return asked != shown.request
  }

  /// The map on screen where numbers may be taken of it: a preview is but something to look at.
  var measured: ShownMap? { shown.flatMap { $0.isPreview ? nil : $0 } }

  /// The same where its run ended before its last picture, whatever was asked for since.
  var stopped: ShownMap? { measured.flatMap { $0.isComplete || $0.id == job?.id ? nil : $0 } }
}

/// A map with what is derived from it.
public struct ShownMap: Sendable {
  /// The run that it came from.
  public var id: RequestID
  public var request: ERFRequest
  /// The network that it is of, with its edits.
  public var network: NetworkSpec
  public var subject: ERFSubject?
  public var field: HeatField
  public var metrics: ERFMetrics
  /// Images averaged so far, of so many.
  public var images: Int
  public var ofImages: Int
  /// Whether it was computed at a smaller input, or in another precision, to have something to look at
  /// soon; the smaller is drawn to scale, as a part of the input asked for.
  public var isPreview = false
  /// What products were made from.
  var precision = Precision.float32
  /// Where its first pixel lies on the input asked for: previews lie around the unit.
  var offset: (row: Int, column: Int) = (0, 0)
  public var skipped: [SkippedImage]
  /// The finished run.
  public var result: ERFResult?
  /// What a run that was stopped had summed up.
  var part: ERFPart?

  public var isComplete: Bool { result != nil }

  var isExportable: Bool { result != nil || part != nil }

  /// What files of the map are made from: the finished run, or what was done of a stopped one.
  var exported: ERFResult? { result ?? part?.result() }

  /// What the file of a saved map says of its pictures; nil for what was computed, too.
  var recordedPictures: MapRecord.Pictures? {
    network.savedMap == nil ? nil : result?.record?.pictures
  }

  /// Over how many images it is; nil for a saved map whose file does not tell.
  var imagesCounted: String? {
    network.savedMap == nil ? images.counted("image") : recordedPictures?.counted("image")
  }

  /// Whether the input is too small for the field.
  var isCutByInput: Bool { Model.isCutByInput(metrics, result?.record) }

  /// Whether its unit is only taken to be the middle: it is a saved map whose file names none.
  var isUnitAssumed: Bool { result?.record.map { $0.place == nil } ?? false }

  static let assumedMiddle = "middle assumed"

  /// Whether it was read from grey levels of 8 bits.
  var isCoarse: Bool { result?.record?.isCoarse ?? false }

  /// Whether its file's header came with another map, so that nobody knows what this one is of.
  var hasForeignHeader: Bool { result?.record?.isOfAnother ?? false }

  /// What grey levels of 8 bits mean for its numbers.
  static let coarse = "8 bits: large thresholds come out too small"

  /// How many units are summed in it.
  var unitCount: Int {
    max(1, (network.savedMap == nil ? request.units.count : subject?.units.count) ?? 1)
  }

  /// What a preview is called; nil for maps that numbers may be taken of.
  var previewText: String? {
    guard isPreview else { return nil }
    return precision == .float32 ? "preview of \(field.height) px" : "\(precision.rawValue) preview"
  }

  /// How much of the square that holds half of the field the borders of the input leave; nil where there is no
  /// such square.
  var shareWithinInput: Double? {
    guard let half = metrics.ratios.first(where: { $0.threshold == Model.half }),
      let side = half.side, let ratio = half.ratio
    else { return nil }
    let size = inputSize
    return ratio * Double(size.height * size.width) / Double(side * side)
  }

  /// How many pictures it is over, of how many where more were to come, and what they are called.
  var imagesText: String {
    HeatmapExport.images(imageNames, partialOf: isComplete || isPreview ? nil : ofImages)
  }

  /// The same in a table; of a saved map what its file says, empty where it does not tell.
  var picturesCell: String {
    (network.savedMap == nil ? imagesText : recordedPictures?.text ?? "").sanitised
  }

  private var imageNames: [String] {
    if let result { return result.imageNames }
    let left = Set(skipped.map(\.name.fileName))
    return Array(request.images.names.filter { !left.contains($0) }.prefix(images))
  }

  /// The input that the map on screen stands for.
  var inputSize: InputSize {
    isPreview ? request.size : InputSize(height: field.height, width: field.width)
  }
}

/// A run under way.
public struct Job: Sendable, Equatable {
  public var id: RequestID
  /// Whether its turn has come.
  public var isRunning = false
  public var image = 0
  public var images = 0
  /// The layer last finished.
  public var layer = ""
  /// 0...1 of the whole run.
  public var fraction = 0.0
  /// Seconds since it began.
  public var elapsed = 0.0
  /// When the first layer was done. What came before it, such as opening the network and a preview,
  /// says nothing of the pace.
  private var first: Reached?
  public var skipped: [SkippedImage] = []

  /// How far a run had come after so many seconds.
  private struct Reached: Equatable {
    let fraction: Double
    let elapsed: Double
  }

  public init(id: RequestID) { self.id = id }

  /// Takes note of a layer that is done.
  mutating func reach(
    _ layer: String, _ image: Int, of images: Int, _ fraction: Double, _ elapsed: Double
  ) {
    (self.layer, self.image, self.images) = (layer, image, images)
    self.fraction = max(0, min(1, fraction))
    self.elapsed = elapsed
    if first == nil { first = Reached(fraction: self.fraction, elapsed: elapsed) }
  }

  /// Seconds still to go at the pace since the first layer, once there is enough to judge by.
  public var secondsLeft: Double? {
    guard let first, fraction - first.fraction > 0.02, elapsed - first.elapsed > 0.3 else {
      return nil
    }
    return (elapsed - first.elapsed) * (1 - fraction) / (fraction - first.fraction)
  }
}
