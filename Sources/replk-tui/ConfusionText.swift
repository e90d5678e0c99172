// A confusion matrix for the terminal.

import ERFEngine
import ERFInterface

/// Accuracy by class and the matrix of counts, as long as it fits; else the likeliest mistakes.
struct ConfusionText {
  let confusion: ConfusionMatrix

  /// More columns than this do not fit a terminal.
  private static let mostColumns = 20
  private static let mostMistakes = 10
  private static let nameLength = 24

  init(_ confusion: ConfusionMatrix) { self.confusion = confusion }

  var text: String {
    let classes = confusion.classes.indices.filter { confusion.total(of: $0) > 0 }
    guard confusion.classes.count <= Self.mostColumns else {
      return byClass(classes) + "\n\n" + mistakes
    }
    // Columns bear the numbers of the rows.
    let header =
      ["class", "right"] + confusion.classes.indices.map { "\($0 + 1)" }
    let rows = classes.map { truth in
      ["\(truth + 1) \(name(truth))", share(truth)]
        + confusion.classes.indices.map { answer in
          confusion[truth, answer] == 0 ? "." : "\(confusion[truth, answer])"
        }
    }
    return Text.table(header, rows).joined(separator: "\n")
      + "\nrows: what the pictures show; columns: what they were taken for, in the same order"
  }

  private func byClass(_ classes: [Int]) -> String {
    Text.table(
      ["class", "right", "pictures"],
      classes.map { [name($0), share($0), "\(confusion.total(of: $0))"] }
    ).joined(separator: "\n")
  }

  private var mistakes: String {
    let all = confusion.classes.indices.flatMap { truth in
      confusion.classes.indices.filter { $0 != truth && confusion[truth, $0] > 0 }
        .map { (truth: truth, answer: $0, count: confusion[truth, $0]) }
    }
    let most = all.sorted { ($1.count, $0.truth, $0.answer) < ($0.count, $1.truth, $1.answer) }
    return "mistakes made most often:\n"
      + most.prefix(Self.mostMistakes).map {
        "  \(name($0.truth)) taken for \(name($0.answer)): \($0.count)"
      }.joined(separator: "\n")
  }

  private func share(_ truth: Int) -> String {
    confusion.accuracy(of: truth).map { "\(Format.fixed($0 * 100, 1)) %" } ?? "-"
  }

  private func name(_ index: Int) -> String {
    confusion.classes[index].printable.prefix(columns: Self.nameLength)
  }
}
