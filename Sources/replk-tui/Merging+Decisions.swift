// Shares of decisions put together: all of a run make the table of model-vs-human, which says nothing of
// shares; fewer make a table that knows which they are.

import ERFEngine

extension Merging {
  /// Puts shares of decisions together: of a whole run as it writes them, else to be merged with the rest.
  func decisions() throws -> String {
    let shares = try paths.map { (path: $0, part: try DecisionShare(path: $0)) }
    let whole = try DecisionShare.merged(shares)
    guard whole.isWhole || isPartial else {
      let missing = MissingShares(of: whole, among: shares, outputs: outputs)
      try StandardStreams.write(missing.commands)
      throw missing
    }
    // Some shares without a decision are none to look at, but a table to go on with.
    guard whole.count > 0 || !whole.isWhole else { throw MergeError.noDecisions }
    let output = try output(".csv", of: ".csv")
    Self.warn(
      ofMixed: whole.mixedInstructionSets, "decisions may differ where two classes are close")
    Self.warn(ofMixed: whole.mixedPrograms, "numbers may differ")
    try files.write(whole.isWhole ? whole.table : whole.encoded(), to: output)
    return "wrote \(output): \(whole.count.counted("decision"))"
      + (whole.isWhole ? "" : ", partial")
  }
}

extension MissingShares {
  fileprivate init(
    of whole: DecisionShare, among shares: [DecisionShare.Named], outputs: [String]
  ) {
    let missing = whole.total - whole.indices.count
    self.init(
      lack: Self.lack(missing, of: whole.total, "stimulus", "stimuli")
        + (missing == 1 ? " or belongs to an unfinished share" : " or belong to unfinished shares"),
      shards: whole.missingShards, command: ["replk-tui"] + whole.command,
      known: shares.filter { $0.part.shards.count == 1 }.map {
        Known(path: $0.path, shard: $0.part.shards.first)
      }, ending: ".csv", holds: whole.isHeld, option: "--csv",
      overlapping: shares.filter { $0.part.holdsSome(of: whole.missingShards ?? []) }.map(\.path),
      outputs: outputs)
  }
}
