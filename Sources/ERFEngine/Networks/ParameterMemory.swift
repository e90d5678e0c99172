// Parameters kept as their source gave them, since an edited network asks for most of them again.

import Synchronization

/// The parameters of the networks opened last, before folding. To generate or read a network's weights
/// anew costs more than to compute the stage that was edited.
final class ParameterMemory: Sendable {
  /// Where parameters come from: the same keys of the same origin have the same values.
  struct Origin: Hashable {
    /// The network that the weights belong to.
    let model: String
    let weights: WeightsSource
    let weightsKey: String?
    /// Tells a checkpoint from the one that was there before.
    let version: FileVersion?
  }

  private struct Shelf {
    let origin: Origin
    private(set) var parameters: [String: Tensor] = [:]
    private(set) var bytes = 0

    init(origin: Origin) { self.origin = origin }

    mutating func put(_ parameter: Tensor, as key: String) {
      bytes += parameter.bytes - (parameters[key]?.bytes ?? 0)
      parameters[key] = parameter
    }
  }

  /// Most recently used last.
  private let shelves = Mutex<[Shelf]>([])
  /// Most that is kept, in bytes.
  let limit: Int

  /// An eighth of what this process may use, and at most 1 GB.
  static let defaultLimit = min(1_000_000_000, ProcessMemory.machineBytes / 8)

  init(limit: Int = ParameterMemory.defaultLimit) { self.limit = limit }

  /// Bytes that are kept.
  var bytes: Int { shelves.withLock { $0.reduce(0) { $0 + $1.bytes } } }

  /// `source` with what is remembered of it, and remembering what it gives.
  func remembering(_ source: any ParameterSource, of origin: Origin) -> any ParameterSource {
    shelves.withLock { shelves in
      let known = shelves.firstIndex { $0.origin == origin }
      shelves.append(known.map { shelves.remove(at: $0) } ?? Shelf(origin: origin))
    }
    return RememberedParameters(source: source, memory: self, origin: origin)
  }

  fileprivate func parameter(_ key: String, _ shape: Shape, of origin: Origin) -> Tensor? {
    shelves.withLock { shelves in
      let found = shelves.last { $0.origin == origin }?.parameters[key]
      return found?.shape == shape ? found : nil
    }
  }

  /// Makes room by forgetting the networks that were not opened for longest.
  fileprivate func keep(_ parameter: Tensor, as key: String, of origin: Origin) {
    shelves.withLock { shelves in
      var bytes = shelves.reduce(parameter.bytes) { $0 + $1.bytes }
      while bytes > limit, let oldest = shelves.first, oldest.origin != origin {
        bytes -= oldest.bytes
        shelves.removeFirst()
      }
      guard bytes <= limit, let place = shelves.lastIndex(where: { $0.origin == origin })
      else { return }
      shelves[place].put(parameter, as: key)
    }
  }
}

private struct RememberedParameters: ParameterSource {
  let source: any ParameterSource
  let memory: ParameterMemory
  let origin: ParameterMemory.Origin

  func holds(_ key: String, _ kind: OptionalParameter) -> Bool { source.holds(key, kind) }

  func parameter(_ key: String, shape: Shape, initializer: Initializer) throws -> Tensor {
    if let known = memory.parameter(key, shape, of: origin) { return known }
    let parameter = try source.parameter(key, shape: shape, initializer: initializer)
    memory.keep(parameter, as: key, of: origin)
    return parameter
  }
}
