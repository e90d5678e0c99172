// Pictures cut into tiles that are shuffled: shapes go, textures stay.

extension Image {
  /// Cut into `tiles` x `tiles` squares of equal size that are put back in random order; what the
  /// division leaves over at the right and below stays where it is.
  func shuffled(tiles: Int, seed: UInt64) -> Image {
    let (rows, columns) = (height / max(1, tiles), width / max(1, tiles))
    guard tiles > 1, rows > 0, columns > 0 else { return self }
    var order = Array(0..<tiles * tiles)
    let stream = RandomStream(seed: seed, name: "tiles")
    // Fisher and Yates.
    for last in stride(from: order.count - 1, to: 0, by: -1) {
      let pick = stream.bits(at: UInt64(last)).multipliedFullWidth(by: UInt64(last + 1)).high
      order.swapAt(last, Int(pick))
    }
    var result = self
    for (target, source) in order.enumerated() {
      for row in 0..<rows {
        let to = ((target / tiles * rows + row) * width + target % tiles * columns) * 3
        let from = ((source / tiles * rows + row) * width + source % tiles * columns) * 3
        result.pixels.replaceSubrange(
          to..<to + columns * 3, with: pixels[from..<from + columns * 3])
      }
    }
    return result
  }
}
