// Listing folders and looking into files, on a worker of their own.

import Dispatch
import ERFEngine
import Synchronization

/// Answers the file browser.
final class CheckpointBrowsing: Sendable {
  private let mailbox: Mailbox<Message>
  private let engine: any Engine
  /// Where the files opened last are kept, a path a line; nil: nowhere.
  private let recentPath: String?
  private let queue = DispatchQueue(label: "replk-tui.browse", qos: .userInitiated)
  /// Files are looked into side by side: a slow one holds up none that is selected after it.
  private let lookers = DispatchQueue(
    label: "replk-tui.look", qos: .userInitiated, attributes: .concurrent)
  /// Ends the look at the file that the selection was on last.
  private let looking = Mutex<Cancellation?>(nil)
  private let recent = Mutex<[String]?>(nil)

  private static let recentLimit = 12

  init(mailbox: Mailbox<Message>, engine: any Engine, recentPath: String?) {
    self.mailbox = mailbox
    self.engine = engine
    self.recentPath = recentPath
  }

  func list(_ path: String, group: DispatchGroup) {
    queue.async(group: group) { [self] in
      do {
        let listing = try engine.listing(of: path)
        let recent = presentFiles()
        mailbox.post(.listed(path, .folder(listing, recent: recent)))
      } catch {
        mailbox.post(.listed(path, .refused(String(describing: error))))
      }
    }
  }

  /// Ends the look at the file that the selection was on before.
  private func newLook() -> Cancellation {
    let cancellation = Cancellation()
    looking.withLock {
      $0?.cancel()
      $0 = cancellation
    }
    return cancellation
  }

  func look(_ path: String, group: DispatchGroup) {
    let cancellation = newLook()
    lookers.async(group: group) { [self] in
      do {
        try cancellation.check()
        let (network, summary) = try engine.contents(of: path, cancellation: cancellation)
        mailbox.post(.looked(path, .network(network, summary: summary)))
      } catch is CancellationError {
        mailbox.post(.looked(path, nil))
      } catch {
        mailbox.post(.looked(path, .refused(Self.refusal(error))))
      }
    }
  }

  /// Goes to the folder or the checkpoint that `text` names.
  func visit(_ text: String, in folder: String, group: DispatchGroup) {
    let cancellation = newLook()
    lookers.async(group: group) { [self] in
      let path = engine.resolved(text, in: folder)
      do {
        try cancellation.check()
        let several = TypedPath.several(text).count
        if several > 1, !engine.exists(path) {
          return mailbox.post(.visited(text, .refused(TypedPath.refusal(of: several))))
        }
        if engine.isFolder(path) {
          let listing = try engine.listing(of: Folder.whole(path))
          let recent = presentFiles()
          return mailbox.post(.visited(text, .folder(listing, recent: recent)))
        }
        let (network, _) = try engine.contents(of: path, cancellation: cancellation)
        mailbox.post(.visited(text, .network(network, path: path)))
      } catch is CancellationError {
        mailbox.post(.visited(text, nil))
      } catch {
        mailbox.post(.visited(text, .refused(Self.refusal(error))))
      }
    }
  }

  /// Tells whether there is what `text` names, or else what each of its words does.
  func find(_ text: String, group: DispatchGroup) {
    lookers.async(group: group) { [self] in
      // Of an array in an archive (`FILE.npz#NAME`), the archive is there.
      func isThere(_ text: String) -> Bool {
        engine.exists(SavedMap.file(of: engine.resolved(text, in: "")))
      }
      let words = TypedPath.words(text)
      let areThere = !words.isEmpty && words.allSatisfy(isThere)
      mailbox.post(.found(text, isThere: isThere(text) || areThere))
    }
  }

  /// More than any session holds.
  private static let sessionLimit = 16 << 20

  /// Reads the session in the file that `text` names.
  func readSession(_ text: String, group: DispatchGroup) {
    lookers.async(group: group) { [self] in
      let path = engine.resolved(text, in: "")
      do {
        let session = try Session(decoding: engine.read(path, limit: Self.sessionLimit))
          .read(
            from: path.lastIndex(of: "/").map { String(path[...$0]) } ?? "", exists: engine.exists)
        // What was replaced is told of before: the session that is read has never seen another file.
        let files = (session.networks + session.gallery).flatMap(\.ownFiles)
        for path in engine.changes(of: files) { mailbox.post(.changed(path: path)) }
        mailbox.post(.sessionRead(text, .session(session, path: path)))
      } catch let error as SessionError {
        let reason = SessionFileError(path: path, error: error).explanation
        mailbox.post(.sessionRead(text, .refused(reason)))
      } catch {
        mailbox.post(.sessionRead(text, .refused(String(describing: error))))
      }
    }
  }

  func remember(_ path: String, group: DispatchGroup) {
    queue.async(group: group) { [self] in
      let new = [path] + recentFiles().filter { !PathKey.areSame($0, path) }
      let kept = Array(new.prefix(Self.recentLimit))
      recent.withLock { $0 = kept }
      // A list that cannot be kept is no reason to disturb.
      guard let recentPath, !path.contains("\n") else { return }
      try? engine.write(Array(kept.map { $0 + "\n" }.joined().utf8), to: recentPath)
    }
  }

  /// Those of the recent files that are still there.
  private func presentFiles() -> [String] {
    recentFiles().filter { engine.isFile(SavedMap.file(of: $0)) }
  }

  private func recentFiles() -> [String] {
    if let known = recent.withLock({ $0 }) { return known }
    guard let recentPath, let bytes = try? engine.read(recentPath, limit: 1 << 16) else {
      return []
    }
    return String(decoding: bytes, as: UTF8.self).unicodeScalars.split(separator: "\n").map {
      String($0)
    }
  }
}

extension CheckpointBrowsing {
  /// Why a file does not open, and what takes it where it looks like something else than a network.
  static func refusal(_ error: any Error) -> String {
    let reason = String(describing: error)
    guard case CheckpointError.unknownFormat(let path) = error else { return reason }
    if ImageList.isImageName(path.fileName) { return "\(reason); A in Images (5) takes pictures" }
    guard path.lowercased().hasSuffix(".json") else { return reason }
    return "\(reason); `replk-tui FILE.json` opens a session"
  }

  /// The network in the file at `path`, and a line about the file.
  ///
  /// - Throws: `CheckpointError`, `FileError`, `CancellationError`.
  static func contents(
    of path: String, _ cancellation: Cancellation
  ) throws -> (network: NetworkSpec, summary: String) {
    // Let go of before the file is opened as a network: it may have very many tensors.
    let summary = try summary(of: path, cancellation)
    try cancellation.check()
    return (try NetworkSpec(opening: NetworkSpec(file: path)), summary)
  }

  private static func summary(
    of path: String, _ cancellation: Cancellation
  ) throws -> String {
    let file = try CheckpointInspection(path: path, cancellation: cancellation)
    var parts = [file.format]
    if let weights = file.weights.first(where: { $0.network != nil }) {
      parts.append("\(Format.fixed(Double(weights.parameters) / 1e6, 2)) M parameters")
      if !weights.key.isEmpty { parts.append("weights \(weights.key)") }
    }
    return parts.joined(separator: ", ")
  }
}
