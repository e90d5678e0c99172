/// What a probe found: decisions by shape or texture, and how far they can be trusted.
public struct ShapeBiasReport: Sendable {
  /// Where the decisions come from.
  public enum Method: Sendable, Hashable {
    /// The network's own classes on the stimuli of a folder.
    case benchmark(folder: String)
    /// A linear read-out on stimuli that the program drew.
    case builtIn(size: Int, seed: UInt64)
  }

  /// A file that does not count, and why.
  public struct Skipped: Sendable, Hashable {
    public let path: String
    public let reason: String
  }

  public let model: String
  public let weights: String
  public let weightsHash: String
  public let method: Method
  /// S, T and neither, overall and by shape category.
  public let counts: ShapeBias
  /// The middle 95 % of the bias over stimuli; nil where there is no bias to speak of.
  public let interval: ClosedRange<Double>?
  /// Every conflicting stimulus with the decision, in order.
  public let decisions: [CueDecision]
  public let skipped: [Skipped]
  /// Stimuli that a run which was stopped did not come to.
  public var open = 0
  /// Stimuli of categories that the network has no class for.
  public var leftOut = 0
  /// Categories that the network can decide for.
  public var categories = ObjectCategory.allCases
  /// The read-out that decided; nil for the benchmark.
  public let readOut: ReadOutReport?
  /// A read-out for each stage, where asked for.
  public let stages: [ReadOutReport]
  public let seconds: Double
  /// Which of a checkpoint's weights were taken, and what there is to know of them; nil: not from a file.
  public var weightsChoice: WeightsChoice?

  /// Whether the decisions are a read-out's that does no better than guessing.
  public var isAtChance: Bool { readOut?.heldOut.isAtChance ?? false }

  /// S / (S + T); nil where nothing was decided, or only by guessing.
  public var bias: Double? { isAtChance ? nil : counts.overall.bias }
}

/// A linear read-out of one layer and what it can do.
public struct ReadOutReport: Sendable {
  /// The layer's name.
  public let tap: String
  /// Length of its feature vector.
  public let channels: Int
  public let lambda: Double
  public let trained: Int
  /// On agreeing stimuli that it was not trained on.
  public let heldOut: Accuracy
  /// Its decisions on the conflicting ones.
  public let counts: ShapeBias
  public let interval: ClosedRange<Double>?
  /// Held-out accuracy of read-outs that learn from shapes alone and from textures alone.
  public let shapeOnly: Accuracy?
  public let textureOnly: Accuracy?
  /// On the held-out agreeing stimuli, cut into `tiles` x `tiles` and shuffled.
  public let shuffled: [Shuffled]

  public struct Shuffled: Sendable, Hashable {
    public let tiles: Int
    public let accuracy: Accuracy
  }

  /// S / (S + T); nil at chance or where nothing was decided.
  public var bias: Double? { heldOut.isAtChance ? nil : counts.overall.bias }
}
