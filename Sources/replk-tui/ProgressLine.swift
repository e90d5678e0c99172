// One line on standard error that tells how far a run is, where somebody is watching.

import ERFEngine

/// Image k of N, a bar, and the time left; redrawn at most ten times a second, erased at the end.
struct ProgressLine {
  private let label: String
  private let isShown: Bool
  private let start = ContinuousClock.now
  private var lastDrawn: ContinuousClock.Instant?

  init(label: String) {
    self.label = label
    isShown = StandardStreams.errorIsTerminal
  }

  mutating func show(_ progress: ERFProgress) {
    switch progress {
    case .prepared, .image: break
    case .layer(_, let image, let images, let fraction):
      draw(image: image, images: images, fraction: fraction)
    case .skipped(_, let name, let layer):
      erase()
      StandardStreams.writeError(
        "replk-tui: skipped \(name): NaN or Inf first appears in \(layer)\n")
    }
  }

  func erase() {
    if isShown && lastDrawn != nil { StandardStreams.writeError("\r\u{1B}[K") }
  }

  private mutating func draw(image: Int, images: Int, fraction: Double) {
    let now = ContinuousClock.now
    guard isShown, lastDrawn.map({ now - $0 > .milliseconds(100) }) ?? true else { return }
    lastDrawn = now
    let elapsed = now - start
    let left =
      fraction > 0.02
      ? ", \(Text.seconds((elapsed.inSeconds * (1 - fraction) / fraction))) left" : ""
    let cells = 24
    let full = min(cells, Int(fraction * Double(cells)))
    let bar = String(repeating: "#", count: full) + String(repeating: "-", count: cells - full)
    StandardStreams.writeError(
      "\r\(label)  image \(image + 1)/\(images)  [\(bar)] \(Int(fraction * 100)) %\(left)\u{1B}[K")
  }
}

extension Duration {
  fileprivate var inSeconds: Double {
    Double(components.seconds) + Double(components.attoseconds) * 1e-18
  }
}
