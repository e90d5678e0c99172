// The metrics of runs as JSON, with all it takes to tell how they came about.

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

/// The JSON document of one or more finished runs.
public struct ResultReport: Sendable {
  private let results: [ERFResult]
  private let tellsCosts: Bool

  /// - Parameter tellsCosts: whether to tell the time and the memory that each run took, which differ where the same
  ///   run is made twice: what is printed does, files of the same run are the same bytes.
  public init(_ results: [ERFResult], tellsCosts: Bool = false) {
    self.results = results
    self.tellsCosts = tellsCosts
  }

  /// `{"results": [...]}`, keys sorted, indented, ending in a line end. A side or ratio that was not
  /// reached, and any number that is not finite, is null.
  ///
  /// - Throws: ``ExportError/encoding(format:reason:)``.
  public func encoded() throws(ExportError) -> [UInt8] {
    do {
      return try JSONText.encode(Document(results: results.map { Entry($0, tellsCosts) }))
    } catch {
      throw .encoding(format: "JSON", reason: "\(error)")
    }
  }
}

private struct Document: Encodable {
  let results: [Entry]
}

/// Of a map that was read from a file, what that says: what it does not say is null.
private struct Entry: Encodable {
  let model: Known<String>
  let weights: Known<String>
  /// Which of a checkpoint's dictionaries; left out for other weights and where there is no name.
  let weightsKey: String?
  let weightsHash: Known<String>
  /// What was left out of the weights' file, and what of its network is in doubt; left out itself where
  /// there is nothing to say.
  let notes: [String]?
  let input: [Int]
  /// Null where not all of them are known by name.
  let images: Known<[String]>
  /// How many they are, where their names do not tell.
  let imageCount: Int?
  let skipped: Known<[String]>
  let stage: Known<String>
  let unit: Known<[Int]>
  let units: Known<[[Int]]>
  let rule: Known<String>
  /// What products were computed from; left out where float32.
  let precision: Known<String>?
  /// How pictures were prepared; left out where as the network is known to take them.
  let preprocessing: Known<PreprocessingChoice>?
  /// The pixel that squares and distances are measured from.
  let measuredFrom: [Int]
  let ratios: [Ratio]
  let rawRatios: [Ratio]
  let borderShare: Number
  let sigma: Number
  let centreOfMass: [Number]
  let radii: [Radius]
  /// Of the run that computed it, as `peakBytes`; null where it was put together from parts.
  let seconds: Seconds?
  let peakBytes: Number?
  /// How many images the whole run has, where not all of them are in; else left out.
  let partialOf: Int?
  /// The shares that this is of, where it is not of all.
  let shares: [String]?
  /// What computed it; several where parts were merged.
  let makers: Known<[ERFPart.Maker]>
  /// The file that the map was read from; left out where it was computed.
  let savedMap: SavedMapEntry?

  init(_ result: ERFResult, _ tellsCosts: Bool) {
    let subject = result.subject
    let record = result.record
    func known<Value: Encodable>(_ computed: Value, _ told: Value?) -> Known<Value> {
      Known(record == nil ? computed : told)
    }
    model = known(subject.model, record?.model)
    weights = known(subject.weights, record?.weightsName)
    weightsKey = subject.weightsChoice.flatMap { $0.chosen.isEmpty ? nil : $0.chosen }
    weightsHash = known(subject.weightsHash, record?.weightsHash)
    notes = subject.weightsChoice.notes ?? record.flatMap { $0.notes.isEmpty ? nil : $0.notes }
    input = [subject.input.height, subject.input.width]
    images = known(result.imageNames, record?.pictures?.names)
    imageCount = record?.pictures.flatMap { $0.names == nil ? $0.count : nil }
    skipped = known(result.skipped.map(\.explanation), nil)
    stage = known(subject.tap, record?.place?.layer)
    let place = record == nil || record?.place != nil ? subject.units : nil
    unit = Known(place.map { [$0[0].row, $0[0].column] })
    units = Known(place?.map { [$0.row, $0.column] })
    rule = known(subject.rule.rawValue, record?.rule?.rawValue)
    // What this program writes of a network says where these are not the usual ones.
    let isUnknown = record.map { $0.model == nil } ?? false
    precision = isUnknown ? Known(nil) : subject.precision.stated.map { Known($0) }
    preprocessing =
      isUnknown || record?.preparation != nil
      ? Known(nil) : subject.preprocessing.stated.map { Known($0) }
    measuredFrom = [result.metrics.origin.row, result.metrics.origin.column]
    ratios = result.metrics.ratios.map(Ratio.init)
    rawRatios = result.metrics.rawRatios.map(Ratio.init)
    // A map without mass, such as a share without images, has no such numbers.
    let hasMass = result.metrics.hasMass
    borderShare = Number(hasMass ? result.metrics.borderShare : .nan)
    sigma = Number(hasMass ? result.metrics.sigma : .nan)
    let centre = hasMass ? result.metrics.centreOfMass : (row: .nan, column: .nan)
    centreOfMass = [Number(centre.row), Number(centre.column)]
    radii = result.metrics.ratios.map { Radius($0, of: result.metrics) }
    let hasImages = record == nil && !result.imageNames.isEmpty
    seconds = tellsCosts ? Seconds(result.seconds, hasImages: hasImages) : nil
    peakBytes =
      tellsCosts ? Number(result.seconds.total.isNaN ? .nan : Double(result.peakBytes)) : nil
    makers = known(result.makers, nil)
    savedMap = record.map { SavedMapEntry(subject, $0) }
    partialOf = result.partialOf
    shares = partialOf.flatMap { _ in result.part.map { $0.shards.map(\.text) } }.flatMap {
      $0.isEmpty ? nil : $0
    }
  }
}

/// Where a map was read from.
private struct SavedMapEntry: Encodable {
  let file: String
  let fileHash: String
  /// Lines of its header, as they stand there: they may say more than the other keys can hold.
  let header: [String]

  init(_ subject: ERFSubject, _ record: MapRecord) {
    (file, fileHash, header) = (subject.model, subject.fileHash, record.lines)
  }
}

/// A value, or null where nobody knows it.
private struct Known<Value: Encodable>: Encodable {
  let value: Value?

  init(_ value: Value?) { self.value = value }

  func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    if let value { try container.encode(value) } else { try container.encodeNil() }
  }
}

private struct Ratio: Encodable {
  let t: Double
  let side: Int?
  let ratio: Double?

  init(_ ratio: AreaRatio) {
    t = ratio.threshold
    side = ratio.side
    self.ratio = ratio.ratio
  }

  enum CodingKeys: CodingKey { case t, side, ratio }

  /// Written out, because the synthesised form leaves out what is nil.
  func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(t, forKey: .t)
    try container.encode(side, forKey: .side)
    try container.encode(ratio, forKey: .ratio)
  }
}

/// The distance from where it is measured, in pixels, within which more than a share `t` of M's mass lies.
private struct Radius: Encodable {
  let t: Double
  let radius: Int?

  init(_ ratio: AreaRatio, of metrics: ERFMetrics) {
    t = ratio.threshold
    radius = ratio.isKnown ? metrics.radialMass.firstIndex { $0 > ratio.threshold } : nil
  }

  enum CodingKeys: CodingKey { case t, radius }

  /// Written out, because the synthesised form leaves out what is nil.
  func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(t, forKey: .t)
    try container.encode(radius, forKey: .radius)
  }
}

private struct Seconds: Encodable {
  let load: Number
  let forward: Number
  let backward: Number
  let first: Number
  let total: Number

  /// - Parameter hasImages: else no pass took any time.
  init(_ seconds: ERFSeconds, hasImages: Bool) {
    load = Number(seconds.load)
    forward = Number(hasImages ? seconds.forward : .nan)
    backward = Number(hasImages ? seconds.backward : .nan)
    first = Number(hasImages ? seconds.first : .nan)
    total = Number(seconds.total)
  }
}

/// A number that JSON can hold, or null.
private struct Number: Encodable {
  let value: Double

  init(_ value: Double) { self.value = value }

  func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    if value.isFinite { try container.encode(value) } else { try container.encodeNil() }
  }
}

extension ExportFormat {
  /// The metrics and where they come from.
  static let json = ExportFormat(
    "json", [Offer("metrics as JSON")]
  ) { result, _ throws(ExportError) in try ResultReport([result]).encoded() }
}
