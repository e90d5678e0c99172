// Paths as people type them: `~` for their home, and the rest of a name by Tab.

import ERFEngine

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

enum PathCompletion {
  /// With the home folder in the place of a leading `~`.
  static func expanded(_ path: String) -> String {
    guard path == "~" || path.hasPrefix("~/"),
      let home = ProcessInfo.processInfo.environment["HOME"], !home.isEmpty
    else { return path }
    return home + path.dropFirst()
  }

  /// What to ask before a file is written; nil where nothing lies in the way.
  static func question(_ path: String, exists: (String) -> Bool) -> String? {
    if exists(path) { return "\(path) is there already: Enter replaces it" }
    guard let slash = path.lastIndex(of: "/"), slash != path.startIndex else { return nil }
    let folder = String(path[..<slash])
    return Folder.isFolder(folder)
      ? nil : "there is no folder \(folder): Enter makes it"
  }

  /// The text as far as all names that begin like it agree, and how many those are. A single folder
  /// ends in a slash, so that Tab goes on within it.
  static func complete(_ text: String) -> (longer: String, count: Int) {
    let slash = text.lastIndex(of: "/")
    let shown = slash.map { String(text[...$0]) } ?? ""
    let begin = slash.map { String(text[text.index(after: $0)...]) } ?? text
    let folder = shown.isEmpty ? "." : expanded(shown)
    let names = (try? Folder.names(in: folder)) ?? []
    // Hidden files show themselves to those who ask for them.
    let found = names.filter { $0.hasPrefix(begin) && (begin.hasPrefix(".") || !$0.hasPrefix(".")) }
    guard var common = found.first else { return (text, 0) }
    for name in found { common = String(zip(common, name).prefix { $0 == $1 }.map(\.0)) }
    let isFolder = found.count == 1 && Folder.isFolder(folder + "/" + common)
    return (shown + common + (isFolder ? "/" : ""), found.count)
  }
}
