// Splits a command line into positionals and options, by a table of what each subcommand takes.

import ERFEngine

/// One option of the command line.
struct Option: Sendable {
  /// All spellings, the preferred one first: `--output`, `-o`.
  let names: [String]
  /// What stands for its value in the help; nil: a switch.
  let value: String?
  /// What its value may be; nil: any text, as far as this table knows.
  let values: OptionValues?
  /// What completions offer as its value, where that depends on the command.
  let words: [String]?
  /// Whether it may be given several times, each with a value of its own.
  let repeats: Bool
  let help: String

  init(
    _ names: String..., value: String? = nil, values: OptionValues? = nil,
    words: [String]? = nil, repeats: Bool = false, help: String
  ) {
    self.names = names
    self.value = value
    self.values = values
    self.words = words
    self.repeats = repeats
    self.help = help
  }
}

/// What is wrong with a command line.
enum UsageError: ExplainedError, Equatable {
  /// `command` is nil where the explorer opens.
  case unknownOption(String, nearest: String?, command: String?)
  case missingValue(option: String, expected: String)
  case unexpectedValue(option: String)
  case emptyArgument(command: String?)
  case badValue(option: String, value: String, expected: String)
  /// An option that takes one value has several.
  case givenTwice(option: String, values: [String])
  case conflicting(String, String)
  case tooFewPositionals(command: String, expected: String)
  case tooManyPositionals(command: String, extra: String)
  /// A word behind pictures that may be a folder of more, or a model.
  case doubtfulPicture(command: String, extra: String)
  /// A file behind pictures, or between two, that is none.
  case amongPictureWords(command: String?, word: String)
  case unknownCommand(String, nearest: String?)
  /// A model where a command was expected.
  case modelForCommand(String)
  case missingOption(command: String, option: String)
  case noTerminal(reason: String)
  case tooManyModels
  case tooManyForFigure(limit: Int)
  /// A word behind a session, which says all there is to see.
  case behindSession(String)
  /// A saved map that more than one network stands beside, where it has no place.
  case misplacedMap(String)
  /// An option of what `beside` says itself.
  case unused(option: String, beside: String)
  case overwritesInput(String, input: String)
  /// A picture that would be written into a folder of pictures, or of classes, which the command reads.
  case amongPictures(String, folder: String)
  case existing(String)
  /// Something else is there; the text says what.
  case foreign(String)
  case outputTwice(String)

  var isUsageError: Bool { true }

  var explanation: String {
    switch self {
    case .unknownOption(let option, let nearest, let command):
      "unknown option \(option)" + (nearest.map { ": did you mean \($0)?" } ?? "")
        + " (`replk-tui \(command.map { $0 + " " } ?? "")--help` lists the options)"
    case .missingValue(let option, let expected): "\(option) needs a value: \(expected)"
    case .unexpectedValue(let option): "\(option) takes no value"
    case .emptyArgument(let command):
      (command.map { "\($0): " } ?? "")
        + "an argument is empty, perhaps from an unset shell variable: expected "
        + Self.expected(by: command)
    case .badValue(let option, let value, let expected):
      "\(option) \(value): expected \(expected)"
    case .givenTwice(let option, let values):
      "\(option) is given \(values.count == 2 ? "twice" : "\(values.count) times") "
        + "(\(values.joined(separator: ", "))): give it once"
    case .conflicting(let one, let other): "\(one) and \(other) exclude each other: give one"
    case .tooFewPositionals(let command, let expected): "\(command) needs \(expected)"
    case .tooManyPositionals(let command, let extra):
      "\(command): '\(extra)' is one argument too many"
    case .doubtfulPicture(let command, let extra):
      "\(command): '\(extra)' is one argument too many: for a folder of pictures write "
        + "--image \(extra), or \(extra)/ behind the others"
    case .amongPictureWords(let command, let word):
      (command.map { "\($0): " } ?? "")
        + "'\(word)' stands among the pictures behind --image and is none: give their folder "
        + "(--image DIR), or a pattern of pictures alone, such as --image *.jpg"
    case .unknownCommand(let name, let nearest):
      "'\(name)' is neither a command nor a model"
        + (nearest.map { ": did you mean \($0)?" } ?? "") + " (`replk-tui --help` shows both)"
    case .modelForCommand(let name):
      "'\(name)' is a model, not a command: `replk-tui info \(name)` describes it"
    case .missingOption(let command, let option): "\(command) needs \(option)"
    case .noTerminal(let reason): reason
    case .overwritesInput(let path, let input):
      path == input
        ? "\(path) is read by this command: write to another file"
        : "\(path) is the same file as \(input), which this command reads: write to another"
    case .amongPictures(let path, let folder):
      AmongPicturesError(path: path, folder: folder).explanation
    case .existing(let path):
      "\(path) already exists: add --force to replace it, or choose another name"
    case .foreign(let reason): "\(reason): add --force to replace it, or choose another name"
    case .outputTwice(let path): "\(path) would be written twice: give it once"
    case .tooManyModels:
      "the explorer shows one or two models: use `replk-tui compare` or `replk-tui figure` for more"
    case .tooManyForFigure(let limit):
      "figure draws at most \(limit) models: leave some out, or draw two figures"
    case .behindSession(let extra):
      "'\(extra)' follows a session, which names its own networks: leave one of the two out"
    case .misplacedMap(let path):
      "\(path): of more than two models one may be a saved map, the first or the second: "
        + "name it there, or draw it in a figure of its own"
    case .unused(let option, let beside):
      "\(option) has no effect with \(beside): leave it out, or name models instead"
    }
  }
}

extension UsageError {
  /// What a command takes; nil: the explorer.
  private static func expected(by name: String?) -> String {
    guard let command = Command.all.first(where: { $0.name == name }) else {
      return "a model or a file"
    }
    return command.synopsis.isEmpty ? "no argument" : command.synopsis
  }
}

/// A parsed command line.
struct Arguments {
  private(set) var positionals: [String] = []
  /// Files among the pictures behind `--image` that nothing opens.
  private(set) var others: [String] = []
  /// A file that is no picture and ended those behind `--image`, and whether more of them follow it.
  private(set) var intruder: (word: String, isBetween: Bool)?
  private var values: [String: [String]] = [:]
  /// How the options were spelt that were given, by their first names.
  private var spellings: [String: String] = [:]
  private let options: [Option]

  /// - Parameter command: the subcommand; nil: the explorer.
  /// - Throws: `UsageError` for options that are not in `options`, or lack or do not take a value.
  init(_ words: [String], options: [Option], command: String?) throws(UsageError) {
    self.options = options
    var rest = words[...]
    while let word = rest.popFirst() {
      if word == "--" {
        positionals += rest
        return
      }
      guard !word.isEmpty else { throw .emptyArgument(command: command) }
      guard word.hasPrefix("-") && word.count > 1 else {
        positionals.append(word)
        continue
      }
      let (name, attached) = Self.parted(word, options)
      guard let option = options.first(where: { $0.names.contains(name) }) else {
        throw .unknownOption(
          name, nearest: nearestWord(to: name, among: options.flatMap(\.names)), command: command)
      }
      spellings[option.names[0]] = name
      if let expected = option.value {
        guard let value = attached ?? rest.popFirst(), !value.isEmpty
        else { throw .missingValue(option: name, expected: expected) }
        if name == "--image" {
          takePictures(value, from: &rest)
        } else {
          values[option.names[0], default: []].append(value)
        }
      } else {
        guard attached == nil else { throw .unexpectedValue(option: name) }
        values[option.names[0], default: []].append("")
      }
    }
  }

  /// Takes the value of `--image` and what a shell puts behind it for `--image *`: pictures, and files beside
  /// them, unless there is nothing else.
  private mutating func takePictures(_ value: String, from rest: inout ArraySlice<String>) {
    var (pictures, left) = Self.isOther(value) ? ([], [value]) : ([value], [])
    while let next = rest.first {
      if Self.isPicture(next) {
        pictures.append(next)
      } else if Self.isOther(next) {
        left.append(next)
      } else {
        break
      }
      rest.removeFirst()
    }
    values["--image", default: []] += pictures.isEmpty ? left : pictures
    if !pictures.isEmpty { others += left }
    if intruder == nil, let next = rest.first, !next.hasPrefix("-"), CheckpointFolder.isFile(next) {
      // A saved map may stand behind a network.
      let isBetween = rest.dropFirst().prefix { !$0.hasPrefix("-") }
        .contains { Self.isPicture($0) && !SavedMap.isSaved($0) }
      intruder = (next, isBetween)
    }
  }

  /// Checks that no file stands between pictures that follow one `--image`: it would be taken for a network, and so
  /// would the pictures behind it.
  ///
  /// - Throws: `UsageError.amongPictureWords`.
  func requirePicturesTogether(command: String?) throws(UsageError) {
    if let intruder, intruder.isBetween {
      throw .amongPictureWords(command: command, word: intruder.word)
    }
  }

  /// An option and the value in one word with it: `--output=FILE`, `-o=FILE`, `-oFILE`. Scalar by scalar: as a
  /// character, what stands before the value has a mark behind it with which that begins.
  private static func parted(
    _ word: String, _ options: [Option]
  ) -> (name: String, value: String?) {
    let scalars = word.unicodeScalars
    let parts = scalars.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
    let name = String(parts[0])
    let short = String(scalars.prefix(2))
    let isShort = options.contains { $0.value != nil && $0.names.contains(short) }
    // `-output` lacks a dash.
    let isLong = options.contains { $0.names.contains("-" + name) }
    if isShort, name.unicodeScalars.count > 2, !isLong {
      return (short, String(scalars.dropFirst(2)))
    }
    return (name, parts.count == 2 ? String(parts[1]) : nil)
  }

  /// Checks each value by what the table says of its option, used by this command or not.
  ///
  /// - Throws: `UsageError.badValue` for the first that is not taken, `.givenTwice` for an option that has
  ///   several values where one counts.
  func checkValues() throws(UsageError) {
    for option in options {
      let given = all(option.names[0])
      if option.value != nil, !option.repeats, given.count > 1 {
        throw .givenTwice(option: spellings[option.names[0]] ?? option.names[0], values: given)
      }
      guard let known = option.values else { continue }
      for value in all(option.names[0]) where !known.accepts(value) {
        throw .badValue(
          option: spellings[option.names[0]] ?? option.names[0], value: value,
          expected: known.expected)
      }
    }
  }

  /// The command line that asks for the same, in an order of its own, without the options `without`. Folders of
  /// pictures are called by their names (``Folder/named(_:)``): whoever merges elsewhere is to know them.
  func command(
    _ name: String, without: Set<String>, positionals words: [String]? = nil
  ) -> [String] {
    [name] + (words ?? positionals)
      + values.filter { !without.contains($0.key) }.sorted { $0.key < $1.key }.flatMap { option in
        option.value.flatMap { value -> [String] in
          if value.isEmpty { return [option.key] }
          return [option.key, option.key == "--image" ? Folder.named(value) : value]
        }
      }
  }

  /// Whether a word behind `--image` and its value is another picture, also from a pipe, or a folder of
  /// some: models have other names.
  private static func isPicture(_ word: String) -> Bool {
    !word.hasPrefix("-")
      && (ImageList.isPictureName(word) || ImageList.isFolder(word) || ImageList.isPipe(word)
        || isUnclaimed(word) && ImageList.isPicture(at: word))
  }

  /// Whether a word names a file that is neither a picture nor, by its ending and how it begins, anything else that
  /// is opened. What lies in a network's place, such as a pointer of Git LFS, is not passed over.
  private static func isOther(_ word: String) -> Bool {
    !ImageList.isPictureName(word) && isUnclaimed(word) && word.fileName.contains(".")
      && ForeignFile.isOfNoUse(at: word)
  }

  /// Whether a word names a file that no ending makes a network, a session or a saved map.
  private static func isUnclaimed(_ word: String) -> Bool {
    // A model's name is no file's, whether or not there is one.
    !word.hasPrefix("-") && CheckpointFolder.isFile(word) && NetworkSpec.isCheckpoint(word)
      && !Checkpoint.hasExtension(word) && !SessionFile.isSession(word) && !SavedMap.isSaved(word)
  }

  /// Which files among the pictures are left out; nil: none is.
  var othersLeftOut: String? {
    guard let first = others.first else { return nil }
    let more = others.count > 1 ? " and \(others.count - 1) more" : ""
    return "left out \(others.count.counted("file")) behind --image that "
      + "\(others.count == 1 ? "is not a picture" : "are not pictures") "
      + "(\(ImageList.kinds(of: others))): \(first)\(more)"
  }

  /// Says so.
  func tellOthers() {
    if let othersLeftOut { StandardStreams.writeError(Text.message(othersLeftOut)) }
  }

  func has(_ option: String) -> Bool { values[option] != nil }

  /// The first option that is given, in the order of the command's table, besides `others`.
  func given(besides others: Set<String>) -> String? {
    options.lazy.map { $0.names[0] }.first { has($0) && !others.contains($0) }
  }

  /// All values of a repeatable option, in order.
  func all(_ option: String) -> [String] { values[option] ?? [] }

  /// The last value of an option.
  func last(_ option: String) -> String? { values[option]?.last }

  /// The last value of an option whose values the table holds to be whole numbers.
  func whole(_ option: String) -> Int? { last(option).flatMap { Int($0) } }

  func decimal(_ option: String) -> Double? { last(option).flatMap { Double($0) } }

  /// The last value, parsed.
  func parsed<Value>(
    _ option: String, expected: String, _ parse: (String) -> Value?
  ) throws(UsageError) -> Value? {
    guard let text = last(option) else { return nil }
    guard let value = parse(text) else {
      throw .badValue(option: spellings[option] ?? option, value: text, expected: expected)
    }
    return value
  }
}
