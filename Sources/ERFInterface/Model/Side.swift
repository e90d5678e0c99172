// What is known of one network: the map on screen, what is computed, and what went wrong.

public import ERFEngine

/// One network's state beyond the session.
public struct Side: Sendable {
  /// The request last given to the worker; nil: compute anew.
  public var asked: ERFRequest?
  /// The network as built; nil before that.
  public var subject: ERFSubject?
  /// The map on screen, which may belong to an older request.
  public var shown: ShownMap?
  /// What is being computed for it.
  public var job: Job?
  /// Why the last run gave no map.
  public var failure: String?
  public var isCancelled = false

  public init() {}

  /// Whether the map on screen is of something else than what was asked for last.
  public var isStale: Bool {
    guard let shown else { return false }
    return shown.request != asked || (job.map { $0.id != shown.id } ?? false)
  }

  /// How long the last whole run took, in seconds.
  var lastSeconds: Double? { shown?.result?.seconds.total }
}

/// A map with what is derived from it.
public struct ShownMap: Sendable {
  /// The run that it came from.
  public var id: RequestID
  public var request: ERFRequest
  public var subject: ERFSubject?
  public var field: HeatField
  public var metrics: ERFMetrics
  /// Images averaged so far, of so many.
  public var images: Int
  public var ofImages: Int
  /// Whether it was computed at a smaller input, to have something to look at soon.
  public var isPreview = false
  public var skipped: [SkippedImage]
  /// The finished run, which alone can be exported.
  public var result: ERFResult?

  public var isComplete: Bool { result != nil }
}

/// A run under way.
public struct Job: Sendable, Equatable {
  public var id: RequestID
  /// Whether its turn has come.
  public var isRunning = false
  public var image = 0
  public var images = 0
  /// The layer last finished.
  public var layer = ""
  /// 0...1 of the whole run.
  public var fraction = 0.0
  /// Seconds since it began.
  public var elapsed = 0.0
  public var skipped: [SkippedImage] = []

  public init(id: RequestID) { self.id = id }

  /// Seconds still to go, once there is enough to judge by.
  public var secondsLeft: Double? {
    guard fraction > 0.02, elapsed > 0.3 else { return nil }
    return elapsed * (1 - fraction) / fraction
  }
}
