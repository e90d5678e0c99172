// Files mapped into memory, read through bounds-checked accessors.

import CMapping

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// A read-only mapping of a whole file.
///
/// Touching a page behind the end of a file that was cut in the meantime would end the process: such
/// pages are watched over, and what was read of a file that was cut is thrown away.
@safe
final class MappedFile: @unchecked Sendable {
  let count: Int
  private let base: UnsafeRawPointer
  /// nil for what ships inside the program, which nobody can cut.
  private let opened: (descriptor: Int32, watch: Int32)?
  /// The file as it was when it was mapped.
  private let version: FileVersion?

  /// A file that ships inside the program.
  init(asset name: String) {
    let bytes = unsafe Assets.memory(name)
    unsafe base = UnsafeRawPointer(bytes.start)
    count = unsafe bytes.count
    opened = nil
    version = nil
  }

  /// Why a file could not be mapped.
  struct Failure: Error {
    let reason: String
    /// Bytes for which there is no room; nil: it is something else.
    var bytes: Int?

    /// The system's, for the call that failed last.
    fileprivate static var last: Failure {
      Failure(reason: unsafe String(cString: strerror(errno)))
    }
  }

  init(mapping path: String) throws(Failure) {
    let file = unsafe withSystemPath(path) {
      unsafe open($0, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    }
    guard file >= 0 else {
      let failure = Failure.last
      throw ForeignFile.explanation(ofLink: path).map { Failure(reason: $0) } ?? failure
    }
    var isMapped = false
    defer { if !isMapped { close(file) } }
    var status = stat()
    guard unsafe fstat(file, &status) == 0 else {
      throw .last
    }
    guard status.st_mode & S_IFMT != S_IFDIR else {
      throw Failure(reason: "it is a folder, not a file")
    }
    guard status.st_mode & S_IFMT == S_IFREG else {
      throw Failure(
        reason: FileKind.refusal(isDevice: FileKind.isDevice(mode: status.st_mode)))
    }
    count = Int(status.st_size)
    guard count > 0 else { throw Failure(reason: "the file is empty") }
    guard let memory = unsafe mmap(nil, count, PROT_READ, MAP_PRIVATE, file, 0),
      unsafe memory != MAP_FAILED
    else {
      guard errno == ENOMEM else { throw .last }
      throw Failure(reason: "there is no room for it in memory", bytes: count)
    }
    unsafe base = UnsafeRawPointer(memory)
    opened = unsafe (file, cmap_guard(base, count))
    version = FileVersion(descriptor: file)
    isMapped = true
  }

  deinit {
    guard let opened else { return }
    cmap_release(opened.watch)
    unsafe munmap(UnsafeMutableRawPointer(mutating: base), count)
    close(opened.descriptor)
  }

  /// Whether two files hold the same bytes.
  static func areSame(_ path: String, _ other: String) -> Bool {
    guard let one = try? MappedFile(mapping: path), let two = try? MappedFile(mapping: other),
      one.count == two.count
    else { return false }
    let step = 1 << 20
    return stride(from: 0, to: one.count, by: step).allSatisfy { start in
      let range = start..<min(start + step, one.count)
      guard let bytes = one.bytes(range) else { return false }
      return bytes == two.bytes(range)
    }
  }

  /// Whether the file still has all the bytes that are mapped.
  var isWhole: Bool {
    guard let opened else { return true }
    var status = stat()
    guard hasAllPages else { return false }
    return unsafe fstat(opened.descriptor, &status) == 0 && status.st_size >= count
  }

  /// Whether nobody wrote to the file since it was mapped, as far as its size and times tell. Another
  /// file under its name is no matter.
  var isUnchanged: Bool {
    opened.map { isWhole && FileVersion(descriptor: $0.descriptor) == version } ?? true
  }

  /// Whether no page that was read was gone.
  private var hasAllPages: Bool { opened.map { cmap_faults($0.watch) == 0 } ?? true }

  /// Lets go of the memory that what was read takes; what is read again comes from the file again.
  func forgetPages() {
    guard opened != nil else { return }
    unsafe madvise(UnsafeMutableRawPointer(mutating: base), count, MADV_DONTNEED)
  }

  /// All of it, to be read while this lives; ``isWhole`` tells afterwards whether it was all there.
  var memory: UnsafeRawBufferPointer { unsafe UnsafeRawBufferPointer(start: base, count: count) }

  /// The bytes of `range`, copied; nil where it leaves the file or the file was cut.
  func bytes(_ range: Range<Int>) -> [UInt8]? {
    guard range.lowerBound >= 0 && range.upperBound <= count && isWhole else { return nil }
    let bytes = unsafe [UInt8](
      UnsafeRawBufferPointer(start: base + range.lowerBound, count: range.count))
    return isWhole ? bytes : nil
  }

  /// A little-endian integer; nil where it leaves the file.
  func word(at offset: Int) -> UInt64? {
    guard offset >= 0 && offset <= count - 8 else { return nil }
    let word = unsafe UInt64(
      littleEndian: base.loadUnaligned(fromByteOffset: offset, as: UInt64.self))
    return hasAllPages ? word : nil
  }

  /// Four bytes as a little-endian integer; nil where they leave the file.
  func word32(at offset: Int) -> UInt32? {
    guard offset >= 0 && offset <= count - 4 else { return nil }
    let word = unsafe UInt32(
      littleEndian: base.loadUnaligned(fromByteOffset: offset, as: UInt32.self))
    return hasAllPages ? word : nil
  }

  /// The bytes of `range` as text, repaired where they are not UTF-8; nil where it leaves the file.
  func text(_ range: Range<Int>) -> String? {
    guard range.lowerBound >= 0 && range.upperBound <= count else { return nil }
    let text = unsafe String(
      decoding: UnsafeRawBufferPointer(start: base + range.lowerBound, count: range.count),
      as: UTF8.self)
    return hasAllPages ? text : nil
  }

  /// The byte at `offset`; nil past the end.
  func byte(at offset: Int) -> UInt8? {
    guard offset >= 0 && offset < count else { return nil }
    let byte = unsafe base.load(fromByteOffset: offset, as: UInt8.self)
    return hasAllPages ? byte : nil
  }
}

/// The watch over all mapped files.
public enum MappedFiles {
  /// Watches on after somebody else, who restores a terminal after a crash, has taken over the signals of
  /// crashes; what is no fault of a mapped file is left to them.
  public static func watchOn() { cmap_watch_on() }
}
