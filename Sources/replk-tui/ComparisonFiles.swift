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
      try files.requireFree { isOwn($0, least: Progress()) }
    }
  }

  /// Writes what came of the networks, or of the first of them where the run was stopped at the last of these.
  ///
  /// - Returns: all files that were written, and which of the last result's and `results.json` were.
  /// - Throws: `FileError`.
  func write(
    _ results: [ERFResult], _ options: ExportOptions
  ) throws -> (written: [String], ofLast: ExportSelection) {
    let reached = Progress(of: results)
    var selection = ExportSelection(networks[results.count - 1].maps + [metrics])
    if results.last?.isPartial == true {
      selection = try ExportSelection(ofStopped: selection.written, besidePart: false) { path in
        !files.isForced && isOwn(path, least: reached)
      }
    }
    // Those of the networks before it are of all images.
    let written = networks.prefix(results.count - 1).flatMap(\.maps) + selection.written
    let maps = zip(results, networks).flatMap { result, network in
      zip(network.maps, ExportFormat.usual).map { (result: result, path: $0, format: $1) }
    }
    var contents: [(name: String, bytes: () throws -> [UInt8])] = []
    for map in maps where written.contains(map.path) {
      contents.append(
        (
          name: map.path.fileName,
          bytes: { try HeatmapExport.encode(map.result, format: map.format, options: options) }
        ))
    }
    if written.contains(metrics) {
      contents.append((name: metrics.fileName, bytes: { try ResultReport(results).encoded() }))
    }
    // What a run of the same comparison that was stopped wrote meanwhile, and came less far.
    try Folder.write(contents, to: folder, among: files.versions) { path in
      isOwn(path, least: Progress()) && !isOwn(path, least: reached)
    }
    return (written, selection)
  }

  /// How far a comparison came: nil images are all.
  private struct Progress {
    /// The last network that was begun, from 1.
    var network = 1
    var images: Int? = 0

    init() {}

    init(of results: [ERFResult]) {
      network = results.count
      images = results.last.flatMap { $0.isPartial ? $0.imageNames.count : nil }
    }
  }

  /// Whether the file at `path` is an earlier export of the same, of all its images or, where its run was stopped, of
  /// one that came so far at least.
  private func isOwn(_ path: String, least: Progress) -> Bool {
    guard let index = networks.firstIndex(where: { $0.maps.contains(path) }) else {
      let least = least.images.map { (run: least.network, images: $0) }
      return ExportFacts.made(path, of: networks.map(\.facts), least: least)
    }
    // Of the networks before the last one all images were looked at.
    let images = index + 1 < least.network ? nil : least.images
    return networks[index].facts.made(path, outputs: networks[index].maps, least: images)
  }
}
