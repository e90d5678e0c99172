import TestSupport
import Testing

@testable import ERFEngine

/// What exported graphs are fed with: numbers are counted by hand from the pixels of a picture.
@Suite struct ONNXInputTests {
  private let folder = try? TemporaryFolder()
  private let picture = BuiltInImages.image(at: 0).fitted(
    .stretch(InputSize(height: 16, width: 16), .bicubic))

  /// A 1x1 convolution of weights 1, 2, 3... over an input of the type of the number `type`.
  private func network(
    channels: Int, type: Int = 1, isLast: Bool = false, isFree: Bool = false,
    _ preprocessing: PreprocessingChoice = .own
  ) throws -> Network {
    let bytes = ONNXBytes.model { graph in
      graph.tensor("w", [1, channels, 1, 1], (1...channels).map { Float($0) })
      if isFree {
        graph.message(11) { $0.text(1, "x") }
      } else {
        graph.picture("x", isLast ? [1, 16, 16, channels] : [1, channels, 16, 16], type: type)
        graph.message(1) { node in
          node.text(1, "x")
          node.text(2, "numbers")
          node.text(4, "Cast")
          node.attribute("to", .integer(1))
        }
      }
      if isLast {
        graph.message(1) { node in
          node.text(1, isFree ? "x" : "numbers")
          node.text(2, "turned")
          node.text(4, "Transpose")
          node.attribute("perm", .integers([0, 3, 1, 2]))
        }
      }
      graph.node("Conv", [isLast ? "turned" : isFree ? "x" : "numbers", "w"], ["y"])
      graph.message(12) { $0.text(1, "y") }
    }
    let path = try #require(folder).write(bytes, to: "input.onnx")
    var spec = NetworkSpec(file: path)
    spec.preprocessing = preprocessing
    return try Network(spec)
  }

  /// What the network makes of the picture.
  private func answers(_ network: Network) throws -> [Float] {
    try network.features(
      network.preprocessing.tensor(picture, size: InputSize(height: 16, width: 16)), tap: nil
    ).elements
  }

  /// The picture's red, green and blue, a pixel each.
  private var colours: [(Float, Float, Float)] {
    (0..<256).map { place in
      let pixel = picture.pixels[place * 3..<place * 3 + 3].map { Float($0) }
      return (pixel[0], pixel[1], pixel[2])
    }
  }

  private func expect(
    _ found: [Float], _ expected: [Float], sourceLocation: SourceLocation = #_sourceLocation
  ) {
    #expect(found.count == expected.count, sourceLocation: sourceLocation)
    let error = relativeError(found.map { Double($0) }, expected.map { Double($0) })
    #expect(error < 1e-5, sourceLocation: sourceLocation)
  }

  /// Bytes are fed as they are: a graph over them divides by itself.
  @Test(arguments: [2, 4, 5, 6, 7]) func wholeNumbersAreFedAsTheyAre(_ type: Int) throws {
    let network = try network(channels: 3, type: type)
    try expect(answers(network), colours.map { $0 + 2 * $1 + 3 * $2 })
    let notes = try #require(network.weightsChoice?.notes)
    #expect(notes.contains { $0.contains("whole numbers") && $0.contains("from 0 to 255") })
  }

  @Test func signedBytesGoFromMinus128() throws {
    let network = try network(channels: 3, type: 3)
    try expect(answers(network), colours.map { $0 + 2 * $1 + 3 * $2 - 6 * 128 })
    #expect(network.weightsChoice?.notes.first?.contains("from -128 to 127") == true)
  }

  /// What is said of the input goes before what its type tells, and nothing is claimed besides.
  @Test func whatIsSaidGoesFirst() throws {
    var choice = PreprocessingChoice()
    choice.range = PixelRange(black: 0, white: 1)
    let ranged = try network(channels: 3, type: 2, choice)
    try expect(answers(ranged), colours.map { ($0 + 2 * $1 + 3 * $2) / 255 })
    #expect(ranged.weightsChoice == nil)
    choice.range = nil
    choice.mean = [100, 110, 120]
    let shifted = try network(channels: 3, type: 2, choice)
    try expect(answers(shifted), colours.map { $0 - 100 + 2 * ($1 - 110) + 3 * ($2 - 120) })
    let last = try network(channels: 3, type: 2, isLast: true)
    try expect(answers(last), colours.map { $0 + 2 * $1 + 3 * $2 })
  }

  /// Where the file says nothing of the input's extents, its first node tells that channels come last.
  @Test(arguments: [false, true]) func firstNodesTellTheOrderOfAxes(_ isLast: Bool) throws {
    let network = try network(channels: 3, isLast: isLast, isFree: true)
    let preparation = Preprocessing.imageNet
    try expect(
      answers(network),
      colours.map { colour in
        zip([colour.0, colour.1, colour.2], zip(preparation.mean, preparation.deviation))
          .enumerated().reduce(0) { sum, next in
            let (value, (mean, deviation)) = next.element
            return sum + Float(next.offset + 1) * (value / 255 - mean) / deviation
          }
      })
  }

  /// A graph that counts no batches hands on its logits alone, or with the batch that it made itself.
  @Test(arguments: [[-1], [1, 4]])
  func vectorsWithoutBatchesAreLogits(_ shape: [Int]) throws {
    let bytes = ONNXBytes.model { graph in
      graph.tensor("w", [4, 3, 2, 2], (0..<48).map { Float($0 % 5) - 1 })
      for (name, numbers) in [("axis", [0]), ("shape", shape)] {
        graph.message(5) { tensor in
          tensor.head(name, type: 7, [numbers.count])
          tensor.data(9, numbers.flatMap { ONNXBytes.little(Int64($0)) })
        }
      }
      graph.picture("x", [3, 16, 16])
      graph.node("Unsqueeze", ["x", "axis"], ["one"])
      graph.node("Conv", ["one", "w"], ["c"])
      graph.node("GlobalAveragePool", ["c"], ["mean"])
      graph.node("Reshape", ["mean", "shape"], ["y"])
      graph.message(12) { $0.text(1, "y") }
    }
    let network = try Network(
      NetworkSpec(file: try #require(folder).write(bytes, to: "single.onnx")))
    let input = network.preprocessing.tensor(picture, size: InputSize(height: 16, width: 16))
    let map = try network.features(input, tap: nil)
    let logits = try network.features(input, tap: "logits")
    #expect(map.shape == [1, 15, 15, 4] && logits.shape == [1, 4])
    expect(
      logits.elements,
      (0..<4).map { channel in
        stride(from: channel, to: map.count, by: 4).reduce(Float(0)) { $0 + map[$1] } / 225
      })
  }

  private func luminance(_ colour: (Float, Float, Float)) -> Float {
    0.299 * colour.0 + 0.587 * colour.1 + 0.114 * colour.2
  }

  /// Luminance of the picture, then the means of ImageNet's three means and deviations.
  @Test(arguments: [false, true]) func greyNetworksGetLuminance(_ isLast: Bool) throws {
    let network = try network(channels: 1, isLast: isLast)
    try expect(answers(network), colours.map { (luminance($0) / 255 - 0.449) / 0.226 })
    #expect(network.weightsChoice?.notes.contains { $0.contains("luminance") } == true)
    // The field is that of the grey picture: the slope 1 at the unit, where its answer is positive.
    let result = try ERFComputer().compute(
      ERFRequest(
        network: NetworkSpec(file: folder?.file("input.onnx") ?? ""),
        size: InputSize(height: 16, width: 16)))
    let peak = try answers(network)[8 * 16 + 8] > 0 ? 1.0 : 0
    #expect(result.map.values.count { $0 > 0 } <= 1 && abs(result.map.peak - peak) < 1e-6)
  }

  /// What was prepared elsewhere has the channels that the network takes.
  @Test(arguments: [1, 3]) func greyTensorsAreForGreyNetworks(_ channels: Int) throws {
    _ = try network(channels: channels)
    let folder = try #require(folder)
    let values = (0..<512).map { Float($0) / 100 - 2 }
    let array = NPY(shape: [2, 1, 16, 16], values: values)
    let request = ERFRequest(
      network: NetworkSpec(file: folder.file("input.onnx")),
      images: .tensor(try folder.write(array.encoded(), to: "grey.npy")))
    guard channels == 1 else {
      let error = #expect(throws: PreparedTensorError.self) { try request.validated() }
      #expect(error?.explanation.contains("has shape 2x1x16x16: expected (N, 3, H, W)") == true)
      return
    }
    try expect(Features(of: request.validated()).values, values)
  }

  /// Blue first changes nothing of a grey picture.
  @Test func greyPicturesHaveNoOrderOfColours() throws {
    var choice = PreprocessingChoice()
    choice.isBlueFirst = true
    choice.mean = [0.5, 0.5, 0.5]
    choice.deviation = [0.25, 0.25, 0.25]
    let network = try network(channels: 1, choice)
    try expect(answers(network), colours.map { (luminance($0) / 255 - 0.5) / 0.25 })
  }

  @Test func greyBytesAreLuminanceFrom0To255() throws {
    try expect(answers(network(channels: 1, type: 2)), colours.map(luminance))
  }

  @Test func fourthChannelsAreZeroAndSaidSo() throws {
    let network = try network(channels: 4)
    try expect(
      answers(network),
      colours.map { red, green, blue in
        (red / 255 - 0.485) / 0.229 + 2 * (green / 255 - 0.456) / 0.224
          + 3 * (blue / 255 - 0.406) / 0.225
      })
    #expect(network.weightsChoice?.notes == ["the network takes \(Preprocessing.fourthNote)"])
  }

  /// Yes and no are no picture.
  @Test func otherTypesAreRefused() throws {
    let error = #expect(throws: ONNXError.self) { try network(channels: 3, type: 9) }
    #expect(error?.explanation.contains("its input is of type bool") == true)
  }
}
