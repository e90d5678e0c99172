/// Why a picture is not written: it would lie in a folder of pictures, and whoever reads that folder
/// next would take it for one of them.
public struct AmongPicturesError: ExplainedError, Equatable {
  let path: String
  let folder: String
  /// What to do instead.
  public var advice = "write to another folder, outside it"

  public init(path: String, folder: String) {
    self.path = path
    self.folder = folder
  }

  /// Nil where a file at `path` would be found in none of `folders`, files and folders as they were named.
  public init?(writing path: String, besides folders: [String]) {
    guard let folder = folders.first(where: { ImageList.wouldFind(path, in: $0) }) else {
      return nil
    }
    self.init(path: path, folder: folder)
  }

  public var explanation: String {
    "\(path) would lie among the pictures of \(folder), and the next run would read it as one: \(advice)"
  }
}
