/// The inputs of a run, one at a time: images prepared as the network wants them, or slices of a
/// tensor that was prepared elsewhere.
public struct NetworkInputs: Sendable {
  private enum Source {
    case builtIn(Range<Int>)
    /// Their paths, and what they are called.
    case files([String], names: [String])
    /// `shape` is (N, H, W, C); the tensor is read when the first input is asked for.
    case tensor(PreparedTensor, shape: Shape)
  }

  private let source: Source

  /// - Parameter names: what image files are called; nil: ``pictureNames(_:)``.
  /// - Throws: `ERFComputer.Failure` for no or too many images, and what reading a tensor throws.
  public init(_ images: ImageSource, names: [String]? = nil) throws {
    switch images {
    case .builtIn(let count):
      self = try NetworkInputs(.builtInAt(0..<max(0, count)))
    case .builtInAt(let range):
      guard !range.isEmpty, range.lowerBound >= 0 else { throw ERFComputer.Failure.noImages }
      guard range.upperBound <= BuiltInImages.count else {
        throw ERFComputer.Failure.tooManyBuiltIn(
          asked: range.upperBound, available: BuiltInImages.count)
      }
      source = .builtIn(range)
    case .files(let paths):
      guard !paths.isEmpty else { throw ERFComputer.Failure.noImages }
      precondition(names.map { $0.count == paths.count } ?? true)
      source = .files(paths, names: names ?? Self.pictureNames(paths))
    case .tensor(let reference):
      let tensor = PreparedTensor(reference)
      source = .tensor(tensor, shape: try tensor.shape())
    }
  }

  public var count: Int {
    switch source {
    case .builtIn(let range): range.count
    case .files(let paths, _): paths.count
    case .tensor(_, let shape): shape.batch
    }
  }

  /// The size that a prepared tensor dictates; nil for images, which are resized.
  public var size: InputSize? {
    guard case .tensor(_, let shape) = source else { return nil }
    return InputSize(height: shape.height, width: shape.width)
  }

  /// Checks that a network takes what was prepared elsewhere.
  ///
  /// - Throws: `PreparedTensorError`.
  func requireChannels(for preprocessing: Preprocessing) throws(PreparedTensorError) {
    guard case .tensor(let tensor, let shape) = source else { return }
    try tensor.requireChannels(of: shape, for: preprocessing)
  }

  /// Memory that is taken before the first input is there: of a tensor that is read whole, as its file
  /// holds it, and once more as numbers.
  var heldBytes: Int {
    guard case .tensor(let tensor, let shape) = source, tensor.isReadWhole else { return 0 }
    return 2 * shape.count * MemoryLayout<Float>.stride
  }

  /// What pictures are called: those of folders that lie side by side, as a data set has one for each class, by
  /// these folders too, so that a name says which picture it is whatever else was selected; the others by
  /// ``names(_:lengths:)``. How a path is spelt does not matter.
  public static func pictureNames(_ paths: [String]) -> [String] {
    let folders = Folder.around(paths)
    let distinct = Array(Set(folders.map(PathKey.init)).subtracting([PathKey("/")]))
    let outer = Folder.around(distinct.map(\.path)).map(PathKey.init)
    let beside = Dictionary(grouping: distinct.indices) { outer[$0] }
    let classes = Set(beside.values.filter { $0.count > 1 }.joined().map { distinct[$0] })
    return names(
      zip(folders, paths).map { $0 + "/" + $1.fileName },
      lengths: folders.map { classes.contains(PathKey($0)) ? 2 : 1 })
  }

  /// The names of files without their folders, or with as many of them as tell equal names apart. None reaches above
  /// the folder that all lie in: one beside folders of its own name would tell where they lie.
  ///
  /// - Parameter lengths: parts of each path that its name has at least.
  static func names(_ paths: [String], lengths: [Int]? = nil) -> [String] {
    var lengths = lengths ?? [Int](repeating: 1, count: paths.count)
    func end(_ index: Int) -> String {
      paths[index].pathParts.suffix(lengths[index]).joined(separator: "/")
    }
    var names = paths.indices.map { lengths[$0] == 1 ? paths[$0].fileName : end($0) }
    var above: Int?
    while true {
      // Most names of many are there once.
      let counts = Dictionary(names.map { (PathKey($0), 1) }, uniquingKeysWith: +)
      let shared = names.indices.filter { counts[PathKey(names[$0]), default: 1] > 1 }
      let alike = Dictionary(grouping: shared) { PathKey(names[$0]) }.values
        .filter { Set($0.map { PathKey(paths[$0]) }).count > 1 }
      guard !alike.isEmpty else { return names }
      let hidden = above ?? partsAbove(paths)
      above = hidden
      let open = alike.joined().filter { lengths[$0] < paths[$0].pathParts.count - hidden }
      guard !open.isEmpty else { return names }
      for index in open {
        lengths[index] += 1
        names[index] = end(index)
      }
    }
  }

  /// How many parts of each path stand before the name of the folder that all lie in.
  private static func partsAbove(_ paths: [String]) -> Int {
    var shared = paths.first.map { Array($0.pathParts.dropLast()) } ?? []
    for path in paths {
      let same = zip(shared, path.pathParts.dropLast()).prefix { $0.utf8.elementsEqual($1.utf8) }
      shared = Array(shared.prefix(same.count))
    }
    return max(0, shared.count - 1)
  }

  /// For people: the name of a file, by `pictureNames(_:)`, or of a built-in picture.
  func name(_ index: Int) -> String {
    switch source {
    case .builtIn(let range): BuiltInImages.name(at: range.lowerBound + index)
    case .files(_, let names): names[index]
    case .tensor(let tensor, _): "\(tensor.reference.fileName)[\(index)]"
    }
  }

  /// The size of the file that input `index` is in; nil: it has none, or is in a pipe.
  func bytes(_ index: Int) -> Int? { FileBytes.count(of: file(index)) }

  /// Whether input `index` is anything but a pipe or a device.
  func canBeReadAgain(_ index: Int) -> Bool {
    if case .builtIn = source { return true }
    return bytes(index) != nil
  }

  /// The file of input `index`; empty where it is none.
  func path(_ index: Int) -> String {
    guard case .files(let paths, _) = source else { return "" }
    return paths[index]
  }

  /// The file that input `index` is read from, alone or with others; empty where it is none.
  func file(_ index: Int) -> String {
    if case .tensor(let tensor, _) = source { return tensor.path }
    return path(index)
  }

  /// The files that they are read from.
  public var paths: [String] {
    switch source {
    case .builtIn: []
    case .files(let paths, _): paths
    case .tensor(let tensor, _): [tensor.path]
    }
  }

  /// The contents (1, H, W, 3) of input `index`.
  ///
  /// - Throws: `ImageError`, `FileError`.
  func input(_ index: Int, size: InputSize, for preprocessing: Preprocessing) throws -> Tensor {
    switch source {
    case .builtIn(let range):
      return preprocessing.tensor(
        BuiltInImages.image(at: range.lowerBound + index), size: size)
    case .files(let paths, _):
      return preprocessing.tensor(try Image.load(path: paths[index]), size: size)
    case .tensor(let prepared, let shape): return try prepared.input(index, of: shape)
    }
  }
}

extension ImageSource {
  /// The files that they are read from, as they are now.
  ///
  /// - Throws: as `NetworkInputs.init(_:)`.
  public func watched() throws -> WatchedFiles { WatchedFiles(try NetworkInputs(self).paths) }

  /// Checks that pictures may be read more than once.
  ///
  /// - Parameter reason: who reads them again.
  /// - Throws: `FileError` naming the first that is a pipe or a device.
  public func requireFiles(_ reason: String) throws(FileError) {
    guard let pipe else { return }
    let what =
      FileKind.isDevice(pipe)
      ? "is a device, not a file" : "can be read only once: save it as a file"
    throw .unreadable(path: pipe, reason: "\(reason), and this \(what)")
  }

  /// The first of the paths at which there is a pipe or a device; nil: all are of files, or of nothing.
  public var pipe: String? {
    guard case .files(let paths) = self else { return nil }
    return paths.first { FileKind(of: $0) == .other }
  }
}
