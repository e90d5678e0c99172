// The table of commands as Markdown, for the README.

/// The key table of the README.
public enum KeyTable {
  /// One section a group: keys and what they do.
  public static var markdown: String {
    var lines: [String] = []
    var group = ""
    for command in Command.table {
      if command.group != group {
        if !lines.isEmpty { lines.append("") }
        lines += ["| \(command.group) | |", "|---|---|"]
        group = command.group
      }
      lines.append("| `\(command.keyLabel)` | \(command.help) |")
    }
    return lines.joined(separator: "\n") + "\n"
  }
}
