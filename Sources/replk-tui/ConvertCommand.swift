// `replk-tui convert`: a network's weights as safetensors, merged, fused, rounded, or made from a seed.

import ERFEngine

extension Command {
  static let convert = Command(
    name: "convert", synopsis: "MODEL|FILE OUT.safetensors [options]",
    summary: "write a network's weights as safetensors, under the names that PyTorch loads",
    options: Options.network + [
      Option(
        "--merge", help: "merge parallel kernels into one (structural re-parameterization)"),
      Option("--fuse", help: "fold batch norms into the convolutions before them"),
      Option(
        "--dtype", value: "TYPE",
        help: "element type: "
          + NetworkConversion.StoredType.allCases.map(\.rawValue).joined(separator: ", ")
          + " (default f32)"),
    ] + Options.force
  ) { arguments in
    let words = arguments.positionals
    guard words.count >= 2 else {
      throw UsageError.tooFewPositionals(
        command: "convert", expected: "a model or checkpoint, and OUT.safetensors")
    }
    guard words.count == 2 else {
      throw UsageError.tooManyPositionals(command: "convert", extra: words[2])
    }
    guard words[1].lowercased().hasSuffix(".safetensors") else {
      throw UsageError.badValue(
        option: "OUT", value: words[1], expected: "a name ending in .safetensors")
    }
    var conversion = NetworkConversion(network: try arguments.networks([words[0]])[0])
    conversion.merges = arguments.has("--merge")
    conversion.fuses = arguments.has("--fuse")
    let types = NetworkConversion.StoredType.allCases.map(\.rawValue).joined(separator: ", ")
    conversion.storedType =
      try arguments.parsed("--dtype", expected: types) {
        NetworkConversion.StoredType(rawValue: $0.lowercased())
      } ?? .f32
    let opened = try conversion.opened()
    try opened.requireMemoryToConvert()
    let files = OutputFiles([words[1]], arguments, models: [words[0]])
    try files.requireFree()
    let report = try conversion.write(
      opened, to: words[1], program: ProgramRecord.text, among: files.versions)
    try StandardStreams.write(text(report, conversion.network, path: words[1]))
  }

  private static func text(
    _ report: NetworkConversion.Report, _ network: NetworkSpec, path: String
  ) -> String {
    var lines = [
      "wrote \(path): \(report.model), \(report.tensors.counted("tensor")), "
        + "\(Text.quantity(report.parameters)) elements",
      "largest difference of \(report.output) before and after: \(report.difference) "
        + "(largest value \(report.largest))",
    ]
    if let graph = network.exportedGraph {
      lines.append(
        "weights alone, under the names of their layers: the graph stays in \(graph.printable)")
    }
    lines += report.weightsChoice.map(Text.notes) ?? []
    return Text.lines(lines)
  }
}
