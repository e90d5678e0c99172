// Numbers and tables as text for the terminal.

import ERFEngine
import ERFInterface

enum Text {
  /// Most characters of a message, however long the words are that it quotes.
  private static let longestMessage = 2000

  /// What goes to standard error: one line, whatever stands in the file names and ids it tells of.
  static func message(_ explanation: String) -> String {
    "replk-tui: \(explanation.printable.bounded(longestMessage))\n"
  }

  /// How many of very many things that were left out are named.
  static let named = 10

  /// What was skipped, a line each; of very many the first, and how many more there are.
  static func skipped(_ reasons: [String]) -> [String] {
    let lines = reasons.prefix(named).map { "skipped \($0)" }
    return lines + (reasons.count > named ? [skipped(more: reasons.count - named)] : [])
  }

  /// What is said of those that are not named.
  static func skipped(more count: Int) -> String { "skipped \(count) more" }

  /// Of a file that an earlier run finished, and what computed it where this run would use something else.
  static func kept(_ path: String, by makers: [ERFPart.Maker]) -> String {
    func others(_ word: String, _ used: [String], than own: String) -> String? {
      let used = Set(used)
      return used.subtracting([own]).isEmpty
        ? nil : "\(word) \(used.sorted().joined(separator: " and "))"
    }
    let this = ERFPart.Maker.this
    let how = [
      others("with", makers.map(\.instructionSet), than: this.instructionSet),
      others("by", makers.map(\.program), than: this.program),
    ].compactMap(\.self).joined(separator: " ")
    return "\(path) was finished before: left as it is"
      + (how.isEmpty ? "" : " (computed \(how); --force computes it anew)")
  }

  /// Lines of output, each of which stays one, whatever stands in the names it tells of.
  static func lines(_ lines: [String]) -> String {
    lines.map { $0.printable + "\n" }.joined()
  }

  /// What there is to know of how the weights were taken, and of their training.
  ///
  /// - Parameter model: the network that it is said of, where there are several.
  static func notes(on choice: WeightsChoice, of model: String?) -> [String] {
    let subject = model.map { "\($0): " } ?? ""
    return notes(on: choice).map { "note: " + subject + $0.dropFirst("note: ".count) }
  }

  /// The same of the only network that there is.
  static func notes(on choice: WeightsChoice) -> [String] {
    var notes = choice.remarks.map { "note: \($0)" }
    if !choice.others.isEmpty {
      let others = choice.others.map { $0.isEmpty ? "those without a name" : $0 }
      notes.append(
        "note: took the weights \(choice.chosen.isEmpty ? "without a name" : choice.chosen); the "
          + "file also has \(others.joined(separator: ", ")) (see --weights-key)")
    }
    return notes
  }

  /// `71.756 M`, `15.353 G`.
  static func quantity(_ value: Int) -> String {
    switch value {
    case ..<10_000: "\(value)  "
    case ..<1_000_000_000: "\(Format.fixed(Double(value) / 1e6, 3)) M"
    default: "\(Format.fixed(Double(value) / 1e9, 3)) G"
    }
  }

  /// Rows under a header, columns two spaces apart; the first column to the left, the rest to the
  /// right.
  static func table(_ header: [String], _ rows: [[String]]) -> [String] {
    let lines = [header] + rows.map { $0.map(\.printable) }
    let widths = widths(lines)
    return lines.map { line($0, widths) }
  }

  /// Columns that a cell is filled up to at most: one very long name makes no other line as long.
  private static let widestColumn = 120

  /// Writes the same table line by line; `rows` is gone through twice, and none of it is kept. What is longer than
  /// its column stands there whole.
  static func writeTable(
    _ header: [String], _ rows: some Collection<[String]>
  ) throws(FileError) {
    var widths = widths([header])
    for (column, width) in Self.widths(rows.lazy.map { $0.map(\.printable) }).enumerated() {
      widths[column] = max(widths[column], min(width, widestColumn))
    }
    var pieces = OutputPieces()
    try pieces.write(lines([line(header, widths)]))
    for row in rows { try pieces.write(line(row.map(\.printable), widths) + "\n") }
    try pieces.finish()
  }

  /// Columns of the widest cell of each column.
  private static func widths(_ rows: some Sequence<[String]>) -> [Int] {
    var widths: [Int] = []
    for row in rows {
      for (column, cell) in row.enumerated() {
        if column == widths.count { widths.append(0) }
        widths[column] = max(widths[column], cell.columns)
      }
    }
    return widths
  }

  private static func line(_ cells: [String], _ widths: [Int]) -> String {
    cells.enumerated().map { column, cell in
      column == 0 ? cell.rightPadded(widths[column]) : cell.leftPadded(widths[column])
    }.joined(separator: "  ").trimmedRight
  }
}

/// Collects text for standard output and writes it in pieces.
struct OutputPieces {
  private static let size = 1 << 16
  private var text = ""

  mutating func write(_ more: String) throws(FileError) {
    text += more
    if text.utf8.count >= Self.size { try finish() }
  }

  /// Writes what is left.
  mutating func finish() throws(FileError) {
    try StandardStreams.write(text)
    text = ""
  }
}
