// Zip archives through libzip: names, sizes, and the bytes of entries that are stored as they are.

import CZip
import Synchronization

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// An open zip archive; reads from several threads take turns.
///
/// Only entries that are neither compressed nor encrypted are read, as `torch.save` writes them:
/// nothing can unfold to more than the file holds.
@safe
final class ZipArchive: @unchecked Sendable {
  struct Entry: Sendable {
    fileprivate let index: zip_uint64_t
    /// Bytes of the contents.
    let size: Int
    let isStored: Bool
  }

  let entries: [String: Entry]
  private let handle: OpaquePointer
  private let turn = Mutex(())

  /// - Parameter fileSize: no stored entry may be larger.
  /// - Throws: `CheckpointError.malformed` where the archive's directory cannot be read.
  init(path: String, fileSize: Int) throws(CheckpointError) {
    var code: Int32 = 0
    guard let handle = unsafe zip_open(path, ZIP_RDONLY, &code) else {
      throw .malformed(
        path: path,
        reason: code == ZIP_ER_NOZIP || code == ZIP_ER_INCONS
          ? "its list of contents at the end is missing or broken; is it cut off?"
          : "its list of contents cannot be read (libzip error \(code))")
    }
    unsafe self.handle = handle
    var entries: [String: Entry] = [:]
    let count = max(0, unsafe zip_get_num_entries(handle, 0))
    for index in 0..<zip_uint64_t(count) {
      guard let (name, entry) = unsafe Self.entry(index, of: handle) else { continue }
      guard entry.size <= fileSize || !entry.isStored else {
        unsafe zip_discard(handle)
        throw .malformed(path: path, reason: "an entry claims \(entry.size) bytes")
      }
      entries[name] = entry
    }
    self.entries = entries
  }

  private static func entry(
    _ index: zip_uint64_t, of handle: OpaquePointer
  ) -> (name: String, entry: Entry)? {
    var status = unsafe zip_stat_t()
    guard unsafe zip_stat_index(handle, index, zip_flags_t(ZIP_FL_ENC_RAW), &status) == 0,
      let name = unsafe status.name
    else { return nil }
    let isStored =
      unsafe status.comp_method == ZIP_CM_STORE && status.encryption_method == ZIP_EM_NONE
      && status.comp_size == status.size
    let size = unsafe Int(clamping: status.size)
    return (unsafe String(cString: name), Entry(index: index, size: size, isStored: isStored))
  }

  deinit { unsafe zip_discard(handle) }

  /// The bytes of `range` of a stored entry; nil where that leaves the entry or the file.
  func bytes(_ entry: Entry, _ range: Range<Int>) -> [UInt8]? {
    guard entry.isStored && range.lowerBound >= 0 && range.upperBound <= entry.size else {
      return nil
    }
    var complete = false
    let bytes = unsafe [UInt8](unsafeUninitializedCapacity: range.count) { buffer, filled in
      complete = unsafe read(
        entry, from: range.lowerBound, into: UnsafeMutableRawBufferPointer(buffer))
      filled = complete ? range.count : 0
    }
    return complete ? bytes : nil
  }

  /// Elements of `type` from byte `offset` of a stored entry on; nil where they leave it.
  ///
  /// float32 goes straight into the tensor.
  func floats(_ entry: Entry, _ type: ElementType, at offset: Int, shape: Shape) -> Tensor? {
    let (count, overflow) = shape.count.multipliedReportingOverflow(by: type.size)
    guard
      entry.isStored && !overflow && offset >= 0 && offset <= entry.size
        && count <= entry.size - offset
    else { return nil }
    if case .float32 = type {
      var tensor = Tensor(uninitialized: shape)
      let target = unsafe UnsafeMutableRawBufferPointer(
        start: tensor.mutablePointer(), count: count)
      return unsafe read(entry, from: offset, into: target) ? tensor : nil
    }
    guard let bytes = bytes(entry, offset..<offset + count) else { return nil }
    return unsafe bytes.withUnsafeBytes { source in
      guard let base = source.baseAddress else { return Tensor(zeros: shape) }
      return unsafe type.decode(base, shape: shape)
    }
  }

  /// Fills `buffer`; false where the file ends before. Raw: checksums are not compared, since
  /// PyTorch can be told to leave them out.
  private func read(
    _ entry: Entry, from offset: Int, into buffer: UnsafeMutableRawBufferPointer
  ) -> Bool {
    turn.withLock { _ in
      guard
        let file = unsafe zip_fopen_index(handle, entry.index, zip_flags_t(ZIP_FL_COMPRESSED))
      else { return false }
      defer { unsafe zip_fclose(file) }
      if offset > 0, unsafe zip_fseek(file, zip_int64_t(offset), SEEK_SET) != 0 { return false }
      // Some versions of libzip declare that they take no null pointer, others do not.
      guard let start = buffer.baseAddress else { return true }
      var filled = 0
      while filled < buffer.count {
        let got = unsafe zip_fread(file, start + filled, zip_uint64_t(buffer.count - filled))
        guard got > 0 else { return false }
        filled += Int(got)
      }
      return true
    }
  }
}
