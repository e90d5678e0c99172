#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Contribution scores averaged over images: M of the `paper` rule, on the raw scale.
///
/// Source: the paper's appendix B and its released script, which differ in two points; the script
/// made the published numbers and is what is followed (ReLU on the feature vector, mean over images
/// before the logarithm).
public struct ERFMap: Sendable, Equatable {
  public let height: Int
  public let width: Int
  /// Sum over the images of the rectified input gradient, summed over colours; (H, W) row-major.
  private var sums: [Double]
  /// Number of images accumulated.
  public private(set) var images: Int

  public init(height: Int, width: Int) {
    precondition(height > 0 && width > 0)
    self.height = height
    self.width = width
    sums = [Double](repeating: 0, count: height * width)
    images = 0
  }

  /// A map read back from a file or made by hand; `values` is M, (H, W) row-major.
  public init(height: Int, width: Int, values: [Double], images: Int = 1) {
    precondition(values.count == height * width && images > 0)
    self.height = height
    self.width = width
    self.images = images
    sums = values.map { $0 * Double(images) }
  }

  /// M: the mean over the images, (H, W) row-major; zeros before the first image.
  public var values: [Double] {
    images == 0 ? sums : sums.map { $0 / Double(images) }
  }

  /// A = log10(M + 1) / max, in 0...1: what the heat map shows; zeros where M is all zero.
  public var logScaled: [Double] {
    // log1p keeps the digits of networks whose scores are far below 1.
    let logs = values.map { log1p($0) }
    guard let peak = logs.max(), peak > 0 else { return logs.map { _ in 0 } }
    return logs.map { $0 / peak }
  }

  /// The largest value of M.
  public var peak: Double { values.max() ?? 0 }

  /// Adds one image's scores: `gradient` is ds/dx, (N, H, W, 3); each element is rectified, then
  /// summed over the batch and the colours.
  public mutating func accumulate(gradient: Tensor, images count: Int = 1) {
    precondition(gradient.shape.height == height && gradient.shape.width == width)
    let channels = gradient.shape.channels
    let elements = gradient.elements
    for (index, value) in elements.enumerated() where value > 0 {
      sums[(index / channels) % (height * width)] += Double(value)
    }
    images += count
  }
}
