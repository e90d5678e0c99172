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
  /// The maps of moments, and of the weights from before, small: `FinishedMaps` forgets large ones
  /// before the film is over.
  private(set) var maps: [Map] = []
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

  /// A map in the strip.
  struct Map: Sendable {
    let request: ERFRequest
    let field: HeatField
    /// What the square that holds half of it covers, 0...1.
    let area: Double?

    /// Parts down and across that are kept: more than a strip has cells.
    private static let side = 128

    init(_ request: ERFRequest, _ result: ERFResult, _ field: HeatField) {
      self.request = request
      area = result.metrics.ratio(at: Model.half)
      let (rows, columns) = (min(field.height, Self.side), min(field.width, Self.side))
      let values = field.resampled(rows: rows, columns: columns, curve: .linear)
      self.field = HeatField(
        ERFMap(
          height: rows, width: columns, values: values, images: result.map.images,
          rule: result.map.rule))
    }
  }

  private static let mapLimit = 64

  subscript(request: ERFRequest) -> Map? { maps.first { $0.request == request } }

  mutating func keep(_ map: Map) {
    maps.removeAll { $0.request == map.request }
    maps.append(map)
    if maps.count > Self.mapLimit { maps.removeFirst() }
  }

  /// Whether a network is one of its moments, or what it began with.
  func holds(_ network: NetworkSpec) -> Bool {
    network == start || moments.indices.contains { self.network($0) == network }
  }

  init(side: Int, start: NetworkSpec, folder: String?, job: RequestID) {
    self.side = side
    self.start = start
    self.folder = folder
    self.job = job
  }

  /// Weights that may be on screen.
  enum Weights: Equatable {
    case before
    /// Of a moment, by its place.
    case moment(Int)
    /// Neither: what was opened or drawn anew meanwhile.
    case others

    /// nil: those from before.
    init(moment: Int?) { self = moment.map { .moment($0) } ?? .before }

    var moment: Int? { if case .moment(let place) = self { place } else { nil } }
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

  /// `on the built-in shapes at 224 px`; of a long path the end.
  func subject(columns: Int = .max, _ ellipsis: Unicode.Scalar) -> String {
    let pictures = folder.map { $0.isEmpty ? "/" : $0.sanitised } ?? "the built-in shapes"
    let size = plan.map { " at \($0.size) px" } ?? ""
    let room = max(8, columns - "on ".columns - size.columns)
    return "on \(pictures.cutBefore(columns: room, ellipsis))\(size)"
  }
}
