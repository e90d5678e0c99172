/// The course of a training run: losses and accuracies in about a hundred points.
public struct TrainingLog: Sendable, Hashable, Codable {
  public struct Point: Sendable, Hashable, Codable {
    /// Steps done.
    public let step: Int
    /// Mean over the steps since the point before.
    public let loss: Double
    /// Share of training images named rightly in these steps.
    public let accuracy: Double
  }

  public private(set) var points: [Point] = []
  /// Held-out accuracy where it was last measured.
  public internal(set) var heldOut: Double?
  private let interval: Int
  private var losses: [Double] = []
  private var right = 0
  private var images = 0

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
}
