import Synchronization

/// Parameters that some program holds, by what they are made of, with the layouts that kernels made of
/// them: another program over the same weights takes them over instead of deriving, and laying out, its
/// own.
///
/// It holds on to nothing: what it knows goes with the last program that has it.
final class LayoutCache: Sendable {
  private struct Entry {
    weak var parameters: Parameters?
  }

  private let entries = Mutex<[UInt64: Entry]>([:])

  func parameters(_ key: UInt64) -> Parameters? { entries.withLock { $0[key]?.parameters } }

  func keep(_ parameters: Parameters) {
    entries.withLock { entries in
      entries[parameters.key] = Entry(parameters: parameters)
      // Now and then, those that are gone.
      guard entries.count > 1024, entries.count.nonzeroBitCount == 1 else { return }
      entries = entries.filter { $0.value.parameters != nil }
    }
  }

  /// Parameters that some program holds.
  var count: Int { entries.withLock { $0.values.count { $0.parameters != nil } } }
}
