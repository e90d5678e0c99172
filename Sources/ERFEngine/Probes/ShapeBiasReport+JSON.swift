// Probes as JSON: all numbers, with what it takes to make them again.

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

extension ShapeBiasReport {
  /// `{"results": [...], "decisions": [...]}`, keys sorted, indented, ending in a line end; what there
  /// is none of is null.
  ///
  /// - Parameters:
  ///   - others: decision makers from files.
  ///   - seed: of the resampling of their stimuli.
  /// - Throws: ``ExportError/encoding(format:reason:)``.
  public static func json(
    _ reports: [ShapeBiasReport], others: [ShapeBias] = [], seed: UInt64 = 0
  ) throws(ExportError) -> [UInt8] {
    do {
      let document = Document(
        results: reports.map(Entry.init), decisions: others.map { Decisions($0, seed: seed) })
      return try JSONText.encode(document)
    } catch {
      throw .encoding(format: "JSON", reason: "\(error)")
    }
  }
}

private struct Document: Encodable {
  let results: [Entry]
  let decisions: [Decisions]
  /// What counted and resampled decisions; a result says itself what computed it.
  let maker = ERFPart.Maker.this
}

/// A decision maker out of a file.
private struct Decisions: Encodable {
  let subject: String
  let shapeBias: Nullable<Double>
  let interval: Nullable<[Double]>
  let counts: Counts
  let categories: [Category]
  /// Answers that are none of the 16 categories, and how often each was given.
  let noCategory: [String: Int]
  let repeated: Int
  /// Rows whose category is not the shape that the image's name tells.
  let contradicting: Int
  /// How many stimuli the whole run has, which shares of it these are and which of them are not finished;
  /// left out where that is nothing.
  let partialOf: Int?
  let shares: [String]?
  let unfinished: [String]?

  init(_ bias: ShapeBias, seed: UInt64) {
    subject = bias.subject
    shapeBias = Nullable(bias.overall.bias)
    interval = Nullable(bias.interval(seed: seed).map { [$0.lowerBound, $0.upperBound] })
    counts = Counts(bias.overall)
    categories = bias.rows.map {
      Category(
        category: $0.category.rawValue, counts: Counts($0.counts),
        shapeBias: Nullable($0.counts.bias))
    }
    noCategory = bias.foreignResponses
    repeated = bias.repeated
    contradicting = bias.contradicting
    partialOf = bias.partial?.of
    shares = bias.partial?.shares.map(\.text)
    unfinished = bias.partial.flatMap { $0.unfinished.isEmpty ? nil : $0.unfinished.map(\.text) }
  }
}

private struct Entry: Encodable {
  let model: String
  let weights: String
  let weightsHash: String
  /// What there is to know of the weights; left out where that is nothing.
  let notes: [String]?
  let stimuli: Stimuli
  let atChance: Bool
  let shapeBias: Nullable<Double>
  let interval: Nullable<[Double]>
  let counts: Counts
  let categories: [Category]
  let readOut: Nullable<ReadOut>
  let stages: [ReadOut]
  let skipped: [Skipped]
  let leftOut: Int
  let seconds: Double
  /// What computed it.
  let maker: ERFPart.Maker

  init(_ report: ShapeBiasReport) {
    model = report.model
    weights = report.weights
    weightsHash = report.weightsHash
    notes = report.weightsChoice.notes
    maker = .this
    stimuli = Stimuli(report.method)
    atChance = report.isAtChance
    shapeBias = Nullable(report.bias)
    interval = Nullable(report.interval.map { [$0.lowerBound, $0.upperBound] })
    counts = Counts(report.counts.overall)
    categories = report.counts.rows.map {
      Category(
        category: $0.category.rawValue, counts: Counts($0.counts),
        shapeBias: Nullable(report.isAtChance ? nil : $0.counts.bias))
    }
    readOut = Nullable(report.readOut.map(ReadOut.init))
    stages = report.stages.map(ReadOut.init)
    skipped = report.skipped.map { Skipped(path: $0.path, reason: $0.reason) }
    leftOut = report.leftOut
    seconds = report.seconds
  }
}

private struct Stimuli: Encodable {
  let kind: String
  let folder: Nullable<String>
  let size: Int
  let seed: Nullable<UInt64>

  init(_ method: ShapeBiasReport.Method) {
    switch method {
    case .benchmark(let folder):
      kind = "benchmark"
      self.folder = Nullable(folder)
      size = CueConflictBenchmark.size
      seed = Nullable(nil)
    case .builtIn(let size, let seed):
      kind = "built-in"
      folder = Nullable(nil)
      self.size = size
      self.seed = Nullable(seed)
    }
  }
}

private struct Counts: Encodable {
  let shape: Int
  let texture: Int
  let neither: Int
  let conflicts: Int

  init(_ counts: CueCounts) {
    shape = counts.shape
    texture = counts.texture
    neither = counts.neither
    conflicts = counts.total
  }
}

private struct Category: Encodable {
  let category: String
  let counts: Counts
  let shapeBias: Nullable<Double>
}

private struct ReadOut: Encodable {
  let tap: String
  let channels: Int
  let lambda: Double
  let trained: Int
  let heldOut: Share
  let shapeBias: Nullable<Double>
  let interval: Nullable<[Double]>
  let counts: Counts
  let shapeOnly: Nullable<Share>
  let textureOnly: Nullable<Share>
  let shuffled: [Shuffled]

  init(_ report: ReadOutReport) {
    tap = report.tap
    channels = report.channels
    lambda = report.lambda
    trained = report.trained
    heldOut = Share(report.heldOut)
    shapeBias = Nullable(report.bias)
    interval = Nullable(report.interval.map { [$0.lowerBound, $0.upperBound] })
    counts = Counts(report.counts.overall)
    shapeOnly = Nullable(report.shapeOnly.map(Share.init))
    textureOnly = Nullable(report.textureOnly.map(Share.init))
    shuffled = report.shuffled.map { Shuffled(tiles: $0.tiles, accuracy: Share($0.accuracy)) }
  }
}

private struct Share: Encodable {
  let correct: Int
  let total: Int
  let probabilityByChance: Double

  init(_ accuracy: Accuracy) {
    correct = accuracy.correct
    total = accuracy.total
    probabilityByChance = accuracy.probabilityByChance
  }
}

private struct Shuffled: Encodable {
  let tiles: Int
  let accuracy: Share
}

private struct Skipped: Encodable {
  let path: String
  let reason: String
}

/// Null where there is no value, rather than a missing key.
private struct Nullable<Value: Encodable>: Encodable {
  let value: Value?

  init(_ value: Value?) { self.value = value }

  func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    if let value { try container.encode(value) } else { try container.encodeNil() }
  }
}
