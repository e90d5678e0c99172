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
  /// What to run for the whole, for a shell.
  let command: String
  let known: [Known]
  /// How files of shares end.
  let ending: String
  /// What says where a share is written.
  var option = "--output"

  /// `1 of 8 images is missing`.
  static func lack(_ count: Int, of all: Int, _ one: String, _ more: String? = nil) -> String {
    "\(count) of \(all.counted(one, more)) \(count == 1 ? "is" : "are") missing"
  }

  var explanation: String {
    let place = hasRelativePaths ? ", for the folder that the others were run in" : ""
    let way =
      "(\(lines.count == 1 ? "command" : "commands") on standard output\(place)), or --partial"
    if let whole = unfinished { return "\(lack): \(whole) is not finished \(way)" }
    guard let shards, let count = shards.first?.count else {
      return "\(lack), and the files are cut in several ways: give the rest too, or --partial"
    }
    let numbers = shards.map { "\($0.index)" }.joined(separator: ", ")
    return "\(lack): share\(shards.count == 1 ? "" : "s") \(numbers) of \(count) \(way)"
  }

  /// One a line, for a shell; empty where the files are cut in several ways.
  var commands: String { lines.map { $0 + "\n" }.joined() }

  private var lines: [String] {
    if let unfinished { return ["\(command) \(ShellWords.text([option, unfinished]))"] }
    return (shards ?? []).map { shard in
      "\(command) \(ShellWords.text(["--shard", shard.text, option, file(of: shard)]))"
    }
  }

  /// Whether the command names files by where it was run: pictures, or a network's.
  private var hasRelativePaths: Bool {
    let words = command.split(separator: " ").map { $0.drop { $0 == "'" } }
    return zip(words, words.dropFirst()).contains { option, word in
      guard !word.hasPrefix("/") else { return false }
      switch option {
      case "--image", "--tensor", "--stimuli", "--classes": return true
      case "--weights": return word != "trained" && !word.hasPrefix("random")
      default: return !word.hasPrefix("-") && (word.contains("/") || Self.isFile(word))
      }
    }
  }

  /// Whether a word ends as files of networks do.
  private static func isFile(_ word: Substring) -> Bool {
    NetworkSpec.isCheckpoint(String(word)) || NetworkSpec.isExport(String(word))
  }

  /// The file of a whole run that did not come to its end: the same command goes on with it.
  private var unfinished: String? {
    known.count == 1 && known[0].shard == nil ? known[0].path : nil
  }

  /// The file that holds some of it already, or one named as the others are, where their names bear their
  /// numbers.
  private func file(of shard: Shard) -> String {
    if let own = known.first(where: { $0.shard == shard }) { return own.path }
    let others = known.compactMap { file in file.shard.map { (path: file.path, shard: $0) } }
    // In a name such as part-2-of-4 the last one's two numbers look alike.
    guard
      let (path, other) = others.first(where: { $0.shard.index != $0.shard.count })
        ?? others.first
    else { return "part-\(shard.index)\(ending)" }
    let start = path.lastIndex(of: "/") ?? path.startIndex
    let numbers = path[start...].matches(of: /\d+/)
    guard let number = numbers.first(where: { Int($0.output) == other.index }) else {
      return path[..<start] + (start == path.startIndex ? "" : "/") + "part-\(shard.index)\(ending)"
    }
    let digits = "\(shard.index)"
    let zeros = String(repeating: "0", count: max(0, number.output.count - digits.count))
    return String(path[..<number.range.lowerBound]) + zeros + digits
      + String(path[number.range.upperBound...])
  }
}
