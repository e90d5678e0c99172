// `replk-tui compare`: several networks over the same images, side by side.

import ERFEngine

extension Command {
  static let compare = Command(
    name: "compare", synopsis: "MODEL|FILE MODEL|FILE... [options] [-o DIR]",
    summary: "compute and compare the fields of several networks over the same images",
    options: Options.networks + Options.images + Options.unit + Options.run + [
      Option(
        "--output", "-o", value: "DIR",
        help: "write each map as .pgm, .png and .npy, and results.json, into the folder DIR"),
      Option("--json", help: "print the metrics as JSON"),
    ] + Options.export
  ) { arguments in
    guard arguments.positionals.count >= 2 else {
      throw UsageError.tooFewPositionals(
        command: "compare", expected: "at least two models, such as replknet-13 replknet-31")
    }
    let requests = try arguments.requests(arguments.positionals)
    let variant = try arguments.pgmVariant()
    let colours = try arguments.colours()
    let names = fileNames(requests)
    let folder = arguments.last("--output")
    // Every mistake shows before the first network has run.
    for request in requests { try request.validate() }
    if let folder { try Folder.requireWritable(folder) }
    let computer = ERFComputer()
    let results = try requests.map { try run($0, on: computer) }
    var outputs: [String] = []
    if let folder {
      var files: [(name: String, bytes: [UInt8])] = []
      for (result, name) in zip(results, names) {
        for format in [ExportFormat.pgm, .png, .npy] {
          let bytes = try HeatmapExport.encode(
            result, format: format, variant: variant, colours: colours)
          files.append(("\(name).\(format.rawValue)", bytes))
        }
      }
      files.append(("results.json", try ResultReport(results).encoded()))
      try Folder.write(files, to: folder)
      outputs = files.map { (folder.hasSuffix("/") ? folder : folder + "/") + $0.name }
    }
    if arguments.has("--json") {
      try StandardStreams.write(json: try ResultReport(results).encoded())
    } else {
      try StandardStreams.write(Report.text(results, outputs: outputs))
    }
  }

  /// A file name for each request, from its model; numbered where a name is taken.
  private static func fileNames(_ requests: [ERFRequest]) -> [String] {
    var taken: Set<String> = []
    return requests.map { request in
      let safe = request.network.name.fileName.lowercased().map {
        $0.isLetter || $0.isNumber ? $0 : "-"
      }
      let stem = String(String(safe).prefix(80))
      var name = stem
      var number = 1
      while !taken.insert(name).inserted {
        number += 1
        name = "\(stem)-\(number)"
      }
      return name
    }
  }
}
