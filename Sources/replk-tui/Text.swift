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

  /// Lines of output, each of which stays one, whatever stands in the names it tells of.
  static func lines(_ lines: [String]) -> String {
    lines.map { $0.printable + "\n" }.joined()
  }

  /// Which of several dictionaries of weights was taken, what was left out of it, and what is in doubt.
  static func notes(on choice: WeightsChoice) -> [String] {
    var notes = choice.notes.map { "note: \($0)" }
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
    let widths = header.indices.map { column in
      lines.map { $0[column].columns }.max() ?? 0
    }
    return lines.map { line in
      line.enumerated().map { column, cell in
        column == 0 ? cell.rightPadded(widths[column]) : cell.leftPadded(widths[column])
      }.joined(separator: "  ").trimmedRight
    }
  }
}
