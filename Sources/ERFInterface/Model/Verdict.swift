// What the maps on the screen say, in words: nothing that the numbers beside them do not support.

/// The answer to the question that two maps are.
struct Verdict: Equatable {
  enum Kind: Equatable { case difference, same, notComparable, single }

  let kind: Kind
  /// The answer.
  let headline: String
  /// The answer in fewer words, the fullest first.
  var briefs: [String] = []
  /// The numbers that it rests on, in a sentence and in as few words as can be; may be empty.
  var shares = ""
  var short = ""
  /// Pictures, size, weights, as far as both have them in common, and a warning where there is one.
  var conditions: [String] = []
  /// Pictures and size, the fullest wording first: they stand wherever the answer does.
  var basis: [String] = []
  /// Those of the conditions that change what the answer means, the fullest wording first: they stand
  /// wherever it does. Empty where there are none.
  var caveats: [String] = []
  /// What makes the answer say less than it seems to, in a sentence, the fullest first; may be empty.
  var warnings: [String] = []

  /// A row of the screen.
  struct Line: Equatable {
    var headline = ""
    var rest = ""
    var warning = ""

    fileprivate var columns: Int { headline.columns + rest.columns + warning.columns }
  }

  /// What stands behind the answer: pictures and size, and what changes its meaning, the fullest wording
  /// first.
  private var notes: [String] {
    let basis = basis.isEmpty ? [[]] : basis.map { [$0] }
    let caveats = caveats.isEmpty ? [[]] : caveats.map { [$0] }
    return basis.flatMap { basis in caveats.map { Self.note(basis + $0) } }
  }

  /// Where there is no room for pictures and size.
  private var shortNotes: [String] {
    caveats.isEmpty ? [""] : caveats.map { Self.note([$0]) }
  }

  private static func note(_ parts: [String]) -> String {
    parts.isEmpty ? "" : " (" + parts.joined(separator: ", ") + ")"
  }

  /// The answer with that, in fewer and fewer words.
  private var answers: [Line] { answers(notes) + answers(shortNotes) }

  private func answers(_ notes: [String]) -> [Line] {
    ([headline] + briefs).flatMap { answer in notes.map { Line(headline: answer, rest: $0) } }
  }

  /// The numbers and what they hold for.
  var detail: String {
    let end = conditions.isEmpty ? "" : ": " + conditions.joined(separator: ", ")
    return shares.isEmpty ? conditions.joined(separator: ", ") : shares + end + "."
  }

  /// In so many lines of so many columns, saying as much as fits.
  func lines(rows: Int, width: Int) -> [Line] {
    guard let last = warnings.last else { return answer(rows: rows, width: width) }
    let warning = warnings.first { $0.columns <= width } ?? last
    // Whoever reads the answer reads that, too, so it goes before the numbers.
    guard rows > 1 else {
      let answers = answers.map { Line(headline: $0.headline, rest: $0.rest, warning: " " + last) }
      if let whole = answers.first(where: { $0.columns <= width }) { return [whole] }
      return caveats.isEmpty ? [answers[0]] : answer(rows: 1, width: width)
    }
    return answer(rows: rows - 1, width: width) + [Line(warning: warning)]
  }

  private func answer(rows: Int, width: Int) -> [Line] {
    func fits(_ text: String) -> Bool { text.columns <= width }
    let short = short.isEmpty ? "" : " " + short
    let all = headline + " " + detail
    if fits(all) { return [Line(headline: headline, rest: " " + detail)] }
    guard rows > 1 else {
      let whole = notes.map { $0 + short } + notes
      if let rest = whole.first(where: { fits(headline + $0) }) {
        return [Line(headline: headline, rest: rest)]
      }
      return [answers.first { fits($0.headline + $0.rest) } ?? answers[answers.count - 1]]
    }
    let whole = [Self.note(conditions)] + notes
    guard let note = whole.first(where: { fits(headline + $0) }) else {
      return broken(whole, short.trimmed, rows: rows, width: width)
    }
    let wrapped = wrap(detail, width: width)
    if wrapped.count < rows {
      return [Line(headline: headline)] + wrapped.map { Line(rest: $0) }
    }
    let sentence = shares.isEmpty ? [] : wrap(shares + ".", width: width)
    let rest = !sentence.isEmpty && sentence.count < rows ? sentence : [short.trimmed]
    return [Line(headline: headline, rest: note)] + rest.map { Line(rest: $0) }
  }

  /// The answer where it needs a row and what stands behind it another.
  private func broken(_ notes: [String], _ short: String, rows: Int, width: Int) -> [Line] {
    func fits(_ text: String) -> Bool { text.columns <= width }
    let notes = notes.map(\.trimmed)
    if fits(headline) {
      if rows > 2, !short.isEmpty, fits(short), let note = notes.first(where: fits) {
        return [headline, note, short].enumerated().map {
          $0.offset == 0 ? Line(headline: $0.element) : Line(rest: $0.element)
        }
      }
      let rests = notes.map { short.isEmpty ? $0 : "\($0) \(short)" } + notes
      if let rest = rests.first(where: fits) {
        return [Line(headline: headline), Line(rest: rest)]
      }
    }
    func wrapped(_ answers: [Line]) -> [[String]] {
      answers.map { wrap($0.headline + $0.rest, width: width) }
    }
    // In fewer words rather than without its numbers, or without what changes its meaning.
    if !short.isEmpty, fits(short),
      let lines = wrapped(answers(self.notes)).first(where: { $0.count < rows })
    {
      return lines.map { Line(headline: $0) } + [Line(rest: short)]
    }
    let wordings = wrapped(answers)
    let lines = wordings.first { $0.count <= rows } ?? wordings[wordings.count - 1]
    return lines.prefix(rows).map { Line(headline: $0) }
  }
}

extension String {
  /// Without the blanks before it.
  fileprivate var trimmed: String {
    String(drop { $0 == " " })
  }
}
