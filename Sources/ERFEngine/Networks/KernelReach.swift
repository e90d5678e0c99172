// Which weights of a network's kernels an input of some size ever multiplies with a pixel.

/// The share of kernel weights that meet pixels, by stage.
///
/// A tap at distance d from the centre of a kernel meets nothing but padding on a map that is not wider
/// than d: its gradient is zero there, and training at that size leaves it as it was.
public struct KernelReach: Sendable, Equatable, Encodable {
  public struct Stage: Sendable, Equatable, Encodable {
    /// `stage1`, ...
    public let name: String
    /// Side of the largest kernel; 1 where there are no larger ones.
    public let kernel: Int
    /// Taps along a side of the largest kernel that meet pixels, rows and columns.
    public let reachedTaps: [Int]
    /// Of all kernels larger than 1 x 1, parallel ones merged.
    public let weights: Int
    public let reached: Int

    /// 0 ... 1; 1 where there are no such kernels.
    public var share: Double { weights == 0 ? 1 : Double(reached) / Double(weights) }
  }

  /// Height and width of the input.
  public let input: [Int]
  public let stages: [Stage]

  public var isWhole: Bool { stages.allSatisfy { $0.reached == $0.weights } }

  /// - Throws: `ModelError`, and where the input does not fit the network.
  public init(model id: String, size: InputSize) throws {
    try self.init(
      ModelCatalogue.architecture(id).blueprint(.merged), size: size)
  }

  init(_ blueprint: Blueprint, size: InputSize) throws {
    let shapes = try blueprint.shapes(input: blueprint.inputShape(size))
    input = [size.height, size.width]
    stages = blueprint.stages.enumerated().map { index, stage in
      var (weights, reached, kernel, taps) = (0, 0, 1, [1, 1])
      for node in blueprint.nodes where node.stage == index && node.role == .block {
        guard let (shape, window) = node.op.spatialWeights else { continue }
        let met = window.metTaps(of: shapes[node.inputs[0]])
        let counts = [met.rows.count(where: \.self), met.columns.count(where: \.self)]
        weights += shape.count
        reached += shape[0] * shape[1] * counts[0] * counts[1]
        if shape[2] > kernel { (kernel, taps) = (shape[2], counts) }
      }
      return Stage(
        name: stage.name, kernel: kernel, reachedTaps: taps, weights: weights, reached: reached)
    }
  }

  /// The smallest square input, in steps of 32 up to `limit`, that meets every weight; nil: none does.
  ///
  /// - Throws: `ModelError`.
  public static func smallestWhole(model id: String, upTo limit: Int = 2048) throws -> Int? {
    let blueprint = try ModelCatalogue.architecture(id).blueprint(.merged)
    return stride(from: 32, through: limit, by: 32).first { side in
      (try? KernelReach(blueprint, size: InputSize(height: side, width: side)))?.isWhole ?? false
    }
  }
}

/// Kernel weights that met no pixel in training: they are what they were at the start, times the weight
/// decay, and act as noise at larger inputs.
public struct UntrainedWeights: Sendable, Equatable {
  /// The largest side in pixels that the network was trained at.
  public let trainedAt: Int
  /// The largest share of them in a stage, 0 ... 1.
  public let share: Double
  /// `trained at 96 px; 37, 83 and 85 % of the kernel weights of stages 2, 3 and 4 met no pixel`
  public let note: String
  /// What training did reach, by stage.
  public let stages: [KernelReach.Stage]

  public init(trainedAt: Int, share: Double, note: String, stages: [KernelReach.Stage] = []) {
    (self.trainedAt, self.share, self.note) = (trainedAt, share, note)
    self.stages = stages
  }
}

extension TrainingRecord {
  /// What training did not reach of the network `model`; nil: it reached every weight, or there is no
  /// such network.
  public func untrained(model: String) -> UntrainedWeights? {
    (try? ModelCatalogue.architecture(model))
      .flatMap { untrained(of: $0.blueprint(.merged)) }
  }

  /// What training did not reach of a network whose kernels are those of `blueprint`; nil: it reached
  /// every weight.
  func untrained(of blueprint: Blueprint) -> UntrainedWeights? {
    let size = InputSize(height: largestSize, width: largestSize)
    guard let reach = try? KernelReach(blueprint, size: size), !reach.isWhole else { return nil }
    return UntrainedWeights(
      trainedAt: largestSize, share: 1 - (reach.stages.map(\.share).min() ?? 1),
      note: "trained at \(largestSize) px; " + reach.unreachedText + " met no pixel",
      stages: reach.stages)
  }
}

extension KernelReach {
  /// `83 % of the kernel weights of stage 3`, `37 and 85 % of the kernel weights of stages 2 and 4`.
  public var unreachedText: String {
    let parts = stages.enumerated().filter { $1.reached < $1.weights }
    let shares = parts.map { "\(max(1, Int((100 * (1 - $1.share)).rounded())))" }
    let numbers = parts.map { "\($0.offset + 1)" }
    return "\(Self.list(shares)) % of the kernel weights of stage\(numbers.count > 1 ? "s" : "") "
      + Self.list(numbers)
  }

  private static func list(_ words: [String]) -> String {
    guard words.count > 1, let last = words.last else { return words.first ?? "" }
    return words.dropLast().joined(separator: ", ") + " and " + last
  }
}
