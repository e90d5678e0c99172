// What an exported graph takes of a picture.

/// The picture among a graph's inputs.
struct ONNXInput: Sendable {
  let name: String
  let type: ONNXType
  let channels: Int
  /// Whether channels come last in the file's order.
  private let isChannelsLast: Bool
  /// Whether the file counts no batches: (3, H, W).
  let isSingle: Bool
  /// nil: the file leaves it open.
  let exportedSize: InputSize?

  init(_ model: ONNXModel) throws(ONNXError) {
    // Older files list weights among the inputs.
    let inputs = model.graph.inputs.filter { model.graph.initializers[$0.name] == nil }
    guard
      let input = inputs.first(where: { $0.shape?.count ?? 4 == 4 })
        ?? inputs.first(where: { $0.shape?.count == 3 })
    else {
      throw .unsupported(path: model.path, reason: "it has no input of pictures (1, 3, H, W)")
    }
    name = input.name
    type = input.type
    guard type.isReal || type.pixels != nil else {
      throw .unsupported(
        path: model.path, reason: "its input is of type \(type), which no picture is")
    }
    isSingle = input.shape?.count == 3
    let written = input.shape ?? [.fixed(1), .free(""), .free(""), .free("")]
    let shape = isSingle ? [.fixed(1)] + written : written
    func extent(_ axis: Int) -> Int? {
      if case .fixed(let extent) = shape[axis] { extent } else { nil }
    }
    let counts = [3, 1, 4]
    func isChannels(_ axis: Int) -> Bool { extent(axis).map(counts.contains) ?? false }
    // What a file says of no extent, its first node may tell.
    isChannelsLast =
      !isChannels(1) && (isChannels(3) || extent(1) == nil && model.bringsChannelsForward(name))
    let axes =
      isChannelsLast ? (channels: 3, rows: 1, columns: 2) : (channels: 1, rows: 2, columns: 3)
    channels = extent(axes.channels) ?? 3
    let sides = [extent(axes.rows), extent(axes.columns)].compactMap { $0 }
    guard counts.contains(channels), (extent(0) ?? 1) == 1, sides.allSatisfy({ $0 <= 1 << 14 })
    else {
      throw .unsupported(
        path: model.path,
        reason: "its input is \(written.map(\.text).joined(separator: "x")), not one picture "
          + "(1, 3, H, W): export it with torch.onnx.export(model, (torch.zeros(1, 3, H, W),), "
          + "\"m.onnx\")")
    }
    if let height = extent(axes.rows), let width = extent(axes.columns) {
      exportedSize = InputSize(height: height, width: width)
    } else {
      exportedSize = nil
    }
  }

  /// The value 0: a picture (1, H, W, 3), counted in the file's order of axes.
  func picture(_ size: InputSize) -> ONNXData {
    isChannelsLast
      ? ONNXData(.value(0), shape: [1, size.height, size.width, 3])
      : ONNXData(
        .value(0), shape: [1, 3, size.height, size.width], order: ONNXData.channelsLast(4))
  }

  /// What the graph gets of a picture: luminance where it takes grey ones, and zeros as a fourth channel.
  func adapted(_ picture: ONNXData, _ lowering: inout ONNXLowering) throws -> ONNXData {
    let whole = try withChannels(of: picture, &lowering)
    return isSingle ? try lowering.reshaped(whole, to: Array(whole.shape.dropFirst())) : whole
  }

  private func withChannels(
    of picture: ONNXData, _ lowering: inout ONNXLowering
  ) throws -> ONNXData {
    let axis = isChannelsLast ? 3 : 1
    switch channels {
    case 1:
      var shape = [Int](repeating: 1, count: 4)
      shape[axis] = 3
      let shares = Tensor(shape: Shape(shape), elements: Preprocessing.luminance)
      let weighed = try lowering.pair(.multiply, picture, ONNXData(shares))
      return try lowering.reduced(weighed, .sum, [axis], keeps: true)
    case 4: return try lowering.selected(picture, [axis: [0, 1, 2, -1]], summary: "opaque")
    default: return picture
    }
  }
}

extension ONNXInput {
  /// How pictures are prepared where nobody says: as for ImageNet, or as whole numbers.
  var preprocessing: Preprocessing {
    var own = Preprocessing.imageNet
    if let pixels = type.pixels {
      own = Preprocessing(
        mean: [0, 0, 0], deviation: [1, 1, 1], black: Float(pixels.lowerBound),
        white: Float(pixels.upperBound))
    }
    return channels == 1 ? own.grey : own
  }

  /// What there is to know of the input, where pictures are prepared as `choice` says.
  func notes(_ choice: PreprocessingChoice) -> [String] {
    var notes: [String] = []
    if let pixels = type.pixels, choice.range == nil, choice.mean == nil, choice.deviation == nil {
      notes.append(
        "the network takes whole numbers (\(type)): it is fed with pixels from "
          + "\(pixels.lowerBound) to \(pixels.upperBound) (see --range, --mean and --std)")
    }
    switch channels {
    case 1: notes.append("the network takes grey pictures: \(Preprocessing.greyNote)")
    case 4: notes.append("the network takes \(Preprocessing.fourthNote)")
    default: break
    }
    return notes
  }
}

extension ONNXModel {
  /// Whether the graph's input `name` is read by a transposition from (N, H, W, C) to (N, C, H, W) alone.
  fileprivate func bringsChannelsForward(_ name: String) -> Bool {
    let readers = graph.nodes.filter { $0.reads.contains(name) }
    guard readers.count == 1, readers[0].operation == "Transpose",
      case .integers(let axes)? = readers[0].attributes["perm"]
    else { return false }
    return axes == [0, 3, 1, 2]
  }
}

extension ONNXType {
  /// What black and white are as whole numbers of the type; nil: it is of other numbers, or of none.
  fileprivate var pixels: ClosedRange<Int>? {
    switch self {
    case .uint8, .uint16, .int16, .int32, .int64, .uint32, .uint64: 0...255
    case .int8: -128...127
    default: nil
    }
  }
}

extension ONNXValueInfo.Extent {
  fileprivate var text: String {
    switch self {
    case .fixed(let extent): "\(extent)"
    case .free(let name): name.isEmpty ? "?" : name
    }
  }
}
