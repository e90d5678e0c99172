// One line on standard error that tells how far a run is, where somebody is watching.

import ERFEngine
import ERFInterface

/// What is being done, a bar, and the time left; redrawn at most ten times a second, erased at the end.
struct ProgressLine {
  private let label: String
  private let isShown: Bool
  private let start = ComputingClock.now
  private var lastDrawn: Duration?
  /// Images skipped before any gave a map: told of with the first that does; where none does, the
  /// error that ends the run tells, in its one line.
  private var skipped: [String] = []
  private var hasMap = false
  /// What was told of already: a run over the same images need not say it again.
  private(set) var told: Set<String>
  /// How many more were skipped than are named.
  private var unnamed = 0

  init(label: String, told: Set<String> = []) {
    self.label = label
    self.told = told
    isShown = StandardStreams.errorIsTerminal
  }

  mutating func show(_ progress: ERFProgress) {
    switch progress {
    case .prepared, .part: break
    case .image:
      hasMap = true
      tellSkipped()
    case .layer(_, let image, let images, let fraction):
      show("image \(image + 1)/\(images)", fraction: fraction)
    case .skipped(_, let image):
      skipped.append(image.explanation)
      if hasMap { tellSkipped() }
    }
  }

  mutating func show(_ progress: ShapeBiasProgress) {
    show(
      "\(progress.phase.rawValue), \(progress.done)/\(progress.total)",
      fraction: progress.fraction)
  }

  func erase() {
    if isShown && lastDrawn != nil { StandardStreams.rewriteErrorLine("") }
  }

  /// At the end of the run: tells how many images were skipped beside those that were named.
  mutating func end() {
    erase()
    if unnamed > 0 { StandardStreams.writeError(Text.message(Text.skipped(more: unnamed))) }
    unnamed = 0
  }

  /// Names what was skipped so far: a share that holds nothing else ends without an error.
  mutating func tellSkipped() {
    for reason in skipped where told.insert(reason).inserted {
      guard told.count <= Text.named else {
        unnamed += 1
        continue
      }
      erase()
      StandardStreams.writeError(Text.message("skipped \(reason)"))
    }
    skipped = []
  }

  /// `fraction` (0...1) is of the whole run.
  mutating func show(_ step: String, fraction: Double) {
    let now = ComputingClock.now
    guard isShown, lastDrawn.map({ now - $0 > .milliseconds(100) }) ?? true else { return }
    lastDrawn = now
    let elapsed = now - start
    let left =
      fraction > 0.02
      ? ", \(Format.duration(elapsed.inSeconds * (1 - fraction) / fraction)) left" : ""
    let cells = 24
    let full = min(cells, Int(fraction * Double(cells)))
    let bar = String(repeating: "#", count: full) + String(repeating: "-", count: cells - full)
    let text = "\(step)  [\(bar)] \(Int(fraction * 100)) %\(left)"
    // A line that wraps could not be drawn over.
    let room = StandardStreams.errorColumns - 1
    let name = label.sanitised.prefix(columns: room - text.columns - 2)
    let line = (name.isEmpty ? "" : name + "  ") + text
    StandardStreams.rewriteErrorLine(line.prefix(columns: room))
  }
}
