// From a picture to the normalised tensor that a network takes.

/// How pixels become network input: fit, bring to a range, subtract the mean, divide by the deviation.
public struct Preprocessing: Sendable, Hashable {
  /// Mean of the three channels, in the order in which the network takes them.
  public let mean: [Float]
  /// Standard deviation of the three channels.
  public let deviation: [Float]
  /// What pixels of 0 and of 255 become first.
  public let black: Float
  public let white: Float
  /// Whether channels are blue, green, red.
  public let isBlueFirst: Bool
  /// Whether all three channels are the picture's luminance, for networks that take grey pictures.
  public let isGrey: Bool

  /// - Parameters: three values each; `deviation` not zero.
  public init(
    mean: [Float], deviation: [Float], black: Float = 0, white: Float = 1,
    isBlueFirst: Bool = false, isGrey: Bool = false
  ) {
    precondition(mean.count == 3 && deviation.count == 3 && !deviation.contains(0))
    self.mean = mean
    self.deviation = deviation
    self.black = black
    self.white = white
    self.isBlueFirst = isBlueFirst
    self.isGrey = isGrey
  }

  /// The statistics of ImageNet, which most networks were trained with.
  public static let imageNet = Preprocessing(
    mean: [0.485, 0.456, 0.406], deviation: [0.229, 0.224, 0.225])

  /// One half throughout, so that inputs lie in -1...1: RepLKNet-XL.
  public static let half = Preprocessing(
    mean: [0.5, 0.5, 0.5], deviation: [0.5, 0.5, 0.5])

  /// The same for grey pictures: mean and deviation are the means of the colours'.
  public var grey: Preprocessing {
    func mean(_ numbers: [Float]) -> [Float] {
      [Float](repeating: numbers.reduce(0, +) / 3, count: 3)
    }
    return Preprocessing(
      mean: mean(self.mean), deviation: mean(deviation), black: black, white: white, isGrey: true)
  }

  /// Shares of red, green and blue in luminance (ITU-R BT.601), as Pillow converts to grey.
  static let luminance: [Float] = [0.299, 0.587, 0.114]

  /// What is said of networks that take grey pictures.
  static let greyNote =
    "it is fed with luminance, 0.299 red + 0.587 green + 0.114 blue, and normalised, unless told "
    + "otherwise, by the averages of the colours' means and deviations"

  /// What is said of networks that take four channels.
  static let fourthNote =
    "a fourth channel beside red, green and blue: it is fed with zeros"

  /// What TensorFlow's EfficientNet-Lites take: (127, 128) / 255, rounded.
  public static let efficientNetLite = Preprocessing(
    mean: [0.498, 0.498, 0.498], deviation: [0.502, 0.502, 0.502])
}

/// How a picture of any size is brought to the input size.
public enum Fit: Sendable, Hashable {
  /// Scale to exactly this size, the aspect not kept: what the paper's ERF script does.
  case stretch(InputSize, ResizeFilter)
  /// Scale the shorter side to this many pixels, then take the square in the middle: the usual way of
  /// evaluating on ImageNet. A crop larger than the side is cut to it.
  case shorterSide(Int, ResizeFilter, crop: Int)
}

extension Preprocessing {
  /// The picture stretched to `size` with the bicubic filter, normalised: (1, H, W, 3).
  public func tensor(_ image: Image, size: InputSize) -> Tensor {
    tensor(image, fit: .stretch(size, .bicubic))
  }

  /// The picture brought to size as `fit` says, normalised: (1, H, W, 3).
  public func tensor(_ image: Image, fit: Fit) -> Tensor {
    let fitted = image.fitted(fit)
    if isGrey { return greyTensor(fitted) }
    var table = [Float](repeating: 0, count: 3 * 256)
    for channel in 0..<3 {
      for value in 0..<256 {
        table[channel * 256 + value] = (inRange(Float(value)) - mean[channel]) / deviation[channel]
      }
    }
    return Tensor(
      height: fitted.height, width: fitted.width, bytes: fitted.pixels, isReversed: isBlueFirst,
      by: table)
  }

  /// The luminance of `fitted`, normalised, in each channel.
  private func greyTensor(_ fitted: Image) -> Tensor {
    var elements = [Float](repeating: 0, count: fitted.pixels.count)
    for index in stride(from: 0, to: elements.count, by: 3) {
      let value = inRange(
        Self.luminance[0] * Float(fitted.pixels[index])
          + Self.luminance[1] * Float(fitted.pixels[index + 1])
          + Self.luminance[2] * Float(fitted.pixels[index + 2]))
      for channel in 0..<3 {
        elements[index + channel] = (value - mean[channel]) / deviation[channel]
      }
    }
    return Tensor(
      shape: Shape(height: fitted.height, width: fitted.width, channels: 3), elements: elements)
  }

  /// A value of 8 bits on the way from black to white; whole numbers stay whole in the range 0 to 255.
  private func inRange(_ value: Float) -> Float {
    white - black == 255 ? black + value : black + value / 255 * (white - black)
  }
}

extension Image {
  /// The picture brought to size, still in 8 bits.
  public func fitted(_ fit: Fit) -> Image {
    switch fit {
    case .stretch(let size, let filter):
      return resized(to: size, filter: filter)
    case .shorterSide(let side, let filter, let crop):
      precondition(side > 0 && crop > 0)
      let shorter = min(height, width)
      let size = InputSize(height: height * side / shorter, width: width * side / shorter)
      return resized(
        to: size, filter: filter, rows: Self.middle(crop, of: size.height),
        columns: Self.middle(crop, of: size.width))
    }
  }

  /// The middle `count` of `extent` positions; an odd rest halves to the even neighbour, as in
  /// torchvision.
  private static func middle(_ count: Int, of extent: Int) -> Range<Int> {
    let count = min(count, extent)
    let start = Int((Double(extent - count) / 2).rounded(.toNearestOrEven))
    return start..<start + count
  }
}
