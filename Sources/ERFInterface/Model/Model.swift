// The state of the explorer: a value that `update` changes and `view` draws.

public import ERFEngine

/// Names one asynchronous piece of work; answers to an older one are ignored.
public struct RequestID: Sendable, Hashable {
  public let number: Int
  public init(_ number: Int) { self.number = number }
}

/// All that decides what is on the screen.
public struct Model: Sendable {
  /// One or two, A and B.
  public var panels: [Panel]
  /// Index of the panel with the focus.
  public var focus = 0
  /// Whether the focused panel has the screen to itself.
  public var isZoomed = false
  /// Index into `ColourRamp.all`.
  public var colourMap = 0
  public var scale = ScaleChoice.shared
  public var overlay: Overlay?
  public var notice: Notice?
  public var display: Display
  /// The export under way.
  public var exporting: RequestID?
  private var lastRequest = 0

  public init(requests: [ERFRequest], display: Display) {
    panels = requests.map { Panel(request: $0) }
    self.display = display
  }

  mutating func nextRequestID() -> RequestID {
    lastRequest += 1
    return RequestID(lastRequest)
  }

  var isComputing: Bool { panels.contains { $0.job != nil } }
  var ramp: ColourRamp { ColourRamp.all[colourMap] }
}

/// Whether panels share the top of their colour scale.
public enum ScaleChoice: Sendable { case shared, own }

/// What lies over the panels.
public enum Overlay: Sendable, Equatable {
  /// The help screen, scrolled down by so many lines.
  case help(scroll: Int)
}

/// A message in the footer, there until the next key.
public struct Notice: Sendable, Equatable {
  public enum Kind: Sendable { case note, warning, failure }
  public var kind: Kind
  /// One line, or several that are then shown above the footer.
  public var lines: [String]

  public init(_ kind: Kind, _ lines: [String]) {
    self.kind = kind
    self.lines = lines.map(\.sanitised)
  }

  public init(_ kind: Kind, _ line: String) { self.init(kind, [line]) }
}

/// One network's side of the screen.
public struct Panel: Sendable {
  /// What the panel should show.
  public var request: ERFRequest
  /// The network as built; nil before that.
  public var subject: ERFSubject?
  /// The map on screen, which may belong to an older request.
  public var shown: ShownMap?
  /// What is being computed for it.
  public var job: Job?
  /// Why the last run gave no map.
  public var failure: String?
  public var isCancelled = false

  public init(request: ERFRequest) { self.request = request }

  /// Whether the map on screen is of something else than what is asked for.
  public var isStale: Bool {
    guard let shown else { return false }
    return shown.request != request || (job.map { $0.id != shown.id } ?? false)
  }
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
  public var skipped: [SkippedImage]
  /// The finished run, which alone can be exported.
  public var result: ERFResult?

  public var isComplete: Bool { result != nil }
}

/// An image whose gradient was not finite.
public struct SkippedImage: Sendable, Equatable {
  public var name: String
  public var layer: String
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
