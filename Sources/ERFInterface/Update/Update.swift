// The one function that changes the state; it neither computes nor draws.

import ERFEngine

/// Applies a message and returns what has to be done for it.
public func update(_ model: inout Model, _ message: Message) -> [Effect] {
  let effects = apply(message, to: &model)
  assert(model.brokenInvariants.isEmpty, "after \(message): \(model.brokenInvariants)")
  return effects
}

private func apply(_ message: Message, to model: inout Model) -> [Effect] {
  switch message {
  case .opened: break
  case .pointer(let pointer, let size): return model.point(pointer, size) + model.pursue()
  case .resized(let size): model.size = size
  case .mouseRefused:
    model.hasMouse = false
    model.notice = Notice(.warning, "this terminal reports no mouse")
  case .listed(let path, let answer): return model.listed(path, answer) + model.pursue()
  case .looked(let path, let contents): return model.looked(path, contents) + model.pursue()
  case .key(let key): return model.press(key) + model.pursue()
  case .exported(let id, let paths, let failure):
    model.exported(id, paths, failure)
  case .saved(let id, let path, let failure): model.saved(id, path, failure)
  case .foundImages(let id, let paths, let failure):
    model.foundImages(id, paths, failure?.sanitised)
  case .aggregated(let id, let stages, let failure):
    model.aggregated(id, stages, failure?.sanitised)
  case .pictured(let name, let picture): model.pictures.keep(picture, as: name)
  case .began(let id):
    model.withSide(id) { $0.job?.isRunning = true }
  case .prepared(let id, let subject):
    model.withSide(id) { $0.subject = subject }
    model.refreshFacts()
  case .layer(let id, let name, let image, let images, let fraction, let elapsed):
    model.withSide(id) { side in
      side.job?.layer = name.sanitised
      side.job?.image = image
      side.job?.images = images
      side.job?.fraction = max(0, min(1, fraction))
      side.job?.elapsed = elapsed
    }
  case .preview(let id, let map):
    model.withSide(id) { $0.show(map, of: map.images, id, isPreview: true) }
  case .image(let id, let images, let map):
    model.withSide(id) { $0.show(map, of: images, id) }
  case .skipped(let id, let image):
    model.withSide(id) { $0.job?.skipped.append(image) }
  case .finished(let id, let result, let field):
    model.finished(id, result, field)
  case .failed(let id, let reason):
    model.failed(id, reason.sanitised)
  case .probing(let id, let progress): model.probing(id, progress)
  case .probed(let id, let report): model.probed(id, report)
  case .probeFailed(let id, let reason): model.probeFailed(id, reason.sanitised)
  case .drawn(let picture): model.drawn(picture)
  case .training(let id, let progress): model.training(id, progress)
  case .trained(let id, let failure): model.trained(id, failure?.sanitised)
  case .kept(let id, let path, let failure): model.kept(id, path, failure?.sanitised)
  case .predicted(let id, let classes): model.predictions.answer(id, .classes(classes))
  case .predictionFailed(let id, let reason):
    model.predictions.answer(id, .failed(reason.sanitised))
  case .cancelled(let id):
    model.withSide(id) { side in
      side.job = nil
      side.isCancelled = true
    }
  }
  return model.pursue()
}

extension Model {
  /// Changes the side that waits for `id`; an answer that nobody waits for is dropped.
  mutating func withSide(_ id: RequestID, _ change: (inout Side) -> Void) {
    guard let index = sides.firstIndex(where: { $0.job?.id == id }) else { return }
    change(&sides[index])
  }

  /// Starts what the session asks for where that is another thing than was started last: every edit
  /// becomes a run in this one way. What was cancelled or failed stays so until the request changes.
  mutating func pursue() -> [Effect] {
    refreshFacts()
    let runs = sides.indices.flatMap { index in
      let wanted = request(index)
      return sides[index].asked == wanted ? [] : start(index, wanted)
    }
    return runs + pursueShapeBias() + pursuePredictions() + pursuePictures() + pursueKernelMaps()
  }

  /// Supersedes what runs for a side.
  private mutating func start(_ index: Int, _ request: ERFRequest) -> [Effect] {
    var effects: [Effect] = []
    if let job = sides[index].job { effects.append(.cancel(job.id)) }
    let id = nextRequestID()
    sides[index].job = Job(id: id)
    sides[index].asked = request
    sides[index].failure = nil
    sides[index].isCancelled = false
    if let path = session.networks[index].savedMap {
      effects.append(.openMap(id, path: path))
    } else {
      effects.append(.compute(id, request, preview: preview(of: request, side: sides[index])))
    }
    return effects
  }

  /// Runs longer than this many seconds are preceded by a preview.
  static let patience = 0.4

  /// A smaller run that comes first where the whole one would keep the user waiting.
  private func preview(of request: ERFRequest, side: Side) -> ERFRequest? {
    if case .tensor = request.images { return nil }
    let size = request.size
    let isSlow = side.shown?.request.size == size && (side.lastSeconds ?? 0) > Self.patience
    guard isSlow || max(size.height, size.width) >= 384 else { return nil }
    func half(_ side: Int) -> Int { max(64, min(256, side / 2) / 32 * 32) }
    var preview = request
    preview.size = InputSize(height: half(size.height), width: half(size.width))
    guard preview.size.height < size.height, preview.size.width < size.width else { return nil }
    preview.images = request.images.firstAlone
    if !request.units.isEmpty, let map = facts[request.network.model ?? "", size],
      let tap = request.tap, let target = map.target(named: tap),
      let small = NetworkFacts.known(
        FactsCache.Key(model: request.network.model ?? "", size: preview.size)),
      let from = map.layer(target)?.map, let to = small.layer(target)?.map
    {
      preview.units = request.units.map { $0.scaled(from: from, to: to) }
    }
    return preview
  }

  fileprivate mutating func finished(_ id: RequestID, _ result: ERFResult, _ field: HeatField) {
    withSide(id) { $0.finish(result, field, id) }
    guard let side = sides.firstIndex(where: { $0.shown?.id == id }) else { return }
    note(
      .note,
      [
        "\(Self.letter(side)) \(name(side)), \(result.subject.tap), \(result.subject.input) px, "
          + "\(Format.count(result.map.images, "image")): \(Format.duration(result.seconds.total))"
      ])
  }

  /// The reason stands in the empty map, or, beside a map that stays, in full above the footer.
  fileprivate mutating func failed(_ id: RequestID, _ reason: String) {
    guard let index = sides.firstIndex(where: { $0.job?.id == id }) else { return }
    sides[index].failure = reason
    sides[index].job = nil
    let line = "\(name(index)): \(reason)"
    note(.failure, [line])
    guard sides[index].shown != nil else { return }
    let earlier = notice?.kind == .failure ? notice?.lines ?? [] : []
    notice = Notice(.failure, earlier + [line])
  }

  fileprivate mutating func exported(_ id: RequestID, _ paths: [String], _ failure: String?) {
    guard exporting == id else { return }
    exporting = nil
    var lines: [String] = []
    if !paths.isEmpty { lines.append("wrote " + paths.joined(separator: "  ")) }
    if let failure { lines.append(failure) }
    tell(failure == nil ? .note : .failure, lines)
  }

  /// What a network is called on screen: as it was opened, and what was edited of it.
  func name(_ side: Int) -> String {
    let network = session.networks[side]
    let name = network.savedMap?.fileName.sanitised ?? network.model.sanitised
    guard let edits = network.editLabels.first else { return name }
    let more = network.editLabels.count - 1
    return "\(name), \(edits)" + (more > 0 ? " and \(more) more" : "")
  }

  /// `A` or `B`.
  static func letter(_ side: Int) -> String { side == 0 ? "A" : "B" }
}

extension ImageSource {
  /// The first of the images.
  fileprivate var firstAlone: ImageSource {
    switch self {
    case .builtIn: .builtIn(1)
    case .builtInAt(let range): .builtInAt(range.prefix(1))
    case .files(let paths): .files(Array(paths.prefix(1)))
    case .tensor: self
    }
  }
}

extension Side {
  mutating func show(_ map: PartialMap, of images: Int, _ id: RequestID, isPreview: Bool = false) {
    guard let asked else { return }
    shown = ShownMap(
      id: id, request: asked, subject: subject, field: map.field, metrics: map.metrics,
      images: map.images, ofImages: images, isPreview: isPreview, skipped: job?.skipped ?? [])
  }

  mutating func finish(_ result: ERFResult, _ field: HeatField, _ id: RequestID) {
    guard let asked else { return }
    subject = result.subject
    shown = ShownMap(
      id: id, request: asked, subject: result.subject, field: field, metrics: result.metrics,
      images: result.map.images, ofImages: max(result.map.images, job?.images ?? 0),
      skipped: job?.skipped ?? [], result: result)
    job = nil
  }
}
