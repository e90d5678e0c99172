// What a merge lacks, with the commands that make it.

import ERFEngine

/// The shares that are not there, or not finished.
struct MissingShares: ExplainedError {
  /// A file of the run and the one share that it holds; nil: the whole run.
  struct Known {
    let path: String
    let shard: Shard?
  }

  /// `4 of 8 images are missing`.
  let lack: String
  /// Those to make; nil where the files are cut in several ways.
  let shards: [Shard]?
  /// What to run for the whole, word by word.
  let command: [String]
  let known: [Known]
  /// How files of shares end.
  let ending: String
  /// Whether a file holds that share of this very run.
  var holds: @Sendable (_ path: String, Shard) -> Bool = { _, _ in false }
  /// What says where a share is written.
  var option = "--output"
  /// Files of several shares that hold some of what is missing.
  var overlapping: [String] = []
  /// The files that the merge itself writes: no share is to lie there.
  var outputs: [String] = []

  /// `1 of 8 images is missing`.
  static func lack(_ count: Int, of all: Int, _ one: String, _ more: String? = nil) -> String {
    "\(count) of \(all.counted(one, more)) \(count == 1 ? "is" : "are") missing"
  }

  var explanation: String {
    let place = hasRelativePaths ? ", to be run in the same folder as the others" : ""
    let way =
      "(\(lines.count == 1 ? "command" : "commands") on standard output\(place)), or --partial"
    if let whole = unfinished { return "\(lack): \(whole) is not finished \(way)" }
    guard let shards, let count = shards.first?.count else {
      return "\(lack), and the files are cut in several ways: give the rest too, or --partial"
    }
    let numbers = shards.map { "\($0.index)" }.joined(separator: ", ")
    let rest =
      overlapping.isEmpty
      ? ""
      : "; then merge the shares' own files, not \(overlapping.joined(separator: ", ")), which has some "
        + "of that already"
    return "\(lack): share\(shards.count == 1 ? "" : "s") \(numbers) of \(count) \(way)\(rest)"
  }

  /// One a line, for a shell; empty where the files are cut in several ways.
  var commands: String { lines.map { $0 + "\n" }.joined() }

  private var lines: [String] {
    if let unfinished {
      return [ShellWords.text(command + [option, placed(unfinished)])]
    }
    return (shards ?? []).map { shard in
      ShellWords.text(command + ["--shard", shard.text, option, placed(file(of: shard))])
    }
  }

  /// A path that means the same wherever the command is run: from the root, where that may be another folder
  /// than this.
  private func placed(_ path: String) -> String {
    guard !path.hasPrefix("/"), hasRelativePaths else { return path }
    let (folder, name) = Self.split(path)
    let whole = Folder.whole(folder.isEmpty ? "." : folder)
    return (whole.hasSuffix("/") ? whole : whole + "/") + name
  }

  /// Whether the command names something by where it was run: pictures, or a network's files.
  private var hasRelativePaths: Bool {
    zip(command, command.dropFirst()).contains { option, word in
      guard !word.hasPrefix("/") else { return false }
      return switch option {
      case "--image", "--tensor", "--stimuli", "--classes": true
      case "--weights": word != "trained" && word != "random" && !word.hasPrefix("random:")
      default: !word.hasPrefix("-") && (word.contains("/") || Self.isFile(word))
      }
    }
  }

  /// Whether a word ends as files of networks do.
  private static func isFile(_ word: String) -> Bool {
    NetworkSpec.isCheckpoint(word) || NetworkSpec.isExport(word)
  }

  /// The file of a whole run that did not come to its end: the same command goes on with it.
  private var unfinished: String? {
    known.count == 1 && known[0].shard == nil ? known[0].path : nil
  }
}

// MARK: Names of files

extension MissingShares {
  /// The file that holds some of it already, or one named as the others are where it is plain how their
  /// names bear their numbers. Else a name that nothing has, so that no other run's file is in the way.
  private func file(of shard: Shard) -> String {
    if let own = known.first(where: { $0.shard == shard }) { return own.path }
    let others = known.compactMap { file in file.shard.map { (path: file.path, shard: $0) } }
    guard let first = others.first else { return newName(of: shard, in: "") }
    let patterns = others.flatMap { NamePattern.all(in: $0.path, of: $0.shard) }
    let pattern = patterns.first { pattern in
      others.allSatisfy { pattern.name(of: $0.shard) == $0.path }
    }
    if let pattern {
      let name = pattern.name(of: shard)
      if isFree(name, for: shard) { return name }
    }
    return newName(of: shard, in: Self.split(first.path).folder)
  }

  private func newName(of shard: Shard, in folder: String) -> String {
    let stem = "\(folder)part-\(shard.index)-of-\(shard.count)"
    let ends = ["", "-new"] + (2...99).map { "-new\($0)" }
    return stem + (ends.first { isFree(stem + $0 + ending, for: shard) } ?? "") + ending
  }

  /// Whether nothing is in the way there: the numbers in a name may be a network's, or another run's.
  private func isFree(_ path: String, for shard: Shard) -> Bool {
    let place = FilePlace(path)
    return !outputs.contains { FilePlace($0) == place }
      && (!Folder.isTaken(path) || holds(path, shard))
  }

  /// The folder with its slash, and the name in it.
  private static func split(_ path: String) -> (folder: String, name: String) {
    let start = path.lastIndex(of: "/").map { path.index(after: $0) } ?? path.startIndex
    return (String(path[..<start]), String(path[start...]))
  }

  /// How the names of a run's files bear the numbers of their shares.
  private struct NamePattern {
    let start: String
    let end: String
    /// Digits of each number, filled up with zeros.
    let width: Int
    /// Whether the number of all shares stands behind, as in `part-2-of-4`.
    let isOfACut: Bool

    func name(of shard: Shard) -> String {
      let digits = "\(shard.index)"
      return start + String(repeating: "0", count: max(0, width - digits.count)) + digits + end
    }

    /// Those that the file of one share may follow, the likeliest first: its number before that of all
    /// shares, else its number, each as far behind in the name as can be.
    static func all(in path: String, of shard: Shard) -> [NamePattern] {
      let (folder, name) = split(path)
      let numbers = Array(name.matches(of: /\d+/))
      let patterns = numbers.indices.reversed().compactMap { place -> NamePattern? in
        let number = numbers[place]
        guard Int(number.output) == shard.index else { return nil }
        let next = numbers.indices.contains(place + 1) ? Int(numbers[place + 1].output) : nil
        return NamePattern(
          start: folder + name[..<number.range.lowerBound],
          end: String(name[number.range.upperBound...]),
          width: number.output.hasPrefix("0") ? number.output.count : 1,
          isOfACut: next == shard.count)
      }
      return patterns.filter(\.isOfACut) + patterns.filter { !$0.isOfACut }
    }
  }
}
