// NumPy's array files: float32 written, float32 and float64 read.

/// An array in NumPy's `.npy` format.
///
/// Source: the format's description in NumPy's documentation, `numpy.lib.format`.
public struct NPY: Sendable, Equatable {
  /// Extents, outermost first; empty for a single number.
  public let shape: [Int]
  /// The elements in row-major order; float64 files are rounded to float32.
  public let values: [Float]

  /// - Parameter values: as many as the product of `shape`, in row-major order.
  public init(shape: [Int], values: [Float]) {
    precondition(shape.allSatisfy { $0 >= 0 } && shape.reduce(1, *) == values.count)
    self.shape = shape
    self.values = values
  }

  /// What is read of a file at most.
  static let fileBytes = 4 << 30

  /// Reads the file at `path`.
  ///
  /// - Throws: ``FileError`` or ``ExportError``.
  public static func load(path: String) throws -> NPY {
    try NPY(decoding: FileBytes.read(path, limit: fileBytes), path: path)
  }

  /// The file's bytes: version 1.0, little-endian float32, row-major, the header padded to 64.
  public func encoded() -> [UInt8] {
    let extents = shape.map { "\($0)," }.joined(separator: " ")
    let tuple = shape.count > 1 ? String(extents.dropLast()) : extents
    var header = "{'descr': '<f4', 'fortran_order': False, 'shape': (\(tuple)), }"
    let length = 10 + header.utf8.count + 1
    header += String(repeating: " ", count: (64 - length % 64) % 64) + "\n"
    let count = header.utf8.count
    precondition(count < 65_536, "the shape has too many axes")
    var bytes = Self.magic + [1, 0, UInt8(count & 0xFF), UInt8(count >> 8)]
    bytes.reserveCapacity(bytes.count + count + values.count * 4)
    bytes += Array(header.utf8)
    for value in values {
      let bits = value.bitPattern
      bytes.append(UInt8(truncatingIfNeeded: bits))
      bytes.append(UInt8(truncatingIfNeeded: bits >> 8))
      bytes.append(UInt8(truncatingIfNeeded: bits >> 16))
      bytes.append(UInt8(truncatingIfNeeded: bits >> 24))
    }
    return bytes
  }

  fileprivate static let magic: [UInt8] = [0x93] + Array("NUMPY".utf8)
}

extension NPY {
  /// Reads versions 1 to 3, little-endian float32 or float64 in row-major order.
  ///
  /// - Parameter path: for messages.
  /// - Throws: ``ExportError``.
  public init(decoding bytes: [UInt8], path: String) throws(ExportError) {
    let layout = try NPYLayout(bytes, fileBytes: bytes.count, path: path)
    self.init(
      shape: layout.shape,
      values: Self.elements(
        bytes, from: layout.start, count: layout.count, isDouble: layout.isDouble))
  }

  /// The shape of the array at `path`, by its header alone.
  ///
  /// - Throws: ``FileError`` or ``ExportError``, as `load` does.
  static func shape(path: String) throws -> [Int] {
    let prefix = try FileBytes.read(path, limit: fileBytes, upTo: NPYLayout.longestHeader)
    guard case .regular(let bytes) = FileKind(of: path) else { return try load(path: path).shape }
    return try NPYLayout(prefix, fileBytes: bytes, path: path).shape
  }

  private static func elements(
    _ bytes: [UInt8], from start: Int, count: Int, isDouble: Bool
  ) -> [Float] {
    (0..<count).map { index in
      if isDouble {
        let bits = (0..<8).reduce(UInt64(0)) {
          $0 | UInt64(bytes[start + index * 8 + $1]) << (8 * $1)
        }
        return Float(Double(bitPattern: bits))
      }
      let at = start + index * 4
      let low = UInt32(bytes[at]) | UInt32(bytes[at + 1]) << 8
      return Float(bitPattern: low | UInt32(bytes[at + 2]) << 16 | UInt32(bytes[at + 3]) << 24)
    }
  }
}

/// Where the elements of an array lie in its file, and what they are.
private struct NPYLayout {
  let shape: [Int]
  let isDouble: Bool
  /// First byte of the elements.
  let start: Int
  let count: Int

  /// Enough for every header of version 1, and for all that are not absurd of the later ones.
  static let longestHeader = 1 << 17

  /// - Parameter bytes: the beginning of the file, or all of it.
  init(_ bytes: [UInt8], fileBytes: Int, path: String) throws(ExportError) {
    func damaged(_ reason: String) -> ExportError {
      .damaged(path: path, format: "NPY", reason: reason)
    }
    func unsupported(_ reason: String) -> ExportError {
      .unsupported(path: path, format: "NPY", reason: reason)
    }
    guard bytes.count >= 10, bytes.starts(with: NPY.magic) else {
      throw damaged("it does not begin as NumPy's arrays do")
    }
    let lengthBytes = bytes[6] == 1 ? 2 : 4
    guard (1...3).contains(bytes[6]) else { throw unsupported("version \(bytes[6]) is not read") }
    let headerStart = 8 + lengthBytes
    guard bytes.count >= headerStart else { throw damaged("the header is cut off") }
    let length = (0..<lengthBytes).reduce(0) { $0 | Int(bytes[8 + $1]) << (8 * $1) }
    guard length <= bytes.count - headerStart else { throw damaged("the header is cut off") }
    let start = headerStart + length

    guard let header = NPYHeader(bytes[headerStart..<start]) else {
      throw damaged("the header is not a dictionary of descr, fortran_order and shape")
    }
    guard header.type == "<f4" || header.type == "<f8" else {
      throw unsupported("elements of type \(header.type) are not read; save as float32 ('<f4')")
    }
    guard !header.isColumnMajor || header.shape.count < 2 else {
      throw unsupported(
        "arrays in Fortran order are not read; save numpy.ascontiguousarray of it")
    }
    let size = header.type == "<f4" ? 4 : 8
    var total = size
    for extent in header.shape {
      let (product, overflow) = total.multipliedReportingOverflow(by: extent)
      guard !overflow else { throw damaged("the shape \(header.shape) is too large") }
      total = product
    }
    guard total == fileBytes - start else {
      throw damaged(
        "the shape \(header.shape) takes \(total) bytes and \(fileBytes - start) are there")
    }
    shape = header.shape
    isDouble = size == 8
    self.start = start
    count = total / size
  }
}

/// The three entries of an array's header, a dictionary in Python's notation.
private struct NPYHeader {
  var type = ""
  var isColumnMajor = false
  var shape: [Int] = []

  /// Nil where the text is anything else.
  init?(_ bytes: ArraySlice<UInt8>) {
    guard let type = Self.value(of: "descr", in: bytes, until: ","),
      let order = Self.value(of: "fortran_order", in: bytes, until: ","),
      let shape = Self.value(of: "shape", in: bytes, until: ")"),
      type.count > 2, type.first == "'" || type.first == "\"", type.last == type.first,
      order == "True" || order == "False", shape.first == "("
    else { return nil }
    self.type = String(type.dropFirst().dropLast())
    isColumnMajor = order == "True"
    for part in shape.dropFirst().split(separator: ",") {
      let digits = part.filter { $0 != " " }
      if digits.isEmpty { continue }
      guard let extent = Int(digits), extent >= 0 else { return nil }
      self.shape.append(extent)
    }
  }

  /// The text between `key:` and `end`, without blanks around it.
  private static func value(
    of key: String, in bytes: ArraySlice<UInt8>, until end: Character
  ) -> String? {
    let text = String(decoding: bytes, as: UTF8.self)
    for quote in ["'", "\""] {
      let parts = text.split(
        separator: quote + key + quote, maxSplits: 1, omittingEmptySubsequences: false)
      guard parts.count == 2 else { continue }
      let rest = parts[1].drop { $0 == " " }
      guard rest.first == ":", let stop = rest.firstIndex(of: end) else { return nil }
      var value = rest[rest.index(after: rest.startIndex)..<stop]
      while value.first == " " { value.removeFirst() }
      while value.last == " " { value.removeLast() }
      return String(value)
    }
    return nil
  }
}
