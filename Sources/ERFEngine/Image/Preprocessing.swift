// From a picture to the normalised tensor that a network takes.

/// How pixels become network input: fit, divide by 255, subtract the mean, divide by the deviation.
public struct Preprocessing: Sendable, Hashable {
  /// Mean of red, green and blue in 0...1.
  public let mean: [Float]
  /// Standard deviation of red, green and blue in 0...1.
  public let deviation: [Float]

  /// - Parameters: three values each; `deviation` not zero.
  public init(mean: [Float], deviation: [Float]) {
    precondition(mean.count == 3 && deviation.count == 3 && !deviation.contains(0))
    self.mean = mean
    self.deviation = deviation
  }

  /// The statistics of ImageNet, which most networks were trained with.
  public static let imageNet = Preprocessing(
    mean: [0.485, 0.456, 0.406], deviation: [0.229, 0.224, 0.225])

  /// One half throughout, so that inputs lie in -1...1: RepLKNet-XL.
  public static let half = Preprocessing(
    mean: [0.5, 0.5, 0.5], deviation: [0.5, 0.5, 0.5])

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
    var table = [Float](repeating: 0, count: 3 * 256)
    for channel in 0..<3 {
      for value in 0..<256 {
        table[channel * 256 + value] = (Float(value) / 255 - mean[channel]) / deviation[channel]
      }
    }
    var elements = [Float](repeating: 0, count: fitted.pixels.count)
    var index = 0
    while index < elements.count {
      elements[index] = table[Int(fitted.pixels[index])]
      elements[index + 1] = table[256 + Int(fitted.pixels[index + 1])]
      elements[index + 2] = table[512 + Int(fitted.pixels[index + 2])]
      index += 3
    }
    return Tensor(
      shape: Shape(height: fitted.height, width: fitted.width, channels: 3), elements: elements)
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
