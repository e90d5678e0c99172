// Files that the explorer writes: sessions, maps, pictures of the screen; and the clipboard.

import ERFEngine

/// A line of text that a command asks for.
public struct Prompt: Sendable, Equatable {
  public enum Purpose: Sendable { case saveSession, addImages }

  public var purpose: Purpose
  public var text: String

  /// What stands before the text.
  var label: String {
    switch purpose {
    case .saveSession: "write the session to"
    case .addImages: "image, or folder of images"
    }
  }

  /// What Enter does, in a word.
  var action: String {
    switch purpose {
    case .saveSession: "write"
    case .addImages: "add"
    }
  }
}

extension Model {
  func fileRefusal(_ command: CommandName) -> String? {
    switch command {
    case .export: exporting == nil ? nil : "the export before is still being written"
    case .write: saving == nil ? nil : "the session is still being written"
    case .copy: sides.contains { $0.shown != nil } ? nil : "there are no metrics yet"
    default: nil
    }
  }

  /// Why an entry of the export menu cannot be had now.
  func exportRefusal(_ kind: ExportKind) -> String? {
    if kind.screenEnding != nil { return nil }
    return sides.contains { $0.shown?.result != nil } ? nil : "no finished map to export yet"
  }

  mutating func pressInMenu(_ key: Key, _ selection: Int) -> [Effect] {
    let kinds = ExportKind.allCases
    switch key {
    case .escape, .character("e"), .character("q"): overlay = nil
    case .up, .character("k"): overlay = .exportMenu(selection: max(0, selection - 1))
    case .down, .character("j"):
      overlay = .exportMenu(selection: min(kinds.count - 1, selection + 1))
    case .enter:
      let kind = kinds[min(selection, kinds.count - 1)]
      if let refusal = exportRefusal(kind) {
        notice = Notice(.note, refusal)
        return []
      }
      overlay = nil
      return export(kind)
    default: break
    }
    return []
  }

  private mutating func export(_ kind: ExportKind) -> [Effect] {
    let id = nextRequestID()
    exporting = id
    notice = Notice(.note, "writing ...")
    if let ending = kind.screenEnding { return [.exportScreen(id, ending: ending)] }
    return [.export(id, sides.compactMap { $0.shown?.result }, kind, colours: ramp.name)]
  }

  mutating func pressInPrompt(_ key: Key, _ prompt: Prompt) -> [Effect] {
    switch key {
    case .escape: overlay = nil
    case .enter:
      overlay = nil
      guard !prompt.text.isEmpty else {
        notice = Notice(.note, "without a name nothing is done")
        return []
      }
      switch prompt.purpose {
      case .saveSession: return save(to: prompt.text)
      case .addImages:
        let id = nextRequestID()
        listing = id
        return [.listImages(id, path: prompt.text)]
      }
    default: overlay = .prompt(Prompt(purpose: prompt.purpose, text: prompt.text.edited(by: key)))
    }
    return []
  }

  private mutating func save(to path: String) -> [Effect] {
    let path = path.lowercased().hasSuffix(".json") ? path : path + ".json"
    guard let bytes = try? session.encoded() else {
      notice = Notice(.failure, "the session cannot be written as JSON")
      return []
    }
    let id = nextRequestID()
    saving = id
    sessionPath = path
    return [.save(id, path: path, bytes)]
  }

  mutating func saved(_ id: RequestID, _ path: String, _ failure: String?) {
    guard saving == id else { return }
    saving = nil
    if let failure {
      tell(.failure, failure)
    } else {
      tell(.note, "wrote \(path)")
    }
  }

  /// The metrics of both maps as tab-separated lines, which spreadsheets take.
  var metricsText: String {
    var lines = [
      (["network", "input", "layer"] + ERFMetrics.thresholds.map { "t\(Format.fixed($0 * 100, 0))" }
        + ["sigma", "border"]).joined(separator: "\t")
    ]
    for (index, side) in sides.enumerated() {
      guard let shown = side.shown else { continue }
      var fields = [name(index), shown.subject?.input.description ?? "", shown.subject?.tap ?? ""]
      fields += shown.metrics.ratios.map { $0.ratio.map { Format.fixed($0, 4) } ?? "not reached" }
      fields += [
        Format.fixed(shown.metrics.sigma, 2), Format.fixed(shown.metrics.borderShare, 4),
      ]
      lines.append(fields.joined(separator: "\t"))
    }
    return lines.joined(separator: "\n") + "\n"
  }
}
