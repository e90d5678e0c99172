// Numbers and tables as text for the terminal.

import ERFEngine
import ERFInterface

enum Text {
  /// What goes to standard error: one line, whatever stands in the file names and ids it tells of.
  static func message(_ explanation: String) -> String {
    "replk-tui: \(printable(explanation))\n"
  }

  /// Text out of files, which may hold anything, with spaces for control characters.
  static func printable(_ text: String) -> String {
    let scalars = text.unicodeScalars.map { scalar in
      scalar.properties.generalCategory == .control ? " " : Character(scalar)
    }
    return String(scalars)
  }

  /// Which of several dictionaries of weights was taken.
  static func note(of choice: WeightsChoice) -> String {
    let others = choice.others.map { $0.isEmpty ? "those without a name" : $0 }
    return "note: took the weights \(choice.chosen); the file also has "
      + "\(others.joined(separator: ", ")) (see --weights-key)"
  }

  /// `12.3 s`, `2 min 5 s`.
  static func seconds(_ value: Double) -> String {
    value < 60
      ? "\(Format.fixed(value, value < 10 ? 1 : 0)) s"
      : "\(Int(value) / 60) min \(Int(value) % 60) s"
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
  static func table(_ header: [String], _ rows: [[String]]) -> String {
    let lines = [header] + rows
    let widths = header.indices.map { column in lines.map { $0[column].count }.max() ?? 0 }
    return lines.map { line in
      let cells = line.enumerated().map { column, cell in
        let space = String(repeating: " ", count: widths[column] - cell.count)
        return column == 0 ? cell + space : space + cell
      }
      return trimmed(cells.joined(separator: "  "))
    }.joined(separator: "\n")
  }

  private static func trimmed(_ line: String) -> String {
    var line = line[...]
    while line.last == " " { line.removeLast() }
    return String(line)
  }
}
