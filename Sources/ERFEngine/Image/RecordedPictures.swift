/// Pictures that a run recorded by their names: whoever reads that may be in another folder, or on a machine that has
/// them elsewhere.
public struct RecordedPictures: Sendable {
  /// What the folders that the run named are called.
  private let folders: Set<PathKey>
  private let pictures: Set<PathKey>
  /// Parts of the longest name of a picture.
  private let longest: Int

  /// - Parameters:
  ///   - names: what the pictures are called (``NetworkInputs/pictureNames(_:)``).
  ///   - paths: the files and folders that the run named.
  public init(_ names: [String], of paths: [String]) {
    let named = Set(paths.map { PathKey($0.fileName) })
    folders = named
    // Beside a picture that was given by its own name, others may lie.
    let found = paths.isEmpty ? [] : names.filter { !named.contains(PathKey($0.fileName)) }
    pictures = Set(found.map { PathKey($0) })
    longest = found.map(\.pathParts.count).max() ?? 0
  }

  /// The folder of these pictures in which a run would find a picture at `path`, were it written there; nil: none.
  public func folder(around path: String) -> String? {
    // A link is written to where it leads, be there a file or not.
    let place = (try? AtomicFile.destination(of: path)) ?? path
    let way = Folder.way(to: String(place.dropLast(place.fileName.count)))
    let nearest = Folder.whole(way.there)
    let above = "/" + nearest.pathParts.dropLast().joined(separator: "/")
    return ([nearest] + (isNamed(above) ? [above] : [])).first {
      ImageList.wouldFind(path, in: $0) && isTheirs($0)
    }
  }

  /// Whether a folder is called as one that the run named. Others hold no classes: a folder of photographs makes
  /// none of that which it lies in.
  private func isNamed(_ folder: String) -> Bool { folders.contains(PathKey(folder.fileName)) }

  /// Whether one of them lies in `folder`, or in a folder of a class inside it.
  private func isTheirs(_ folder: String) -> Bool {
    let files =
      try? isNamed(folder) ? ImageList.expandClasses([folder]) : ImageList.expand([folder])
    return files?.contains { file in
      let parts = file.path.pathParts
      return (0..<longest).contains {
        pictures.contains(PathKey(parts.suffix($0 + 1).joined(separator: "/")))
      }
    } ?? false
  }
}
