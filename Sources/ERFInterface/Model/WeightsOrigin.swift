// How the weights of a map came about, as far as anybody knows.

import ERFEngine

struct WeightsOrigin: Equatable {
  enum Source: Equatable {
    case untrained
    /// They ship with the program, or their file tells of their training.
    case trained
    /// So does their file, and that fewer steps were done than planned: stopped early, or the best on the way.
    case partly(TrainingRecord.Progress)
    /// From a file of that name, cut where it is long, which says nothing of it.
    case file(String)

    var text: String {
      switch self {
      case .untrained: "untrained"
      case .trained: "trained"
      case .partly(let at): "trained \(at.text)"
      case .file(let name): "weights of \(name)"
      }
    }

    /// As what is said of a network: `is trained`, `has weights of x.pth`.
    var claim: String { if case .file = self { "has " + text } else { "is " + text } }

    /// The same of a network that is named, where there is little room.
    fileprivate var brief: String {
      switch self {
      case .untrained, .trained: text
      case .partly(let at): "\(at.step)/\(at.steps) steps"
      case .file: "from a file"
      }
    }
  }

  let source: Source
  /// Whether they were brought to the shapes of an edited network; random ones are as good as made so.
  let isEdited: Bool
  /// Whether kernels of theirs were started anew.
  let hasNewKernels: Bool
  /// Where they are the last moment of a training in the explorer: after so many steps.
  private let steps: Int?

  private static let nameColumns = 40

  init(_ map: ShownMap, _ glyphs: Glyphs) {
    source =
      switch map.network.weights {
      case .random: .untrained
      case .trained: .trained
      case .file(let path):
        if let training = map.subject?.training {
          training.progress.map { .partly($0) } ?? .trained
        } else {
          .file(TrainingFilm.title(path).cutInside(columns: Self.nameColumns, glyphs.ellipsis))
        }
      }
    isEdited = map.network.isEdited && source != .untrained
    hasNewKernels = map.network.seedOfNewKernels != nil
    if case .file(let path) = map.network.weights, source == .trained {
      steps = TrainingFilm.step(path)
    } else {
      steps = nil
    }
  }

  /// As a condition of what is said of two maps, which may be one: once where it is the same, else what
  /// is not trained, and whose it is.
  static func text(_ a: WeightsOrigin, _ b: WeightsOrigin) -> String {
    let sides = [("A", a), ("B", b)]
    var parts =
      a.source == b.source
      ? [a.source.text + (a.sharedSteps(b).map { " " + $0 } ?? "")]
      : sides.filter { $0.1.source != .trained }.map { letter, origin in
        if case .file = origin.source {
          "\(letter)'s \(origin.source.text)"
        } else {
          "\(letter) \(origin.source.text)"
        }
      }
    let random = sides.filter { $0.1.hasNewKernels }.map(\.0)
    let edited = sides.filter { $0.1.isEdited && !$0.1.hasNewKernels }.map { $0.0 + " edited" }
    parts += newKernels(random, of: sides.count).prefix(1)
    parts += edited.count == 2 ? ["edited"] : edited
    return parts.joined(separator: ", ")
  }

  /// What of that changes the meaning of what is said, the fullest wording first: weights that are random,
  /// partly so, edited, trained for a while alone, or not of one kind. Empty where both are trained.
  static func caveats(_ a: WeightsOrigin, _ b: WeightsOrigin) -> [String] {
    let isPlain = a.source == b.source && (a.source == .trained || a.isOfFile)
    let isAsItWas = [a, b].allSatisfy { !$0.hasNewKernels && !$0.isEdited }
    if isPlain, isAsItWas { return [] }
    let full = text(a, b)
    let sides = zip(["A", "B"], [a, b])
    var parts =
      a.source == b.source
      ? isPlain ? [a.sharedSteps(b)].compactMap(\.self) : [a.source.brief]
      : a.isOfFile && b.isOfFile
        ? ["weights of two files"]
        : sides.filter { $0.1.source != .trained }.map { "\($0.0) \($0.1.source.brief)" }
    let random = sides.filter { $0.1.hasNewKernels }.map(\.0)
    parts += newKernels(random, of: 2).suffix(1)
    let edited = sides.filter { $0.1.isEdited && !$0.1.hasNewKernels }.map(\.0)
    if edited.count == 2 { parts.append("edited") }
    if edited.count == 1 { parts.append("\(edited[0]) edited") }
    return [full, parts.joined(separator: ", ")]
  }

  /// Whose kernels were started anew, in full and in short; empty where nobody's were.
  static func newKernels(_ letters: [String], of count: Int) -> [String] {
    guard !letters.isEmpty else { return [] }
    guard letters.count < count else { return ["new kernels random", "partly random"] }
    let owners = letters.map { $0 + "'s" }.joined(separator: ", ")
    return ["\(owners) new kernels random", "\(letters.joined(separator: ", ")) partly random"]
  }

  /// `300 steps`, where both were trained here for so many.
  private func sharedSteps(_ other: WeightsOrigin) -> String? {
    steps == other.steps ? steps.map { $0.counted("step") } : nil
  }

  private var isOfFile: Bool { if case .file = source { true } else { false } }
}
