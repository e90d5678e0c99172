#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Contribution scores averaged over images: M, on the raw scale.
///
/// Source: the paper's appendix B and its released script, which differ in two points; the script
/// made the published numbers and is what is followed (ReLU on the feature vector, mean over images
/// before the logarithm).
public struct ERFMap: Sendable, Equatable {
  public let height: Int
  public let width: Int
  /// How gradients become scores.
  public let rule: ERFRule
  /// Sum over the images of the scores; (H, W) row-major. Exact, so that no order of the images and no
  /// cut of the run into parts changes a bit of it.
  private(set) var sums: ExactSums
  /// Number of images accumulated.
  public private(set) var images: Int

  public init(height: Int, width: Int, rule: ERFRule = .paper) {
    precondition(height > 0 && width > 0)
    self.rule = rule
    self.height = height
    self.width = width
    sums = ExactSums(count: height * width)
    images = 0
  }

  /// Sums that were kept in a file; there are H W of them.
  init(height: Int, width: Int, sums: ExactSums, images: Int, rule: ERFRule) {
    precondition(sums.rounded.count == height * width && images >= 0)
    self.rule = rule
    self.height = height
    self.width = width
    self.sums = sums
    self.images = images
  }

  /// A map read back from a file or made by hand; `values` is M, (H, W) row-major.
  public init(
    height: Int, width: Int, values: [Double], images: Int = 1, rule: ERFRule = .paper
  ) {
    precondition(values.count == height * width && images > 0)
    self.rule = rule
    self.height = height
    self.width = width
    self.images = images
    sums = ExactSums(values.map { $0 * Double(images) })
  }

  /// M: the mean over the images, (H, W) row-major; zeros before the first image.
  public var values: [Double] {
    images < 2 ? sums.rounded : sums.rounded.map { $0 / Double(images) }
  }

  /// M at a pixel, by its place in row-major order.
  subscript(index: Int) -> Double {
    images < 2 ? sums.rounded[index] : sums.rounded[index] / Double(images)
  }

  /// A = log10(M + 1) / max, in 0...1: what the heat map shows; zeros where M is all zero. Negative
  /// values, which the signed rule alone has, count by their size and keep their sign.
  public var logScaled: [Double] {
    // log1p keeps the digits of networks whose scores are far below 1.
    let logs = values.map { $0 < 0 ? -log1p(-$0) : log1p($0) }
    guard let peak = logs.lazy.map(abs).max(), peak > 0 else { return logs.map { _ in 0 } }
    return logs.map { $0 / peak }
  }

  /// The largest absolute value of M.
  public var peak: Double {
    (sums.rounded.lazy.map(abs).max() ?? 0) / Double(max(1, images))
  }

  /// Whether A has equal steps, as few as 8 bits tell apart: then it was grey levels of 8 bits once, whatever file
  /// it was written to since.
  var hasGreyLevels: Bool {
    var sizes: Set<Double> = []
    var last = 0.0
    for value in values where value != last {
      last = value
      guard value != 0, sizes.insert(abs(value)).inserted else { continue }
      if sizes.count > 256 { return false }
    }
    let logs = sizes.map { log1p($0) }
    // A few numbers may lie so by chance, and small ones are their own logarithms: all multiples of one
    // would.
    guard logs.count > 4, let top = logs.max(), top > 0.001 else { return false }
    // Arrays have M as float32.
    return (logs.count...256).contains { steps in
      logs.allSatisfy { log in
        let level = log / top * Double(steps)
        return abs(level - level.rounded()) < 1e-4
      }
    }
  }

  /// Adds one image's scores: `gradient` is ds/dx, (N, H, W, 3), reduced as the rule says and summed
  /// over the batch.
  public mutating func accumulate(gradient: Tensor, images count: Int = 1) {
    precondition(gradient.shape.height == height && gradient.shape.width == width)
    for image in 0..<gradient.shape.batch {
      sums.add(rule.score, of: gradient, from: image * height * width)
    }
    images += count
  }

  /// Adds the scores of other images of the same run.
  mutating func add(_ other: ERFMap) {
    precondition(other.height == height && other.width == width && other.rule == rule)
    sums.add(other.sums)
    images += other.images
  }
}

extension ERFRule {
  /// How the gradients of a pixel's channels become its score.
  var score: PixelScore {
    switch self {
    case .paper: .positive
    case .absolute: .absolute
    case .signed: .sum
    case .openERF: .meanPositive
    }
  }
}
