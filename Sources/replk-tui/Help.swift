// The help texts, made from the tables of commands and options.

import ERFEngine
import ERFInterface

enum Help {
  static func overview() -> String {
    let commands = Command.all.map { ["  \($0.name)", $0.summary] }
    return """
      replk-tui \(ProgramRecord.version): an explorer of effective receptive fields

      usage: replk-tui [MODEL|FILE [MODEL|FILE] | SESSION.json] [options]     open the explorer
             replk-tui COMMAND [options]

      MODEL: a name that `replk-tui models` lists, or one with numbers of your own
      FILE: a checkpoint (safetensors, torch.save) or an ONNX file

      commands:
      \(columns(commands))

      explorer options:
      \(options(ExploreCommand.options))

      `replk-tui COMMAND --help` explains a command; `replk-tui \(Completions.version.name)` prints the version and
      what results depend on.

      """
  }

  static func text(of command: Command) -> String {
    """
    usage: replk-tui \(command.name) \(command.synopsis)

    \(command.summary)

    \(options(command.options + Options.help))

    """
  }

  private static func options(_ options: [Option]) -> String {
    columns(
      options.map { option in
        [
          "  " + option.names.reversed().joined(separator: ", ")
            + (option.value.map { " \($0)" } ?? ""),
          option.help,
        ]
      })
  }

  /// Two columns, both to the left.
  private static func columns(_ rows: [[String]]) -> String {
    let width = rows.map { $0[0].columns }.max() ?? 0
    return rows.map { $0[0].rightPadded(width + 2) + $0[1] }.joined(separator: "\n")
  }
}
