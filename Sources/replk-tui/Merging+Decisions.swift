// Tables of decisions put together; their format is model-vs-human's, which says nothing of shares.

import ERFEngine

extension Merging {
  /// Puts tables of decisions together, subject by subject, as one run writes them.
  static func decisions(_ paths: [String], to output: String) throws -> String {
    var holders: [String: String] = [:]
    var trials: [DecisionTrial] = []
    for path in paths {
      for trial in try DecisionFile.trials(path) {
        let decision = trial.decision
        let name = "\(decision.subject) on \(decision.image)"
        if let holder = holders.updateValue(path, forKey: name) {
          throw MergeError.twice(path: path, other: holder, what: name)
        }
        trials.append(trial)
      }
    }
    let (table, gaps) = DecisionTrial.merged(trials)
    let subjects = Set(trials.map(\.decision.subject)).sorted()
    if subjects.count > 1 {
      StandardStreams.writeError(
        Text.message(
          "note: the tables are of \(subjects.count) networks, which go one behind the other: "
            + subjects.joined(separator: ", ")))
    }
    for gap in gaps {
      StandardStreams.writeError(
        Text.message(
          "note: \(gap.subject) lacks trials \(gap.text): a share is missing or not finished, or "
            + "stimuli could not be read"))
    }
    try AtomicFile.write(table, to: output)
    return "wrote \(output): \(trials.count) decisions"
  }
}
