// The table of commands as text, for the documentation.

/// The keys of the explorer and what they do.
public enum KeyTable {
  /// The keys of a panel, or of all.
  public struct Group {
    public let title: String
    public fileprivate(set) var rows: [(keys: String, help: String)]
  }

  public static var groups: [Group] {
    var groups: [Group] = []
    for command in Command.table {
      if groups.last?.title != command.group {
        groups.append(Group(title: command.group, rows: []))
      }
      groups[groups.count - 1].rows.append((command.keyLabel, command.help))
    }
    return groups
  }

  /// One section a group: keys and what they do.
  public static var markdown: String {
    // Else it ends a cell, in code too.
    func cell(_ text: String) -> String { text.replacing("|", with: "\\|") }
    return groups.map { group in
      let rows = group.rows.map { "| `\(cell($0.keys))` | \(cell($0.help)) |\n" }
      return "| \(group.title) | |\n|---|---|\n" + rows.joined()
    }.joined(separator: "\n")
  }
}
