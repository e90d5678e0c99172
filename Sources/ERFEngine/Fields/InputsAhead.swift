import Dispatch
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
  private let isAhead: Bool
  private let next = Mutex<Turn?>(nil)

  /// An input in the making.
  private final class Turn: Sendable {
    let index: Int
    private let result = Mutex<Result<Ready, any Error>?>(nil)
    private let group = DispatchGroup()

    init(_ index: Int, _ make: @escaping @Sendable () throws -> Ready) {
      self.index = index
      DispatchQueue.global(qos: .userInitiated).async(group: group) { [self] in
        let made = Result(catching: make)
        result.withLock { $0 = made }
      }
    }

    func wait() throws -> Ready? {
      group.wait()
      return try result.withLock { $0 }?.get()
    }
  }

  /// `workers`: with one thread, nothing is done ahead.
  init(
    _ inputs: NetworkInputs, size: InputSize, preprocessing: Preprocessing, workers: Workers
  ) {
    self.inputs = inputs
    self.size = size
    self.preprocessing = preprocessing
    isAhead = workers.threads > 1
  }

  /// Input `index`, with `following` begun.
  ///
  /// - Throws: `ImageError`, `FileError`, `PreparedTensorError`.
  func input(_ index: Int, following: Int?) throws -> Ready {
    let turn = next.withLock { next in
      defer { next = nil }
      return next
    }
    func begin() {
      guard isAhead, let following else { return }
      next.withLock { $0 = Turn(following) { try self.make(following) } }
    }
    guard let turn, turn.index == index else {
      begin()
      return try make(index)
    }
    // One at a time: more would take memory, and the network's threads.
    let ready = Result { try turn.wait() }
    begin()
    return try ready.get() ?? make(index)
  }

  private func make(_ index: Int) throws -> Ready {
    let input = try inputs.input(index, size: size, for: preprocessing)
    var hash = FNV1a()
    input.addBits(to: &hash, workers: Workers(threads: 1))
    return Ready(input: input, hash: hash.text)
  }
}
