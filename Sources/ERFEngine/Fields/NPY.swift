// NumPy's array files: float32 written, all real numbers read, also out of archives of one array.

/// An array in NumPy's `.npy` format.
///
/// Source: the format's description in NumPy's documentation, `numpy.lib.format`.
public struct NPY: Sendable, Equatable {
  /// Extents, outermost first; empty for a single number.
  public let shape: [Int]
  /// The elements in row-major order, rounded to float32.
  public let values: [Float]

  /// - Parameter values: as many as the product of `shape`, in row-major order.
  public init(shape: [Int], values: [Float]) {
    precondition(shape.allSatisfy { $0 >= 0 } && shape.reduce(1, *) == values.count)
    self.shape = shape
    self.values = values
  }

  /// What is read of a file at most.
  static let fileBytes = 4 << 30

  /// Whether a name is that of an array, of an archive of arrays, or of one of these (`FILE.npz#NAME`).
  static func isArray(_ name: String) -> Bool {
    let lowercased = name.lowercased()
    return lowercased.hasSuffix(".npy") || lowercased.hasSuffix(".npz")
      || NPYPlace(splitting: name) != nil
  }

  /// The file that holds the array called `reference`.
  static func file(of reference: String) -> String { NPYPlace(reference).path }

  /// Reads the array at `path`, or of an archive (`.npz`) the only one or the one behind `#`.
  ///
  /// - Throws: ``FileError``, ``ExportError``, and `CheckpointError` for a broken archive.
  public static func load(path: String) throws -> NPY {
    try NPY(decoding: bytes(path), path: path)
  }

  /// Whether the array at `path` holds finite numbers that are beyond float32.
  static func overflows(path: String) -> Bool {
    guard let bytes = try? bytes(path),
      let layout = try? NPYLayout(bytes, fileBytes: bytes.count, path: path)
    else { return false }
    return layout.type.overflows(bytes, from: layout.start, count: layout.count)
  }

  /// The same as a tensor.
  static func tensor(path: String) throws -> Tensor {
    try tensor(decoding: bytes(path), path: path)
  }

  private static func bytes(_ reference: String) throws -> [UInt8] {
    let place = NPYPlace(reference)
    if try isArchive(place.path) { return try member(at: place) }
    let bytes = try FileBytes.read(place.path, limit: fileBytes)
    guard let name = place.name else { return bytes }
    throw ExportError.unsupported(
      path: place.path, format: "NPZ",
      reason: "was expected, to take "
        + (name.isEmpty ? "an array" : "the array \(WeightsMismatch.printable(name))")
        + " from, but it is not an archive")
  }

  fileprivate static func isArchive(_ path: String) throws -> Bool {
    guard case .regular = FileKind(of: path) else { return false }
    return try FileBytes.read(path, limit: fileBytes, upTo: 4) == [0x50, 0x4B, 0x03, 0x04]
  }

  /// The bytes of an array in an archive: the one that is named, or the only one.
  private static func member(at place: NPYPlace) throws -> [UInt8] {
    let path = place.path
    let archive = try ZipArchive(MappedFile(path: path), path: path)
    let arrays = archive.entries.filter { $0.key.hasSuffix(".npy") && !isOfFinder($0.key) }
    // As NumPy finds them, by either name.
    let key: String? =
      if let name = place.name {
        [name + ".npy", name].first { arrays[$0] != nil }
      } else {
        arrays.count == 1 ? arrays.keys.first : nil
      }
    guard let key, let entry = arrays[key] else {
      throw ExportError.unsupported(
        path: path, format: "NPZ", reason: refusal(of: place, names: arrays.keys.sorted()))
    }
    guard entry.size <= fileBytes, let bytes = archive.contents(entry) else {
      throw ExportError.damaged(path: path, format: "NPZ", reason: "\(key) cannot be unpacked")
    }
    return bytes
  }

  /// Why no array is taken from an archive of entries of these names.
  private static func refusal(of place: NPYPlace, names: [String]) -> String {
    let names = names.map { String($0.dropLast(".npy".count)) }
    guard let first = names.first else { return "holds no array" }
    let listed = WeightsMismatch.listed(names)
    if let name = place.name, !name.isEmpty {
      return "holds no array \(WeightsMismatch.printable(name)): it has \(listed)"
    }
    let example = "as in \(place.path)#\(WeightsMismatch.printable(first))"
    return "holds \(names.count.counted("array")) (\(listed)), "
      + (place.name == nil
        ? "where one was expected: name it behind a #, \(example)"
        : "and none is named behind the #: name one, \(example)")
  }

  /// Whether macOS put an entry beside one of an archive, for what it knows of the file:
  /// `__MACOSX/._name.npy`.
  private static func isOfFinder(_ entry: String) -> Bool {
    entry.hasPrefix("__MACOSX/") || entry.split(separator: "/").last?.hasPrefix("._") == true
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
  /// Reads versions 1 to 3, real numbers of any type and byte order, rows or columns first.
  ///
  /// - Parameter path: for messages.
  /// - Throws: ``ExportError``.
  public init(decoding bytes: [UInt8], path: String) throws(ExportError) {
    let tensor = try Self.tensor(decoding: bytes, path: path)
    self.init(shape: tensor.shape.extents, values: tensor.elements)
  }

  private static func tensor(decoding bytes: [UInt8], path: String) throws(ExportError) -> Tensor {
    let layout = try NPYLayout(bytes, fileBytes: bytes.count, path: path)
    let (type, shape) = (layout.type, Shape(layout.shape))
    let read =
      type.stored?.decode(bytes, from: layout.start, shape: shape)
      ?? Tensor(generated: shape) { type.element(bytes, at: layout.start + $0 * type.size) }
    return layout.isColumnMajor
      ? Tensor(shape: shape, elements: rowsFirst(read.elements, layout.shape)) : read
  }

  /// The elements of an array whose first index runs fastest, in the order of the last.
  private static func rowsFirst(_ values: [Float], _ shape: [Int]) -> [Float] {
    guard shape.count > 1, !values.isEmpty else { return values }
    var index = [Int](repeating: 0, count: shape.count)
    var strides = [Int](repeating: 1, count: shape.count)
    for axis in 1..<shape.count { strides[axis] = strides[axis - 1] * shape[axis - 1] }
    var place = 0
    var sorted: [Float] = []
    sorted.reserveCapacity(values.count)
    for _ in values.indices {
      sorted.append(values[place])
      var axis = shape.count - 1
      while axis >= 0 {
        index[axis] += 1
        place += strides[axis]
        guard index[axis] == shape[axis] else { break }
        place -= strides[axis] * shape[axis]
        index[axis] = 0
        axis -= 1
      }
    }
    return sorted
  }

  /// The shape of the array at `path`, by its header alone.
  ///
  /// - Throws: as `load` does.
  static func shape(path: String) throws -> [Int] {
    guard case .regular(let bytes) = FileKind(of: path), try !isArchive(path) else {
      return try load(path: path).shape
    }
    let prefix = try FileBytes.read(path, limit: fileBytes, upTo: NPYLayout.longestHeader)
    return try NPYLayout(prefix, fileBytes: bytes, path: path).shape
  }
}

/// Where an array lies: in a file of its own, or as one of an archive, `FILE.npz#NAME`.
private struct NPYPlace {
  let path: String
  /// nil: the only one there.
  let name: String?

  /// A file whose own name has the sign is that file.
  init(_ reference: String) {
    if FileKind(of: reference) == .absent, let place = Self(splitting: reference) {
      self = place
    } else {
      path = reference
      name = nil
    }
  }

  /// nil where the reference names a file alone.
  init?(splitting reference: String) {
    let sign = reference.indices.last { index in
      reference[index] == "#" && reference[..<index].suffix(4).lowercased() == ".npz"
    }
    guard let sign else { return nil }
    path = String(reference[..<sign])
    name = String(reference[reference.index(after: sign)...])
  }
}

/// An array whose file is read part by part.
struct NPYParts: Sendable {
  private let file: MappedFile
  private let layout: NPYLayout
  private let path: String

  /// nil where the array has to be read whole: out of an archive or a pipe, columns first, or of
  /// numbers that are not little-endian.
  ///
  /// - Throws: ``ExportError``.
  init?(path: String) throws {
    guard case .regular = FileKind(of: path), try !NPY.isArchive(path),
      let file = try? MappedFile(mapping: path)
    else { return nil }
    guard let prefix = file.bytes(0..<min(file.count, NPYLayout.longestHeader)) else { return nil }
    layout = try NPYLayout(prefix, fileBytes: file.count, path: path)
    guard !layout.isColumnMajor, layout.type.stored != nil else { return nil }
    self.file = file
    self.path = path
  }

  /// Extents, outermost first.
  var shape: [Int] { layout.shape }

  /// The elements from `first` on as a tensor of `shape`.
  ///
  /// - Throws: ``ExportError`` where somebody wrote to the file, or cut it, meanwhile.
  func part(from first: Int, shape: Shape) throws(ExportError) -> Tensor {
    let size = layout.type.size
    precondition(first >= 0 && shape.count <= layout.count - first)
    let start = layout.start + first * size
    guard let bytes = file.bytes(start..<start + shape.count * size),
      let tensor = layout.type.stored?.decode(bytes, from: 0, shape: shape), file.isUnchanged
    else { throw .damaged(path: path, format: "NPY", reason: "it was changed while it was read") }
    return tensor
  }
}

/// Where the elements of an array lie in its file, and what they are.
private struct NPYLayout {
  let shape: [Int]
  let type: NPYType
  /// Whether the first index runs fastest.
  let isColumnMajor: Bool
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
      throw damaged(
        ForeignFile.explanation(bytes) ?? "it does not begin as NumPy's arrays do")
    }
    let lengthBytes = bytes[6] == 1 ? 2 : 4
    guard (1...3).contains(bytes[6]) else { throw unsupported("version \(bytes[6]) is not read") }
    let headerStart = 8 + lengthBytes
    guard bytes.count >= headerStart else { throw damaged("the header is cut off") }
    let length = (0..<lengthBytes).reduce(0) { $0 | Int(bytes[8 + $1]) << (8 * $1) }
    guard length <= bytes.count - headerStart else { throw damaged("the header is cut off") }
    let start = headerStart + length

    let header: NPYHeader
    do throws(NPYHeaderFlaw) {
      header = try NPYHeader(bytes[headerStart..<start])
    } catch {
      throw damaged(error.words)
    }
    guard let type = NPYType(header.type) else {
      throw unsupported(
        "elements of type \(WeightsMismatch.printable(header.type)) are not read; save real "
          + "numbers, such as float32 ('<f4')")
    }
    let size = type.size
    var total = size
    for extent in header.shape {
      let (product, overflow) = total.multipliedReportingOverflow(by: extent)
      guard !overflow else { throw damaged("the shape \(header.shape) is too large") }
      total = product
    }
    // What stands behind the elements is nobody's concern, as in NumPy.
    guard total <= fileBytes - start else {
      throw damaged(
        "the shape \(header.shape) takes \(total.counted("byte")), but "
          + (fileBytes - start).counted("is there", "are there"))
    }
    shape = header.shape
    self.type = type
    isColumnMajor = header.isColumnMajor
    self.start = start
    count = total / size
  }
}

/// The three entries of an array's header, a dictionary in Python's notation.
private struct NPYHeader {
  let type: String
  let isColumnMajor: Bool
  let shape: [Int]

  init(_ bytes: ArraySlice<UInt8>) throws(NPYHeaderFlaw) {
    guard let header = PythonLiteral(bytes), case .dictionary(let pairs) = header,
      pairs.count == 3, let descr = header["descr"],
      case .bool(let order)? = header["fortran_order"], let extents = header["shape"]
    else { throw .noDictionary }
    type = try Self.elementType(descr)
    isColumnMajor = order
    guard case .tuple(let numbers) = extents, numbers.count <= 32 else { throw .shape }
    var shape: [Int] = []
    for number in numbers {
      guard case .int(let extent) = number, extent >= 0 else { throw .shape }
      shape.append(extent)
    }
    self.shape = shape
  }
}

extension NPYHeader {
  /// The name of an element's type, also where it is written as an array of one element, such as
  /// `('<f4', ())`: of those NumPy reads the elements alone, and refuses arrays of more. Other types
  /// have the word for what they are.
  private static func elementType(_ descr: PythonLiteral) throws(NPYHeaderFlaw) -> String {
    switch descr {
    case .string(let name): return name
    case .list: return "record"
    case .tuple(let parts):
      guard parts.count >= 2 else { throw .noDictionary }
      let element = try elementType(parts[0])
      return parts[1].holdsOne ? element : "array of \(element)"
    default: throw .noDictionary
    }
  }
}

/// What is wrong with a header.
private enum NPYHeaderFlaw: Error {
  case noDictionary
  case shape

  var words: String {
    switch self {
    case .noDictionary: "the header is not a dictionary of descr, fortran_order and shape"
    case .shape: "the shape is not a tuple of extents"
    }
  }
}

extension ExportFormat {
  /// M as float32, shape (H, W).
  static let npy = ExportFormat(
    "npy", [Offer("maps as NPY: M, float32")], saysWhatItIsOf: false
  ) { result, _ throws(ExportError) in
    NPY(
      shape: [result.map.height, result.map.width], values: result.map.values.map { Float($0) }
    ).encoded()
  }
}
