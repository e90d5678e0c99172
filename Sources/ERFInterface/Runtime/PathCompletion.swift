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

  /// The path that `text` names; one that names no folder begins in `folder`, or where the program
  /// runs where that is empty. What terminals put around the names of files that are dropped there is no
  /// part of it, unless a file is called so.
  static func resolved(_ text: String, in folder: String = "") -> String {
    func path(_ text: String) -> String {
      let path = expanded(text)
      return path.hasPrefix("/") || folder.isEmpty ? path : folder + "/" + path
    }
    let plain = path(text)
    return Folder.isTaken(plain) ? plain : path(TypedPath.meant(text))
  }

  /// The paths that a text names: several where several files were dropped at once, or where each of its
  /// words leads to one. What is named twice, in whatever words, is there once.
  static func all(_ text: String) -> [String] {
    let path = resolved(text)
    guard !Folder.isTaken(path) else { return [path] }
    let words = TypedPath.words(text).map { resolved($0) }
    let areThere = words.allSatisfy(Folder.isTaken)
    let several = areThere ? words : TypedPath.several(text).map { resolved($0) }
    var known: Set<PathKey> = []
    return several.isEmpty
      ? [path] : several.filter { known.insert(PathKey(Folder.whole($0))).inserted }
  }

  /// Why nothing is written to a path that ends as those of folders do; nil: it does not.
  static func folderRefusal(_ typed: String, _ engine: any Engine) -> String? {
    guard TypedPath.isOfFolder(typed) else { return nil }
    let name = typed.sanitised
    return engine.isFolder(expanded(typed))
      ? "\(name) is a folder: add a name, such as session.json"
      : "there is no folder \(name): add a name, such as session.json, to have it made"
  }

  /// What to ask before a file is written; nil where nothing lies in the way.
  static func question(_ path: String, _ engine: any Engine) -> String? {
    // Below a file there is nothing: writing says so.
    if let slash = path.lastIndex(of: "/"), slash != path.startIndex {
      let folder = String(path[..<slash])
      if engine.exists(folder), !engine.isFolder(folder) { return nil }
    }
    if engine.exists(path) { return "\(path) already exists: Enter replaces it" }
    guard let slash = path.lastIndex(of: "/"), slash != path.startIndex else { return nil }
    let folder = String(path[..<slash])
    return engine.isFolder(folder)
      ? nil : "there is no folder \(folder): Enter makes it"
  }

  /// The text as far as all names that begin like it agree, and those names. A single folder
  /// ends in a slash, so that Tab goes on within it.
  ///
  /// - Parameter base: where paths begin that name no folder; empty: where the program runs.
  static func complete(_ text: String, in base: String = "") -> (longer: String, names: [String]) {
    if text == "~" { return ("~/", ["~/"]) }
    let slash = text.lastIndex(of: "/")
    let shown = slash.map { String(text[...$0]) } ?? ""
    let begin = slash.map { String(text[text.index(after: $0)...]) } ?? text
    let outer = base.isEmpty ? "." : base
    let folder =
      shown.isEmpty ? outer : base.isEmpty ? expanded(shown) : resolved(shown, in: base)
    let names = (try? Folder.names(in: folder)) ?? []
    // Hidden files show themselves to those who ask for them.
    let found = names.filter { $0.hasPrefix(begin) && (begin.hasPrefix(".") || !$0.hasPrefix(".")) }
    guard var common = found.first else {
      // Quotes and backslashes are no part of names.
      let plain = TypedPath.begun(text)
      let other = plain == text ? (text, []) : complete(plain, in: base)
      return other.1.isEmpty ? (text, []) : other
    }
    for name in found { common = String(zip(common, name).prefix { $0 == $1 }.map(\.0)) }
    let isFolder = found.count == 1 && Folder.isFolder(folder + "/" + common)
    return (shown + common + (isFolder ? "/" : ""), found)
  }
}
