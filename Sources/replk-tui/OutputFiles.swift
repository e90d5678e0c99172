// What a command may write over: never what it reads, and other files only when it is told to.

import ERFEngine

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

extension Options {
  static let force = [
    Option("--force", help: "replace existing files without asking")
  ]
}

/// The files that a command is to write.
struct OutputFiles {
  let paths: [String]
  /// Files that the command reads.
  let inputs: [String]
  /// Whether the user said that files may be replaced.
  let isForced: Bool

  /// `models`: the words that name networks, some of which may be files.
  init(
    _ paths: [String], _ arguments: Arguments, models: [String], images: ImageSource? = nil
  ) {
    self.paths = paths
    var inputs = models + arguments.files
    if case .files(let paths)? = images { inputs += paths }
    self.inputs = inputs
    isForced = arguments.has("--force")
  }

  /// Checks, before anything is computed, that each may be written.
  ///
  /// - Parameter isOwn: whether a file is an earlier export of the same thing, which may be replaced.
  /// - Throws: `UsageError.overwritesInput` and `.existing`; `FileError`.
  func requireFree(isOwn: (String) -> Bool = { _ in false }) throws {
    try requireDistinct()
    for path in paths {
      try requireNoInput(path)
      if FileIdentity.isReplaceable(path), !isForced, !isOwn(path), !Self.mayReplace(path) {
        throw UsageError.existing(path)
      }
      try AtomicFile.requireWritable(path)
    }
  }

  /// - Throws: `UsageError.overwritesInput`.
  func requireNoInput(_ path: String) throws(UsageError) {
    if let input = input(at: path) { throw .overwritesInput(path, input: input) }
  }

  private func requireDistinct() throws(UsageError) {
    var names: Set<String> = []
    var files: Set<FileIdentity> = []
    for path in paths {
      guard names.insert(Self.plain(path)).inserted else { throw .outputTwice(path) }
      if FileIdentity.isReplaceable(path), let file = FileIdentity(of: path) {
        guard files.insert(file).inserted else { throw .outputTwice(path) }
      }
    }
  }

  /// One spelling of a path that nothing may lie at yet.
  private static func plain(_ path: String) -> String {
    let parts = path.split(separator: "/").filter { $0 != "." }
    return (path.hasPrefix("/") ? "/" : "") + parts.joined(separator: "/")
  }

  /// The input that lies at `path`, through links or not; nil: none.
  private func input(at path: String) -> String? {
    guard FileIdentity.isReplaceable(path), let identity = FileIdentity(of: path) else {
      return nil
    }
    return inputs.first { FileIdentity(of: $0) == identity }
  }

  /// Asks whoever sits at the terminal; nobody there is a no.
  private static func mayReplace(_ path: String) -> Bool {
    guard StandardStreams.inputIsTerminal, StandardStreams.errorIsTerminal else { return false }
    StandardStreams.writeError(
      "\(path.printable.bounded(500)) already exists: replace it? [y/N] ")
    let answer = readLine()?.lowercased() ?? ""
    return answer == "y" || answer == "yes"
  }
}

extension Arguments {
  /// The files that options name to be read, pictures aside.
  fileprivate var files: [String] {
    let weights = all("--weights").filter { $0 != "trained" && !$0.hasPrefix("random") }
    let tensors = all("--tensor").map { String($0.prefix { $0 != "#" }) }
    return weights + tensors + all("--decisions") + all("--from") + all("--classes")
  }
}

// MARK: Earlier exports of the same thing

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
    preparation = request.network.preprocessing.text
  }

  init(_ result: ERFResult) {
    let subject = result.subject
    model = subject.model
    weights = subject.weights
    input = "\(subject.input.height) x \(subject.input.width)"
    rule = subject.rule.rawValue
    stage = subject.tap
    units = subject.units.map { [$0.row, $0.column] }
    images = HeatmapExport.images(result.imageNames)
    precision = subject.precision.rawValue
    preparation = subject.preprocessing.text
  }

  /// Whether `path` is an export of this: a PGM or a JSON document that tells the same, or a file beside
  /// one of those among `outputs`, which was written with it.
  func made(_ path: String, outputs: [String]) -> Bool {
    let stem = Self.stem(path)
    return outputs.contains { Self.stem($0) == stem && ExportFacts(path: $0) == self }
  }

  static func stem(_ path: String) -> Substring {
    path.lastIndex(of: ".").map { path[..<$0] } ?? path[...]
  }
}

extension ExportFacts {
  /// nil for what this program has not written.
  fileprivate init?(path: String) {
    let name = path.lowercased()
    if name.hasSuffix(".pgm"), let pgm = try? PGM.load(path: path) {
      self.init(comments: pgm.comments)
    } else if name.hasSuffix(".json"), let bytes = try? FileBytes.read(path, limit: 1 << 24) {
      self.init(json: bytes)
    } else {
      return nil
    }
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

  private init?(json: [UInt8]) {
    guard let document = try? JSONDecoder().decode(Document.self, from: Data(json)),
      let result = document.results.first, document.results.count == 1, result.input.count == 2
    else { return nil }
    model = result.model
    weights = result.weights
    input = "\(result.input[0]) x \(result.input[1])"
    rule = result.rule
    stage = result.stage
    units = result.units
    images = HeatmapExport.images(result.images)
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
    }
    let results: [Result]
  }
}
