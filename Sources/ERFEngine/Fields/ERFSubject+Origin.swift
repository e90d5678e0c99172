// Where on the input a unit looks from, and what metrics are measured from.

extension ERFSubject {
  /// The input pixel at the middle of the units' receptive fields: with the usual padding of half a
  /// kernel, unit i of a layer of stride s looks at pixel i s, not at the middle of its s pixels. Along an
  /// axis of one unit, such as one that a mean left, it is the middle of the input. Of several units, their
  /// mean.
  public var centrePixel: (row: Int, column: Int) {
    Self.centrePixel(of: units, mapSize: mapSize, input: input)
  }

  /// The same before there is a run: of `units` (at least one) on a map.
  public static func centrePixel(
    of units: [Unit], mapSize: InputSize, input: InputSize
  ) -> (row: Int, column: Int) {
    func pixel(_ units: [Int], _ count: Int, _ input: Int) -> Int {
      if count <= 1 { return input / 2 }
      let stride = (Double(input) / Double(count)).rounded(.up)
      let mean = Double(units.reduce(0, +)) / Double(units.count)
      return min(input - 1, Int((mean * stride).rounded()))
    }
    return (
      pixel(units.map(\.row), mapSize.height, input.height),
      pixel(units.map(\.column), mapSize.width, input.width)
    )
  }

  /// Whether it is the one central unit, that of the paper's definition.
  public var isCentral: Bool {
    units == [Unit(row: mapSize.height / 2, column: mapSize.width / 2)]
  }

  /// What squares and distances are measured from; nil: from the middle of the input, as the paper
  /// does for the central unit.
  public var metricsOrigin: (row: Int, column: Int)? { isCentral ? nil : centrePixel }
}
