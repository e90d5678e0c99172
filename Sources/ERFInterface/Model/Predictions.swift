// Which classes the networks name for the current image, as far as somebody asked.

public import ERFEngine

/// A network and the image it is to name the classes of.
public struct PredictionRequest: Sendable, Hashable {
  public enum Picture: Sendable, Hashable {
    case builtIn(Int)
    case file(String)
  }

  public let network: NetworkSpec
  public let image: Picture

  public init(network: NetworkSpec, image: Picture) {
    self.network = network
    self.image = image
  }
}

/// Answers so far.
public struct Predictions: Sendable {
  enum Answer: Equatable {
    case waiting(RequestID)
    /// All classes, the likeliest first.
    case classes(Classification)
    case failed(String)
    case cancelled
  }

  private(set) var answers: [PredictionRequest: Answer] = [:]
  private static let limit = 64

  var isBusy: Bool { !jobs.isEmpty }

  /// What is waited for.
  var jobs: [RequestID] {
    answers.values.compactMap { if case .waiting(let id) = $0 { id } else { nil } }
  }

  subscript(request: PredictionRequest) -> Answer? { answers[request] }

  mutating func wait(for request: PredictionRequest, _ id: RequestID) {
    if answers.count >= Self.limit {
      answers = answers.filter { if case .waiting = $0.value { true } else { false } }
    }
    answers[request] = .waiting(id)
  }

  /// An answer that nobody waits for is dropped.
  mutating func answer(_ id: RequestID, _ answer: Answer) {
    guard let request = answers.first(where: { $0.value == .waiting(id) })?.key else { return }
    answers[request] = answer
  }

  /// Gives up what is waited for unless it is among `wanted`, to be asked again when it is; what was
  /// given up.
  mutating func drop(allBut wanted: Set<PredictionRequest>) -> [RequestID] {
    var dropped: [RequestID] = []
    for (request, answer) in answers where !wanted.contains(request) {
      guard case .waiting(let id) = answer else { continue }
      answers[request] = nil
      dropped.append(id)
    }
    return dropped.sorted { $0.number < $1.number }
  }

  /// Forgets those of networks of which `isOutdated` holds; what was waited for.
  mutating func forget(where isOutdated: (NetworkSpec) -> Bool) -> [RequestID] {
    let before = jobs
    answers = answers.filter { !isOutdated($0.key.network) }
    return before.filter { !jobs.contains($0) }
  }

  /// Gives up all that is waited for until something else is asked.
  mutating func cancelAll() -> [RequestID] {
    var cancelled: [RequestID] = []
    for (request, answer) in answers {
      guard case .waiting(let id) = answer else { continue }
      answers[request] = .cancelled
      cancelled.append(id)
    }
    return cancelled.sorted { $0.number < $1.number }
  }
}
