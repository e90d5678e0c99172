// `replk-tui features`: activations of any layer, for comparison with other frameworks.

import ERFEngine

extension Command {
  static let features = Command(
    name: "features", synopsis: "MODEL|FILE --tap NAME -o FILE.npy [options]",
    summary: "write the activations of a layer, (N, C, H, W), or the logits, (N, classes)",
    options: Options.network + Options.images + Options.preparation
      + Options.unit.filter { !["--at", "--rule"].contains($0.names[0]) } + Options.run
      + [
        Option(
          "--shard", value: "I/N", values: .shard,
          help: "only share I of N of the inputs; `merge` puts the arrays together"),
        Option("--output", "-o", value: "FILE.npy", help: "where to write"),
      ] + Options.force
  ) { arguments in
    let request = try arguments.requests([arguments.model(for: "features")])[0]
    guard let path = arguments.last("--output") else {
      throw UsageError.missingOption(command: "features", option: "-o FILE.npy")
    }
    guard (try? ExportFormat(path: path))?.ending == "npy" else {
      throw UsageError.badValue(option: "-o", value: path, expected: "a name ending in .npy")
    }
    let validated = try request.validated()
    try OutputFiles([path], arguments, models: arguments.positionals, images: request.images)
      .requireFree()
    try Features.requireMemory(validated)
    Interruption.catchSignals()
    let features: Features
    do {
      features = try Features(
        of: validated, shard: arguments.shard(), cancellation: Interruption.cancellation)
    } catch is CancellationError {
      throw Interrupted(explanation: "stopped before the first input was done; nothing was written")
    }
    try AtomicFile.write(
      NPY(shape: features.shape, values: features.values).encoded(), to: path)
    let shape = features.shape.map(String.init).joined(separator: "x")
    try StandardStreams.write(
      Text.lines(
        ["wrote \(path): \(shape) float32"] + (features.weightsChoice.map(Text.notes) ?? [])))
    if features.isPartial {
      throw Interrupted(
        explanation: "stopped after \(features.shape[0]) of \(features.inputs) inputs; "
          + "\(path) holds only these")
    }
  }
}
