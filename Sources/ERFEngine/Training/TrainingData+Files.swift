/// The files of a training folder, by class.
struct TrainingFiles {
  struct Entry: Equatable {
    let path: String
    /// Place of its class among `classes`.
    let label: Int
  }

  /// Names by class, in the order of the folders' bytes: those of the folders, or ImageNet's where these
  /// are called by WordNet's ids.
  let classes: [String]
  let training: [Entry]
  let heldOut: [Entry]

  /// Every tenth picture of a class is held out, where there is no folder of them.
  private static func isHeldOut(_ place: Int) -> Bool { place % 10 == 9 }

  /// The folders of classes in `folder`: its `train` and `val`, or itself.
  static func parts(of folder: String) -> [String] {
    let parts = ["/train", "/val"].map { folder + $0 }
    return parts.allSatisfy { FileKind(of: $0) == .folder } ? parts : [folder]
  }

  /// - Throws: `FileError`, `ImageError`, `TrainingError`.
  init(folder: String) throws {
    switch FileKind(of: folder) {
    case .regular, .other: throw TrainingError.notAFolder(path: folder)
    case .absent: throw FileError.absentFolder(path: folder)
    case .folder, .unknown: break
    }
    let parts = Self.parts(of: folder)
    if parts.count == 2 {
      let (learnt, held) = (try Self.byClass(parts[0]), try Self.byClass(parts[1]))
      let folders = try Self.classes(learnt, folder: folder + "/train")
      classes = ClassNames.imageNetNames(ofFolders: folders) ?? folders
      let labels = Dictionary(uniqueKeysWithValues: folders.enumerated().map { ($1, $0) })
      let strangers = Set(held.map(\.name)).subtracting(folders).sorted()
      guard strangers.isEmpty else {
        throw TrainingError.unlikeClasses(folder: folder + "/val", names: strangers)
      }
      training = learnt.map { Entry(path: $0.path, label: labels[$0.name] ?? 0) }
      heldOut = held.map { Entry(path: $0.path, label: labels[$0.name] ?? 0) }
      return
    }
    let files = try Self.byClass(folder)
    let folders = try Self.classes(files, folder: folder)
    classes = ClassNames.imageNetNames(ofFolders: folders) ?? folders
    let labels = Dictionary(uniqueKeysWithValues: folders.enumerated().map { ($1, $0) })
    var seen = [Int](repeating: 0, count: classes.count)
    var (learnt, held): ([Entry], [Entry]) = ([], [])
    for file in files {
      let entry = Entry(path: file.path, label: labels[file.name] ?? 0)
      if Self.isHeldOut(seen[entry.label]) { held.append(entry) } else { learnt.append(entry) }
      seen[entry.label] += 1
    }
    (training, heldOut) = (learnt, held)
  }

  private static func byClass(_ folder: String) throws -> [(path: String, name: String)] {
    try ImageList.expandClasses([folder]).map(\.path).map { path in
      (path, String(path.split(separator: "/").dropLast().last ?? ""))
    }
  }

  private static func classes(
    _ files: [(path: String, name: String)], folder: String
  ) throws(TrainingError) -> [String] {
    let names = Set(files.map(\.name)).sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
    guard names.count > 1 else { throw .tooFewClasses(folder: folder, found: names.count) }
    return names
  }
}

extension TrainingRecipe.Data {
  /// Pictures among the data's that are left out.
  public var leftOut: ImageList.LeftOut {
    guard case .folder(let path) = self else { return ImageList.LeftOut() }
    return ImageList.leftOut(of: TrainingFiles.parts(of: path))
  }

  /// Pictures to learn from, and the names of their classes in the order of a network's outputs,
  /// without reading any picture.
  ///
  /// - Throws: `FileError`, `ImageError`, `TrainingError`.
  public func contents() throws -> (pictures: Int, classes: [String]) {
    switch self {
    case .shapes(let count): return (count, ObjectCategory.allCases.map(\.rawValue))
    case .folder(let path):
      let files = try TrainingFiles(folder: path)
      return (files.training.count, files.classes)
    }
  }
}
