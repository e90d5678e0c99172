/// All that decides what a training run computes: the same recipe gives the same weights.
public struct TrainingRecipe: Sendable, Hashable, Codable {
  /// Where the pictures come from.
  public enum Data: Sendable, Hashable, Codable {
    /// `count` built-in stimuli whose shape and texture agree, 16 classes.
    case shapes(count: Int)
    /// A folder with a folder of pictures for every class, of which every tenth picture is held out;
    /// or one with `train` and `val`, each of that kind.
    case folder(String)
  }

  /// Which part of a picture a training image shows.
  public enum Cropping: Sendable, Hashable, Codable {
    /// A square, at random out of pictures whose sides are larger by this share.
    case shift(margin: Double)
    /// A rectangle of this share of the area at least, its sides 3:4 to 4:3, scaled to the input
    /// (Szegedy et al. 2015, arXiv:1409.4842, section 6).
    case resized(area: Double)
  }

  /// A catalogue id or free variant, canonical.
  public var model: String
  public var data: Data
  /// Sides of the network's input in pixels.
  public var sizes = TrainingSizes(96)
  public var batch = 64
  public var steps: Int
  public var seed: UInt64 = 0

  /// The highest learning rate, after warming up.
  public var rate = 2e-3
  /// Share of the steps in which the rate rises to `rate`; then it falls as a cosine to a hundredth.
  public var warmUp = 0.05
  public var optimizer = Optimizer.adamW()
  /// Label smoothing, 0 ..< 1.
  public var smoothing = 0.1
  /// Probability of leaving out the last residual branch; earlier ones have less.
  public var stochasticDepth = 0.0
  /// The parameter of the Beta distribution that pairs of images are mixed by (Zhang et al. 2018,
  /// arXiv:1710.09412); 0: not at all.
  public var mixup = 0.0
  /// Probability of erasing a rectangle of an image (Zhong et al. 2020, arXiv:1708.04896).
  public var erasing = 0.0
  public var cropping = Cropping.shift(margin: 0.125)
  /// Brightness, contrast and saturation are each multiplied by up to this much more or less than 1.
  public var jitter = 0.0
  public var mirrors = true
  /// Whether every class is seen equally often, however many pictures it has.
  public var balances = false
  /// Decay of the moving average of the weights, which is what comes out; 0: the last weights do.
  public var averaging = 0.0
  /// Hash of the weights that the run began with; nil: random ones of `seed`.
  public internal(set) var start: String?

  public init(model: String, data: Data, steps: Int) {
    self.model = model
    self.data = data
    self.steps = steps
  }

  /// The side that the network is measured at; set, it is the only one.
  public var size: Int {
    get { sizes.measured }
    set { sizes = TrainingSizes(newValue) }
  }

  /// The learning rate of step number `step`, from 0: linear warm-up, then cosine (Loshchilov and
  /// Hutter 2017, arXiv:1608.03983).
  public func rate(at step: Int) -> Double {
    let warm = (Double(steps) * warmUp).rounded()
    if Double(step) < warm { return rate * Double(step + 1) / warm }
    let done = (Double(step) - warm) / max(1, Double(steps) - warm)
    let floor = rate / 100
    return floor + (rate - floor) * 0.5 * (1 + cosine(.pi * done))
  }

  /// What the steps from `step` on will take, where those from `first` to `step` took `seconds`: larger
  /// inputs take longer.
  public func secondsLeft(from first: Int, to step: Int, in seconds: Double) -> Double {
    let done = sizes.pixels(of: first..<max(first, step))
    guard done > 0 else { return .infinity }
    return seconds * sizes.pixels(of: step..<max(step, steps)) / done
  }

  /// Side of the pictures that inputs are cut from by `Cropping.shift`.
  func pictureSide(margin: Double) -> Int {
    sizes.largest + Int((Double(sizes.largest) * margin).rounded())
  }
}
