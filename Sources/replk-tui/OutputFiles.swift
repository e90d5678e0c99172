// What a command may write over: never what it reads, and other files only when it is told to.

import ERFEngine

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

extension Options {
  static let force = [
    Option("--force", help: "replace files that are there already, without asking")
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
    var seen: Set<String> = []
    for path in paths where !seen.insert(path).inserted { throw .outputTwice(path) }
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
      "\(path.printable.bounded(500)) is there already: replace it? [y/N] ")
    let answer = readLine()?.lowercased() ?? ""
    return answer == "y" || answer == "yes"
  }
}

extension Arguments {
  /// The files that options name to be read, pictures aside.
  fileprivate var files: [String] {
    let weights = all("--weights").filter { $0 != "trained" && !$0.hasPrefix("random") }
    let tensors = all("--tensor").map { String($0.prefix { $0 != "#" }) }
    return weights + tensors + all("--decisions") + all("--from")
  }
}

// MARK: Earlier exports of the same thing

extension ERFRequest {
  /// Whether `path` is an export of this request: a PGM or a JSON document that tells the same network,
  /// weights, input and rule, or a file beside one of those among `outputs`.
  func made(_ path: String, outputs: [String]) -> Bool {
    let stem = Self.stem(path)
    return outputs.contains { Self.stem($0) == stem && isTold(by: $0) }
  }

  private static func stem(_ path: String) -> Substring {
    path.lastIndex(of: ".").map { path[..<$0] } ?? path[...]
  }

  private func isTold(by path: String) -> Bool {
    guard let facts = ExportFacts(path: path), let model = try? network.modelID() else {
      return false
    }
    return facts.model == model && facts.weights == network.weights.description
      && facts.rule == rule.rawValue && (facts.stage == tap || tap == nil)
  }
}

/// What an export says of how it came about.
private struct ExportFacts {
  let model: String
  let weights: String
  let rule: String
  let stage: String

  /// nil for what this program has not written.
  init?(path: String) {
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
      let model = fact("model"), let weights = fact("weights"), let rule = fact("rule"),
      let stage = fact("stage"), let hash = weights.ranges(of: " (hash ").last
    else { return nil }
    self.model = model
    self.weights = String(weights[..<hash.lowerBound])
    self.rule = rule
    self.stage = String(stage.prefix { $0 != " " })
  }

  private init?(json: [UInt8]) {
    guard let document = try? JSONDecoder().decode(Document.self, from: Data(json)),
      let result = document.results.first, document.results.count == 1
    else { return nil }
    model = result.model
    weights = result.weights
    rule = result.rule
    stage = result.stage
  }

  private struct Document: Decodable {
    struct Result: Decodable {
      let model: String
      let weights: String
      let rule: String
      let stage: String
    }
    let results: [Result]
  }
}
