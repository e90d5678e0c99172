// What a finished run is told of.

import ERFEngine

extension Model {
  /// Which pictures the maps on screen are not over, and why: a line each.
  public var skippedPictures: [String] {
    var lines: [String] = []
    for image in sides.flatMap({ $0.shown?.result?.skipped ?? [] })
    where !lines.contains(image.explanation) {
      lines.append(image.explanation)
    }
    return lines
  }

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
