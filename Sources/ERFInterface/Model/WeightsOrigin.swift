// How the weights of a map came about, as far as anybody knows.

import ERFEngine

struct WeightsOrigin: Equatable {
  enum Source: Equatable {
    case untrained
    /// They ship with the program, or their file tells of their training.
    case trained
    /// From a file of that name, cut where it is long, which says nothing of it.
    case file(String)

    var text: String {
      switch self {
      case .untrained: "untrained"
      case .trained: "trained"
      case .file(let name): "weights of \(name)"
      }
    }
  }

  let source: Source
  /// Whether they were brought to the shapes of an edited network; random ones are as good as made so.
  let isEdited: Bool
  /// Whether kernels of theirs were started anew.
  let hasNewKernels: Bool

  private static let nameColumns = 40

  init(_ map: ShownMap, _ glyphs: Glyphs) {
    source =
      switch map.network.weights {
      case .random: .untrained
      case .trained: .trained
      case .file(let path):
        map.subject?.training == nil
          ? .file(path.fileName.sanitised.cut(columns: Self.nameColumns, glyphs.ellipsis))
          : .trained
      }
    isEdited = map.network.isEdited && source != .untrained
    hasNewKernels = map.network.seedOfNewKernels != nil
  }

  /// As a condition of what is said of two maps, which may be one: once where it is the same, else what
  /// is not trained, and whose it is.
  static func text(_ a: WeightsOrigin, _ b: WeightsOrigin) -> String {
    let sides = [("A", a), ("B", b)]
    var parts =
      a.source == b.source
      ? [a.source.text]
      : sides.filter { $0.1.source != .trained }.map { letter, origin in
        origin.source == .untrained
          ? "\(letter) \(origin.source.text)" : "\(letter)'s \(origin.source.text)"
      }
    let random = sides.filter { $0.1.hasNewKernels }.map { $0.0 + "'s new kernels random" }
    let edited = sides.filter { $0.1.isEdited && !$0.1.hasNewKernels }.map { $0.0 + " edited" }
    parts += random.count == 2 ? ["new kernels random"] : random
    parts += edited.count == 2 ? ["edited"] : edited
    return parts.joined(separator: ", ")
  }
}
