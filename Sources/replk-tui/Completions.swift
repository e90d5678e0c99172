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
  /// A number, a name of a layer, a list: nothing to offer.
  case free
}

extension Option {
  /// Judged by what stands for the value in the help, and by the words that some options take.
  var completedValue: CompletedValue {
    if let words = Self.words[names[0]] { return .words(words) }
    guard let value else { return .free }
    if value.contains("DIR") { return .folders }
    return value.contains("FILE") || value.contains("PATH") || value.contains("OUT")
      ? .files : .free
  }

  /// Options that take one of few words.
  private static let words: [String: [String]] = [
    "--rule": ERFRule.allCases.map(\.rawValue),
    "--precision": Precision.allCases.map(\.rawValue),
    "--fit": ["interpolate", "crop"],
    "--isa": InstructionSet.known,
    "--colormap": ColourMap.all.map(\.name),
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
  }

  let commands = Command.all.map {
    Subcommand(name: $0.name, summary: $0.summary, options: $0.options + Options.help)
  }
  let explorer = ExploreCommand.options
  /// What may stand for a network, beside files.
  let models = ModelCatalogue.ids

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
            case $previous in
      \(bashValues(command.options))
            esac ;;
      """
    }.joined(separator: "\n")
    return """
      # Completion of replk-tui for bash, printed by `replk-tui completions bash`.
      _replk_tui() {
        local current=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD-1]}
        local command=${COMP_WORDS[1]} options words= files=
        COMPREPLY=()
        if ((COMP_CWORD == 1)) && [[ $current != -* ]]; then
          words='\(commands.map(\.name).joined(separator: " ")) \(models.joined(separator: " "))'
          files=-f
        else
          case $command in
      \(cases)
          *)
            options='\(Self.spellings(explorer))'
            case $previous in
      \(bashValues(explorer))
            esac ;;
          esac
          if [[ -z $words$files ]]; then
            if [[ $current == -* ]]; then
              words=$options
            else
              words='\(models.joined(separator: " "))'
              files=-f
            fi
          fi
        fi
        [[ $words == free ]] && return
        local IFS=$'\\n'
        [[ -n $words ]] && COMPREPLY=($(IFS=' ' compgen -W "$words" -- "$current"))
        if [[ -n $files ]]; then
          compopt -o filenames 2>/dev/null
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
        case .free: "words=free"
        }
      return "        \(names)) \(action) ;;"
    }.joined(separator: "\n")
  }

  private static func spellings(_ options: [Option]) -> String {
    options.flatMap(\.names).joined(separator: " ")
  }
}

// MARK: zsh

extension Completions {
  private var zsh: String {
    let summaries = commands.map { "    '\($0.name):\(Self.zshQuoted($0.summary))'" }
    let cases = commands.map { command in
      """
          \(command.name))
            _arguments -s \\
      \(zshOptions(command.options))
              '*:network or file:_replk_tui_networks' ;;
      """
    }.joined(separator: "\n")
    return """
      #compdef replk-tui
      # Completion of replk-tui for zsh, printed by `replk-tui completions zsh`.

      _replk_tui_networks() {
        local -a models
        models=(\(models.joined(separator: " ")))
        _alternative 'models:model:compadd -a models' 'files:file:_files'
      }

      _replk_tui() {
        local -a commands
        commands=(
      \(summaries.joined(separator: "\n"))
        )
        if ((CURRENT == 2)) && [[ $words[2] != -* ]]; then
          _describe -t commands command commands
          _replk_tui_networks
          return
        fi
        local command=$words[2]
        case $command in
      \(commands.map(\.name).joined(separator: "|")))
          shift words
          ((CURRENT--))
          ;;
        esac
        case $command in
      \(cases)
          *)
            _arguments -s \\
      \(zshOptions(explorer))
              '*:network or file:_replk_tui_networks' ;;
        esac
      }

      if [[ $funcstack[1] == _replk_tui ]]; then _replk_tui "$@"; else compdef _replk_tui replk-tui; fi

      """
  }

  private func zshOptions(_ options: [Option]) -> String {
    options.flatMap { option in
      option.names.map { name in
        let help = Self.zshQuoted(option.help)
        guard let value = option.value else { return "        '*\(name)[\(help)]' \\" }
        let action =
          switch option.completedValue {
          case .files: "_files"
          case .folders: "_files -/"
          case .words(let words): "(\(words.joined(separator: " ")))"
          case .free: " "
          }
        return "        '*\(name)[\(help)]:\(Self.zshQuoted(value)):\(action)' \\"
      }
    }.joined(separator: "\n")
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
    lines.append(
      "complete -c replk-tui -n 'not __fish_prev_arg_in --rule --isa --kind' "
        + "-a '\(models.joined(separator: " "))' -d network")
    for command in commands {
      lines += fishOptions(command.options, on: "__fish_seen_subcommand_from \(command.name)")
    }
    let names = commands.map(\.name).joined(separator: " ")
    lines += fishOptions(explorer, on: "not __fish_seen_subcommand_from \(names)")
    return lines.joined(separator: "\n") + "\n"
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
