// Carries out effects: computing on one worker thread, exporting on another, answers by mailbox.

import Dispatch
import ERFEngine

/// Runs computations one after the other, so that two networks do not fight over the cores.
final class EffectRunner {
  private let computing: any ERFComputing
  private let exporting: any HeatmapExporting
  private let mailbox: Mailbox<Message>
  private let computeQueue = DispatchQueue(label: "replk-tui.compute", qos: .utility)
  private let exportQueue = DispatchQueue(label: "replk-tui.export", qos: .utility)
  private let unfinished = DispatchGroup()
  private var cancellations: [RequestID: Cancellation] = [:]

  init(
    computing: any ERFComputing, exporting: any HeatmapExporting, mailbox: Mailbox<Message>
  ) {
    self.computing = computing
    self.exporting = exporting
    self.mailbox = mailbox
  }

  func compute(_ id: RequestID, _ request: ERFRequest, preview: ERFRequest?) {
    let cancellation = Cancellation()
    cancellations = cancellations.filter { !$0.value.isCancelled }
    cancellations[id] = cancellation
    let run = Run(
      id: id, request: request, preview: preview, cancellation: cancellation, mailbox: mailbox)
    computeQueue.async(group: unfinished) { [computing] in run.carryOut(computing) }
  }

  func cancel(_ id: RequestID) { cancellations.removeValue(forKey: id)?.cancel() }

  func export(_ id: RequestID, _ results: [ERFResult], colours: String) {
    exportQueue.async(group: unfinished) { [exporting, mailbox] in
      var paths: [String] = []
      do {
        for result in results {
          let stem = ExportNaming.stem(result.subject, exists: exporting.exists)
          for ending in ExportNaming.endings {
            let path = "\(stem).\(ending)"
            try exporting.export(result: result, path: path, colours: colours)
            paths.append(path)
          }
        }
        mailbox.post(.exported(id, paths: paths, failure: nil))
      } catch {
        mailbox.post(.exported(id, paths: paths, failure: String(describing: error)))
      }
    }
  }

  /// Cancels everything and gives the workers a moment to notice.
  func stop(seconds: Double) {
    for cancellation in cancellations.values { cancellation.cancel() }
    _ = unfinished.wait(timeout: .now() + seconds)
  }
}

/// One computation on the worker thread.
private struct Run: Sendable {
  let id: RequestID
  let request: ERFRequest
  let preview: ERFRequest?
  let cancellation: Cancellation
  let mailbox: Mailbox<Message>

  func carryOut(_ computing: any ERFComputing) {
    guard !cancellation.isCancelled else { return mailbox.post(.cancelled(id)) }
    mailbox.post(.began(id))
    let clock = ContinuousClock()
    let start = clock.now
    do {
      if let preview {
        let small = try computing.compute(preview, cancellation: cancellation) { _ in }
        let map = PartialMap(
          field: HeatField(small), metrics: small.metrics, images: small.map.images)
        mailbox.post(.preview(id, map))
      }
      var centre: (row: Int, column: Int)?
      let result = try computing.compute(request, cancellation: cancellation) { progress in
        if case .prepared(let subject) = progress { centre = subject.centrePixel }
        report(progress, centre: centre, elapsed: start.duration(to: clock.now))
      }
      try cancellation.check()
      mailbox.post(.finished(id, result, HeatField(result)))
    } catch is CancellationError {
      mailbox.post(.cancelled(id))
    } catch {
      mailbox.post(.failed(id, String(describing: error)))
    }
  }

  private func report(
    _ progress: ERFProgress, centre: (row: Int, column: Int)?, elapsed: Duration
  ) {
    guard !cancellation.isCancelled else { return }
    switch progress {
    case .prepared(let subject): mailbox.post(.prepared(id, subject))
    case .layer(let name, let image, let images, let fraction):
      mailbox.post(
        .layer(
          id, name: name, image: image, images: images, fraction: fraction,
          elapsed: elapsed.inSeconds))
    case .image(let image, let images, let map):
      // The finished result follows the last image at once, with its metrics.
      guard image + 1 < images else { return }
      let partial = PartialMap(
        field: HeatField(map, centre: centre), metrics: ERFMetrics(map), images: map.images)
      mailbox.post(.image(id, of: images, partial))
    case .skipped(_, let name, let layer):
      mailbox.post(.skipped(id, SkippedImage(name: name, layer: layer)))
    }
  }
}

extension Duration {
  var inSeconds: Double {
    Double(components.seconds) + Double(components.attoseconds) * 1e-18
  }
}
