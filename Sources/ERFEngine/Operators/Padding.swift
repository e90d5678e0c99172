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
