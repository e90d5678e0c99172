/// The course of a training run: losses and accuracies in about a hundred points.
public struct TrainingLog: Sendable, Hashable {
  public struct Point: Sendable, Hashable, Codable {
    /// Steps done.
    public let step: Int
    /// Mean over the steps since the point before.
    public let loss: Double
    /// Share of training images named rightly in these steps.
    public let accuracy: Double
  }

  /// The held-out pictures, measured on the way.
  public struct Measurement: Sendable, Hashable, Codable {
    /// Steps done.
    public let step: Int
    /// Share of them named rightly.
    public let accuracy: Double
  }

  public private(set) var points: [Point] = []
  public private(set) var measurements: [Measurement] = []
  private let interval: Int
  private var losses: [Double] = []
  private var right = 0
  private var images = 0

  /// Held-out accuracy where it was last measured.
  public var heldOut: Double? { measurements.last?.accuracy }

  /// The first of those with the highest held-out accuracy.
  public var best: Measurement? {
    measurements.reduce(nil) { best, next in
      if let best, best.accuracy >= next.accuracy { best } else { next }
    }
  }

  /// Over the steps since the last point, or those of the last point.
  public var latestLoss: Double {
    losses.isEmpty ? points.last?.loss ?? 0 : losses.reduce(0, +) / Double(losses.count)
  }
  public var latestAccuracy: Double {
    images == 0 ? points.last?.accuracy ?? 0 : Double(right) / Double(images)
  }

  init(steps: Int) { interval = max(1, steps / 100) }

  mutating func add(step: Int, loss: Double, right: Int, of images: Int) {
    losses.append(loss)
    self.right += right
    self.images += images
    guard step % interval == 0 else { return }
    points.append(
      Point(
        step: step, loss: losses.reduce(0, +) / Double(losses.count),
        accuracy: Double(self.right) / Double(max(1, self.images))))
    (losses, self.right, self.images) = ([], 0, 0)
  }

  /// Notes a measurement, in the place of one of the same step.
  mutating func add(measured accuracy: Double, step: Int) {
    if measurements.last?.step == step { measurements.removeLast() }
    measurements.append(Measurement(step: step, accuracy: accuracy))
  }
}

extension TrainingLog: Codable {
  private enum Field: String, CodingKey {
    case points, measurements, interval, losses, right, images
  }

  public init(from decoder: any Decoder) throws {
    let fields = try decoder.container(keyedBy: Field.self)
    points = try fields.decode([Point].self, forKey: .points)
    measurements = try fields.decode([Measurement].self, forKey: .measurements)
    interval = max(1, try fields.decode(Int.self, forKey: .interval))
    losses = try fields.decode([Double].self, forKey: .losses)
    right = try fields.decode(Int.self, forKey: .right)
    images = try fields.decode(Int.self, forKey: .images)
  }

  public func encode(to encoder: any Encoder) throws {
    var fields = encoder.container(keyedBy: Field.self)
    try fields.encode(points, forKey: .points)
    try fields.encode(measurements, forKey: .measurements)
    try fields.encode(interval, forKey: .interval)
    try fields.encode(losses, forKey: .losses)
    try fields.encode(right, forKey: .right)
    try fields.encode(images, forKey: .images)
  }
}
