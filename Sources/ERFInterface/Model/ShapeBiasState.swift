// What the shape-bias panel knows: finished probes, those under way, and the stimulus looked at.

public import ERFEngine

/// The shape bias of the session's networks, as far as it was asked for.
public struct ShapeBiasState: Sendable {
  /// One a network, A and B.
  public var sides: [ShapeBiasSide]
  /// Finished probes by network: what an edit undone leads back to needs no new run.
  var reports: [NetworkSpec: ShapeBiasReport] = [:]
  /// The conflicting stimulus under the selection.
  public var stimulus = 0
  /// It as a picture, once drawn.
  public var picture: StimulusPicture?
  /// The stimulus being drawn.
  public var drawing: Int?

  init(networks: Int) { sides = [ShapeBiasSide](repeating: ShapeBiasSide(), count: networks) }

  var isBusy: Bool { drawing != nil || sides.contains { $0.job != nil } }

  private static let limit = 32

  mutating func keep(_ report: ShapeBiasReport, of network: NetworkSpec) {
    if reports.count >= Self.limit { reports.removeAll() }
    reports[network] = report
  }
}

/// One network's.
public struct ShapeBiasSide: Sendable {
  /// The network last asked about; nil: none yet.
  public var asked: NetworkSpec?
  public var job: ShapeBiasJob?
  /// What is on screen, which may belong to a network before an edit.
  public var shown: ShapeBiasReport?
  public var shownOf: NetworkSpec?
  public var failure: String?

  var isStale: Bool { shown != nil && shownOf != asked }
}

/// A probe under way.
public struct ShapeBiasJob: Sendable {
  public var id: RequestID
  public var progress: ShapeBiasProgress?
}

/// A stimulus drawn small enough for a screen.
public struct StimulusPicture: Sendable, Equatable {
  public let index: Int
  public let image: Image

  /// Pixels a side.
  static let side = 96

  public init(index: Int) {
    self.index = index
    image = Self.stimulus(index).image(size: Self.side)
  }

  /// The conflicting stimulus that probes decide as number `index`.
  static func stimulus(_ index: Int) -> BuiltInStimulus {
    BuiltInStimulus(kind: .conflict, seed: ShapeBiasState.request(threads: nil).seed, index: index)
  }
}

extension ShapeBiasState {
  /// Half as many stimuli as `replk-tui probe` takes: somebody is waiting.
  static func request(threads: Int?) -> ShapeBiasRequest {
    ShapeBiasRequest(agreeing: 256, conflicts: 256, threads: threads)
  }
}
