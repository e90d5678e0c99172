// The benchmark's folder: which files are stimuli, and what is wrong with the others.

/// The stimuli of a folder `<shape>/<shape><i>-<texture><j>.png`.
public struct StimulusFolder: Sendable {
  public struct Stimulus: Sendable, Hashable {
    public let path: String
    public let fileName: String
    public let name: StimulusName
  }

  /// How many stimuli the whole benchmark has.
  public static let benchmarkCount = 1280

  public let folder: String
  /// Sorted by category, then by file name.
  public let stimuli: [Stimulus]
  /// Files and folders that are no stimuli, by what their names say. Hidden ones do not count.
  public let skipped: [ShapeBiasReport.Skipped]
  /// Of a share, the stimuli of those before it, which trials are counted by; nil: this is no share.
  let before: [Stimulus]?

  /// Lists `folder`; no picture is opened.
  ///
  /// - Throws: ``FileError``, ``ProbeError/notTheBenchmark(folder:)``.
  public init(_ folder: String) throws {
    switch FileKind(of: folder) {
    case .folder: break
    case .absent: throw FileError.absentFolder(path: folder)
    case .unknown(let reason): throw FileError.unreadable(path: folder, reason: reason)
    case .regular, .other: throw ProbeError.notTheBenchmark(folder: folder)
    }
    var listing = Listing()
    let base = folder.hasSuffix("/") ? folder : folder + "/"
    for entry in try Listing.entries(in: folder) {
      if FileKind(of: base + entry) != .folder {
        listing.skip(base + entry, "lies outside the folders of the 16 categories")
      } else if let category = ObjectCategory(rawValue: entry) {
        for file in try Listing.entries(in: base + entry) {
          listing.add(path: "\(base)\(entry)/\(file)", fileName: file, in: category)
        }
      } else {
        listing.skip(base + entry, "is a folder, but none of the 16 categories")
      }
    }
    guard !listing.stimuli.isEmpty else { throw ProbeError.notTheBenchmark(folder: folder) }
    self.folder = folder
    stimuli = listing.stimuli
    skipped = listing.skipped
    before = nil
  }

  /// The share of a run over it; what is skipped is told of with the first.
  public func share(_ shard: Shard) -> StimulusFolder {
    let block = shard.block(of: stimuli.count)
    return StimulusFolder(
      folder: folder, stimuli: Array(stimuli[block]), skipped: shard.index == 1 ? skipped : [],
      before: Array(stimuli[..<block.lowerBound]))
  }

  private init(
    folder: String, stimuli: [Stimulus], skipped: [ShapeBiasReport.Skipped], before: [Stimulus]
  ) {
    self.before = before
    self.folder = folder
    self.stimuli = stimuli
    self.skipped = skipped
  }

  private struct Listing {
    var stimuli: [Stimulus] = []
    var skipped: [ShapeBiasReport.Skipped] = []

    static func entries(in folder: String) throws -> [String] {
      try FolderListing.names(in: folder).filter { !$0.hasPrefix(".") }
        .sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
    }

    mutating func skip(_ path: String, _ reason: String) {
      skipped.append(ShapeBiasReport.Skipped(path: path, reason: reason))
    }

    mutating func add(path: String, fileName: String, in category: ObjectCategory) {
      guard ImageList.isImageName(fileName) else {
        return skip(path, "does not have the file extension of a picture")
      }
      // What is neither a file nor a folder may never end.
      guard FileKind(of: path) != .other else {
        return skip(path, "is a \(FileKind.isDevice(path) ? "device" : "pipe"), not a file")
      }
      guard let name = StimulusName(fileName) else {
        return skip(path, "does not name shape and texture, as airplane1-bicycle2.png does")
      }
      guard name.shape == category else {
        return skip(path, "has the shape \(name.shape.rawValue) in the folder \(category.rawValue)")
      }
      stimuli.append(Stimulus(path: path, fileName: fileName, name: name))
    }
  }
}
