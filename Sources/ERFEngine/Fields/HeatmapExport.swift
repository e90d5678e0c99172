// A finished run to a file: the heat map, its numbers or its metrics, by the file's ending.

/// Exports of finished runs.
public enum HeatmapExport {
  /// Writes `result` to `path` in the format of its ending; an existing file is replaced in one step.
  ///
  /// - Throws: ``ExportError`` or ``FileError``.
  public static func write(
    _ result: ERFResult, to path: String, options: ExportOptions = ExportOptions()
  ) throws {
    try AtomicFile.write(
      encode(result, format: try ExportFormat(path: path), options: options), to: path)
  }

  /// The bytes of that file.
  ///
  /// - Throws: ``ExportError/encoding(format:reason:)``.
  public static func encode(
    _ result: ERFResult, format: ExportFormat, options: ExportOptions = ExportOptions()
  ) throws(ExportError) -> [UInt8] {
    try format.encode(result, options)
  }

  /// A in 0...1; of a signed map (A + 1) / 2, so that zero is the middle.
  public static func picture(_ map: ERFMap) -> [Double] {
    map.rule.isSigned ? map.logScaled.map { ($0 + 1) / 2 } : map.logScaled
  }

  /// The same facts as text of a PNG, each under its own name.
  static func provenance(_ result: ERFResult, scale: String? = nil) -> [PNGText] {
    comments(result, scale: scale).enumerated().map { index, line in
      guard index > 0, let colon = line.firstIndex(of: ":") else {
        return PNGText(keyword: "Title", text: line)
      }
      let text = line[line.index(after: colon)...].drop { $0 == " " }
      return PNGText(keyword: String(line[..<colon]), text: String(text))
    }
  }

  static let title = "effective receptive field, replk-tui"

  /// Where the map comes from, one line a fact, for the header of a PGM.
  ///
  /// - Parameter scale: what is shown of M; nil: A.
  public static func comments(_ result: ERFResult, scale shown: String? = nil) -> [String] {
    let subject = result.subject
    let isSigned = subject.rule.isSigned
    let scale =
      "scale: \(shown ?? "log10(M + 1) / max")\(isSigned ? ", zero in the middle" : ""), "
      + "max M = \(result.map.peak)"
    if let record = result.record {
      // Of a map that was read back, what its file said.
      let unknown =
        record.lines.isEmpty ? ["model: \(MapRecord.unrecorded)\(subject.model)"] : []
      return [title] + unknown + record.allLines + [scale]
    }
    let places = subject.units.map { "(\($0.row), \($0.column))" }.joined(separator: ", ")
    var lines: [String] = [
      title,
      "model: \(subject.model)",
      "weights: \(subject.weights) (hash \(subject.weightsHash))",
      "input: \(subject.input.height) x \(subject.input.width) (height x width)",
      "images: \(images(result.imageNames, partialOf: result.partialOf))",
      "stage: \(subject.tap) (\(subject.mapSize.height) x \(subject.mapSize.width)), "
        + "\(subject.units.count == 1 ? "unit" : "units") \(places)",
      "rule: \(subject.rule.rawValue)",
    ]
    if let precision = subject.precision.stated { lines.append("precision: \(precision)") }
    if subject.preprocessing != .own { lines.append("preparation: \(subject.preprocessing.text)") }
    lines += (subject.weightsChoice.notes ?? []).map { "note: \($0)" }
    return lines + [scale]
  }

  /// How many images a map is over, of how many where it is not of all, and the first names of them.
  public static func images(_ names: [String], partialOf whole: Int? = nil) -> String {
    "\(names.count)\(whole.map { " of \($0), partial" } ?? ""): \(shortened(names))"
  }

  /// Letters of a line of names at most, and of one name.
  static let longest = 400

  /// The first names, as many as a line of header should hold, and how many more there are.
  private static func shortened(_ names: [String]) -> String {
    var shown: [String] = []
    var length = 0
    for name in names {
      length += name.count + 2
      if length > longest && !shown.isEmpty { break }
      shown.append(name.count > longest ? String(name.prefix(longest - 3)) + "..." : name)
    }
    let rest = names.count - shown.count
    return shown.joined(separator: ", ") + (rest > 0 ? " and \(rest) more" : "")
  }
}
