// A training run of the explorer: what came of it so far, and the moments to step through.

public import ERFEngine

/// Training of one of the session's networks, under way or over.
public struct TrainingFilm: Sendable {
  /// The network that is trained: A or B.
  public let side: Int
  /// It as it was before.
  public let start: NetworkChoice
  /// nil once it is over.
  public var job: RequestID?
  public var progress: FineTuning.Progress?
  /// Oldest first.
  public var moments: [FineTuning.Moment] = []
  /// The moment on screen; nil: the weights from before.
  public var shown: Int?
  /// Whether new moments come on screen by themselves.
  public var follows = true
  public var failure: String?

  init(side: Int, start: NetworkChoice, job: RequestID) {
    self.side = side
    self.start = start
    self.job = job
  }

  /// The network with the weights on screen.
  var network: NetworkChoice { network(shown) }

  func network(_ moment: Int?) -> NetworkChoice {
    guard let moment else { return start }
    return NetworkChoice(model: start.id, weights: .file(moments[moment].path))
  }
}
