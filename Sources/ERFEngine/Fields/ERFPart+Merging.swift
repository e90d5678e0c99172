// Parts of one run put together: any parts in any order, with the same bytes as one run.

extension ERFPart {
  /// A part and the file it is from.
  public typealias Named = (path: String, part: ERFPart)

  /// Puts `parts` together; at least one.
  ///
  /// - Throws: ``RunPartError`` naming two that are of different runs or hold the same image.
  public static func merged(_ parts: [Named]) throws -> ERFPart {
    precondition(!parts.isEmpty)
    // What is said of all is taken from the one with the first image, whichever came first.
    let parts = parts.sorted { left, right in
      (left.part.firstIndex, left.path) < (right.part.firstIndex, right.path)
    }
    let (path, first) = parts[0]
    var holders: [Int: Named] = [:]
    var sum = first
    sum.done = []
    sum.skipped = []
    sum.shards = []
    sum.map = ERFMap(height: first.map.height, width: first.map.width, rule: first.map.rule)
    var covered: Set<Shard> = []
    var makers: Set<Maker> = []
    for (otherPath, part) in parts {
      if let difference = part.difference(from: first) {
        throw RunPartError.mixture(path: otherPath, other: path, difference: difference)
      }
      for (index, name) in part.done.map({ ($0.index, $0.name) })
        + part.skipped.map({ ($0.index, $0.name) })
      {
        if let holder = holders.updateValue((otherPath, part), forKey: index) {
          throw RunPartError.overlap(
            path: otherPath, other: holder.path, held: "image \(index + 1) (\(name))",
            cuts: part.cuts(beside: holder.part))
        }
      }
      sum.addNotes(of: part)
      sum.map.add(part.map)
      sum.done += part.done
      sum.skipped += part.skipped
      covered.formUnion(part.mergedShards)
      // A part of no images says nothing of who computed.
      if !part.done.isEmpty { makers.formUnion(part.makers) }
    }
    sum.done.sort { $0.index < $1.index }
    sum.skipped.sort { $0.index < $1.index }
    sum.shards = sum.isWhole ? [] : covered.sorted()
    if !makers.isEmpty { sum.makers = makers.sorted() }
    return sum
  }

  /// Behind all images where there are none.
  private var firstIndex: Int {
    min(done.first?.index ?? .max, skipped.first?.index ?? .max)
  }
}
