/// What one output pixel of an operator reads.
enum Window: Sendable, Hashable {
  /// The same pixel of each input.
  case pixel
  /// The pixels under a sliding window.
  case sliding(SlidingWindow)
  /// The whole map.
  case everything

  /// Side in input pixels of what one output pixel reads, and the step between neighbours; nil for
  /// the whole map.
  var reach: (side: Int, stride: Int)? {
    switch self {
    case .pixel: (1, 1)
    case .sliding(let window): (max(window.extentHeight, window.extentWidth), window.stride)
    case .everything: nil
    }
  }

  /// The pixels of a map of shape `input` that `region` of the output reads.
  func inputRegion(for region: Region, of input: Shape) -> Region {
    switch self {
    case .pixel: region
    case .sliding(let window): window.inputRegion(for: region, of: input)
    case .everything: Region(of: input)
    }
  }
}
