// Manual pages, made from the tables of commands, options and keys.

import ERFEngine
import ERFInterface

/// Pages in the man macros of troff.
enum Manual {
  /// The page of the program: the explorer, its keys, and all commands.
  static func overview() -> String {
    page(
      name: "replk-tui", summary: "explorer of effective receptive fields",
      synopsis: [
        "[MODEL|FILE [MODEL|FILE] | SESSION] [options]",
        "COMMAND [options]",
      ],
      sections: [
        section(
          "DESCRIPTION",
          paragraph(
            "Shows which input pixels a convolutional network listens to: back-propagates from a unit "
              + "of a feature map to the input, averages over images, and draws the map on the "
              + "terminal. Without a command the explorer opens, on two small trained networks unless "
              + "others are named. A MODEL is a name that `replk-tui models` lists, or one with "
              + "numbers of your own; a FILE is a checkpoint (safetensors, torch.save) or an "
              + "ONNX file; a SESSION is a file that the explorer wrote, or the name of one that came "
              + "with the program, such as nano-13-31.")),
        section(
          "OPTIONS",
          options(ExploreCommand.options)
            + ".TP\n\\fB\(escaped(Completions.version.name))\\fR\n"
            + "\(escaped(Completions.version.summary))\n"),
        section(
          "COMMANDS",
          Command.all.map { command in
            ".TP\n.B \(escaped(command.name)) \(escaped(command.synopsis))\n"
              + "\(escaped(command.summary)); see\n.BR replk\\-tui\\-\(escaped(command.name)) (1)\n"
          }.joined()),
        section(
          "KEYS",
          KeyTable.groups.map { group in
            ".SS \(escaped(group.title))\n"
              + group.rows.map { ".TP\n.B \(escaped($0.keys))\n\(escaped($0.help))\n" }.joined()
          }.joined()),
        exitStatus,
        section(
          "FILES",
          ".TP\n.I $XDG_STATE_HOME/replk\\-tui, ~/.local/state/replk\\-tui\n"
            + "the state of the explorer when it last ended, and networks trained in it\n"),
      ])
  }

  static func page(of command: Command) -> String {
    page(
      name: "replk-tui-\(command.name)", summary: command.summary,
      synopsis: ["\(command.name) \(command.synopsis)"],
      sections: [
        section("OPTIONS", options(command.options + Options.help)), exitStatus,
        section("SEE ALSO", ".BR replk\\-tui (1)\n"),
      ])
  }

  private static let exitStatus = section(
    "EXIT STATUS",
    paragraph(
      "0; 1 where something failed; 2 for a mistake in the command; 128 + n after signal n. "
        + "Errors are one line on standard error."))

  private static func page(
    name: String, summary: String, synopsis: [String], sections: [String]
  ) -> String {
    // No date: the same program prints the same page.
    let title = "\(name.uppercased())"
    return ".TH \(escaped(title)) 1 \"\" \"\(escaped("replk-tui \(ProgramRecord.version)"))\" "
      + "\"User Commands\"\n.nh\n.ad l\n"
      + section("NAME", "\(escaped(name)) \\- \(escaped(summary))\n")
      + section(
        "SYNOPSIS",
        synopsis.map { ".B replk\\-tui\n\(escaped($0))\n" }.joined(separator: ".br\n"))
      + sections.joined()
  }

  private static func section(_ title: String, _ body: String) -> String { ".SH \(title)\n\(body)" }

  private static func paragraph(_ text: String) -> String { escaped(text) + "\n" }

  private static func options(_ options: [Option]) -> String {
    options.map { option in
      let names = option.names.reversed().map { "\\fB\(escaped($0))\\fR" }.joined(separator: ", ")
      let value = option.value.map { " \\fI\(escaped($0))\\fR" } ?? ""
      return ".TP\n\(names)\(value)\n\(escaped(option.help))\n"
    }.joined()
  }

  /// Text that troff prints as it stands: dashes that can be copied, no requests.
  private static func escaped(_ text: String) -> String {
    var result = ""
    for character in text {
      switch character {
      case "\\": result += "\\e"
      case "-": result += "\\-"
      case "^": result += "\\(ha"
      case "~": result += "\\(ti"
      case "`": result += "\\(ga"
      case "'": result += "\\(aq"
      case "\"": result += "\\(dq"
      default: result.append(character)
      }
    }
    return result.hasPrefix(".") ? "\\&" + result : result
  }
}

extension Command {
  static let manual = Command(
    name: "manual", synopsis: "[COMMAND]",
    summary: "print a manual page, for `man -l -`, of the program or of a command",
    options: [Option("--list", help: "print the names of all commands instead")]
  ) { arguments in
    if arguments.has("--list") {
      return try StandardStreams.write(Command.all.map { $0.name + "\n" }.joined())
    }
    if arguments.positionals.count > 1 {
      throw UsageError.tooManyPositionals(command: "manual", extra: arguments.positionals[1])
    }
    guard let name = arguments.positionals.first else {
      return try StandardStreams.write(Manual.overview())
    }
    try StandardStreams.write(Manual.page(of: named(name)))
  }
}
