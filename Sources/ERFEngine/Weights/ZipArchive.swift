// Zip archives: names, sizes, and the bytes of entries, stored as they are or deflated.

import CZip
import Synchronization

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// An open zip archive; reads from several threads take turns where they unfold something.
///
/// `torch.save` stores entries as they are: these are read where they lie. Entries that somebody
/// deflated since are unfolded whole, into as many bytes as the list of contents claims and no more;
/// a claim that deflate cannot make of so few bytes, or that no machine like this one could hold, is
/// refused before.
@safe
final class ZipArchive: @unchecked Sendable {
  struct Entry: Sendable {
    fileprivate let member: cz_member
    /// Bytes of the contents.
    let size: Int
    /// Whether the contents can be had: not encrypted, and kept in a known way.
    let isReadable: Bool
  }

  let entries: [String: Entry]
  private let file: MappedFile
  private let handle: OpaquePointer
  /// What was unfolded last: the tensors of a storage are asked for one after the other.
  private let unfolded = Mutex<(place: UInt64, bytes: [UInt8])?>(nil)

  /// Deflate makes at most 1032 bytes out of one (RFC 1951: 258 bytes of two bits).
  private static let mostUnfolded = 1032
  /// Names of entries are shorter than 64 KiB in every archive.
  private static let nameCapacity = 1 << 16
  /// Bytes that an entry takes, twice over while their table grows.
  private static let entryCost = 512

  /// - Parameter path: for messages.
  /// - Throws: `CheckpointError.malformed` where the archive's directory cannot be read, `MemoryError`.
  init(_ file: MappedFile, path: String) throws {
    let contents = unsafe file.memory
    guard let handle = unsafe cz_open(contents.baseAddress, contents.count) else {
      throw CheckpointError.malformed(
        path: path, reason: "its list of contents at the end is missing or broken; is it cut off?")
    }
    unsafe self.handle = handle
    self.file = file
    var entries: [String: Entry] = [:]
    var twins: [(name: String, entry: Entry)] = []
    var name = [CChar](repeating: 0, count: Self.nameCapacity)
    var member = cz_member()
    var state: Int32 = 1
    while true {
      state = unsafe cz_next(handle, &member, &name, name.count)
      guard state == 1 else { break }
      let size = Int(clamping: member.size)
      guard Self.isPossible(member, in: file.count) else {
        unsafe cz_close(handle)
        throw CheckpointError.malformed(
          path: path, reason: "an entry claims \(size.counted("byte"))")
      }
      if entries.count % 4096 == 4095 {
        do {
          try MemoryError.require(more: Self.entryCost * entries.count, toOpen: path)
        } catch {
          unsafe cz_close(handle)
          throw error
        }
      }
      let text = unsafe name.withUnsafeBufferPointer { unsafe String(cString: $0.baseAddress!) }
      let entry = Entry(member: member, size: size, isReadable: member.method != CZ_OTHER)
      if let earlier = entries.updateValue(entry, forKey: text) { twins.append((text, earlier)) }
    }
    guard state == 0 && file.isWhole else {
      unsafe cz_close(handle)
      throw CheckpointError.malformed(path: path, reason: "its list of contents is broken")
    }
    self.entries = entries
    if let name = differing(among: twins) {
      throw CheckpointError.unsupported(
        path: path,
        reason: "it holds several entries called \(WeightsMismatch.printable(name)), and nothing "
          + "tells which is meant: save it again")
    }
  }

  /// The first name of which nobody can tell what is meant: `twins` are of the names of later entries, and do
  /// no harm where they are stored and the same bytes, all of them together no more than the file has.
  private func differing(among twins: [(name: String, entry: Entry)]) -> String? {
    var left = file.count
    return twins.first { name, twin in
      guard let entry = entries[name], entry.size == twin.size, entry.size <= left,
        [entry, twin].allSatisfy({ $0.member.method == CZ_STORED }),
        let first = start(of: entry), let second = start(of: twin)
      else { return true }
      left -= entry.size
      let (one, other) = (first..<first + entry.size, second..<second + entry.size)
      return unsafe !file.memory[one].elementsEqual(file.memory[other]) || !file.isWhole
    }?.name
  }

  /// In which way an entry that is not readable is kept, for people.
  func way(of name: String) -> String {
    switch entries[name]?.member.way {
    case -1: "encrypted, which is not read"
    case 12: "compressed with bzip2, which is not read"
    case 14: "compressed with LZMA, which is not read"
    case 93: "compressed with Zstandard, which is not read"
    case 95: "compressed with XZ, which is not read"
    case let way?: "compressed in way \(way) of zip files, which is not read"
    case nil: "missing"
    }
  }

  /// Whether so many bytes may have been kept in so few.
  private static func isPossible(_ member: cz_member, in fileSize: Int) -> Bool {
    let (size, packed) = (Int(clamping: member.size), Int(clamping: member.packed))
    switch member.method {
    case CZ_STORED: return size == packed && size <= fileSize
    case CZ_DEFLATED:
      return packed <= fileSize && size / mostUnfolded <= packed
        && size <= ProcessMemory.machineBytes / 2
    // Never read, whatever it claims.
    default: return true
    }
  }

  deinit { unsafe cz_close(handle) }

  /// The bytes of `range` of an entry; nil where that leaves the entry or the file, or the entry is
  /// damaged.
  func bytes(_ entry: Entry, _ range: Range<Int>) -> [UInt8]? {
    guard range.lowerBound >= 0 && range.upperBound <= entry.size else { return nil }
    if entry.member.method == CZ_STORED {
      guard let start = start(of: entry) else { return nil }
      return file.bytes(start + range.lowerBound..<start + range.upperBound)
    }
    return withUnfolded(entry) { Array($0[range]) }
  }

  /// All of an entry; nil where it is not what its checksum is of, or cannot be read.
  func contents(_ entry: Entry) -> [UInt8]? { withUnfolded(entry) { $0 } }

  /// Elements of `type` from byte `offset` of an entry on; nil where they leave it, or the entry is
  /// damaged.
  func floats(_ entry: Entry, _ type: ElementType, at offset: Int, shape: Shape) -> Tensor? {
    let (count, overflow) = shape.count.multipliedReportingOverflow(by: type.size)
    guard !overflow && offset >= 0 && offset <= entry.size && count <= entry.size - offset else {
      return nil
    }
    if entry.member.method == CZ_STORED {
      return start(of: entry).flatMap { file.floats(type, at: $0 + offset, shape: shape) }
    }
    return withUnfolded(entry) { bytes in
      unsafe bytes.withUnsafeBytes { source in
        guard let base = source.baseAddress else { return Tensor(zeros: shape) }
        return unsafe type.decode(base + offset, shape: shape)
      }
    }
  }

  /// The first of the stored entries, by the alphabet, that is not what its checksum is of; nil: all are, as far as
  /// they have one. Deflated ones are compared when they are read.
  var damagedEntry: String? {
    let stored = entries.filter { $0.value.member.method == CZ_STORED }
    var left = file.count
    let damaged = stored.sorted { $0.key < $1.key }.first { _, entry in
      // Entries that lie in one another, of which there may be very many, would take any time.
      guard entry.size <= left else { return false }
      left -= entry.size
      return !isSound(entry)
    }
    return damaged?.key
  }

  private func isSound(_ entry: Entry) -> Bool {
    unfolded.withLock { _ in
      var member = entry.member
      return unsafe cz_is_sound(handle, &member) == 1
    }
  }

  /// The first byte of a stored entry's contents in the file. Its checksum is not compared: PyTorch can
  /// be told to leave it out, and all of it would have to be read.
  private func start(of entry: Entry) -> Int? {
    unfolded.withLock { _ in
      var member = entry.member
      let start = unsafe Int(cz_start(handle, &member))
      return start < 0 ? nil : start
    }
  }

  /// Hands over the contents of an entry; nil where they are not what the list of contents says.
  private func withUnfolded<Result: Sendable>(
    _ entry: Entry, _ body: ([UInt8]) -> Result?
  ) -> Result? {
    guard entry.isReadable else { return nil }
    return unfolded.withLock { unfolded in
      if let unfolded, unfolded.place == entry.member.place { return body(unfolded.bytes) }
      unfolded = nil
      var member = entry.member
      var isSound = false
      let bytes = unsafe [UInt8](unsafeUninitializedCapacity: entry.size) { buffer, filled in
        isSound = unsafe entry.size == 0 || cz_read(handle, &member, buffer.baseAddress) == 1
        filled = isSound ? entry.size : 0
      }
      guard isSound && file.isWhole else { return nil }
      unfolded = (member.place, bytes)
      return body(bytes)
    }
  }
}
