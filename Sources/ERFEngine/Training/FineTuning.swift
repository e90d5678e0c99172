/// Trains a network a while from the weights it has, and leaves its weights of several moments in files.
public struct FineTuning: Sendable {
  /// Weights on the way.
  public struct Moment: Sendable, Equatable {
    /// Steps done.
    public let step: Int
    /// A safetensors file of the network alone.
    public let path: String
    /// Share of the held-out pictures named rightly.
    public let accuracy: Double?

    public init(step: Int, path: String, accuracy: Double?) {
      self.step = step
      self.path = path
      self.accuracy = accuracy
    }
  }

  public struct Progress: Sendable {
    public var log: TrainingLog
    public var step: Int
    public var steps: Int
    public var imagesASecond: Double
    /// Weights that were just written.
    public var moment: Moment?

    public init(
      log: TrainingLog, step: Int, steps: Int, imagesASecond: Double, moment: Moment? = nil
    ) {
      self.log = log
      self.step = step
      self.steps = steps
      self.imagesASecond = imagesASecond
      self.moment = moment
    }
  }

  public var network: NetworkSpec
  /// Where the files go; it is there already.
  public var folder: String
  public var steps = 300
  /// To learn from, at least a batch of 64.
  public var stimuli = 1600
  public var threads: Int?

  public init(_ network: NetworkSpec, folder: String, threads: Int? = nil) {
    self.network = network
    self.folder = folder
    self.threads = threads
  }

  /// Why a network cannot learn the built-in stimuli, as far as its name tells; nil where it can.
  public static func refusal(of model: String) -> String? {
    let wanted = ObjectCategory.allCases.count
    guard let found = try? ModelCatalogue.architecture(model).classes, found != wanted else {
      return nil
    }
    return TrainingError.classes(model: model, expected: found, found: wanted).explanation
  }

  /// Moments in the whole run.
  private static let moments = 12

  /// Trains on the built-in stimuli. Stopped by `cancellation`, it leaves one more moment behind.
  ///
  /// - Throws: as `Trainer` does, `CancellationError`.
  public func run(cancellation: Cancellation, progress: (Progress) -> Void) throws {
    var recipe = TrainingRecipe(
      model: try network.modelID(), data: .shapes(count: stimuli), steps: steps)
    recipe.rate = 1e-3
    var trainer = try Trainer(
      recipe, from: network, threads: threads, cancellation: cancellation)
    let start = ContinuousClock.now
    func report(_ trainer: Trainer, _ moment: Moment?) {
      let seconds = max(1e-9, (ContinuousClock.now - start) / .seconds(1))
      progress(
        Progress(
          log: trainer.log, step: trainer.step, steps: steps,
          imagesASecond: Double(trainer.step * recipe.batch) / seconds, moment: moment))
    }
    do {
      while !trainer.isFinished {
        try trainer.advance()
        let isMoment = trainer.step % max(1, steps / Self.moments) == 0
        report(
          trainer,
          isMoment ? try save(trainer, accuracy: trainer.measure()?.accuracy) : nil)
      }
    } catch is CancellationError {
      if trainer.step > 0 { report(trainer, try save(trainer, accuracy: nil)) }
      throw CancellationError()
    }
  }

  private func save(_ trainer: Trainer, accuracy: Double?) throws -> Moment {
    let path = "\(folder)/step-\(trainer.step).safetensors"
    try trainer.saveNetwork(to: path)
    return Moment(step: trainer.step, path: path, accuracy: accuracy)
  }
}
