// Work that is done one piece after the other, of which a piece that was given up may hang.

import Dispatch
import ERFEngine
import Synchronization

/// Runs pieces of work in their order, one at a time. One that was cancelled ends soon, unless it waits for
/// a file that does not come: the next waits for it no longer than a moment.
final class PatientQueue: Sendable {
  private struct Piece: Sendable {
    /// Tells it from the others, too.
    let cancellation: Cancellation
    let group: DispatchGroup
    let work: @Sendable () -> Void
  }

  private struct State: Sendable {
    var waiting: [Piece] = []
    /// The piece that the others wait for.
    var running: Cancellation?
  }

  private let state = Mutex(State())
  private let queue: DispatchQueue
  private let patience: Double

  /// - Parameter patience: seconds that a piece has to end in once it was given up.
  init(label: String, qos: DispatchQoS, patience: Double = 5) {
    queue = DispatchQueue(label: label, qos: qos, attributes: .concurrent)
    self.patience = patience
  }

  /// - Parameter cancellation: of this piece of work alone.
  func async(
    _ cancellation: Cancellation, group: DispatchGroup, _ work: @escaping @Sendable () -> Void
  ) {
    group.enter()
    state.withLock {
      $0.waiting.append(Piece(cancellation: cancellation, group: group, work: work))
    }
    startNext()
  }

  /// To be called once a piece of work was cancelled.
  func giveUp(_ cancellation: Cancellation) {
    guard state.withLock({ $0.running === cancellation }) else { return }
    queue.asyncAfter(deadline: .now() + patience) { [self] in goOn(after: cancellation) }
  }

  private func goOn(after cancellation: Cancellation) {
    state.withLock { if $0.running === cancellation { $0.running = nil } }
    startNext()
  }

  private func startNext() {
    let next: Piece? = state.withLock { state in
      guard state.running == nil, !state.waiting.isEmpty else { return nil }
      let piece = state.waiting.removeFirst()
      state.running = piece.cancellation
      return piece
    }
    guard let next else { return }
    queue.async { [self] in
      next.work()
      next.group.leave()
      goOn(after: next.cancellation)
    }
  }
}
