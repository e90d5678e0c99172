// What can be wrong with a picture file or a list of them.

/// Why a path gave no image. File-system trouble comes as ``FileError``.
public enum ImageError: ExplainedError, Equatable {
  case empty(path: String)
  case notAnImage(path: String)
  /// Something else that is known, and what is to be done.
  case foreign(path: String, reason: String)
  case unsupportedFormat(path: String, format: String)
  case tooLarge(path: String, size: InputSize)
  /// There is no memory for the picture.
  case tooLittleMemory(path: String, size: InputSize, bytes: Int)
  case truncated(path: String, format: String)
  case damaged(path: String, format: String, reason: String)
  case noImages(folder: String)
  /// A folder whose pictures are all of formats that are not read.
  case onlyUnread(folder: String, names: [String])

  public var explanation: String {
    switch self {
    case .empty(let path):
      return "\(path): is empty (0 bytes) where an image was expected"
    case .notAnImage(let path):
      return "\(path): is not an image; give a JPEG, PNG, WebP, GIF, TIFF, BMP, PPM or PGM file"
    case .foreign(let path, let reason):
      return "\(path): is not an image: \(reason)"
    case .unsupportedFormat(let path, let format):
      return "\(path): is of the format \(format), which is not read; convert it to PNG or JPEG"
    case .tooLarge(let path, let size):
      return "\(path): \(size.height) x \(size.width) pixels (height x width) are more than the "
        + "\(ImageLimits.pixels / 1_000_000) megapixels, or \(ImageLimits.side) a side, "
        + "that are read; scale it down"
    case .tooLittleMemory(let path, let size, let bytes):
      return "\(path): \(size.height) x \(size.width) pixels (height x width) need about "
        + "\((bytes + 999_999) / 1_000_000) MB of memory, more than this process may have: scale it "
        + "down, or allow more memory (see `ulimit -v`)"
    case .truncated(let path, let format):
      return "\(path): the \(format) data ends too early; the file is truncated"
    case .damaged(let path, let format, let reason):
      // What libtiff refuses may be sound, such as faxes that others read.
      return format == "TIFF"
        ? "\(path): is a TIFF file that libtiff cannot read: \(reason)"
        : "\(path): is not a valid \(format) file: \(reason)"
    case .onlyUnread(let folder, let names):
      return "\(folder): the folder holds no images of formats that are read, but "
        + "\(names.count) of others (\(ImageList.kinds(of: names))); convert them to PNG or JPEG"
    case .noImages(let folder):
      return "\(folder): the folder holds no images, nor do the folders directly in it "
        + "(\(ImageList.extensions.map { "." + $0 }.joined(separator: ", ")))"
    }
  }
}

/// How much is read of untrusted files.
enum ImageLimits {
  static let pixels = 100_000_000
  static let side = 65_535
  static let fileBytes = 512 << 20

  static func accepts(_ size: InputSize) -> Bool {
    size.height <= side && size.width <= side && size.height * size.width <= pixels
  }

  /// Checks that a picture may be read and that there is memory for it.
  ///
  /// - Parameter perPixel: bytes that reading it takes, those of its file aside.
  /// - Throws: `ImageError.tooLarge` and `.tooLittleMemory`.
  static func require(_ size: InputSize, perPixel: Int, path: String) throws(ImageError) {
    guard accepts(size) else { throw .tooLarge(path: path, size: size) }
    let bytes = size.height * size.width * perPixel
    guard hasRoom(for: bytes) else {
      throw .tooLittleMemory(path: path, size: size, bytes: bytes)
    }
  }

  /// Whether there is memory for so much of a picture; small ones are had wherever anything is.
  static func hasRoom(for bytes: Int) -> Bool {
    bytes < 1 << 20 || ProcessMemory.hasRoom(for: bytes)
  }
}
