/// Trains a network a while from the weights it has, and leaves its weights of several moments in files.
public struct FineTuning: Sendable {
  /// Weights on the way.
  public struct Moment: Sendable, Equatable {
    /// Steps done.
    public let step: Int
    /// A safetensors file of the network alone.
    public let path: String
    /// Share of the held-out pictures named rightly; of many, every so many are asked.
    public let accuracy: Double?
    /// How many were asked; nil: nobody said.
    public let asked: Int?

    public init(step: Int, path: String, accuracy: Double?, asked: Int? = nil) {
      self.step = step
      self.path = path
      self.accuracy = accuracy
      self.asked = asked
    }
  }

  public struct Progress: Sendable {
    public var log: TrainingLog
    public var step: Int
    public var steps: Int
    public var imagesASecond: Double
    /// To the end, by the pace so far.
    public var secondsLeft: Double
    /// Weights that were just written.
    public var moment: Moment?

    public init(
      log: TrainingLog, step: Int, steps: Int, imagesASecond: Double, secondsLeft: Double,
      moment: Moment? = nil
    ) {
      self.log = log
      self.step = step
      self.steps = steps
      self.imagesASecond = imagesASecond
      self.secondsLeft = secondsLeft
      self.moment = moment
    }
  }

  public enum Report: Sendable {
    /// The first: what is about to be done, before any picture is read.
    case planned(FineTuningPlan)
    /// Pictures that could not be read; the run does without them.
    case skipped([SkippedImage])
    case progressed(Progress)
  }

  public var network: NetworkSpec
  public var data: TrainingRecipe.Data
  /// Where the files go; it is there already.
  public var folder: String
  public var steps = 300
  public var threads: Int?
  /// Side of the inputs in pixels; nil: one that reaches every kernel weight, where it can be afforded.
  public var size: Int?

  public init(
    _ network: NetworkSpec, on data: TrainingRecipe.Data = .shapes(count: Self.stimuli),
    folder: String, threads: Int? = nil
  ) {
    self.network = network
    self.data = data
    self.folder = folder
    self.threads = threads
  }

  /// Built-in stimuli to learn from: 60 a class.
  public static let stimuli = 960
  /// Moments in the whole run.
  private static let moments = 12
  /// Held-out pictures that a moment is measured on.
  private static let measured = 320

  /// Why a network cannot be trained, as far as that is known without opening a file; nil where it may be.
  public static func refusal(of network: NetworkSpec) -> String? {
    if let path = network.exportedGraph {
      return
        "\(path) is an exported graph, which runs as it is: train the network that it came from"
    }
    // What else a file holds is found out when it is opened.
    guard case .catalogue(let id) = network.source else { return nil }
    do {
      _ = try ModelCatalogue.architecture(id)
      return nil
    } catch {
      return error.explanation
    }
  }

  /// Trains. Stopped by `cancellation`, it leaves one more moment behind.
  ///
  /// - Throws: as `Trainer` does, `CancellationError`.
  public func run(cancellation: Cancellation, report: (Report) -> Void) throws {
    let prepared = try PreparedFineTuning(self)
    report(.planned(prepared.plan))
    let recipe = prepared.recipe
    var trainer = try Trainer(
      recipe, from: prepared.start, threads: threads, cancellation: cancellation)
    if !trainer.skipped.isEmpty { report(.skipped(trainer.skipped)) }
    let start = ComputingClock.now
    func tell(_ trainer: Trainer, _ moment: Moment?) {
      let seconds = max(1e-9, (ComputingClock.now - start).inSeconds)
      report(
        .progressed(
          Progress(
            log: trainer.log, step: trainer.step, steps: steps,
            imagesASecond: Double(trainer.step * recipe.batch) / seconds,
            secondsLeft: recipe.secondsLeft(from: 0, to: trainer.step, in: seconds),
            moment: moment)))
    }
    do {
      while !trainer.isFinished {
        try trainer.advance()
        let isMoment = trainer.step % max(1, steps / Self.moments) == 0
        let accuracy = isMoment ? try trainer.measure(upTo: Self.measured)?.accuracy : nil
        tell(trainer, isMoment ? try save(trainer, accuracy: accuracy) : nil)
      }
    } catch is CancellationError {
      if trainer.step > 0 { tell(trainer, try save(trainer, accuracy: nil)) }
      throw CancellationError()
    }
  }

  private func save(_ trainer: Trainer, accuracy: Double?) throws -> Moment {
    let path = "\(folder)/step-\(trainer.step).safetensors"
    try trainer.saveNetwork(to: path, madeBy: (ProgramRecord.text, "explorer"))
    return Moment(
      step: trainer.step, path: path, accuracy: accuracy,
      asked: accuracy.map { _ in min(trainer.heldOutCount, Self.measured) })
  }
}
