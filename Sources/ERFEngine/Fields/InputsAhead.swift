import Synchronization

/// The inputs of a run in their turn, each of which is made ready while the network is busy with the one
/// before: reading and scaling a picture takes a small network's time.
final class InputsAhead: Sendable {
  /// What the network is given, and a hash that tells inputs apart.
  struct Ready: Sendable {
    let input: Tensor
    let hash: String
  }

  private let inputs: NetworkInputs
  private let size: InputSize
  private let preprocessing: Preprocessing
  private let watched: WatchedFiles?
  private let isAhead: Bool
  private let cancellation: Cancellation
  private let next = Mutex<(index: Int, input: Background<Ready>)?>(nil)

  /// - Parameters:
  ///   - watched: the files of the inputs as they were when the run began: what is read of others is no input.
  ///   - workers: with one thread, nothing is done ahead.
  init(
    _ inputs: NetworkInputs, size: InputSize, preprocessing: Preprocessing,
    watched: WatchedFiles? = nil, workers: Workers
  ) {
    self.inputs = inputs
    self.size = size
    self.preprocessing = preprocessing
    self.watched = watched
    isAhead = workers.threads > 1
    cancellation = workers.cancellation
  }

  /// Begins input `index`, which may turn out not to be wanted: one that can be read only once is left
  /// until its turn.
  func beginEarly(_ index: Int) {
    if inputs.canBeReadAgain(index) { begin(index) }
  }

  private func begin(_ index: Int) {
    guard isAhead else { return }
    let input = Background { try self.make(index) }
    next.withLock { $0 = (index, input) }
  }

  /// Input `index`, with `following` begun.
  ///
  /// - Throws: `ImageError`, `FileError`, `PreparedTensorError`; `CancellationError` for whatever went wrong
  ///   where nobody waits any more, such as a pipe that was given up.
  func input(_ index: Int, following: Int?) throws -> Ready {
    do {
      return try taken(index, following: following)
    } catch {
      try cancellation.check()
      throw error
    }
  }

  private func taken(_ index: Int, following: Int?) throws -> Ready {
    let ahead = next.withLock { next in
      defer { next = nil }
      return next
    }
    // One at a time: more would take memory, and the network's threads.
    defer { if let following { begin(following) } }
    if let ahead, ahead.index == index { return try ahead.input.value() }
    return try make(index)
  }

  /// The inputs that an earlier part of the run has looked at have to be what they were.
  ///
  /// - Throws: `ERFComputer.Failure.changed` naming the first that is another, `CancellationError`.
  func requireSame(
    _ seen: [(index: Int, name: String, hash: String)], workers: Workers
  ) throws {
    try Batches.run(
      seen.count, workers: workers, progress: { _ in },
      body: { place in
        (try? make(seen[place].index).hash) == seen[place].hash ? nil : seen[place].name
      },
      collect: { (changed: String?) in
        if let changed { throw ERFComputer.Failure.changed(image: changed) }
      })
  }

  private func make(_ index: Int) throws -> Ready {
    let made = Result { try inputs.input(index, size: size, for: preprocessing) }
    // Behind the reading, and whatever came of it: only then is it known what was read.
    try watched?.requireUnchanged(inputs.file(index))
    let input = try made.get()
    var hash = FNV1a()
    input.addBits(to: &hash, workers: Workers(threads: 1))
    return Ready(input: input, hash: hash.text)
  }
}
