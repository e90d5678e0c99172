// Activations of any layer over several inputs, in PyTorch's layout, and what they are of.

/// The activations over some of a run's inputs, and all it takes to tell which inputs of which run.
public struct Features: RunPart, Equatable {
  /// An input that was looked at.
  public struct Row: Sendable, Equatable, Codable {
    /// Its place in the run's list.
    public let index: Int
    public let name: String
    /// Hash (FNV-1a, 16 hexadecimal digits) of the input as the network saw it; nil where its file could
    /// not be read.
    public let hash: String?
    /// Why its row is NaN; nil: it is not.
    public let reason: String?
  }

  /// What the activations are of.
  public struct Subject: Sendable, Equatable {
    public let model: String
    public let weights: String
    public let weightsHash: String
    /// Which of a checkpoint's weights were taken, and what there is to know of them; nil: not from a file.
    public var weightsChoice: WeightsChoice?
    public let input: InputSize
    public let tap: String
    public let preprocessing: PreprocessingChoice
    /// Of one input: (C, H, W), (L, C) of tokens, or (classes).
    public let extents: [Int]
  }

  public internal(set) var subject: Subject
  /// Number of inputs of the whole run.
  public let inputs: Int
  /// ``NetworkInputs/listHash``: parts of one run have the same.
  public let list: String
  /// What to run for it, without the words that say which share and where to.
  public var command: [String] = []
  /// The shares that this is of, in order; empty: the whole run.
  public internal(set) var shards: [Shard]
  public var makers: [ERFPart.Maker] = [.this]
  /// By rising index.
  public internal(set) var rows: [Row] = []
  /// Of the rows, one behind the other, row-major.
  public internal(set) var values: [Float] = []

  /// Nothing yet of a run over `inputs`.
  init(_ subject: Subject, of inputs: NetworkInputs, shard: Shard?) {
    self.subject = subject
    self.inputs = inputs.count
    list = inputs.listHash
    shards = shard.map { [$0] } ?? []
  }

  init(_ subject: Subject, inputs: Int, list: String, shards: [Shard], makers: [ERFPart.Maker]) {
    self.subject = subject
    self.inputs = inputs
    self.list = list
    self.shards = shards
    self.makers = makers
  }
}

extension Features {
  /// (N, C, H, W), (N, L, C) for tokens, or (N, classes) for `logits`.
  public var shape: [Int] { [rows.count] + subject.extents }

  /// Elements of a row.
  var width: Int { subject.extents.reduce(1, *) }

  public var weightsChoice: WeightsChoice? { subject.weightsChoice }

  /// Whether the run was cancelled before the last input.
  public var isPartial: Bool { rows.count < covered }

  public var total: Int { inputs }

  public var indices: Set<Int> { Set(rows.map(\.index)) }

  /// As an array alone.
  public var array: NPY { NPY(shape: shape, values: values) }

  public func difference(from other: Features) -> String? {
    let (mine, its) = (subject, other.subject)
    let pairs: [(String, String, String)] = [
      // Of a file its name alone: machines have it in other folders, and the hash tells what it is.
      ("model", mine.model.fileName, its.model.fileName),
      ("weights", mine.weightsHash, its.weightsHash),
      (
        "input", "\(mine.input.height)x\(mine.input.width)",
        "\(its.input.height)x\(its.input.width)"
      ),
      ("layer", mine.tap, its.tap),
      ("shape", "\(mine.extents)", "\(its.extents)"),
      ("preparation", mine.preprocessing.shown, its.preprocessing.shown),
      ("numbers of inputs", "\(inputs)", "\(other.inputs)"),
    ]
    if let pair = pairs.first(where: { $0.1 != $0.2 }) {
      return "\(pair.0) \(pair.1) and \(pair.2)"
    }
    return list == other.list ? nil : FNV1a.otherList(of: "inputs", list, other.list)
  }
}
