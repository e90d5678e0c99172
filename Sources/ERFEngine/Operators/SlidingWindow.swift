/// A sliding window: the part that convolutions and poolings share.
struct SlidingWindow: Hashable, Sendable {
  var kernelHeight: Int
  var kernelWidth: Int
  var stride = 1
  var dilation = 1
  var padding = Padding(0)
  /// Whether the padding is TensorFlow's `SAME` instead of `padding`: just enough for ceil(input /
  /// stride) outputs, the odd pixel below and to the right, hence different from input to input.
  var paddingFollowsInput = false

  init(kernel: Int, stride: Int = 1, dilation: Int = 1, padding: Padding) {
    self.init(
      kernelHeight: kernel, kernelWidth: kernel, stride: stride, dilation: dilation,
      padding: padding)
  }

  init(kernelHeight: Int, kernelWidth: Int, stride: Int, dilation: Int, padding: Padding) {
    self.kernelHeight = kernelHeight
    self.kernelWidth = kernelWidth
    self.stride = stride
    self.dilation = dilation
    self.padding = padding
  }

  /// Input pixels between the first and the last tap, both included.
  var extentHeight: Int { (kernelHeight - 1) * dilation + 1 }
  var extentWidth: Int { (kernelWidth - 1) * dilation + 1 }

  /// The window with the padding that it has over `input`.
  func fixed(over input: Shape) -> SlidingWindow {
    guard paddingFollowsInput else { return self }
    let rows = missing(input.height, extent: extentHeight)
    let columns = missing(input.width, extent: extentWidth)
    var window = self
    window.paddingFollowsInput = false
    window.padding = Padding(
      top: rows / 2, left: columns / 2, bottom: rows - rows / 2, right: columns - columns / 2)
    return window
  }

  /// Pixels that ceil(size / stride) outputs read beyond the map.
  private func missing(_ size: Int, extent: Int) -> Int {
    max(0, ((size + stride - 1) / stride - 1) * stride + extent - size)
  }

  /// Output height and width over `input`.
  func outputSize(of input: Shape) throws(ShapeError) -> (height: Int, width: Int) {
    let padding = fixed(over: input).padding
    let height = input.height + padding.top + padding.bottom - extentHeight
    let width = input.width + padding.left + padding.right - extentWidth
    guard height >= 0 && width >= 0 && input.height > 0 && input.width > 0 else {
      throw .tooSmall(input: input, window: max(extentHeight, extentWidth))
    }
    return (height / stride + 1, width / stride + 1)
  }

  /// `3x3 s2 d2`.
  var summary: String {
    "\(kernelHeight)x\(kernelWidth)" + (stride > 1 ? " s\(stride)" : "")
      + (dilation > 1 ? " d\(dilation)" : "")
  }
}

/// What a rectangle of the output reads, and the window that computes it from that alone.
extension SlidingWindow {
  /// The pixels of a map of shape `input` that the taps of `region` of the output touch.
  func inputRegion(for region: Region, of input: Shape) -> Region {
    let padding = fixed(over: input).padding
    return Region(
      rows: touched(region.rows, before: padding.top, extent: extentHeight, size: input.height),
      columns: touched(
        region.columns, before: padding.left, extent: extentWidth, size: input.width))
  }

  /// The same window over `inputRegion(for: region, of: input)` alone: only the padding changes, to
  /// what of it `region` reaches.
  func restricted(to region: Region, of input: Shape) -> SlidingWindow {
    let source = inputRegion(for: region, of: input)
    var window = fixed(over: input)
    let above = region.rows.lowerBound * stride - window.padding.top
    let left = region.columns.lowerBound * stride - window.padding.left
    window.padding = Padding(
      top: source.rows.lowerBound - above, left: source.columns.lowerBound - left,
      bottom: above + span(region.rows, extentHeight) - source.rows.upperBound,
      right: left + span(region.columns, extentWidth) - source.columns.upperBound)
    return window
  }

  /// Input pixels, padding included, between the first and the last tap of some outputs.
  private func span(_ outputs: Range<Int>, _ extent: Int) -> Int {
    (outputs.count - 1) * stride + extent
  }

  private func touched(
    _ outputs: Range<Int>, before padding: Int, extent: Int, size: Int
  ) -> Range<Int> {
    let first = outputs.lowerBound * stride - padding
    let lower = max(0, first)
    let upper = min(size, first + span(outputs, extent))
    precondition(lower < upper, "\(outputs) see only padding")
    return lower..<upper
  }
}

/// The same the other way round: what a rectangle reads of the map that windows over it make.
extension SlidingWindow {
  /// The pixels of a map of shape `input` whose windows reach `region`, which all of its pixels are reached by.
  func spreadRegion(for region: Region, of input: Shape) -> Region {
    Region(
      rows: reaching(region.rows, before: padding.top, extent: extentHeight, size: input.height),
      columns: reaching(
        region.columns, before: padding.left, extent: extentWidth, size: input.width))
  }

  /// The window from `region` to `spreadRegion(for: region, of: input)` alone: only the padding changes, to
  /// what the windows of these pixels reach beyond `region`.
  func spreadRestricted(to region: Region, of input: Shape) -> SlidingWindow {
    let source = spreadRegion(for: region, of: input)
    let above = source.rows.lowerBound * stride - padding.top
    let left = source.columns.lowerBound * stride - padding.left
    var window = self
    window.padding = Padding(
      top: region.rows.lowerBound - above, left: region.columns.lowerBound - left,
      bottom: above + span(source.rows, extentHeight) - region.rows.upperBound,
      right: left + span(source.columns, extentWidth) - region.columns.upperBound)
    return window
  }

  private func reaching(
    _ pixels: Range<Int>, before padding: Int, extent: Int, size: Int
  ) -> Range<Int> {
    let first = max(0, pixels.lowerBound + padding - extent + 1)
    return (first + stride - 1) / stride..<min(size, (pixels.upperBound - 1 + padding) / stride + 1)
  }
}
