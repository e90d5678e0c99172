// From the paths that a user names, files and folders, to a list of image files.

/// A file to look at.
public struct ImageFile: Sendable, Hashable {
  public let key: PathKey
  /// Whether it was named itself rather than found in a folder: what was only found there may turn
  /// out to be no picture.
  public let isNamed: Bool

  public init(path: String, isNamed: Bool) {
    key = PathKey(path)
    self.isNamed = isNamed
  }

  public var path: String { key.path }
}

/// Lists of image files.
public enum ImageList {
  /// Lower-case file name extensions that count as images in a folder.
  public static let extensions = [
    "jpg", "jpeg", "jpe", "jfif", "mpo", "png", "apng", "webp", "gif", "tif", "tiff", "bmp", "dib",
    "ppm", "pgm", "pnm",
  ]

  /// Extensions of pictures in formats that are not read, with what these are called.
  public static let unreadExtensions: [String: String] = {
    let kinds = [
      "AVIF": "avif avifs",
      "HEIC": "heic heics heif heifs hif",
      "JPEG XL": "jxl",
      "JPEG XR": "jxr wdp hdp",
      "JPEG 2000": "jp2 j2k j2c jpc jpf jpx",
      "JPEG LS": "jls",
      "Photoshop": "psd psb",
      "GIMP": "xcf",
      "SVG": "svg svgz",
      "TGA": "tga",
      "ICO": "ico cur",
      "ICNS": "icns",
      "OpenEXR": "exr",
      "Radiance HDR": "hdr",
      "DICOM": "dcm dicom",
      "FITS": "fits fit fts",
      "PBM": "pbm",
      "PAM": "pam",
      "PFM": "pfm",
      "QOI": "qoi",
      "PCX": "pcx dcx",
      "PostScript": "eps epsf ps",
      "Illustrator": "ai",
      "PDF": "pdf",
      "DDS": "dds",
      "SGI": "sgi",
      "Sun raster": "ras",
      "XBM": "xbm",
      "XPM": "xpm",
      "WMF": "wmf emf",
      "MNG": "mng jng",
      "DjVu": "djvu djv",
      "DPX": "dpx",
      "Cineon": "cin",
      "raw": "dng raw cr2 cr3 crw nef nrw arw sr2 srf raf "
        + "orf rw2 rwl pef srw 3fr iiq kdc dcr mrw x3f",
    ]
    return kinds.reduce(into: [:]) { names, kind in
      for ending in kind.value.split(separator: " ") { names[String(ending)] = kind.key }
    }
  }()

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
      case .absent: throw FileError.absent(path: path)
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
    try hasOwnImages(folder) ? nil : foldersWithImages(in: folder)
  }

  private static func hasOwnImages(_ folder: String) throws -> Bool {
    let prefix = folder.hasSuffix("/") ? folder : folder + "/"
    return try FolderListing.names(in: folder).contains {
      isImageName($0) && mayBeImage(prefix + $0)
    }
  }

  /// Whether there is no pipe or folder at `path`, whatever it is called.
  private static func mayBeImage(_ path: String) -> Bool {
    ![.folder, .other].contains(FileKind(of: path))
  }

  /// All folders inside `folder`, if one of them has images; else nil.
  ///
  /// - Parameter areTold: whether names tell folders from pictures, so that not every file is asked.
  private static func foldersWithImages(
    in folder: String, areTold: Bool = false
  ) throws -> [String]? {
    let prefix = folder.hasSuffix("/") ? folder : folder + "/"
    let names = try FolderListing.names(in: folder)
    let folders = inner(areTold ? names.filter { !isPictureName($0) } : names, of: prefix)
    return folders.contains { (try? images(in: $0)) != nil } ? folders : nil
  }

  /// Those of the `names` in a folder that are folders too, by their paths.
  private static func inner(_ names: [String], of prefix: String) -> [String] {
    names.filter { !$0.hasPrefix(".") && FileKind(of: prefix + $0) == .folder }
      .sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
      .map { prefix + $0 }
  }

  /// Whether the name at the end of a path is that of a picture, of a format that is read or not.
  public static func isPictureName(_ path: String) -> Bool {
    let name = path.fileName
    guard let dot = name.lastIndex(of: ".") else { return false }
    let ending = name[name.index(after: dot)...].lowercased()
    return extensions.contains(ending) || unreadExtensions[ending] != nil
  }

  /// Whether the regular file at `path` begins as a picture does, of a format that is read or not, whatever it
  /// is called.
  public static func isPicture(at path: String) -> Bool {
    guard case .regular = FileKind(of: path) else { return false }
    let head = try? FileBytes.read(path, limit: .max, upTo: ForeignFile.headCount)
    return head.flatMap { ImageFormat($0) } != nil
  }

  /// Whether there is a folder at `path`.
  public static func isFolder(_ path: String) -> Bool {
    path.contains("/") && FileKind(of: path) == .folder
  }

  /// Whether there is a pipe or a device at `path`, such as a shell's `<(...)`.
  public static func isPipe(_ path: String) -> Bool {
    path.contains("/") && FileKind(of: path) == .other
  }

  /// Whether a file name ends like an image's.
  public static func isImageName(_ name: String) -> Bool {
    guard !name.hasPrefix("."), let dot = name.lastIndex(of: ".") else { return false }
    return extensions.contains(name[name.index(after: dot)...].lowercased())
  }

  /// Whether `expandClasses` of the folder `folder` would find a picture at `path`, were it written there and
  /// folders made for it.
  public static func wouldFind(_ path: String, in folder: String) -> Bool {
    // A link is written to where it leads, be there a file or not.
    let path = (try? AtomicFile.destination(of: path)) ?? path
    guard isImageName(path.fileName), FileKind(of: folder) == .folder,
      let place = FileIdentity(of: folder)
    else { return false }
    let (there, missing) = Folder.way(to: String(path.dropLast(path.fileName.count)))
    guard let nearest = FileIdentity(of: there) else { return false }
    guard let names = try? FolderListing.names(in: folder),
      let hasPictures = try? hasOwnImages(folder)
    else { return false }
    if hasPictures { return missing.isEmpty && nearest == place }
    // Only where a folder has no pictures of its own are those in the folders inside it taken; one without
    // any, which shares its name with one that was read elsewhere, is none of pictures.
    let inner = inner(names, of: folder.hasSuffix("/") ? folder : folder + "/")
    guard inner.contains(where: { (try? hasOwnImages($0)) ?? false }) else { return false }
    guard let name = missing.first else {
      return nearest == place || inner.contains { FileIdentity(of: $0) == nearest }
    }
    return missing.count == 1 && nearest == place && !name.hasPrefix(".")
  }

  private static func images(in folder: String) throws -> [ImageFile] {
    let prefix = folder.hasSuffix("/") ? folder : folder + "/"
    let all = try FolderListing.names(in: folder)
    let names = all.filter(isImageName)
      .sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
    let files = names.filter { mayBeImage(prefix + $0) }
      .map { ImageFile(path: prefix + $0, isNamed: false) }
    guard !files.isEmpty else {
      let inside = inner(all, of: prefix).flatMap { (try? unread(directlyIn: $0)) ?? [] }
      let others = ((try? unread(directlyIn: folder)) ?? []) + inside
      throw others.isEmpty
        ? ImageError.noImages(folder: folder)
        : ImageError.onlyUnread(folder: folder, names: others.map(\.fileName))
    }
    return files
  }

  /// What `expandClasses` leaves out.
  public struct LeftOut: Sendable, Equatable {
    /// Pictures that are not read for their format or because they are pipes, or folders without any.
    public var unread: [String] = []
    /// Folders of pictures inside one that has pictures of its own, or inside the folder of a class.
    public var folders: [String] = []

    public init(unread: [String] = [], folders: [String] = []) {
      self.unread = unread
      self.folders = folders
    }

    /// What there is to say of it, a line each.
    public var lines: [String] {
      func named(_ paths: [String]) -> String {
        (paths.first ?? "") + (paths.count > 1 ? " and \(paths.count - 1) more" : "")
      }
      var lines: [String] = []
      if !unread.isEmpty {
        lines.append(
          "left out \(unread.count.counted("picture")) of kinds that are not read (formats, pipes; "
            + "\(kinds(of: unread))): \(named(unread))")
      }
      if !folders.isEmpty {
        lines.append(
          "left out \(folders.count.counted("folder")) of pictures beside or below the pictures that are "
            + "taken: \(named(folders))")
      }
      return lines
    }
  }

  /// What of `paths` `expandClasses` leaves out.
  public static func leftOut(of paths: [String]) -> LeftOut {
    var leftOut = LeftOut()
    for path in paths where FileKind(of: path) == .folder {
      let classes = (try? classFolders(in: path)) ?? nil
      if classes != nil { leftOut.unread += (try? unread(directlyIn: path)) ?? [] }
      for folder in classes ?? [path] {
        // A folder that is called like a picture and holds none.
        if classes != nil, isImageName(folder.fileName), (try? images(in: folder)) == nil {
          leftOut.unread.append(folder)
        }
        leftOut.unread += (try? unread(directlyIn: folder)) ?? []
        let inside = (try? foldersWithImages(in: folder, areTold: true)) ?? nil
        leftOut.folders += inside?.filter { (try? hasOwnImages($0)) ?? false } ?? []
      }
    }
    return leftOut
  }

  /// How many of each kind, by their endings: `11 .heic, 1 .svg`.
  public static func kinds(of paths: [String]) -> String {
    let endings = paths.map { path in
      path.fileName.lastIndex(of: ".").map { path.fileName[$0...].lowercased() } ?? "without ending"
    }
    return Dictionary(grouping: endings) { $0 }
      .map { (ending: $0.key, count: $0.value.count) }
      .sorted { ($1.count, $0.ending) < ($0.count, $1.ending) }
      .map { "\($0.count) \($0.ending)" }.joined(separator: ", ")
  }

  private static func unread(directlyIn folder: String) throws -> [String] {
    let prefix = folder.hasSuffix("/") ? folder : folder + "/"
    return try FolderListing.names(in: folder).filter { name in
      guard !name.hasPrefix("."), let dot = name.lastIndex(of: ".") else { return false }
      let ending = name[name.index(after: dot)...].lowercased()
      // A pipe may never end.
      return unreadExtensions[ending] != nil
        || extensions.contains(ending) && FileKind(of: prefix + name) == .other
    }
    .sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
    .map { prefix + $0 }
  }

  // MARK: Some of many

  /// How many folders `files` lie in.
  public static func folders(of files: [ImageFile]) -> Int {
    Set(Folder.around(files.map(\.path)).map(PathKey.init)).count
  }

  /// The files of several folders in turns, each folder's in an order that `seed` draws, and so the
  /// folders: the first N are spread over the folders as evenly as they can be, and hold as few of the
  /// same series as chance leaves. Files of one folder stay in their order.
  ///
  /// The order depends on the names of files and folders, not on where they lie or how a path to them is spelt.
  public static func spread(_ files: [ImageFile], seed: UInt64) -> [ImageFile] {
    var groups: [(folder: String, files: [ImageFile])] = []
    var places: [PathKey: Int] = [:]
    for (file, folder) in zip(files, Folder.around(files.map(\.path))) {
      if let place = places[PathKey(folder)] {
        groups[place].files.append(file)
      } else {
        places[PathKey(folder)] = groups.count
        groups.append((folder, [file]))
      }
    }
    guard groups.count > 1 else { return files }
    groups = shuffled(groups, RandomStream(seed: seed, name: "folders"))
    for place in groups.indices {
      let name = groups[place].folder.fileName
      groups[place].files = shuffled(
        groups[place].files, RandomStream(seed: seed, name: "files of " + name))
    }
    let longest = groups.map(\.files.count).max() ?? 0
    return (0..<longest).flatMap { round in
      groups.compactMap { $0.files.indices.contains(round) ? $0.files[round] : nil }
    }
  }

  private static func shuffled<Element>(
    _ elements: [Element], _ stream: RandomStream
  ) -> [Element] {
    elements.enumerated()
      .map { (key: stream.bits(at: UInt64($0.offset)), place: $0.offset, element: $0.element) }
      .sorted { ($0.key, $0.place) < ($1.key, $1.place) }
      .map(\.element)
  }
}
