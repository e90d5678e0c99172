// Shares of features put together: rows in the order of the inputs, whatever order the shares came in.

extension Features {
  /// A share and the file it is from.
  public typealias Named = (path: String, part: Features)

  /// Puts `parts` together; at least one.
  ///
  /// - Throws: ``RunPartError`` naming two that are of different runs or hold the same input.
  public static func merged(_ parts: [Named]) throws(RunPartError) -> Features {
    precondition(!parts.isEmpty)
    let parts = parts.sorted { left, right in
      (left.part.rows.first?.index ?? .max, left.path)
        < (right.part.rows.first?.index ?? .max, right.path)
    }
    let (path, first) = parts[0]
    var whole = first
    whole.rows = []
    whole.values = []
    var (covered, makers): (Set<Shard>, Set<ERFPart.Maker>) = ([], [])
    var holders: [Int: Named] = [:]
    var pieces: [(row: Row, values: ArraySlice<Float>)] = []
    for (otherPath, part) in parts {
      if let difference = part.difference(from: first) {
        throw .mixture(path: otherPath, other: path, difference: difference)
      }
      let width = part.width
      for (place, row) in part.rows.enumerated() {
        if let holder = holders.updateValue((otherPath, part), forKey: row.index) {
          throw .overlap(
            path: otherPath, other: holder.path, held: "row \(row.index) (\(row.name))",
            cuts: part.cuts(beside: holder.part))
        }
        pieces.append((row, part.values[place * width..<(place + 1) * width]))
      }
      covered.formUnion(part.mergedShards)
      // A share without a row says nothing of who computed.
      if !part.rows.isEmpty { makers.formUnion(part.makers) }
    }
    pieces.sort { $0.row.index < $1.row.index }
    whole.rows = pieces.map(\.row)
    whole.values.reserveCapacity(pieces.count * whole.width)
    for piece in pieces { whole.values += piece.values }
    whole.shards = whole.isWhole ? [] : covered.sorted()
    if !makers.isEmpty { whole.makers = makers.sorted() }
    return whole
  }
}
