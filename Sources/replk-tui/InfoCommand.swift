// `replk-tui info` and `replk-tui models`: what networks there are, and what they cost and see.

import ERFEngine
import ERFInterface

extension Command {
  static let info = Command(
    name: "info", synopsis: "MODEL|FILE [--size N] [--json]",
    summary: "list a network's blocks: shapes, parameters, multiply-adds, receptive fields",
    options: Options.network.filter { ["--weights-key", "--ignore-extra"].contains($0.names[0]) }
      + Options.images.filter { $0.names[0] == "--size" } + [
        Option("--json", help: "print as JSON")
      ]
  ) { arguments in
    var spec = try arguments.networks([arguments.model(for: "info")])[0]
    spec.allowsMissingHead = true
    let size = arguments.size() ?? spec.exportedSize ?? InputSize(height: 224, width: 224)
    let opened = try OpenedNetwork(spec.bound(to: size))
    try opened.requireWeights()
    var summary =
      opened.hasCheckpoint
      // A checkpoint may have made one of parallel kernels: what counts is how the network is written.
      ? try NetworkSummary(model: opened.id, size: size, hasClassifier: opened.holdsClassifier)
      : try NetworkSummary(opened, size: size)
    summary.notes = opened.weightsChoice.notes
    if arguments.has("--json") {
      try StandardStreams.write(json: JSONText.encode(Attributed(summary)))
    } else {
      let notes = opened.weightsChoice.map(Text.notes) ?? []
      try StandardStreams.write(text(summary) + Text.lines(notes))
    }
  }

  private static func text(_ summary: NetworkSummary) -> String {
    let rows = summary.rows.map { row in
      [
        (row.isStage ? "" : "  ") + row.name, row.output.map(String.init).joined(separator: "x"),
        Text.quantity(row.parameters), Text.quantity(row.multiplyAdds),
        row.receptiveField.map(String.init) ?? (row.seesWholeInput ? "all" : "?"),
        row.stride?.description ?? "-",
        reached(row.name, summary.kernelReach),
      ]
    }
    let table = Text.table(
      ["block", "output CxHxW", "parameters", "multiply-adds", "field px", "stride", "reached"],
      rows)
    return Text.lines(
      ["\(summary.model)  input \(summary.input[0])x\(summary.input[1])", ""] + table + [
        "",
        "parameters     \(Text.quantity(summary.parameters))  batch norms folded, kernels merged "
          + "(\(Text.quantity(summary.trainingParameters)) while training)",
        "multiply-adds  \(Text.quantity(summary.multiplyAdds))  "
          + (summary.countsAll
            ? "of convolutions and products of matrices"
            : "of the convolutions, as the paper counts"),
        "A stage's row sums up the blocks since the stage before; a field is the theoretical one",
        "(all: the whole input whatever its size, ?: not known);",
        "reached: kernel weights that meet a pixel at this input size; the rest meet only padding.",
      ] + modules(summary))
  }

  /// Modules that have no row, as many as one reads: the outermost, in the order in which they run.
  private static func modules(_ summary: NetworkSummary) -> [String] {
    guard let modules = summary.modules, !modules.isEmpty else { return [] }
    let depths = modules.map { module in module.name.count { $0 == "." } }
    let outermost = modules.indices.sorted { (depths[$0], $0) < (depths[$1], $1) }
    let rows = outermost.prefix(mostModules).sorted().map { index in
      let module = modules[index]
      return [
        "  " + module.name, module.output.map(String.init).joined(separator: "x"),
        module.stride?.description ?? "-",
      ]
    }
    let more = modules.count - rows.count
    return ["", "other modules that --tap takes:"]
      + Text.table(["  module", "output CxHxW", "stride"], rows)
      + (more > 0 ? ["  and \(more) more (--json lists them)"] : [])
  }

  private static let mostModules = 20

  private static func reached(_ name: String, _ reach: KernelReach) -> String {
    guard let stage = reach.stages.first(where: { $0.name == name }), stage.weights > 0 else {
      return ""
    }
    // Less than all is never shown as all.
    let share = stage.reached == stage.weights ? 100 : min(99.9, 100 * stage.share)
    return "\(Format.fixed(share, share == 100 ? 0 : 1)) %"
  }

  static let models = Command(
    name: "models", synopsis: "", summary: "list the networks by name", options: []
  ) { arguments in
    if let extra = arguments.positionals.first {
      throw UsageError.tooManyPositionals(command: "models", extra: extra)
    }
    try StandardStreams.write(
      ModelCatalogue.ids.joined(separator: "\n") + "\n\nwith numbers of your own:\n"
        + ModelCatalogue.freeForms.map { "  \($0)\n" }.joined())
  }
}
