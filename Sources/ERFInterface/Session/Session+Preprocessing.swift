// How pictures are prepared, as sessions hold it: {"mean": [..], "std": [..], "range": [0, 255], "bgr": true}.

import ERFEngine

extension PreprocessingChoice {
  init(_ field: JSONField) throws(SessionError) {
    self = try field.object { (reader) throws(SessionError) in
      var choice = PreprocessingChoice.own
      choice.mean = try reader.field("mean").map { (field) throws(SessionError) in
        try field.channels(PreprocessingChoice.means)
      }
      choice.deviation = try reader.field("std").map { (field) throws(SessionError) in
        try field.channels(PreprocessingChoice.deviations)
      }
      if let field = reader.field("range") {
        let ends = try field.numbers(2, in: PreprocessingChoice.means)
        guard let range = PixelRange(black: ends[0], white: ends[1]) else {
          throw field.expected("two different numbers")
        }
        choice.range = range
      }
      choice.isBlueFirst = try reader.field("bgr")?.bool() ?? false
      return choice
    }
  }

  var json: JSONValue {
    func list(_ numbers: [Float]) -> JSONValue { .list(numbers.map { .number(decimal($0)) }) }
    var fields: [String: JSONValue] = [:]
    fields["mean"] = mean.map(list)
    fields["std"] = deviation.map(list)
    fields["range"] = range.map { list([$0.black, $0.white]) }
    if isBlueFirst { fields["bgr"] = .bool(true) }
    return .object(fields)
  }

  /// The number that people wrote: 0.485, not 0.48500001430511475.
  private func decimal(_ number: Float) -> Double { Double("\(number)") ?? Double(number) }
}

extension JSONField {
  /// A number for each of the three channels.
  fileprivate func channels(_ range: ClosedRange<Float>) throws(SessionError) -> [Float] {
    try numbers(3, in: range)
  }

  fileprivate func numbers(
    _ count: Int, in range: ClosedRange<Float>
  ) throws(SessionError) -> [Float] {
    var numbers: [Float] = []
    for number in try list(count...count) {
      numbers.append(
        Float(try number.number(Double(range.lowerBound)...Double(range.upperBound))))
    }
    return numbers
  }
}
