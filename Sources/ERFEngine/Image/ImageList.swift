// From the paths that a user names, files and folders, to a list of image files.

/// A file to look at.
public struct ImageFile: Sendable, Hashable {
  public let path: String
  /// Whether it was named itself rather than found in a folder: what was only found there may turn
  /// out to be no picture.
  public let isNamed: Bool

  public init(path: String, isNamed: Bool) {
    self.path = path
    self.isNamed = isNamed
  }
}

/// Lists of image files.
public enum ImageList {
  /// Lower-case file name extensions that count as images in a folder.
  public static let extensions = [
    "jpg", "jpeg", "jpe", "jfif", "png", "webp", "gif", "tif", "tiff", "bmp", "ppm", "pgm", "pnm",
  ]

  /// Extensions of pictures in formats that are not read, with what these are called.
  public static let unreadExtensions = [
    "avif": "AVIF", "heic": "HEIC", "heif": "HEIC", "jxl": "JPEG XL", "jp2": "JPEG 2000",
    "j2k": "JPEG 2000", "psd": "Photoshop", "svg": "SVG", "tga": "TGA", "ico": "ICO",
    "exr": "OpenEXR", "hdr": "Radiance HDR", "dcm": "DICOM", "pbm": "PBM", "pam": "PAM",
    "pfm": "PFM", "xcf": "GIMP", "dng": "raw", "cr2": "raw", "cr3": "raw", "nef": "raw",
    "arw": "raw", "raf": "raw", "orf": "raw", "rw2": "raw",
  ]

  /// The image files that `paths` name, in order: a file stands for itself, whatever its name, and a
  /// folder for the images directly inside it, sorted by the bytes of their names; hidden files do
  /// not count.
  ///
  /// - Throws: ``FileError`` for a path that does not exist or a folder that cannot be read,
  ///   ``ImageError/noImages(folder:)`` for a folder without images.
  public static func expand(_ paths: [String]) throws -> [ImageFile] {
    var files: [ImageFile] = []
    for path in paths {
      switch FileKind(of: path) {
      case .absent: throw FileError.missing(path: path)
      case .unknown(let reason): throw FileError.unreadable(path: path, reason: reason)
      case .regular, .other: files.append(ImageFile(path: path, isNamed: true))
      case .folder: files += try images(in: path)
      }
    }
    return files
  }

  /// As `expand`, but a folder without images stands for the folders directly inside it that have
  /// some, sorted likewise: data sets keep a folder for each class.
  ///
  /// - Throws: as `expand`.
  public static func expandClasses(_ paths: [String]) throws -> [ImageFile] {
    var files: [ImageFile] = []
    for path in paths {
      guard FileKind(of: path) == .folder, let folders = try classFolders(in: path) else {
        files += try expand([path])
        continue
      }
      for folder in folders {
        files += (try? images(in: folder)) ?? []
      }
    }
    return files
  }

  /// The folders inside `folder` if it has no images of its own but one of them does; else nil.
  private static func classFolders(in folder: String) throws -> [String]? {
    let prefix = folder.hasSuffix("/") ? folder : folder + "/"
    let names = try FolderListing.names(in: folder)
    guard !names.contains(where: isImageName) else { return nil }
    let folders = names.filter { !$0.hasPrefix(".") && FileKind(of: prefix + $0) == .folder }
      .sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
      .map { prefix + $0 }
    return folders.contains { (try? images(in: $0)) != nil } ? folders : nil
  }

  /// Whether a file name ends like an image's.
  static func isImageName(_ name: String) -> Bool {
    guard !name.hasPrefix("."), let dot = name.lastIndex(of: ".") else { return false }
    return extensions.contains(name[name.index(after: dot)...].lowercased())
  }

  private static func images(in folder: String) throws -> [ImageFile] {
    let prefix = folder.hasSuffix("/") ? folder : folder + "/"
    let names = try FolderListing.names(in: folder)
      .filter(isImageName)
      .sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
    let files = names.filter { FileKind(of: prefix + $0) != .folder }
      .map { ImageFile(path: prefix + $0, isNamed: false) }
    guard !files.isEmpty else { throw ImageError.noImages(folder: folder) }
    return files
  }
}
