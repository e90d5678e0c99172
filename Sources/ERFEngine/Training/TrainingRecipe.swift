/// All that decides what a training run computes: the same recipe gives the same weights.
public struct TrainingRecipe: Sendable, Hashable, Codable {
  /// Where the pictures come from.
  public enum Data: Sendable, Hashable, Codable {
    /// `count` built-in stimuli whose shape and texture agree, 16 classes.
    case shapes(count: Int)
    /// A folder with a folder of pictures for every class; every tenth picture is held out.
    case folder(String)
  }

  /// A catalogue id or free variant, canonical.
  public var model: String
  public var data: Data
  /// Side of the network's input in pixels.
  public var size = 96
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
  /// Share of the side by which pictures are larger than what is cut out of them at random.
  public var margin = 0.125
  public var mirrors = true
  /// Decay of the moving average of the weights, which is what comes out; 0: the last weights do.
  public var averaging = 0.0

  public init(model: String, data: Data, steps: Int) {
    self.model = model
    self.data = data
    self.steps = steps
  }

  /// Side of the pictures that inputs are cut from.
  var pictureSide: Int { size + Int((Double(size) * margin).rounded()) }

  /// The learning rate of step number `step`, from 0: linear warm-up, then cosine (Loshchilov and
  /// Hutter 2017, arXiv:1608.03983).
  public func rate(at step: Int) -> Double {
    let warm = (Double(steps) * warmUp).rounded()
    if Double(step) < warm { return rate * Double(step + 1) / warm }
    let done = (Double(step) - warm) / max(1, Double(steps) - warm)
    let floor = rate / 100
    return floor + (rate - floor) * 0.5 * (1 + cosine(.pi * done))
  }
}

/// What can go wrong with training beyond files and models.
public enum TrainingError: ExplainedError, Equatable {
  case noClassifier(model: String)
  case tooFewClasses(folder: String, found: Int)
  case classes(model: String, expected: Int, found: Int)
  case tooFewPictures(found: Int, batch: Int)
  case tooMuchMemory(pictures: Int, bytes: Int, limit: Int)
  case notFinite(step: Int)
  case notATraining(path: String)
  case unfinished(path: String, step: Int, steps: Int)
  case otherRecipe(path: String, field: String, saved: String, asked: String)

  public var isUsageError: Bool {
    switch self {
    case .notFinite, .notATraining: false
    default: true
    }
  }

  public var explanation: String {
    switch self {
    case .noClassifier(let model): "\(model) has no classifier to train"
    case .tooFewClasses(let folder, let found):
      "\(folder) holds \(found) folders with pictures: give a folder with one folder a class"
    case .classes(let model, let expected, let found):
      "\(model) has \(expected) classes, the data \(found): use a free variant such as "
        + "replknet:kernels=...:classes=\(found)"
    case .tooFewPictures(let found, let batch):
      "\(found) pictures to train on do not fill a batch of \(batch): give a smaller --batch"
    case .tooMuchMemory(let pictures, let bytes, let limit):
      "\(pictures) pictures take \(bytes >> 20) MB, more than the \(limit >> 20) MB to spare: "
        + "give a smaller --size or fewer pictures"
    case .notFinite(let step):
      "the loss became infinite or NaN in step \(step): the state before it is kept; "
        + "try a lower --lr"
    case .unfinished(let path, let step, let steps):
      "\(path) holds a training that stopped after step \(step) of \(steps): add --resume to go on, "
        + "or choose another file"
    case .notATraining(let path): "\(path) is no training checkpoint: nothing to resume"
    case .otherRecipe(let path, let field, let saved, let asked):
      "\(path) was trained with another recipe (\(field): \(saved), now \(asked)): "
        + "repeat the command that made it, or choose another file"
    }
  }
}
