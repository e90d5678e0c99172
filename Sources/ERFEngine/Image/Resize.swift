// Scaling of pictures with antialiasing, equal byte for byte to Pillow's `Image.resize`.
//
// An output sample is a weighted mean of the input samples around its centre. Shrinking widens the
// filter by the scale, so that it also smooths. Pillow rounds the weights to fixed point and keeps
// 8 bits between the passes; both show in the result and are done here alike. So does the order of
// the passes: across first, except, since Pillow 13, where the height shrinks by more than twice
// as many pixels as the width. For tall pictures older versions differ by a few levels in some pixels.

/// The shape of the weights.
public enum ResizeFilter: Sendable, Hashable {
  /// Triangle, one sample to each side.
  case bilinear
  /// Keys' cubic with a = -0.5, two samples to each side.
  case bicubic

  /// Half the width, in samples, at scale 1.
  var reach: Double {
    switch self {
    case .bilinear: 1
    case .bicubic: 2
    }
  }

  func weight(_ offset: Double) -> Double {
    let x = offset.magnitude
    switch self {
    case .bilinear:
      return x < 1 ? 1 - x : 0
    case .bicubic:
      let a = -0.5
      if x < 1 { return ((a + 2) * x - (a + 3)) * x * x + 1 }
      if x < 2 { return (((x - 5) * x + 8) * x - 4) * a }
      return 0
    }
  }
}

/// For each output sample along one axis: which input samples it takes, and their weights.
struct ResizeWeights {
  /// Binary places of the fixed-point weights: 32 bits less 8 for the samples and 2 for overshoot.
  static let precision = 22

  /// First input sample of each output sample.
  private(set) var starts: [Int] = []
  /// How many input samples each output sample takes.
  private(set) var counts: [Int] = []
  /// The weights, `stride` apart from one output sample to the next.
  private(set) var values: [Int32]
  let stride: Int

  /// Weights of the output samples in `range` when `input` samples are scaled to `output`.
  init(input: Int, output: Int, range: Range<Int>, filter: ResizeFilter) {
    let scale = Double(input) / Double(output)
    let widening = max(scale, 1)
    let reach = filter.reach * widening
    stride = min(input, Int(reach.rounded(.up)) * 2 + 1)
    values = [Int32](repeating: 0, count: stride * range.count)
    for (slot, position) in range.enumerated() {
      let centre = (Double(position) + 0.5) * scale
      let first = max(0, Int(centre - reach + 0.5))
      let end = min(input, Int(centre + reach + 0.5))
      let weights = (first..<end).map { index in
        filter.weight((Double(index) - centre + 0.5) * (1 / widening))
      }
      let total = weights.reduce(0, +)
      for (tap, weight) in weights.enumerated() {
        let share = total == 0 ? weight : weight / total
        let fixed = share * Double(1 << Self.precision)
        values[slot * stride + tap] = Int32(fixed < 0 ? fixed - 0.5 : fixed + 0.5)
      }
      starts.append(first)
      counts.append(end - first)
    }
  }
}

extension Image {
  /// The picture scaled to `size`, the aspect not kept.
  public func resized(to size: InputSize, filter: ResizeFilter) -> Image {
    resized(to: size, filter: filter, rows: 0..<size.height, columns: 0..<size.width)
  }

  /// The part `rows` x `columns` of the picture scaled to `size`; nothing else is computed.
  func resized(
    to size: InputSize, filter: ResizeFilter, rows: Range<Int>, columns: Range<Int>
  ) -> Image {
    precondition(size.height > 0 && size.width > 0 && !rows.isEmpty && !columns.isEmpty)
    precondition(rows.lowerBound >= 0 && rows.upperBound <= size.height)
    precondition(columns.lowerBound >= 0 && columns.upperBound <= size.width)
    let across = ResizeWeights(input: width, output: size.width, range: columns, filter: filter)
    let down = ResizeWeights(input: height, output: size.height, range: rows, filter: filter)
    let scaled: [UInt8]
    if height - size.height > 2 * max(0, width - size.width) {
      let low = ResizePasses.down(pixels, rowBytes: width * 3, firstRow: 0, weights: down)
      scaled = ResizePasses.across(low, width: width, rows: 0..<rows.count, weights: across)
    } else {
      // Only the input rows that the second pass takes go through the first.
      let top = down.starts.first ?? 0
      let bottom = zip(down.starts, down.counts).map(+).max() ?? height
      let narrow = ResizePasses.across(
        pixels, width: width, rows: top..<bottom, weights: across)
      scaled = ResizePasses.down(
        narrow, rowBytes: columns.count * 3, firstRow: top, weights: down)
    }
    return Image(height: rows.count, width: columns.count, pixels: scaled)
  }
}
