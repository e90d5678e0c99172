// What a finished run is told of.

import ERFEngine

extension Model {
  /// The line for a side whose map is there, and was asked for last; nil where there is none.
  func report(_ side: Int) -> String? {
    guard let shown = sides[side].shown, let result = shown.result,
      shown.request == sides[side].asked
    else { return nil }
    let subject = result.subject
    let layer = layerText(shown.network, subject.tap, at: shown.request.size)
    let facts = [
      "\(Self.letter(side)) \(name(side))", layer, "\(subject.input) px",
      shown.imagesCounted,
    ]
    return facts.compactMap(\.self).joined(separator: ", ")
      + ": \(Format.duration(result.seconds.total))"
  }
}
