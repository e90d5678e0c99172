// Parameters kept as their source gave them, since an edited network asks for most of them again.

import Synchronization

/// The parameters of the networks opened last, before folding. To generate or read a network's weights
/// anew costs more than to compute the stage that was edited.
final class ParameterMemory: Sendable {
  private struct Entry {
    var tensor: Tensor?
    var digest: ParameterDigest?
  }

  private struct Room {
    let origin: AnyHashableSendable
    var entries: [Slot: Entry] = [:]
    var bytes = 0
  }

  /// Most recently used last.
  private let rooms = Mutex<[Room]>([])
  /// Most that is kept, in bytes.
  let limit: Int

  /// An eighth of what this process may use, and at most 1 GB.
  static let defaultLimit = min(1_000_000_000, ProcessMemory.machineBytes / 8)

  init(limit: Int = ParameterMemory.defaultLimit) { self.limit = limit }

  /// Bytes that are kept.
  var bytes: Int { rooms.withLock { $0.reduce(0) { $0 + $1.bytes } } }

  /// What is remembered of one origin: equal slots of equal origins have equal values.
  struct Shelf: Sendable {
    fileprivate let memory: ParameterMemory
    fileprivate let origin: AnyHashableSendable

    func tensor(_ slot: Slot) -> Tensor? { memory.entry(slot, of: origin)?.tensor }
    func digest(_ slot: Slot) -> ParameterDigest? { memory.entry(slot, of: origin)?.digest }
    func keep(_ tensor: Tensor, of slot: Slot) { memory.keep(tensor, slot, origin) }
    func keep(_ digest: ParameterDigest, of slot: Slot) {
      memory.update(slot, of: origin) { $0.digest = digest }
    }
  }

  /// The shelf of `origin`, used last from now on.
  func shelf(of origin: some Hashable & Sendable) -> Shelf {
    let origin = AnyHashableSendable(origin)
    rooms.withLock { rooms in
      let known = rooms.firstIndex { $0.origin == origin }
      rooms.append(known.map { rooms.remove(at: $0) } ?? Room(origin: origin))
    }
    return Shelf(memory: self, origin: origin)
  }

  private func entry(_ slot: Slot, of origin: AnyHashableSendable) -> Entry? {
    rooms.withLock { rooms in rooms.last { $0.origin == origin }?.entries[slot] }
  }

  private func update(
    _ slot: Slot, of origin: AnyHashableSendable, _ body: (inout Entry) -> Void
  ) {
    rooms.withLock { rooms in
      guard let place = rooms.lastIndex(where: { $0.origin == origin }) else { return }
      body(&rooms[place].entries[slot, default: Entry()])
    }
  }

  /// Makes room by forgetting the networks that were not opened for longest.
  private func keep(_ tensor: Tensor, _ slot: Slot, _ origin: AnyHashableSendable) {
    rooms.withLock { rooms in
      var bytes = rooms.reduce(tensor.bytes) { $0 + $1.bytes }
      while bytes > limit, let oldest = rooms.first, oldest.origin != origin {
        bytes -= oldest.bytes
        rooms.removeFirst()
      }
      guard bytes <= limit, let place = rooms.lastIndex(where: { $0.origin == origin })
      else { return }
      rooms[place].bytes += tensor.bytes - (rooms[place].entries[slot]?.tensor?.bytes ?? 0)
      rooms[place].entries[slot, default: Entry()].tensor = tensor
    }
  }
}

/// A value of any type that can be compared.
struct AnyHashableSendable: Hashable, Sendable {
  private let value: any Hashable & Sendable

  init(_ value: some Hashable & Sendable) { self.value = value }

  static func == (left: Self, right: Self) -> Bool {
    AnyHashable(left.value) == AnyHashable(right.value)
  }

  func hash(into hasher: inout Hasher) { value.hash(into: &hasher) }
}
