// The files that a comparison leaves in a folder: the maps of each network, and what was measured on all.

import ERFEngine

/// `results.json` and the maps of several networks.
struct ComparisonFiles {
  private let folder: String
  private let files: OutputFiles
  private let networks: [Network]
  private let metrics: String

  private struct Network {
    let maps: [String]
    let facts: ExportFacts
  }

  /// Checks that the files may be written: over earlier ones of the same networks they are without asking, each file
  /// by what it says itself.
  ///
  /// - Parameter names: of the maps, without endings, for each request.
  /// - Throws: as ``OutputFiles/requireFree(isOwn:found:)``.
  init(
    in folder: String, names: [String], of requests: [ValidatedRequest], _ arguments: Arguments
  ) throws {
    self.folder = folder
    let base = folder.hasSuffix("/") ? folder : folder + "/"
    networks = try zip(names, requests).map { name, request in
      Network(
        maps: ExportFormat.usual.map { "\(base)\(name).\($0.ending)" },
        facts: try ExportFacts(request))
    }
    metrics = "\(base)results.json"
    files = OutputFiles(
      networks.flatMap(\.maps) + [metrics], arguments, models: arguments.positionals,
      images: requests.first?.request.images)
    // A folder that is to be made has nothing to replace, but may become one of classes.
    if FileIdentity(of: base) == nil {
      try files.requireNoInputs()
    } else {
      try files.requireFree { isOwn($0, least: 0) }
    }
  }

  /// Writes what came of the networks, or of the first of them where the run was stopped at the last of these.
  ///
  /// - Returns: all files that were written, and which of the last result's and `results.json` were.
  /// - Throws: `FileError`.
  func write(
    _ results: [ERFResult], _ options: ExportOptions
  ) throws -> (written: [String], ofLast: ExportSelection) {
    let last = networks[results.count - 1]
    var selection = ExportSelection(last.maps + [metrics])
    if results.last?.isPartial == true {
      let images = results.last?.imageNames.count ?? 0
      selection = try ExportSelection(ofStopped: selection.written, besidePart: false) { path in
        !files.isForced && isOwn(path, least: images)
      }
    }
    // Those of the networks before it are of all images.
    let written = networks.prefix(results.count - 1).flatMap(\.maps) + selection.written
    let maps = zip(results, networks).flatMap { result, network in
      zip(network.maps, ExportFormat.usual).map { (result: result, path: $0, format: $1) }
    }
    var contents = try maps.filter { written.contains($0.path) }.map { map in
      let bytes = try HeatmapExport.encode(map.result, format: map.format, options: options)
      return (name: map.path.fileName, bytes: bytes)
    }
    if written.contains(metrics) {
      contents.append((metrics.fileName, try ResultReport(results).encoded()))
    }
    try Folder.write(contents, to: folder, among: files.versions)
    return (written, selection)
  }

  /// Whether the file at `path` is an earlier export of the same, of all its images or, where its run was stopped, of
  /// so many at least.
  private func isOwn(_ path: String, least images: Int) -> Bool {
    guard let network = networks.first(where: { $0.maps.contains(path) }) else {
      return ExportFacts.made(path, of: networks.map(\.facts), least: images)
    }
    return network.facts.made(path, outputs: network.maps, least: images)
  }
}
