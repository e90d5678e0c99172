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

  /// What stands behind the answer: what changes its meaning, the fullest wording first.
  private var notes: [String] { caveats.isEmpty ? [""] : caveats.map { " (\($0))" } }

  /// The same with the pictures and the size, which go first where room is short.
  private var longNotes: [String] {
    let common = conditions.prefix(2).joined(separator: ", ")
    return common.isEmpty ? [] : caveats.map { " (\(common), \($0))" }
  }

  /// The answer with that, in fewer and fewer words.
  private var answers: [Line] {
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
    guard notes.contains(where: { fits(headline + $0) }) else {
      let rests = (longNotes.map { $0 + short } + notes.map { $0 + short } + notes).map(\.trimmed)
      if rows > 1, fits(headline), let rest = rests.first(where: fits) {
        return [Line(headline: headline), Line(rest: rest)]
      }
      // The answer in fewer words rather than without its numbers.
      if !short.isEmpty, fits(short.trimmed) {
        let wordings = answers.map { wrap($0.headline + $0.rest, width: width) }
        if let lines = wordings.first(where: { $0.count < rows }) {
          return lines.map { Line(headline: $0) } + [Line(rest: short.trimmed)]
        }
      }
      // The answer in fewer words rather than without what changes its meaning.
      let wordings = answers.map { wrap($0.headline + $0.rest, width: width) }
      if let lines = wordings.first(where: { $0.count <= rows }) {
        return lines.map { Line(headline: $0) }
      }
      let last = answers.count - 1
      return rows == 1 ? [answers[last]] : wordings[last].prefix(rows).map { Line(headline: $0) }
    }
    let all = headline + " " + detail
    if fits(all) { return [Line(headline: headline, rest: " " + detail)] }
    guard rows > 1 else {
      let rests = notes.map { $0 + short } + notes
      return [Line(headline: headline, rest: rests.first { fits(headline + $0) } ?? "")]
    }
    let wrapped = wrap(detail, width: width)
    if wrapped.count < rows {
      return [Line(headline: headline)] + wrapped.map { Line(rest: $0) }
    }
    let whole = conditions.isEmpty ? [] : [" (" + conditions.joined(separator: ", ") + ")"]
    let first = (whole + longNotes + notes).first { fits(headline + $0) } ?? ""
    let sentence = shares.isEmpty ? [] : wrap(shares + ".", width: width)
    let rest = !sentence.isEmpty && sentence.count < rows ? sentence : [short.trimmed]
    return [Line(headline: headline, rest: first)] + rest.map { Line(rest: $0) }
  }
}

extension String {
  /// Without the blanks before it.
  fileprivate var trimmed: String {
    String(drop { $0 == " " })
  }
}
