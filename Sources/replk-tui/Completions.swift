// Scripts that complete command lines in shells, made from the tables of commands and options.

import ERFCurses
import ERFEngine
import ERFInterface

/// A shell that completions are written for.
enum Shell: String, CaseIterable {
  case bash, zsh, fish
}

/// What the value of an option may be completed to.
enum CompletedValue: Equatable {
  case files
  case folders
  case words([String])
  /// One of few words, or a file.
  case wordsOrFiles([String])
  /// A number, a name of a layer, a list: nothing to offer.
  case free
}

extension Option {
  /// Judged by what stands for the value in the help, and by the words that some options take.
  var completedValue: CompletedValue {
    if names[0] == "--weights" { return .wordsOrFiles(["trained", "random:"]) }
    if let words = words ?? Self.words[names[0]] { return .words(words) }
    guard let value else { return .free }
    if value.contains("DIR") { return .folders }
    return value.contains("FILE") || value.contains("PATH") || value.contains("OUT")
      ? .files : .free
  }

  /// Options that take one of few words, whatever the command.
  private static let words: [String: [String]] = [
    "--rule": ERFRule.allCases.map(\.rawValue),
    "--precision": Precision.allCases.map(\.rawValue),
    "--fit": ["interpolate", "crop"],
    "--isa": InstructionSet.built,
    "--color": ColourChoice.allCases.map(\.rawValue),
    "--allow-missing": ["head"],
    "--kind": StimulusKind.allCases.map(\.rawValue),
    "--dtype": NetworkConversion.StoredType.allCases.map(\.rawValue),
    "--part": BenchPart.allCases.map(\.rawValue),
    "--optimizer": ["adamw", "sgd"],
  ]
}

/// What a command line may hold, for any shell.
struct Completions {
  struct Subcommand {
    let name: String
    let summary: String
    let options: [Option]
    /// What may stand beside options.
    let operands: CompletedValue
  }

  private var names: [String] { commands.map(\.name) }

  let commands = Command.all.map {
    Subcommand(
      name: $0.name, summary: $0.summary, options: $0.options + Options.help,
      operands: Self.operands(of: $0.name))
  }

  private static func operands(of command: String) -> CompletedValue {
    switch command {
    case "completions": .words(Shell.allCases.map(\.rawValue))
    case "manual": .words(Command.all.map(\.name))
    case "models", "stimuli", "bench": .free
    case "merge", "inspect": .files
    case "snapshot", "figure": .wordsOrFiles(ModelCatalogue.ids + ShippedSessions.names)
    default: .wordsOrFiles(ModelCatalogue.ids)
    }
  }
  let explorer = ExploreCommand.options
  /// What is no command of the table, and stands in its place.
  static let version = (
    name: "--version", summary: "print the version and what results depend on"
  )
  private static let help = (name: "help", summary: "show the help of a command")
  /// What the explorer opens, beside files.
  let opened = ModelCatalogue.ids + ShippedSessions.names

  func script(for shell: Shell) -> String {
    switch shell {
    case .bash: bash
    case .zsh: zsh
    case .fish: fish
    }
  }
}

// MARK: bash

extension Completions {
  private var bash: String {
    let cases = commands.map { command in
      """
          \(command.name))
            options='\(Self.spellings(command.options))'
            operands='\(Self.words(command.operands))' others=\(Self.bashFiles(command.operands))
            case $previous in
      \(bashValues(command.options))
            esac ;;
      """
    }.joined(separator: "\n")
    return """
      # Completion of replk-tui for bash, printed by `replk-tui completions bash`.
      _replk_tui() {
        local current=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD-1]}
        local command=${COMP_WORDS[1]} options operands others words= files=
        # Bash makes three words of --option=value.
        if [[ $current == = ]]; then
          current=
        elif [[ $previous == = ]]; then
          previous=${COMP_WORDS[COMP_CWORD-2]}
        fi
        COMPREPLY=()
        if ((COMP_CWORD == 1)) && [[ $current != -* ]]; then
          words='\(names.joined(separator: " ")) \(Self.help.name) \(opened.joined(separator: " "))'
          files=-f
        elif ((COMP_CWORD == 1)); then
          words='\(Self.spellings(explorer)) \(Self.version.name)'
        else
          case $command in
      \(cases)
          \(Self.help.name))
            options='' operands='\(names.joined(separator: " "))' others= ;;
          \(Self.version.name))
            words=free ;;
          *)
            options='\(Self.spellings(explorer))'
            operands='\(opened.joined(separator: " "))' others=-f
            case $previous in
      \(bashValues(explorer))
            esac ;;
          esac
          if [[ -z $words$files ]]; then
            if [[ $current == -* ]]; then
              words=$options
            else
              words=$operands
              files=$others
            fi
          fi
        fi
        [[ $words == free ]] && return
        local IFS=$'\\n'
        [[ -n $words ]] && COMPREPLY=($(IFS=' ' compgen -W "$words" -- "$current"))
        [[ ${#COMPREPLY[@]} == 1 && ${COMPREPLY[0]} == *: ]] && compopt -o nospace 2>/dev/null
        if [[ -n $files ]]; then
          # Names of files are quoted, colons too.
          [[ ${COMPREPLY[*]} == *: ]] || compopt -o filenames 2>/dev/null
          COMPREPLY+=($(compgen $files -- "$current"))
        fi
      }
      complete -F _replk_tui replk-tui

      """
  }

  private func bashValues(_ options: [Option]) -> String {
    options.filter { $0.value != nil }.map { option in
      let names = option.names.joined(separator: "|")
      let action =
        switch option.completedValue {
        case .files: "files=-f"
        case .folders: "files=-d"
        case .words(let words): "words='\(words.joined(separator: " "))'"
        case .wordsOrFiles(let words): "words='\(words.joined(separator: " "))' files=-f"
        case .free: "words=free"
        }
      return "        \(names)) \(action) ;;"
    }.joined(separator: "\n")
  }

  private static func words(_ value: CompletedValue) -> String {
    switch value {
    case .words(let words), .wordsOrFiles(let words): words.joined(separator: " ")
    case .files, .folders, .free: ""
    }
  }

  /// What `compgen` takes for files; empty for none.
  private static func bashFiles(_ value: CompletedValue) -> String {
    switch value {
    case .files, .wordsOrFiles: "-f"
    case .folders: "-d"
    case .words, .free: ""
    }
  }

  private static func spellings(_ options: [Option]) -> String {
    options.flatMap(\.names).joined(separator: " ")
  }
}

// MARK: zsh

extension Completions {
  private var zsh: String {
    let summaries = (commands.map { (name: $0.name, summary: $0.summary) } + [Self.help]).map {
      "    '\($0.name):\(Self.zshQuoted($0.summary))'"
    }
    let cases = commands.map { command in
      """
          \(command.name))
            _arguments -s \\
      \(zshOptions(command.options))
              '*:\(Self.zshTitle(command.operands)):\(Self.zshAction(command.operands))' ;;
      """
    }.joined(separator: "\n")
    return """
      #compdef replk-tui
      # Completion of replk-tui for zsh, printed by `replk-tui completions zsh`.

      _replk_tui_either() {
        compadd -- ${@:#*:}
        compadd -S '' -- ${(M)@:#*:}
        _files
      }

      _replk-tui() {
        local -a commands first
        commands=(
      \(summaries.joined(separator: "\n"))
        )
        if ((CURRENT == 2)) && [[ $words[2] != -* ]]; then
          _describe -t commands command commands
          _replk_tui_either \(opened.joined(separator: " "))
          return
        fi
        ((CURRENT == 2)) && first=('(- *)\(Self.version.name)[\(Self.version.summary)]')
        local command=$words[2]
        case $command in
      \(names.joined(separator: "|"))|\(Self.help.name))
          shift words
          ((CURRENT--))
          ;;
        esac
        case $command in
      \(cases)
          \(Self.help.name))
            _arguments '1:command:(\(names.joined(separator: " ")))' ;;
          \(Self.version.name)) ;;
          *)
            _arguments -s $first \\
      \(zshOptions(explorer))
              '*:network or file:\(Self.zshAction(.wordsOrFiles(opened)))' ;;
        esac
      }

      # Found by compinit in a file of its name, this is the body of the function's first call.
      if [[ $funcstack[1] == _replk-tui ]]; then _replk-tui "$@"; else compdef _replk-tui replk-tui; fi

      """
  }

  private func zshOptions(_ options: [Option]) -> String {
    options.flatMap { option in
      option.names.map { name in
        let help = Self.zshQuoted(option.help)
        guard let value = option.value else { return "        '*\(name)[\(help)]' \\" }
        let action = Self.zshAction(option.completedValue)
        // Its value may stand behind a =.
        let sign = name.hasPrefix("--") ? "=" : ""
        return "        '*\(name)\(sign)[\(help)]:\(Self.zshQuoted(value)):\(action)' \\"
      }
    }.joined(separator: "\n")
  }

  private static func zshTitle(_ operands: CompletedValue) -> String {
    switch operands {
    case .wordsOrFiles: "network or file"
    case .files, .folders: "file"
    case .words: "name"
    case .free: " "
    }
  }

  /// Within single quotes.
  private static func zshAction(_ value: CompletedValue) -> String {
    switch value {
    case .files: "_files"
    case .folders: "_files -/"
    case .words(let words): "(\(words.joined(separator: " ")))"
    case .wordsOrFiles(let words):
      " _replk_tui_either "
        + words.map { $0.replacing(":", with: "\\:") }.joined(separator: " ")
    case .free: " "
    }
  }

  /// Within single quotes, and within the brackets and between the colons of a specification.
  private static func zshQuoted(_ text: String) -> String {
    var quoted = ""
    for character in text {
      switch character {
      case "[", "]", ":", "\\": quoted += "\\\(character)"
      case "'": quoted += "'\\''"
      default: quoted.append(character)
      }
    }
    return quoted
  }
}

// MARK: fish

extension Completions {
  private var fish: String {
    var lines = ["# Completion of replk-tui for fish, printed by `replk-tui completions fish`."]
    let isFirst = "test (count (commandline -opc)) -eq 1"
    for command in commands {
      lines.append(
        "complete -c replk-tui -n '\(isFirst)' -a \(command.name) -d \(Self.fishQuoted(command.summary))"
      )
    }
    for command in commands {
      let condition = "__fish_seen_subcommand_from \(command.name)"
      lines += fishOperands(command.operands, on: condition)
      lines += fishOptions(command.options, on: condition)
    }
    lines += [
      "complete -c replk-tui -n '\(isFirst)' -a \(Self.help.name) -d \(Self.fishQuoted(Self.help.summary))",
      "complete -c replk-tui -n '\(isFirst)' -l version -d \(Self.fishQuoted(Self.version.summary))",
    ]
    lines += fishOperands(
      .words(names), on: "__fish_seen_subcommand_from \(Self.help.name)")
    let others =
      "not __fish_seen_subcommand_from \((names + [Self.help.name]).joined(separator: " "))"
    lines += fishOperands(.wordsOrFiles(opened), on: others)
    lines += fishOptions(explorer, on: others)
    return lines.joined(separator: "\n") + "\n"
  }

  /// Fish offers files unless it is told otherwise.
  private func fishOperands(_ operands: CompletedValue, on condition: String) -> [String] {
    let start = "complete -c replk-tui -n '\(condition)'"
    return switch operands {
    case .words(let words): ["\(start) -f -a '\(words.joined(separator: " "))'"]
    case .wordsOrFiles(let words): ["\(start) -a '\(words.joined(separator: " "))'"]
    case .free: ["\(start) -f"]
    case .files, .folders: []
    }
  }

  private func fishOptions(_ options: [Option], on condition: String) -> [String] {
    options.map { option in
      let names = option.names.map { name in
        name.hasPrefix("--") ? "-l \(name.dropFirst(2))" : "-s \(name.dropFirst())"
      }
      let action =
        switch (option.value, option.completedValue) {
        case (nil, _): ""
        case (_, .files): " -r -F"
        case (_, .folders): " -x -a '(__fish_complete_directories)'"
        case (_, .words(let words)): " -x -a '\(words.joined(separator: " "))'"
        case (_, .wordsOrFiles(let words)): " -r -F -a '\(words.joined(separator: " "))'"
        case (_, .free): " -x"
        }
      return "complete -c replk-tui -n '\(condition)' \(names.joined(separator: " "))\(action)"
        + " -d \(Self.fishQuoted(option.help))"
    }
  }

  private static func fishQuoted(_ text: String) -> String {
    var quoted = "'"
    for character in text {
      if character == "'" || character == "\\" { quoted.append("\\") }
      quoted.append(character)
    }
    return quoted + "'"
  }
}

extension Command {
  static let completions = Command(
    name: "completions", synopsis: Shell.allCases.map(\.rawValue).joined(separator: "|"),
    summary: "print a script that completes command lines in a shell", options: []
  ) { arguments in
    let shells = Shell.allCases.map(\.rawValue)
    guard let word = arguments.positionals.first else {
      throw UsageError.tooFewPositionals(
        command: "completions", expected: "a shell: \(shells.joined(separator: ", "))")
    }
    guard let shell = Shell(rawValue: word) else {
      throw UsageError.badValue(
        option: "completions", value: word, expected: shells.joined(separator: ", "))
    }
    if arguments.positionals.count > 1 {
      throw UsageError.tooManyPositionals(
        command: "completions", extra: arguments.positionals[1])
    }
    try StandardStreams.write(Completions().script(for: shell))
  }
}
