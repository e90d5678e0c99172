/// Zero padding in pixels on each side of a map; may differ between the sides.
struct Padding: Hashable, Sendable {
  var top: Int
  var left: Int
  var bottom: Int
  var right: Int

  init(top: Int, left: Int, bottom: Int, right: Int) {
    self.top = top
    self.left = left
    self.bottom = bottom
    self.right = right
  }

  init(_ all: Int) {
    self.init(top: all, left: all, bottom: all, right: all)
  }

  /// Keeps the size of a map under a stride-1 convolution with an odd kernel.
  static func same(kernel: Int, dilation: Int = 1) -> Padding {
    Padding((kernel - 1) / 2 * dilation)
  }
}

/// A square sliding window: the part that all convolutions share.
struct SlidingWindow: Hashable, Sendable {
  var kernelHeight: Int
  var kernelWidth: Int
  var stride = 1
  var dilation = 1
  var padding = Padding(0)

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
  var reach: Window { .sliding(extent: max(extentHeight, extentWidth), stride: stride) }

  /// Output height and width over `input`.
  func outputSize(of input: Shape) throws(ShapeError) -> (height: Int, width: Int) {
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
