/// The sizes of a window over the pixels of a map, an entry an axis.
struct ONNXWindow {
  var kernel: [Int]
  var strides: [Int]
  var dilations: [Int]
  var before: [Int]
  var after: [Int]

  /// Of `node` over axes of extents `sizes`.
  init(_ node: ONNXNode, kernel: [Int], sizes: [Int]) throws {
    let rank = sizes.count
    let ones = [Int](repeating: 1, count: rank)
    let strides = node.integers("strides") ?? ones
    let dilations = node.integers("dilations") ?? ones
    var before = [Int](repeating: 0, count: rank)
    var after = before
    guard kernel.count == rank, strides.count == rank, dilations.count == rank,
      (kernel + strides + dilations).allSatisfy({ (1..<1 << 20).contains($0) })
    else { throw ONNXRefusal.reason("has a window that does not fit its input") }
    if let said = node.integers("kernel_shape"), said != kernel {
      throw ONNXRefusal.reason(
        "says that its window is \(said.map(String.init).joined(separator: "x")), where its "
          + "weights are \(Shape(kernel))")
    }
    let pads = node.integers("pads") ?? before + after
    let way = node.text("auto_pad") ?? "NOTSET"
    switch way {
    case "SAME_UPPER", "SAME_LOWER":
      for axis in 0..<rank {
        let outputs = (sizes[axis] + strides[axis] - 1) / strides[axis]
        let reach = (outputs - 1) * strides[axis] + (kernel[axis] - 1) * dilations[axis] + 1
        let missing = max(0, reach - sizes[axis])
        let less = missing / 2
        before[axis] = way == "SAME_UPPER" ? less : missing - less
        after[axis] = missing - before[axis]
      }
    case "VALID": break
    default:
      guard pads.count == 2 * rank, pads.allSatisfy({ (0..<1 << 20).contains($0) }) else {
        throw ONNXRefusal.reason("has pads that do not fit its input")
      }
      before = Array(pads[..<rank])
      after = Array(pads[rank...])
    }
    guard pads == before + after || pads.allSatisfy({ $0 == 0 }) else {
      throw ONNXRefusal.reason(
        "has pads \(pads.map(String.init).joined(separator: ",")) and auto_pad \(way), which contradict "
          + "each other")
    }
    self.kernel = kernel
    self.strides = strides
    self.dilations = dilations
    self.before = before
    self.after = after
  }

  var isEven: Bool {
    Set(strides).count <= 1 && Set(dilations).count <= 1
  }

  /// Whether a window could lie in the padding alone.
  var reachesBeyondPadding: Bool {
    zip(zip(before, after), zip(kernel, dilations)).contains { pads, sides in
      max(pads.0, pads.1) > (sides.0 - 1) * sides.1
    }
  }

  /// The window over rows and columns; steps are those of the last axis.
  var sliding: SlidingWindow {
    SlidingWindow(
      kernelHeight: kernel[0], kernelWidth: kernel[1], stride: strides[1],
      dilation: dilations[1],
      padding: Padding(top: before[0], left: before[1], bottom: after[0], right: after[1]))
  }

  /// With an axis of one row in front.
  var withRow: ONNXWindow {
    var window = self
    window.kernel = [1] + kernel
    window.strides = [strides[0]] + strides
    window.dilations = [dilations[0]] + dilations
    window.before = [0] + before
    window.after = [0] + after
    return window
  }
}
