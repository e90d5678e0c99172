// A map from its request to the answers that the mailbox gets.

import ERFEngine

/// One computation on the worker thread, with what is told on the way.
struct MapRun: Sendable {
  let id: RequestID
  let request: ERFRequest
  let previews: [ERFRequest]
  let cancellation: Cancellation
  let mailbox: Mailbox<Message>

  func carryOut(_ engine: any Engine) {
    guard !cancellation.isCancelled else { return mailbox.post(.cancelled(id)) }
    mailbox.post(.began(id))
    let start = ComputingClock.now
    var done: ERFPart?
    do {
      let early = try early(engine)
      var subject: ERFSubject?
      let result = try engine.compute(request, cancellation: cancellation) { progress in
        if case .prepared(let prepared) = progress { subject = prepared }
        if case .part(let part) = progress, !part.done.isEmpty { done = part }
        report(progress, of: subject, elapsed: ComputingClock.now - start)
        if case .image(_, _, let map) = progress { compare(early, with: map) }
      }
      try cancellation.check()
      mailbox.post(.finished(id, result, HeatField(result)))
    } catch is CancellationError {
      mailbox.post(done.map { Message.stopped(id, $0) } ?? .cancelled(id))
    } catch CheckpointError.mismatch(let path, let mismatch) where mismatch.lacksOnlyHead {
      mailbox.post(
        .lacksHead(id, CheckpointError.mismatch(path: path, mismatch).explanation))
    } catch {
      mailbox.post(.failed(id, String(describing: error)))
    }
  }

  /// Shows the previews; the last of them, nil where there is none, such as of an exported graph that
  /// runs at one size alone.
  private func early(_ engine: any Engine) throws -> ERFResult? {
    var last: ERFResult?
    for preview in previews {
      try cancellation.check()
      guard
        let result = try? engine.compute(preview, cancellation: cancellation, progress: { _ in })
      else { continue }
      let map = PartialMap(
        field: HeatField(result), metrics: result.metrics, images: result.map.images)
      mailbox.post(.preview(id, map, preview.precision))
      last = result
    }
    return last
  }

  /// Tells how far the preview was off, once there is the exact map of the same picture.
  private func compare(_ early: ERFResult?, with map: ERFMap) {
    guard let early, early.subject.precision != request.precision, map.images == early.map.images,
      let deviation = MapDeviation(of: early, from: map)
    else { return }
    mailbox.post(.previewDeviated(id, early.subject.precision, deviation))
  }

  private func report(
    _ progress: ERFProgress, of subject: ERFSubject?, elapsed: Duration
  ) {
    guard !cancellation.isCancelled else { return }
    switch progress {
    case .part: break
    case .prepared(let subject): mailbox.post(.prepared(id, subject))
    case .layer(let name, let image, let images, let fraction):
      mailbox.post(
        .layer(
          id, name: name, image: image, images: images, fraction: fraction,
          elapsed: elapsed.inSeconds))
    case .image(let image, let images, let map):
      // The finished result follows the last image at once, with its metrics.
      guard image + 1 < images else { return }
      mailbox.post(.image(id, of: images, PartialMap(map, of: subject)))
    case .skipped(_, let image): mailbox.post(.skipped(id, image))
    }
  }
}

extension PartialMap {
  init(_ map: ERFMap, of subject: ERFSubject?) {
    let made = HeatField.made(of: map, centre: subject?.centrePixel) {
      ERFMetrics(map, around: subject?.metricsOrigin)
    }
    self.init(field: made.field, metrics: made.beside, images: map.images)
  }
}
