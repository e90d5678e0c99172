// Sessions from where they lie: a file that the user names, models on the command line, or the state
// that the last run left.

import ERFEngine
import ERFInterface

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

enum SessionFile {
  /// More than any session holds.
  private static let limit = 16 << 20

  /// Whether a word on the command line names a session rather than a network: a file, or one that
  /// ships with the program.
  static func isSession(_ word: String) -> Bool {
    isFile(word) || ShippedSessions.names.contains(word)
  }

  /// Whether a word names a session that was written to a file.
  static func isFile(_ word: String) -> Bool { word.lowercased().hasSuffix(".json") }

  /// - Throws: `FileError`, or `SessionFileError` for what is wrong in it.
  static func load(_ path: String) throws -> Session {
    let shipped = isFile(path) ? nil : ShippedSessions.bytes(path)
    let bytes = try shipped ?? FileBytes.read(path, limit: limit)
    let session: Session
    do {
      session = try Session(decoding: bytes)
    } catch {
      if error == .notJSON, let reason = ForeignFile.explanation(bytes) {
        throw FileError.unreadable(path: path, reason: reason)
      }
      throw SessionFileError(path: path, error: error)
    }
    guard shipped == nil, let slash = path.lastIndex(of: "/") else { return session }
    return session.read(from: String(path[...slash])) { Folder.isTaken($0) }
  }

  /// Checks that what the session on the command line looks from is there, where nobody watches: the explorer shows
  /// what is nearest to it and says so.
  ///
  /// - Throws: `SessionFileError` naming the field.
  static func requireTarget(
    of session: Session, _ arguments: Arguments, engine: LocalEngine
  ) throws(SessionFileError) {
    guard let word = arguments.positionals.first, isSession(word) else { return }
    do {
      try session.requireTarget(engine: engine)
    } catch {
      throw SessionFileError(path: word, error: error)
    }
  }

  /// Where the weights of what was trained in the explorer lie.
  static var trainingFolder: String? { stateFolder.map { $0 + "/training" } }

  /// Where the last state is kept: `$XDG_STATE_HOME/replk-tui/session.json`; nil without a home.
  static var statePath: String? { stateFolder.map { $0 + "/session.json" } }

  /// Where the names of the checkpoints opened last are kept, beside the state.
  static var recentPath: String? { stateFolder.map { $0 + "/recent" } }

  private static var stateFolder: String? {
    if let state = variable("XDG_STATE_HOME"), state.hasPrefix("/") { return state + "/replk-tui" }
    return variable("HOME").map { $0 + "/.local/state/replk-tui" }
  }

  /// Held while an explorer keeps its state in that folder; nil where another does.
  ///
  /// - Throws: `FileError` where the folder cannot be made or written to.
  static func lock() throws(FileError) -> FileLock? {
    guard let stateFolder else { return nil }
    try Folder.make(stateFolder)
    try Folder.requireWritable(stateFolder)
    guard let lock = try FileLock(path: stateFolder + "/lock") else { return nil }
    AtomicFile.removeLeftovers(in: stateFolder)
    return lock
  }

  /// What is known of the terminal's clipboard.
  static var clipboard: Clipboard { Clipboard(environment: ProcessInfo.processInfo.environment) }

  private static func variable(_ name: String) -> String? {
    guard let value = ProcessInfo.processInfo.environment[name], !value.isEmpty else { return nil }
    return value
  }
}

extension ImageChoice {
  /// Offers what lies in folders beyond the first so many, for the explorer to go on to.
  mutating func offer(_ paths: [String]) throws {
    guard case .files(let taken) = source else { return }
    let all = try ImageList.expandClasses(paths).map(\.path)
    // Those that are spread over folders are in another order.
    if all.count > taken.count, source == .files(Array(all.prefix(taken.count))) {
      source = .files(all)
    }
  }
}

extension Session {
  /// What the command line asks for: the networks differ, all else is common.
  ///
  /// - Throws: `UsageError` for a layer that is neither a block nor a stage.
  init(_ requests: [ERFRequest], engine: LocalEngine) throws {
    self.init(
      networks: try requests.map { try NetworkSpec(opening: $0.network) { try engine.open($0) } })
    guard let first = requests.first else { return }
    // Networks of any size are compared at that of a file that may fix it.
    size = (requests.first { $0.network.exportedSize != nil } ?? first).size
    rule = first.rule
    switch first.images {
    case .builtIn(let count): images.count = count
    case .builtInAt(let range): (images.first, images.count) = (range.lowerBound, range.count)
    case .files(let paths):
      images.source = .files(paths)
      images.count = paths.count
    case .tensor(let reference): images.source = .tensor(reference)
    }
    if let tap = first.tap {
      // A value of an exported graph has to be asked for.
      target.layer = tap
      showLayer()
      guard let known = Target(named: tap, of: networks[0], size: size) else {
        throw UsageError.badValue(
          option: "--tap", value: tap,
          expected: "a layer of several units that `info` lists, or a value of an ONNX file; "
            + "`erf` takes single units and logits too")
      }
      target = known
      showLayer()
    }
    target.units = first.unit.map { [$0] } ?? []
  }

  /// Leaves A and B where they are; all others are seen in the gallery.
  mutating func moveToGallery() {
    gallery = Array(networks.dropFirst(2))
    networks = Array(networks.prefix(2))
  }
}
