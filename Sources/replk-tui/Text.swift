// Numbers and tables as text for the terminal.

enum Text {
  /// What goes to standard error: one line, whatever stands in the file names and ids it tells of.
  static func message(_ explanation: String) -> String {
    "replk-tui: \(oneLine(explanation))\n"
  }

  /// `text` with spaces for control characters.
  static func oneLine(_ text: String) -> String {
    let controls = text.unicodeScalars.map { scalar in
      scalar.properties.generalCategory == .control ? " " : Character(scalar)
    }
    return String(controls)
  }

  /// `value` with `digits` decimals, rounded half away from zero.
  static func fixed(_ value: Double, _ digits: Int) -> String {
    guard value.isFinite, abs(value) < 1e15 else { return "\(value)" }
    var scale = 1.0
    for _ in 0..<digits { scale *= 10 }
    let scaled = Int((abs(value) * scale).rounded())
    let whole = scaled / Int(scale)
    let sign = value < 0 && scaled != 0 ? "-" : ""
    guard digits > 0 else { return "\(sign)\(whole)" }
    let fraction = String(scaled % Int(scale))
    let zeros = String(repeating: "0", count: digits - fraction.count)
    return "\(sign)\(whole).\(zeros)\(fraction)"
  }

  /// `12.3 s`, `2 min 5 s`.
  static func seconds(_ value: Double) -> String {
    value < 60
      ? "\(fixed(value, value < 10 ? 1 : 0)) s"
      : "\(Int(value) / 60) min \(Int(value) % 60) s"
  }

  /// `71.756 M`, `15.353 G`.
  static func quantity(_ value: Int) -> String {
    switch value {
    case ..<10_000: "\(value)  "
    case ..<1_000_000_000: "\(fixed(Double(value) / 1e6, 3)) M"
    default: "\(fixed(Double(value) / 1e9, 3)) G"
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
