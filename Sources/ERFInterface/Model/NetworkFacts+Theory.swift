// The theoretical field of a layer's units, in words.

extension NetworkFacts.Layer {
  /// How large it is, in the longest wording first: of one that reaches beyond the input on all sides the
  /// outline is the input's, which is not that large. Empty: it is not known.
  ///
  /// - Parameter centre: the pixel that the unit looks from.
  func theoryTexts(
    around centre: (row: Int, column: Int), height: Int, width: Int
  ) -> [String] {
    guard let side = receptiveField else {
      return seesWholeInput ? ["theory: the whole input"] : []
    }
    let half = Double(side) / 2
    func isCovered(_ length: Int, from place: Int) -> Bool {
      let middle = Double(place) + 0.5
      return middle <= half && Double(length) - middle <= half
    }
    let text = "theory \(side) px"
    let isWhole = isCovered(height, from: centre.row) && isCovered(width, from: centre.column)
    return isWhole ? [text + ": the whole input", text + " > input", text] : [text]
  }
}
