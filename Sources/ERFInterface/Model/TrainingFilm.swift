// A training run of the explorer: what came of it so far, and the moments to step through.

public import ERFEngine

/// Training of one of the session's networks, under way or over.
public struct TrainingFilm: Sendable {
  /// The network that is trained: A or B.
  public internal(set) var side: Int
  /// It as it was before.
  public let start: NetworkSpec
  /// What it learns from; nil: the built-in shapes.
  public let folder: String?
  /// nil until it is known to begin.
  public var plan: FineTuningPlan?
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
  /// Whether weights of it were written to a file of the user's.
  var isKept = false
  /// The weights that are being written to one.
  var keeping: RequestID?
  /// Whether the user went back to the weights from before for good.
  var isDropped = false

  init(side: Int, start: NetworkSpec, folder: String?, job: RequestID) {
    self.side = side
    self.start = start
    self.folder = folder
    self.job = job
  }

  /// The network with the weights on screen.
  var network: NetworkSpec { network(shown) }

  func network(_ moment: Int?) -> NetworkSpec {
    guard let moment else { return start }
    return NetworkSpec(shown: plan?.model ?? start.text, weights: .file(moments[moment].path))
  }

  /// Whether leaving it loses anything: steps to come, or moments that were neither kept nor dropped.
  var isUnkept: Bool {
    let isUnderWay = job != nil && progress != nil
    return isUnderWay || !moments.isEmpty && !isKept && !isDropped
  }

  /// `on the built-in shapes at 224 px`
  var subject: String {
    let pictures = folder.map { $0.isEmpty ? "/" : $0.sanitised } ?? "the built-in shapes"
    return "on \(pictures)" + (plan.map { " at \($0.size) px" } ?? "")
  }
}
