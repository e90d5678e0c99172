// Decisions out of files, some of which may be shares of a run that are not all of it.

extension ShapeBias {
  /// One result a decision maker of `files`, in the order of their first decisions.
  ///
  /// - Throws: ``FileError``, ``DecisionError``.
  public static func read(_ files: [String]) throws -> [ShapeBias] {
    var decisions: [CueDecision] = []
    var runs: [[DecisionShare]] = []
    for path in files {
      // Once: what comes out of a pipe is gone afterwards.
      let bytes = try FileBytes.read(path, limit: DecisionFile.limit)
      let share: DecisionShare
      do {
        share = try DecisionShare(bytes, path: path)
      } catch DecisionError.notAShare {
        decisions += try DecisionFile.decode(bytes, path: path)
        continue
      }
      decisions += share.rows.map(\.decision)
      if let run = runs.firstIndex(where: { $0[0].difference(from: share) == nil }) {
        runs[run].append(share)
      } else {
        runs.append([share])
      }
    }
    // Shares without a stimulus have no rows; where all are, there is nothing to draw.
    if decisions.isEmpty, let first = files.first { throw DecisionError.empty(path: first) }
    var partial: [String: Partial] = [:]
    for run in runs {
      guard let part = Partial(run) else { continue }
      for row in run.flatMap(\.rows) { partial[row.decision.subject] = part }
    }
    return bySubject(decisions).map { bias in
      var bias = bias
      bias.partial = partial[bias.subject]
      return bias
    }
  }
}

extension ShapeBias.Partial {
  /// nil where `shares` of one run are all of it.
  fileprivate init?(_ shares: [DecisionShare]) {
    of = shares[0].total
    guard shares.reduce(into: Set<Int>(), { $0.formUnion($1.indices) }).count < of else {
      return nil
    }
    self.shares = Set(shares.flatMap(\.shards)).sorted()
    unfinished = Set(shares.flatMap { Set($0.shards).subtracting($0.finished) }).sorted()
  }
}
