// Which of the pictures in use the maps are not over.

import ERFEngine

extension ImageChoice {
  /// Places of those in use that a run left out.
  func places(of skipped: [SkippedImage]) -> Set<Int> {
    guard !skipped.isEmpty else { return [] }
    let source = engineSource
    var names = source.names
    // Where pictures of several folders have one name, runs call them by their folders too.
    if case .files(let paths) = source { names = NetworkInputs.pictureNames(paths) }
    let left = Set(skipped.map { PathKey($0.name) })
    return Set(
      zip(range, names).compactMap { index, name in left.contains(PathKey(name)) ? index : nil })
  }
}

extension Model {
  /// Places of the pictures in use that a map was not made from; nil where it is of other pictures, as
  /// a saved map is.
  func leftOut(_ shown: ShownMap) -> Set<Int>? {
    guard shown.network.savedMap == nil, shown.request.images == session.images.engineSource else {
      return nil
    }
    return session.images.places(of: shown.skipped)
  }

  /// The picture that lies under a map, the first that it is over; nil where there is none.
  func underlay(_ shown: ShownMap) -> PictureName? {
    guard let left = leftOut(shown) else { return nil }
    return session.images.range.first { !left.contains($0) }.flatMap { session.images.picture($0) }
  }

  /// Why no picture would be seen under the maps; nil where one would.
  var underlayRefusal: String? {
    if case .tensor = session.images.source {
      return "a prepared tensor has no picture to show under the maps"
    }
    if session.networks.allSatisfy({ $0.savedMap != nil }) {
      return "a saved map does not hold the pictures that it was made from"
    }
    if session.rule.isSigned {
      return "pictures do not show through signed maps; R changes the rule"
    }
    return HeatStyle(display) == .characters
      ? "maps drawn with characters have no room for a picture" : nil
  }

  /// The line for the pictures that a finished run left out; nil where it is over all of them.
  func skippedReport(_ side: Int) -> String? {
    guard let result = sides[side].shown?.result, let first = result.skipped.first else {
      return nil
    }
    let (left, all) = (result.skipped.count, result.skipped.count + result.map.images)
    return "\(Self.letter(side)): \(left) of \(all.counted("picture")) skipped"
      + "\(left > 1 ? ", the first" : ""): \(first.explanation)"
  }
}
