/// Pixel shuffles that exporters spell out in changes of shape and transpositions, taken for what they are.
extension ONNXLowering {
  /// A map whose blocks of pixels move to its channels, or back, spelt as a change of shape, a transposition and a
  /// change to `shape`; nil: it is something else.
  mutating func shuffled(_ data: ONNXData, to shape: [Int]) throws -> ONNXData? {
    guard data.rank == 6 else { return nil }
    for spelling in SpeltShuffle.all {
      guard let (op, map) = spelling.read(data, shape), let source = unpacked(data, as: map) else {
        continue
      }
      let result = try emit(
        op, [ONNXData(.value(source), shape: map.extents)], order: spelling.order)
      return try reshaped(result, to: shape)
    }
    return nil
  }

  /// The value that these elements were under the shape `memory`, before changes of shape; nil: there is none.
  func unpacked(_ data: ONNXData, as memory: Shape) -> Int? {
    guard case .value(var value) = data.place else { return nil }
    while let node = maker(value), node.op is Reshape {
      value = node.inputs[0]
      if shapes[value] == memory { return value }
    }
    return nil
  }
}

/// How a pixel shuffle may be spelt: its six axes by letters, the batch, rows, columns and channels of maps, and the
/// rows (r) and columns (s) of a block.
private struct SpeltShuffle {
  /// As ONNX counts them before they are joined.
  let axes: [Character]
  /// As they lie in memory.
  let memory: [Character]
  /// Whether the pixels of a block lie next to each other among the channels.
  let isBlockLast: Bool
  /// How many of the axes make one of the result each. Rows may be joined before columns are.
  let joined: [[Int]]

  private init(_ axes: String, _ memory: String, isBlockLast: Bool, _ joined: [Int]...) {
    self.axes = Array(axes)
    self.memory = Array(memory)
    self.isBlockLast = isBlockLast
    self.joined = joined
  }

  static let all = [
    SpeltShuffle("nchrws", "nhwcrs", isBlockLast: true, [1, 1, 2, 2], [1, 1, 2, 1, 1]),
    SpeltShuffle("nchrws", "nhwrsc", isBlockLast: false, [1, 1, 2, 2], [1, 1, 2, 1, 1]),
    SpeltShuffle("nhrwsc", "nhwcrs", isBlockLast: true, [1, 2, 2, 1]),
    SpeltShuffle("nhrwsc", "nhwrsc", isBlockLast: false, [1, 2, 2, 1]),
    SpeltShuffle("ncrshw", "nhrwsc", isBlockLast: true, [1, 3, 1, 1]),
    SpeltShuffle("nrschw", "nhrwsc", isBlockLast: false, [1, 3, 1, 1]),
    SpeltShuffle("nhwcrs", "nhrwsc", isBlockLast: true, [1, 1, 1, 3]),
    SpeltShuffle("nhwrsc", "nhrwsc", isBlockLast: false, [1, 1, 1, 3]),
  ]

  /// Axes of the result in the order in memory.
  var order: [Int] { axes[1] == "h" ? [0, 1, 2, 3] : ONNXData.channelsLast(4) }

  /// The operator, and the shape in memory of what it reads, where `data` comes under `shape`; nil: it is not spelt
  /// like this.
  func read(_ data: ONNXData, _ shape: [Int]) -> (op: any Operator, map: Shape)? {
    func extent(_ letter: Character) -> Int {
      zip(axes, data.shape).first { $0.0 == letter }?.1 ?? 1
    }
    let side = extent("r")
    let lying = data.order.filter { data.shape[$0] != 1 }.map { axes[$0] }
    guard side > 1, side == extent("s"), lying == memory.filter({ extent($0) != 1 }),
      joined.contains(where: { isJoined(data.shape, $0, shape) })
    else { return nil }
    let (batch, rows, columns) = (extent("n"), extent("h"), extent("w"))
    let channels = extent("c")
    guard memory[2] == "r" else {
      return (
        DepthToSpace(side: side, isBlockLast: isBlockLast),
        Shape(batch: batch, height: rows, width: columns, channels: channels * side * side)
      )
    }
    return (
      SpaceToDepth(side: side, isBlockLast: isBlockLast),
      Shape(batch: batch, height: rows * side, width: columns * side, channels: channels)
    )
  }

  /// Whether `result` has so many of the `extents` joined each, but for axes without extent.
  private func isJoined(_ extents: [Int], _ counts: [Int], _ result: [Int]) -> Bool {
    var rest = extents[...]
    let joined = counts.map { count -> Int in
      defer { rest = rest.dropFirst(count) }
      return rest.prefix(count).reduce(1, *)
    }
    return joined.filter { $0 != 1 } == result.filter { $0 != 1 }
  }
}
