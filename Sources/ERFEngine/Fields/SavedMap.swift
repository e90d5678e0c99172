// Maps that were saved earlier, or by others, read back as if they had just been computed.

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// A map in a file: `.npy`, `.npz` (`FILE.npz#NAME` of several arrays) and `.csv` hold M, `.pgm` holds A.
public enum SavedMap {
  /// Why a file holds no map.
  public enum Failure: ExplainedError, Equatable {
    case shape(path: String, [Int])
    case notFinite(path: String)
    case overflow(path: String)

    public var explanation: String {
      switch self {
      case .shape(let path, let shape):
        "\(path): an array of shape \(shape) is not a map: (H, W) was expected, at least 2 x 2"
      case .notFinite(let path): "\(path): the map has NaN or Inf"
      case .overflow(let path):
        "\(path): the map has numbers beyond float32, about 3.4e38: divide it by its maximum"
      }
    }
  }

  /// Whether a name is that of a map rather than of a network.
  public static func isSaved(_ name: String) -> Bool {
    let name = name.lowercased()
    return NPY.isArray(name) || name.hasSuffix(".csv") || name.hasSuffix(".pgm")
  }

  /// The file that holds the map called `name`.
  public static func file(of name: String) -> String {
    NPY.isArray(name) ? NPY.file(of: name) : name
  }

  /// Reads `path`. A PGM of this program says how large M was; of another's grey levels, the brightest
  /// is taken as log10(M + 1) = 1, and so it is under a header of another map. Squares lie around the unit that the
  /// file names; where it names none, around the middle.
  ///
  /// - Throws: `FileError`, `ExportError`, `ImageError`, ``Failure``.
  public static func load(path: String) throws -> ERFResult {
    let start = ComputingClock.now
    // It is read twice, for its hash, too, and whoever writes into a pipe may never come.
    let file = file(of: path)
    guard FileKind(of: file) != .other else { throw FileError.notRegular(path: file) }
    let map: ERFMap
    let record: MapRecord
    if NPY.isArray(path) || path.lowercased().hasSuffix(".csv") {
      map = try NPY.isArray(path) ? array(path) : table(path)
      record = MapRecord(map)
    } else {
      (map, record) = try picture(path)
    }
    let size = InputSize(height: map.height, width: map.width)
    let place = record.place
    var subject = ERFSubject(
      model: path, weights: record.weights ?? "not recorded", weightsHash: "", input: size,
      stages: [], tap: "saved map", mapSize: place?.mapSize ?? size,
      units: place?.units ?? [Unit(row: map.height / 2, column: map.width / 2)], rule: map.rule)
    subject.precision = record.precision ?? .float32
    subject.fileHash = fileHash(of: path)
    var metrics = ERFMetrics(map, around: subject.metricsOrigin)
    if record.isCoarse { metrics.forgetFaint() }
    var result = ERFResult(
      subject: subject, map: map, metrics: metrics, imageNames: record.pictures?.names ?? [],
      seconds: ERFSeconds(total: (ComputingClock.now - start).inSeconds),
      peakBytes: ProcessMemory.peakBytes)
    result.record = record
    // Whoever computed it, this program only read it.
    result.makers = []
    return result
  }

  private static func array(_ path: String) throws -> ERFMap {
    let array = try NPY.load(path: path)
    // (1, H, W) and the like are maps too.
    let shape = array.shape.drop { $0 == 1 }
    guard shape.count == 2, shape.allSatisfy({ (2...16_384).contains($0) }) else {
      throw Failure.shape(path: path, array.shape)
    }
    guard array.values.allSatisfy(\.isFinite) else {
      throw NPY.overflows(path: path)
        ? Failure.overflow(path: path) : Failure.notFinite(path: path)
    }
    let isSigned = array.values.contains { $0 < 0 }
    return ERFMap(
      height: shape[shape.startIndex], width: shape[shape.startIndex + 1],
      values: array.values.map(Double.init), rule: isSigned ? .signed : .paper)
  }

  private static func table(_ path: String) throws -> ERFMap {
    let bytes = try FileBytes.read(path, limit: NPY.fileBytes)
    if let reason = ForeignFile.explanation(bytes) {
      throw FileError.unreadable(path: path, reason: reason)
    }
    let table = try CSV.decode(bytes, path: path)
    guard (2...16_384).contains(table.height), (2...16_384).contains(table.width) else {
      throw Failure.shape(path: path, [table.height, table.width])
    }
    guard table.values.allSatisfy(\.isFinite) else { throw Failure.notFinite(path: path) }
    return ERFMap(
      height: table.height, width: table.width, values: table.values,
      rule: table.values.contains { $0 < 0 } ? .signed : .paper)
  }

  /// With what this program writes into the header.
  private static func picture(_ path: String) throws -> (ERFMap, MapRecord) {
    let picture = try PGM.load(path: path)
    guard min(picture.height, picture.width) >= 2 else {
      throw Failure.shape(path: path, [picture.height, picture.width])
    }
    let record = MapRecord(picture)
    // Another map's largest M and its sign are not this one's.
    let header = record.isOfAnother ? [] : picture.comments
    let isSigned = header.contains { $0.contains("zero in the middle") }
    let top = log1p(peak(header) ?? 9)
    let values = picture.values.map { grey in
      let share = isSigned ? 2 * grey - 1 : grey
      let size = expm1(abs(share) * top)
      return share < 0 ? -size : size
    }
    let map = ERFMap(
      height: picture.height, width: picture.width, values: values, images: record.images ?? 1,
      rule: record.rule ?? (isSigned ? .signed : .paper))
    return (map, record)
  }

  /// The largest M, which this program writes into the header.
  private static func peak(_ comments: [String]) -> Double? {
    guard let line = comments.first(where: { $0.contains("max M = ") }) else { return nil }
    let parts = line.split(separator: "=")
    let peak = parts.last.flatMap { Double($0.drop { $0 == " " }) }
    return peak.flatMap { $0.isFinite && $0 > 0 ? $0 : nil }
  }
}
