// Refusing work before it starts, where it would take more memory than there is.

/// Work that would not fit into this machine, or into what is left to the process.
struct MemoryError: ExplainedError, Equatable {
  /// `replknet-31 at 1024x1024`.
  let work: String
  let needed: Int
  let available: Int
  /// What would need less.
  let advice: String

  var isUsageError: Bool { true }

  var explanation: String {
    // Rounded apart, so that the two differ.
    let (much, little) = (Self.gigabytes(needed + Self.unit - 1), Self.gigabytes(available))
    let whose = ProcessMemory.isLimited ? "this process may have" : "this machine has"
    return "\(work) needs about \(much) GB of memory, \(whose) \(little): \(advice)"
  }

  /// - Parameter code: address space besides, which is of no account unless it is limited.
  /// - Throws: `MemoryError` where `needed` bytes are more than this process can have.
  static func require(
    _ needed: Int, code: Int = 0, for work: String, advice: String
  ) throws(MemoryError) {
    let available = ProcessMemory.availableBytes
    // Blocks of several sizes leave gaps.
    let needed = ProcessMemory.isLimited ? needed + needed / 16 + code : needed
    guard needed < available else {
      throw MemoryError(work: work, needed: needed, available: available, advice: advice)
    }
  }

  /// Checks in the middle of opening a file of very many tensors, names and all, before more is read of it.
  ///
  /// - Throws: `MemoryError` where `more` bytes beside those that are held are more than this process can have.
  static func require(more: Int, toOpen path: String) throws(MemoryError) {
    guard more < 1 << 20 || ProcessMemory.hasRoom(for: more) else {
      throw MemoryError(
        opening: path, needed: ProcessMemory.residentBytes + more,
        available: ProcessMemory.availableBytes)
    }
  }

  /// The last digit shown stands for so many bytes.
  private static let unit = 10_000_000

  /// Rounded down.
  private static func gigabytes(_ bytes: Int) -> String {
    let hundredths = bytes / unit
    let rest = hundredths % 100
    return "\(hundredths / 100)." + (rest < 10 ? "0\(rest)" : "\(rest)")
  }
}

extension MemoryError {
  /// Of a file of very many tensors.
  init(opening path: String, needed: Int, available: Int) {
    self.init(
      work: "opening \(path)", needed: needed, available: available,
      advice: "allow more memory, or save less in one file")
  }
}
