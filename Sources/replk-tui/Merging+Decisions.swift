// Shares of decisions put together: the table of model-vs-human, which says nothing of shares.

import ERFEngine

extension Merging {
  /// Puts shares of decisions together, as one run writes them.
  static func decisions(_ paths: [String], to output: String, partial: Bool) throws -> String {
    let shares = try paths.map { (path: $0, part: try DecisionShare(path: $0)) }
    let whole = try DecisionShare.merged(shares)
    guard whole.isWhole || partial else {
      let missing = MissingShares(of: whole, among: shares, outputs: [output])
      try StandardStreams.write(missing.commands)
      throw missing
    }
    guard whole.count > 0 else { throw MergeError.noDecisions }
    warn(ofMixed: whole.mixedInstructionSets, "decisions may differ where two classes are close")
    try AtomicFile.write(whole.table, to: output)
    return "wrote \(output): \(whole.count.counted("decision"))"
      + (whole.isWhole ? "" : ", partial")
  }
}

extension MissingShares {
  fileprivate init(
    of whole: DecisionShare, among shares: [DecisionShare.Named], outputs: [String]
  ) {
    self.init(
      lack: Self.lack(whole.total - whole.indices.count, of: whole.total, "stimulus", "stimuli")
        + " or belong to unfinished shares",
      shards: whole.missingShards, command: ["replk-tui"] + whole.command,
      known: shares.map { Known(path: $0.path, shard: $0.part.shards.first) }, ending: ".csv",
      holds: whole.isHeld, option: "--csv", outputs: outputs)
  }
}
