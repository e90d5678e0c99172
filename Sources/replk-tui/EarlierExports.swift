// Which files are earlier exports of the same thing, which may be replaced unasked: each has to say so
// itself, or to hold what a file beside it that does says.

import ERFEngine

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

/// What an export says of how it came about. Weights are told by their name: whoever replaced a
/// checkpoint wants the map of the new one.
struct ExportFacts: Equatable {
  let model: String
  let weights: String
  let input: String
  let rule: String
  let stage: String
  let units: [[Int]]
  let images: String
  let precision: String
  /// In words; empty: as the network is known to take pictures.
  let preparation: String

  init(_ validated: ValidatedRequest) throws {
    let request = validated.request
    let subject = try validated.subject()
    model = validated.network.id
    weights = request.network.weightsText
    input = "\(subject.input.height) x \(subject.input.width)"
    rule = request.rule.rawValue
    stage = subject.tap
    units = subject.units.map { [$0.row, $0.column] }
    images = HeatmapExport.images(subject.images)
    precision = request.precision.rawValue
    preparation = validated.network.preparation.text
  }

  init(_ result: ERFResult) {
    let subject = result.subject
    model = subject.model
    weights = subject.weights
    input = "\(subject.input.height) x \(subject.input.width)"
    rule = subject.rule.rawValue
    stage = subject.tap
    units = subject.units.map { [$0.row, $0.column] }
    images = HeatmapExport.images(result.imageNames, partialOf: result.partialOf)
    precision = subject.precision.rawValue
    preparation = subject.preprocessing.text
  }

  /// Whether these are the facts of the same run, or of one of it that was stopped.
  ///
  /// - Parameter images: how many a stopped one has at least; nil: none counts.
  fileprivate func agrees(with other: ExportFacts, anyImages: Bool, least images: Int?) -> Bool {
    if self == other { return true }
    guard with(images: "") == other.with(images: "") else { return false }
    return anyImages || images.map { isBeginning(of: other, least: $0) } ?? false
  }

  /// Whether its images are the first ones of another's, as far as headers name them.
  private func isBeginning(of other: ExportFacts, least count: Int) -> Bool {
    guard let part = MapRecord.Pictures(images), let whole = MapRecord.Pictures(other.images),
      part.partialOf == whole.count, part.count >= count
    else { return false }
    func names(_ text: String) -> Substring {
      let names = text.drop { $0 != ":" }.dropFirst(2)
      // Of many the first ones are named: ` and 12 more`.
      let more = names.hasSuffix(" more") ? names.ranges(of: " and ").last : nil
      return more.map { names[..<$0.lowerBound] } ?? names
    }
    let (first, all) = (names(part.text), names(whole.text))
    return all.hasPrefix(first) || first.hasPrefix(all)
  }

  private func with(images: String) -> ExportFacts { ExportFacts(self, images: images) }

  private init(_ other: ExportFacts, images: String) {
    (model, weights, input, rule) = (other.model, other.weights, other.input, other.rule)
    (stage, units, precision) = (other.stage, other.units, other.precision)
    preparation = other.preparation
    self.images = images
  }

  static func stem(_ path: String) -> Substring {
    path.lastIndex(of: ".").map { path[..<$0] } ?? path[...]
  }
}

/// Which exports of a run are written.
struct ExportSelection {
  var written: [String]
  /// Those of an earlier run of the same that came as far, which stay as they are.
  var left: [String] = []
  /// What would lie beside them.
  var unwritten: [String] = []

  /// Those of a run that was stopped: none where one lies already that was finished or came farther, which others
  /// beside it would contradict, and beside a part, from which the run resumes, none that looks finished and is not.
  ///
  /// - Parameter isFarther: whether the file at a path is an export of the same run with as many images or more.
  init(ofStopped paths: [String], besidePart: Bool, isFarther: (String) -> Bool) throws {
    left = paths.filter(isFarther)
    written =
      try left.isEmpty
      ? paths.filter { try !besidePart || ExportFormat(path: $0).saysWhatItIsOf } : []
    unwritten = left.isEmpty ? [] : paths.filter { !left.contains($0) }
  }

  /// Those of a run that was not.
  init(_ paths: [String]) { written = paths }

  /// Those of one network's result, whether or not its run was stopped.
  init(
    _ paths: [String], of result: ERFResult, _ facts: ExportFacts, besidePart: Bool, isForced: Bool
  ) throws {
    guard result.isPartial else {
      self.init(paths)
      return
    }
    let images = result.imageNames.count
    try self.init(ofStopped: paths, besidePart: besidePart) { path in
      !isForced && facts.made(path, outputs: paths, least: images)
    }
  }
}

// MARK: Telling files of this program from others

extension ExportFacts {
  /// Whether `path` is an export of this: a PGM, a PNG or a JSON document that tells the same, or an array
  /// or a table of just the map that one of those beside it tells of.
  ///
  /// - Parameters:
  ///   - outputs: what is to be written, among which lie those beside it.
  ///   - kept: the part of an earlier run of the same command, with the same name but for its ending.
  ///   - images: how many images one of a run that was stopped has at least.
  func made(
    _ path: String, outputs: [String], kept: ERFPart? = nil, least images: Int? = nil
  ) -> Bool {
    let isPart = kept != nil
    guard Self.holdsNumbersAlone(path) else {
      return Self.told(by: path).map {
        $0.count == 1 && $0[0].agrees(with: self, anyImages: isPart, least: images)
      }
        ?? false
    }
    guard let saved = try? SavedMap.load(path: path) else { return false }
    let map = ERFMap(
      height: saved.map.height, width: saved.map.width, values: saved.map.values,
      rule: ERFRule(rawValue: rule) ?? .paper)
    if let kept, Self.areClose(map.values, kept.result().map.values, 1e-6) { return true }
    return outputs.contains { other in
      guard Self.stem(other) == Self.stem(path), !Self.holdsNumbersAlone(other),
        let told = Self.told(by: other), told.count == 1,
        told[0].agrees(with: self, anyImages: isPart, least: images)
      else { return false }
      return Self.isOf(map, other)
    }
  }

  /// Whether `path` is an export of this from a run that was stopped before it came as far as `result`.
  func madeLess(_ path: String, outputs: [String], than result: ERFResult) -> Bool {
    made(path, outputs: outputs, least: 0)
      && !made(
        path, outputs: outputs, least: result.isPartial ? result.imageNames.count : nil)
  }

  /// Whether `path` is the JSON document of exactly these runs, or of the first of them, the last of which was stopped.
  ///
  /// - Parameter least: how far the stopped one came at least: in which of the runs, from 1, and after how many of its
  ///   images; nil: none counts.
  static func made(
    _ path: String, of runs: [ExportFacts], least: (run: Int, images: Int)?
  ) -> Bool {
    guard let told = told(by: path), told.count <= runs.count, let last = told.last else {
      return false
    }
    if told == runs { return true }
    let run = runs[told.count - 1]
    guard let least, told.count >= least.run, last != run,
      told.dropLast() == runs.prefix(told.count - 1)
    else { return false }
    return last.agrees(
      with: run, anyImages: false, least: told.count > least.run ? 0 : least.images)
  }

  /// Whether files of this kind say nothing of where their numbers come from.
  private static func holdsNumbersAlone(_ path: String) -> Bool {
    (try? ExportFormat(path: path))?.saysWhatItIsOf == false
  }

  /// What a file says of its runs; nil for what this program has not written.
  private static func told(by path: String) -> [ExportFacts]? {
    let name = path.lowercased()
    if name.hasSuffix(".pgm") {
      return (try? PGM.load(path: path)).flatMap { ExportFacts(comments: $0.comments) }.map { [$0] }
    }
    guard name.hasSuffix(".json") || name.hasSuffix(".png"),
      let bytes = try? FileBytes.read(path, limit: 1 << 28)
    else { return nil }
    if name.hasSuffix(".json") { return list(json: bytes) }
    return ExportFacts(comments: comments(ofPNG: bytes)).map { [$0] }
  }

  private static func comments(ofPNG bytes: [UInt8]) -> [String] {
    PNGText.lines(in: bytes).map { $0.keyword == "Title" ? $0.text : "\($0.keyword): \($0.text)" }
  }

  /// Whether `map` is the one that the file at `path` shows or measures, as far as that tells.
  private static func isOf(_ map: ERFMap, _ path: String) -> Bool {
    let name = path.lowercased()
    if name.hasSuffix(".pgm") {
      guard let shown = try? PGM.load(path: path), shown.height == map.height,
        shown.width == map.width
      else { return false }
      // Of 16 bits, or of 8.
      let isCoarse = shown.values.allSatisfy { abs(($0 * 255).rounded() - $0 * 255) < 1e-9 }
      return areClose(HeatmapExport.picture(map), shown.values, isCoarse ? 1 / 254 : 1 / 65_000)
    }
    guard let bytes = try? FileBytes.read(path, limit: 1 << 28) else { return false }
    if name.hasSuffix(".png") {
      let peak = comments(ofPNG: bytes).compactMap { line in
        line.ranges(of: "max M = ").last.flatMap { Double(line[$0.upperBound...]) }
      }.first
      return peak.map { abs($0 - map.peak) <= 1e-6 * abs($0) } ?? false
    }
    let metrics = ERFMetrics(map)
    guard let sigma = sigma(json: bytes) else { return !metrics.hasMass }
    return abs(metrics.sigma - sigma) <= 1e-5 * sigma
  }

  private static func areClose(_ left: [Double], _ right: [Double], _ tolerance: Double) -> Bool {
    let scale = max(right.reduce(0) { max($0, abs($1)) }, .leastNormalMagnitude)
    return left.count == right.count
      && zip(left, right).allSatisfy { abs($0 - $1) <= tolerance * scale }
  }

  private init?(comments: [String]) {
    func fact(_ name: String) -> String? {
      comments.lazy.compactMap { line -> String? in
        let line = line.drop { $0 == " " }
        return line.hasPrefix(name + ": ") ? String(line.dropFirst(name.count + 2)) : nil
      }.first
    }
    guard comments.contains(where: { $0.contains("effective receptive field, replk-tui") }),
      let model = fact("model"), let weights = fact("weights"), let input = fact("input"),
      let rule = fact("rule"), let stage = fact("stage"), let images = fact("images"),
      let hash = weights.ranges(of: " (hash ").last, let place = stage.ranges(of: "), unit").last
    else { return nil }
    self.model = model
    self.weights = String(weights[..<hash.lowerBound])
    self.input = input.replacing(" (height x width)", with: "")
    self.rule = rule
    self.stage = String(stage.prefix { $0 != " " })
    units = stage[place.upperBound...].matches(of: /\((\d+), (\d+)\)/).compactMap { match in
      guard let row = Int(match.1), let column = Int(match.2) else { return nil }
      return [row, column]
    }
    self.images = images
    precision = fact("precision") ?? Precision.float32.rawValue
    preparation = fact("preparation") ?? ""
  }

  private static func list(json: [UInt8]) -> [ExportFacts]? {
    let document = try? JSONDecoder().decode(Document.self, from: Data(json))
    guard let results = document?.results, !results.isEmpty else { return nil }
    return results.allSatisfy { $0.input.count == 2 } ? results.map(ExportFacts.init) : nil
  }

  private static func sigma(json: [UInt8]) -> Double? {
    (try? JSONDecoder().decode(Document.self, from: Data(json)))?.results.first?.sigma
  }

  private init(_ result: Document.Result) {
    model = result.model
    weights = result.weights
    input = "\(result.input[0]) x \(result.input[1])"
    rule = result.rule
    stage = result.stage
    units = result.units
    images = HeatmapExport.images(result.images, partialOf: result.partialOf)
    precision = result.precision ?? Precision.float32.rawValue
    preparation = result.preprocessing?.text ?? ""
  }

  private struct Document: Decodable {
    struct Result: Decodable {
      let model: String
      let weights: String
      let input: [Int]
      let rule: String
      let stage: String
      let units: [[Int]]
      let images: [String]
      let precision: String?
      let preprocessing: PreprocessingChoice?
      let sigma: Double?
      let partialOf: Int?
    }
    let results: [Result]
  }
}
