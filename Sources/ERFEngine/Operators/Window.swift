/// What one output pixel of an operator reads of its inputs.
enum Window: Sendable, Hashable {
  /// The same pixel of each input.
  case pixel
  /// The pixels under a sliding window.
  case sliding(SlidingWindow)
  /// The pixels from which a sliding window over the output reaches it: those that a transposed convolution
  /// spreads over it. Each output pixel has one.
  case transposed(SlidingWindow)
  /// Neighbours by the weights of its row and its column; nil: the same row or column.
  case resampled(rows: AxisWeights?, columns: AxisWeights?)
  /// The pixel that its row and its column name, -1: none; nil: the same row or column.
  case picked(rows: [Int32]?, columns: [Int32]?)
  /// Its tile of a grid that begins at the first pixel: attention within windows. All inputs have the
  /// output's pixels, and tiles are computed whole.
  case tiles(height: Int, width: Int)
  /// All of each input. The output is always computed whole too.
  case everything

  /// Side in input pixels of what one output pixel reads, and the step between neighbours; nil for
  /// the whole map, for tiles, which hold a pixel at any place, and where neighbours read windows of
  /// several sides.
  var reach: (side: Int, stride: Int)? {
    switch self {
    case .pixel: (1, 1)
    case .sliding(let window): (max(window.extentHeight, window.extentWidth), window.stride)
    case .transposed, .resampled, .picked, .tiles, .everything: nil
    }
  }

  /// The pixels of a value of shape `input` that `region` of the output reads.
  func inputRegion(for region: Region, of input: Shape) -> Region {
    guard let map = input.asMap else { return Region(of: input) }
    switch self {
    case .pixel, .tiles:
      // A single row or column is read by all.
      return Region(
        rows: map.height == 1 ? 0..<1 : region.rows,
        columns: map.width == 1 ? 0..<1 : region.columns)
    case .sliding(let window): return window.inputRegion(for: region, of: input)
    case .transposed(let window): return window.spreadRegion(for: region, of: input)
    case .resampled(let rows, let columns):
      return Region(
        rows: rows?.inputs(of: region.rows) ?? region.rows,
        columns: columns?.inputs(of: region.columns) ?? region.columns)
    case .picked(let rows, let columns):
      return Region(
        rows: rows.map { Self.named($0[region.rows]) } ?? region.rows,
        columns: columns.map { Self.named($0[region.columns]) } ?? region.columns)
    case .everything: return Region(of: input)
    }
  }

  /// What has to be computed of an output of shape `output` where `region` of it is asked for.
  func computedRegion(for region: Region, of output: Shape) -> Region {
    guard let output = output.asMap else { return Region(of: output) }
    switch self {
    case .pixel, .sliding, .transposed, .resampled, .picked: return region
    case .tiles(let height, let width):
      return Region(
        rows: Self.tiles(region.rows, side: height, of: output.height),
        columns: Self.tiles(region.columns, side: width, of: output.width))
    case .everything: return Region(of: output)
    }
  }

  /// From the first to the last of what is named; where nothing is, a single one, which nobody reads.
  private static func named(_ choices: ArraySlice<Int32>) -> Range<Int> {
    let known = choices.filter { $0 >= 0 }
    let first = Int(known.min() ?? 0)
    return first..<Int(known.max() ?? 0) + 1
  }

  private static func tiles(_ range: Range<Int>, side: Int, of size: Int) -> Range<Int> {
    range.lowerBound / side * side..<min(size, (range.upperBound + side - 1) / side * side)
  }
}
