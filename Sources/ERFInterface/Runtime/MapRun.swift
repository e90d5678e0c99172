// A map from its request to the answers that the mailbox gets.

import ERFEngine

/// One computation on the worker thread, with what is told on the way.
struct MapRun: Sendable {
  let id: RequestID
  let request: ERFRequest
  let preview: ERFRequest?
  let cancellation: Cancellation
  let mailbox: Mailbox<Message>

  func carryOut(_ engine: any Engine) {
    guard !cancellation.isCancelled else { return mailbox.post(.cancelled(id)) }
    mailbox.post(.began(id))
    let clock = ContinuousClock()
    let start = clock.now
    do {
      // An exported graph may run at one size alone: then there is no smaller one to look at.
      if let preview,
        let small = try? engine.compute(preview, cancellation: cancellation, progress: { _ in })
      {
        let map = PartialMap(
          field: HeatField(small), metrics: small.metrics, images: small.map.images)
        mailbox.post(.preview(id, map))
      }
      var subject: ERFSubject?
      let result = try engine.compute(request, cancellation: cancellation) { progress in
        if case .prepared(let prepared) = progress { subject = prepared }
        report(progress, of: subject, elapsed: start.duration(to: clock.now))
      }
      try cancellation.check()
      mailbox.post(.finished(id, result, HeatField(result)))
    } catch is CancellationError {
      mailbox.post(.cancelled(id))
    } catch CheckpointError.mismatch(let path, let mismatch) where mismatch.lacksOnlyHead {
      mailbox.post(
        .lacksHead(id, CheckpointError.mismatch(path: path, mismatch).explanation))
    } catch {
      mailbox.post(.failed(id, String(describing: error)))
    }
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
  /// The parts of it do not need each other, and the map waits for all of them on its way to the screen.
  init(_ map: ERFMap, of subject: ERFSubject?) {
    let (field, metrics) = Concurrently.both {
      HeatField(map, centre: subject?.centrePixel)
    } _: {
      ERFMetrics(map, around: subject?.metricsOrigin)
    }
    self.init(field: field, metrics: metrics, images: map.images)
  }
}
