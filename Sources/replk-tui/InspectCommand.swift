// `replk-tui inspect`: what a checkpoint file is and holds.

import ERFEngine

extension Command {
  static let inspect = Command(
    name: "inspect", synopsis: "FILE [--json]",
    summary: "show what a checkpoint is and holds, and whether its network would open",
    options: [Option("--json", help: "print as JSON")]
  ) { arguments in
    guard let path = arguments.positionals.first else {
      throw UsageError.tooFewPositionals(command: "inspect", expected: "a checkpoint file")
    }
    if arguments.positionals.count > 1 {
      throw UsageError.tooManyPositionals(command: "inspect", extra: arguments.positionals[1])
    }
    let file = try CheckpointInspection(path: path)
    let tensors = try file.tensors()
    let opening = try Opening(file, tensors)
    if arguments.has("--json") {
      var pieces = OutputPieces()
      try JSONText.encode(
        Attributed(Document(file, opening)), with: tensors, in: "tensors",
        text: { try $0.json() },
        write: { try pieces.write(String(decoding: $0, as: UTF8.self)) })
      try pieces.finish()
    } else {
      try StandardStreams.write(Text.lines(heading(file) + opening.lines + [""]))
      try Text.writeTable(
        ["tensor", "type", "shape", "min", "mean", "max", "hash"], tensors.lazy.map(row))
    }
    // All of the file is told; what ends the command is what would keep it from opening.
    if let problem = opening.problem { throw WouldNotOpen(problem: problem) }
  }

  /// What stands above the table of tensors.
  private static func heading(_ file: CheckpointInspection) -> [String] {
    var lines = [
      "\(file.path): \(file.format), \(file.bytes.counted("byte")), "
        + file.names.count.counted("tensor")
    ]
    for weights in file.weights {
      lines.append(
        "weights \(weights.key.isEmpty ? "without a name" : weights.key): "
          + (weights.network ?? "no known network")
          + ", \(weights.tensors.counted("tensor")), \(weights.parameters.counted("element"))")
    }
    if file.weights.isEmpty, !file.isGraph { lines.append("weights: of no known network") }
    lines += file.metadata.sorted { $0.key < $1.key }.map {
      let value = $0.value.count > 200 ? $0.value.prefix(200) + "..." : $0.value[...]
      return "\($0.key): \(value)"
    }
    if let record = TrainingRecord(metadata: file.metadata) {
      for network in file.weights.compactMap(\.network) {
        if let untrained = record.untrained(model: network) {
          lines.append("note: \(untrained.note)")
        }
      }
    }
    lines += file.classes.prefix(50).map { "left alone: \($0.count) of \($0.name)" }
    if file.classes.count > 50 {
      lines.append(
        "left alone: objects of "
          + (file.classes.count - 50).counted("more class", "more classes") + " (--json)")
    }
    return lines
  }

  private static func row(_ tensor: CheckpointInspection.TensorSummary) -> [String] {
    var shape = ""
    for extent in tensor.shape { shape += shape.isEmpty ? "\(extent)" : "x\(extent)" }
    let bad = tensor.nonFinite > 0 ? " (\(tensor.nonFinite) NaN or Inf)" : ""
    return [
      tensor.name, tensor.type, shape.isEmpty ? "-" : shape,
      tensor.min.map { "\($0)" } ?? "-", tensor.mean.map { "\(Float($0))" } ?? "-",
      (tensor.max.map { "\($0)" } ?? "-") + bad, tensor.hash ?? "-",
    ]
  }
}

/// What keeps the file from opening as a network.
private struct WouldNotOpen: ExplainedError {
  let problem: any ExplainedError

  var isUsageError: Bool { problem.isUsageError }
  var explanation: String { "would not open: \(Advice.line(problem))" }
}

/// What would become of the file, were it named in the place of a model.
private struct Opening {
  var stages: [String] = []
  var notes: [String] = []
  /// Whether it opens as it is.
  var opens = false
  /// Why it does not, where an option or a name would open it; nil: it opens, or `problem` says it.
  var reason: String?
  /// What keeps it from opening, an option for files of its kind aside.
  var problem: (any ExplainedError)?

  init(
    _ file: CheckpointInspection, _ tensors: CheckpointInspection.Tensors
  ) throws {
    switch try file.graph() {
    case .refused(let error): problem = error
    case .network(let stages, let notes):
      (self.stages, self.notes, opens) = (stages, notes, true)
    case nil: break
    }
    switch try file.opening(tensors.lazy) {
    case .opens(let notes): (opens, self.notes) = (true, notes)
    case .withoutHead(let error, let notes): (reason, self.notes) = (Advice.line(error), notes)
    case .unknown(let error): reason = Advice.line(error)
    case .refused(let error): problem = error
    case nil: break
    }
  }

  var lines: [String] {
    var lines: [String] = []
    if opens {
      let parts = stages.isEmpty ? "" : ", with \(stages.joined(separator: ", "))"
      lines.append("network: opens\(parts)")
    } else if let reason {
      lines.append("network: would not open as it is: \(reason)")
    }
    return lines + notes.map { "note: \($0)" }
  }
}

/// What `--json` prints, the tensors aside, of which there may be very many.
private struct Document: Encodable {
  let path: String
  let format: String
  let bytes: Int
  let metadata: [String: String]
  let weights: [CheckpointInspection.Weights]
  let tensors: [String] = []
  let leftAlone: [ForeignClass]
  /// Whether it opens where it is named in the place of a model.
  let opens: Bool
  /// Why it does not; left out where it does.
  let reason: String?
  /// Of an exported graph that opens; left out for other files.
  let stages: [String]?
  let notes: [String]?
  let problems: [String]

  init(_ file: CheckpointInspection, _ opening: Opening) {
    opens = opening.opens
    reason = opening.opens ? nil : opening.problem.map(Advice.line) ?? opening.reason
    stages = opening.stages.isEmpty ? nil : opening.stages
    notes = opening.notes.isEmpty ? nil : opening.notes
    problems = opening.problem.map { [Advice.line($0)] } ?? []
    path = file.path
    format = file.format
    bytes = file.bytes
    metadata = file.metadata
    weights = file.weights
    leftAlone = file.classes
  }
}
