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
    var problems: [any ExplainedError] = file.problems(tensors.lazy)
    var notes: [String] = []
    var stages: [String] = []
    switch try file.graph() {
    case .refused(let error): problems.append(error)
    case .network(let found, let said): (stages, notes) = (found, said)
    case nil: break
    }
    if arguments.has("--json") {
      var pieces = OutputPieces()
      try JSONText.encode(
        Attributed(Document(file, stages: stages, notes: notes, problems: problems)),
        with: tensors.lazy, in: "tensors"
      ) { try pieces.write(String(decoding: $0, as: UTF8.self)) }
      try pieces.finish()
    } else {
      let network =
        (stages.isEmpty ? [] : ["network: opens, with \(stages.joined(separator: ", "))"])
        + notes.map { "note: \($0)" }
      try StandardStreams.write(Text.lines(heading(file) + network + [""]))
      try Text.writeTable(
        ["tensor", "type", "shape", "min", "mean", "max", "hash"], tensors.lazy.map(row))
    }
    // All of the file is told; what ends the command is what would keep it from opening.
    if let problem = problems.first { throw WouldNotOpen(problem: problem) }
  }

  /// What stands above the table of tensors.
  private static func heading(_ file: CheckpointInspection) -> [String] {
    var lines = ["\(file.path): \(file.format), \(file.bytes) bytes, \(file.names.count) tensors"]
    for weights in file.weights {
      lines.append(
        "weights \(weights.key.isEmpty ? "without a name" : weights.key): "
          + (weights.network ?? "no known network")
          + ", \(weights.tensors) tensors, \(weights.parameters) elements")
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
      lines.append("left alone: objects of \(file.classes.count - 50) more classes (--json)")
    }
    return lines
  }

  private static func row(_ tensor: CheckpointInspection.TensorSummary) -> [String] {
    let shape = tensor.shape.map(String.init).joined(separator: "x")
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
  var explanation: String { "would not open: \(problem.explanation)" }
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
  /// Of an exported graph that opens; left out for other files.
  let stages: [String]?
  let notes: [String]?
  let problems: [String]

  init(
    _ file: CheckpointInspection, stages: [String], notes: [String],
    problems: [any ExplainedError]
  ) {
    self.stages = stages.isEmpty ? nil : stages
    self.notes = notes.isEmpty ? nil : notes
    path = file.path
    format = file.format
    bytes = file.bytes
    metadata = file.metadata
    weights = file.weights
    leftAlone = file.classes
    self.problems = problems.map(\.explanation)
  }
}
