// The one function that changes the state; it neither computes nor draws.

import ERFEngine

/// Applies a message and returns what has to be done for it.
public func update(_ model: inout Model, _ message: Message) -> [Effect] {
  switch message {
  case .opened: return model.recomputeAll()
  case .key(let key): return model.press(key)
  case .exported(let id, let paths, let failure):
    model.exported(id, paths, failure)
  case .began(let id):
    model.withPanel(id) { $0.job?.isRunning = true }
  case .prepared(let id, let subject):
    model.withPanel(id) { $0.subject = subject }
  case .layer(let id, let name, let image, let images, let fraction, let elapsed):
    model.withPanel(id) { panel in
      panel.job?.layer = name.sanitised
      panel.job?.image = image
      panel.job?.images = images
      panel.job?.fraction = max(0, min(1, fraction))
      panel.job?.elapsed = elapsed
    }
  case .image(let id, let images, let map):
    model.withPanel(id) { $0.show(map, of: images, id) }
  case .skipped(let id, let image):
    model.withPanel(id) { $0.job?.skipped.append(image) }
  case .finished(let id, let result, let field):
    model.withPanel(id) { $0.finish(result, field, id) }
  case .failed(let id, let reason):
    model.failed(id, reason.sanitised)
  case .cancelled(let id):
    model.withPanel(id) { panel in
      panel.job = nil
      panel.isCancelled = true
    }
  }
  return []
}

extension Model {
  /// Changes the panel that waits for `id`; an answer that nobody waits for is dropped.
  mutating func withPanel(_ id: RequestID, _ change: (inout Panel) -> Void) {
    guard let index = panels.firstIndex(where: { $0.job?.id == id }) else { return }
    change(&panels[index])
  }

  /// Starts every panel anew.
  mutating func recomputeAll() -> [Effect] {
    panels.indices.flatMap { start($0) }
  }

  /// Supersedes what runs for a panel by its present request.
  mutating func start(_ index: Int) -> [Effect] {
    var effects: [Effect] = []
    if let job = panels[index].job { effects.append(.cancel(job.id)) }
    let id = nextRequestID()
    panels[index].job = Job(id: id)
    panels[index].failure = nil
    panels[index].isCancelled = false
    effects.append(.compute(id, panels[index].request))
    return effects
  }

  /// The reason stands in the empty map, or, beside a map that stays, in full above the footer.
  mutating func failed(_ id: RequestID, _ reason: String) {
    guard let index = panels.firstIndex(where: { $0.job?.id == id }) else { return }
    panels[index].failure = reason
    panels[index].job = nil
    guard panels[index].shown != nil else { return }
    let earlier = notice?.kind == .failure ? notice?.lines ?? [] : []
    notice = Notice(.failure, earlier + ["\(panels[index].name): \(reason)"])
  }

  mutating func exported(_ id: RequestID, _ paths: [String], _ failure: String?) {
    guard exporting == id else { return }
    exporting = nil
    var lines: [String] = []
    if !paths.isEmpty { lines.append("wrote " + paths.joined(separator: "  ")) }
    if let failure { lines.append(failure) }
    notice = Notice(failure == nil ? .note : .failure, lines)
  }
}

extension Panel {
  mutating func show(_ map: PartialMap, of images: Int, _ id: RequestID) {
    shown = ShownMap(
      id: id, request: request, subject: subject, field: map.field, metrics: map.metrics,
      images: map.images, ofImages: images, skipped: job?.skipped ?? [])
  }

  mutating func finish(_ result: ERFResult, _ field: HeatField, _ id: RequestID) {
    subject = result.subject
    shown = ShownMap(
      id: id, request: request, subject: result.subject, field: field, metrics: result.metrics,
      images: result.map.images, ofImages: max(result.map.images, job?.images ?? 0),
      skipped: job?.skipped ?? [], result: result)
    job = nil
  }
}
