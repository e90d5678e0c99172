/// What a probe with built-in stimuli is to find out about one network.
public struct ShapeBiasRequest: Sendable, Equatable {
  /// Pixels a side of the stimuli.
  public var size: Int
  /// Draws other stimuli, resamples others.
  public var seed: UInt64
  /// Agreeing stimuli; a quarter of them is held out to test the read-out.
  public var agreeing: Int
  public var conflicts: Int
  /// The layer that the bias is reported of; nil: the last stage.
  public var tap: String?
  /// Whether read-outs of every stage are fitted too.
  public var stages: Bool
  /// Whether read-outs also learn shape and texture alone, from as many stimuli of each.
  public var cues: Bool
  /// Tiles a side into which the held-out stimuli are cut and shuffled.
  public var shuffles: [Int]
  public var threads: Int?

  /// Pixels a side that stimuli may have.
  public static let sizes = 16...2048
  /// How many stimuli there may be of a kind: so many that a read-out can be learnt, and no more than
  /// it is worth waiting for.
  public static let counts = 64...100_000

  public init(
    size: Int = 128, seed: UInt64 = 0, agreeing: Int = 512, conflicts: Int = 512,
    tap: String? = nil, stages: Bool = true, cues: Bool = false, shuffles: [Int] = [],
    threads: Int? = nil
  ) {
    self.size = size
    self.seed = seed
    self.agreeing = agreeing
    self.conflicts = conflicts
    self.tap = tap
    self.stages = stages
    self.cues = cues
    self.shuffles = shuffles
    self.threads = threads
  }
}

/// Why a probe cannot be carried out.
public enum ProbeError: ExplainedError, Equatable {
  case tooFewStimuli(agreeing: Int, conflicts: Int)
  case tooManyStimuli(agreeing: Int, conflicts: Int, most: Int)
  /// More tiles a side than stimuli have pixels.
  case tooManyTiles(Int, size: Int)
  case noCategories(model: String, classes: Int)
  case notTheBenchmark(folder: String)
  /// Two networks have one name in decision files.
  case oneSubject(String)
  case noReadableStimuli(folder: String, skipped: Int, first: String)
  case noneOfItsCategories(
    folder: String, stimuli: Int, model: String, categories: [ObjectCategory])

  public var isUsageError: Bool {
    switch self {
    case .noReadableStimuli, .noneOfItsCategories: false
    default: true
    }
  }

  public var explanation: String {
    switch self {
    case .tooFewStimuli(let agreeing, let conflicts):
      "\(agreeing) agreeing and \(conflicts) conflicting stimuli are too few: a read-out of 16 "
        + "categories takes at least 64 and 1"
    case .tooManyStimuli(let agreeing, let conflicts, let most):
      "\(agreeing) agreeing and \(conflicts) conflicting stimuli are too many: at most \(most) of each"
    case .tooManyTiles(let tiles, let size):
      "stimuli of \(size) x \(size) pixels cannot be cut into \(tiles) x \(tiles) tiles to shuffle: "
        + "at most \(size) a side, or larger stimuli"
    case .noCategories(let model, let classes):
      "the \(classes == 1 ? "only class of \(model) is" : "\(classes) classes of \(model) are") "
        + "not ImageNet's, nor are two of them named like its or like the 16 categories: probe it "
        + "with built-in stimuli and a read-out"
    case .notTheBenchmark(let folder):
      "\(folder): holds no cue-conflict stimuli; expected folders airplane ... truck with files "
        + "such as airplane1-bicycle2.png"
    case .oneSubject(let subject):
      "a table of decisions calls two of these networks \(subject) and cannot tell them apart: give each network "
        + "once, or run them with a table each"
    case .noReadableStimuli(let folder, let skipped, let first):
      "\(folder): no stimulus of \(skipped) could be read; the first: \(first)"
    case .noneOfItsCategories(let folder, let stimuli, let model, let categories):
      "\(folder): no stimulus of \(stimuli) is of two categories that \(model) has classes of ("
        + categories.map(\.rawValue).joined(separator: ", ") + ")"
    }
  }
}

/// How far a probe is.
public struct ShapeBiasProgress: Sendable, Equatable {
  public enum Phase: String, Sendable {
    case agreeing = "agreeing stimuli"
    case conflict = "conflicting stimuli"
    case shape = "shapes alone"
    case texture = "textures alone"
    case shuffled = "shuffled tiles"
    case benchmark = "stimuli"
  }

  public let phase: Phase
  /// Stimuli of all phases together.
  public let done: Int
  public let total: Int

  public var fraction: Double { total > 0 ? Double(done) / Double(total) : 1 }
}
