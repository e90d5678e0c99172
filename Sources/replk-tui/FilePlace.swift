// Telling whether two paths lead to one place.

import ERFEngine

/// Where a path leads, however it is spelt and whether or not anything is there yet.
struct FilePlace: Hashable {
  private let folder: FileIdentity?
  private let name: PathKey
  private let file: FileIdentity?

  init(_ path: String) {
    // The same through links; of what is not there the folder and the name in it, where links would make it.
    file = FileIdentity(of: path)
    let place = file == nil ? (try? AtomicFile.destination(of: path)) ?? path : path
    let end = place.utf8.lastIndex(of: UInt8(ascii: "/")).map { place.utf8.index(after: $0) }
    let parent = end.map { place[..<$0] } ?? "./"
    let last = place[(end ?? place.startIndex)...]
    folder = file == nil ? FileIdentity(of: String(parent)) : nil
    name = PathKey(file == nil ? (folder == nil ? Self.plain(place) : String(last)) : "")
  }

  /// One spelling of a path in a folder that is not there yet.
  private static func plain(_ path: String) -> String {
    let parts = path.pathParts.filter { $0 != "." }
    return (path.hasPrefix("/") ? "/" : "") + parts.joined(separator: "/")
  }
}
