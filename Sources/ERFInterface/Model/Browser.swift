// The file browser: folders and checkpoints, with what the selected file holds.

public import ERFEngine

/// A file that was chosen, until its weights are read or refused.
struct OpeningFile: Sendable, Equatable {
  var side: Int
  /// As it runs: without its classifier where that was agreed to.
  var network: NetworkSpec
  let path: String
  /// What was typed.
  let text: String
  /// The folder in which that leads to the file.
  let folder: String
}

/// The state of the browser while it is open.
public struct Browser: Sendable, Equatable {
  /// What is known of a file without reading its weights.
  public enum Contents: Sendable, Equatable {
    case looking
    /// A network that can be opened, and a line about the file.
    case network(NetworkSpec, summary: String)
    /// Why it cannot be opened.
    case refused(String)
  }

  enum Entry: Equatable {
    /// A file opened before, by its path.
    case recent(String)
    case parent
    case folder(String)
    case file(CheckpointFolder.File)
  }

  /// The folder asked for; empty: where the program runs.
  public var path: String
  /// The folder on screen; nil before the first listing.
  public var folder: CheckpointFolder?
  /// Files opened before, the latest first.
  public var recent: [String] = []
  /// Why the folder asked for is not on screen.
  public var failure: String?
  /// Letters that names must hold, or a path.
  public var query = ""
  public var selection = 0
  /// By path.
  public var contents: [PathKey: Contents] = [:]
  /// The file to open as soon as it is known what it holds.
  public var opening: String?
  /// The path that was typed and is gone to.
  var visiting: String?
  /// The text whose rest is looked for.
  var completing: String?
  /// What is wrong with the path that was typed, or why it cannot be completed.
  var complaint: String?

  public init(path: String) { self.path = path }

  var isListing: Bool { failure == nil && folder?.path != path }

  /// Whether a path is typed, which does not filter names.
  var isPath: Bool { query.contains("/") || query.hasPrefix("~") }

  /// Whether what is typed counts from the folder on screen.
  var isRelative: Bool {
    let path = TypedPath.begun(query)
    return !path.hasPrefix("/") && !path.hasPrefix("~")
  }

  /// Where paths begin that are typed without a folder; empty: where the program runs.
  var base: String { folder?.path ?? path }

  /// What can be selected: recent files first, then the folder.
  var entries: [Entry] {
    guard let folder, !isPath else { return [] }
    let all =
      recent.map { Entry.recent($0) } + (folder.path == "/" ? [] : [.parent])
      + folder.folders.map { .folder($0) } + folder.files.map { .file($0) }
    guard !query.isEmpty else { return all }
    return all.enumerated()
      .compactMap { place, entry in
        name(entry).fuzzyScore(query).map { (entry: entry, score: $0, place: place) }
      }
      .sorted { ($1.score, $0.place) < ($0.score, $1.place) }
      .map(\.entry)
  }

  var selected: Entry? {
    let entries = entries
    return entries.indices.contains(selection) ? entries[selection] : nil
  }

  /// The path of the selected file; nil: something else is selected.
  var selectedFile: String? {
    switch selected {
    case .recent(let path): path
    case .file(let file): Self.path(folder?.path ?? "", file.name)
    default: nil
    }
  }

  func name(_ entry: Entry) -> String {
    switch entry {
    case .recent(let path): path.fileName
    case .parent: ".."
    case .folder(let name): name
    case .file(let file): file.name
    }
  }

  static func path(_ folder: String, _ name: String) -> String {
    folder.hasSuffix("/") ? folder + name : folder + "/" + name
  }

  /// The folder around `path`.
  static func parent(_ path: String) -> String {
    guard let slash = path.lastIndex(of: "/"), slash != path.startIndex else { return "/" }
    return String(path[..<slash])
  }
}
