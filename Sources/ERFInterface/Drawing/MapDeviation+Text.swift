// How far a preview was off, in words.

import ERFEngine

extension MapDeviation {
  /// Such as `off by 12.0 % of the largest value in single pixels, by 2 px in its squares`.
  var text: String {
    let squares =
      switch side {
      case nil: "and its squares hold other shares"
      case 0?: "and its squares are the same"
      case let side?: "by \(side) px in its squares"
      }
    return "off by \(Format.percent(largest)) of the largest value in single pixels, \(squares)"
  }
}
