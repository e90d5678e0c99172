// Listing folders and looking into files, on a worker of their own.

import Dispatch
import ERFEngine
import Synchronization

/// Answers the file browser.
final class CheckpointBrowsing: Sendable {
  private let mailbox: Mailbox<Message>
  private let exporting: any HeatmapExporting
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

  init(mailbox: Mailbox<Message>, exporting: any HeatmapExporting, recentPath: String?) {
    self.mailbox = mailbox
    self.exporting = exporting
    self.recentPath = recentPath
  }

  func list(_ path: String, group: DispatchGroup) {
    queue.async(group: group) { [self] in
      let folder = path.isEmpty ? Folder.current ?? "." : path
      do {
        let listing = try CheckpointFolder(listing: folder)
        let recent = recentFiles().filter(CheckpointFolder.isFile)
        mailbox.post(.listed(path, .folder(listing, recent: recent)))
      } catch {
        mailbox.post(.listed(path, .refused(String(describing: error))))
      }
    }
  }

  func look(_ path: String, group: DispatchGroup) {
    let cancellation = Cancellation()
    looking.withLock {
      // The selection has left it.
      $0?.cancel()
      $0 = cancellation
    }
    lookers.async(group: group) { [self] in
      do {
        try cancellation.check()
        mailbox.post(.looked(path, try Browser.Contents(of: path, cancellation)))
      } catch is CancellationError {
        mailbox.post(.looked(path, nil))
      } catch {
        mailbox.post(.looked(path, .refused(String(describing: error))))
      }
    }
  }

  func remember(_ path: String, group: DispatchGroup) {
    queue.async(group: group) { [self] in
      let new = [path] + recentFiles().filter { $0 != path }
      let kept = Array(new.prefix(Self.recentLimit))
      recent.withLock { $0 = kept }
      // A list that cannot be kept is no reason to disturb.
      guard let recentPath, !path.contains("\n") else { return }
      try? exporting.write(Array(kept.map { $0 + "\n" }.joined().utf8), to: recentPath)
    }
  }

  private func recentFiles() -> [String] {
    if let known = recent.withLock({ $0 }) { return known }
    guard let recentPath, let bytes = try? FileBytes.read(recentPath, limit: 1 << 16) else {
      return []
    }
    return String(decoding: bytes, as: UTF8.self).split(separator: "\n").map(String.init)
  }
}

extension Browser.Contents {
  /// - Throws: `CheckpointError`, `FileError`, `CancellationError`.
  init(of path: String, _ cancellation: Cancellation) throws {
    let file = try CheckpointInspection(path: path, cancellation: cancellation)
    try cancellation.check()
    let choice = try NetworkChoice(opening: NetworkSpec(model: nil, weights: .file(path)))
    let weights = file.weights.first { $0.network != nil }
    var parts = [file.format]
    if let weights {
      parts.append("\(Format.fixed(Double(weights.parameters) / 1e6, 2)) M parameters")
      if !weights.key.isEmpty { parts.append("weights \(weights.key)") }
    }
    self = .network(choice, summary: parts.joined(separator: ", "))
  }
}
