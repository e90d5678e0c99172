// The one function that changes the state; it neither computes nor draws.

import ERFEngine

/// Applies a message and returns what has to be done for it.
public func update(_ model: inout Model, _ message: Message) -> [Effect] {
  let effects = apply(message, to: &model)
  model.renewQuestion()
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
  case .changed(let path): return model.changed(path) + model.pursue()
  case .looked(let path, let contents): return model.looked(path, contents) + model.pursue()
  case .visited(let text, let visit): return model.visited(text, visit) + model.pursue()
  case .key(let key): return model.take(key)
  case .pasted(let text): return model.paste(text)
  case .exported(let id, let paths, let failure): model.exported(id, paths, failure)
  case .saved(let id, let path, let failure):
    model.saved(id, path, failure)
    return model.copyCommand(id, path, failure) + model.pursue()
  case .saveNeedsWord(let id, let question): model.saveNeedsWord(id, question.sanitised)
  case .completed(let text, let longer, let names): model.completed(text, longer, names)
  case .sessionRead(let text, let answer): return model.sessionRead(text, answer) + model.pursue()
  case .found(let text, let isThere): return model.found(text, isThere) + model.pursue()
  case .foundImages(let id, let paths, let leftOut, let failure):
    model.foundImages(id, paths, leftOut, failure?.sanitised)
  case .aggregated(let id, let stages, let failure):
    model.aggregated(id, stages, failure?.sanitised)
  case .mapped(let id, let result, let field): model.mapped(id, result, field)
  case .mapFailed(let id, let reason): model.mapFailed(id, reason?.sanitised)
  case .deepened(let id, let point): model.deepened(id, point)
  case .deepEnough(let id, let failure): model.deepEnough(id, failure?.sanitised)
  case .pictured(let name, let picture): model.pictures.keep(picture, as: name)
  case .known(let id, let facts, let design): model.opened(id, facts, design)
  case .began(let id): model.withSide(id) { $0.job?.isRunning = true }
  case .prepared(let id, let subject): return model.prepared(id, subject) + model.pursue()
  case .layer(let id, let name, let image, let images, let fraction, let elapsed):
    model.withSide(id) { $0.job?.reach(name.sanitised, image, of: images, fraction, elapsed) }
  case .preview(let id, let map, let precision): model.preview(id, map, precision)
  case .previewDeviated(let id, let precision, let deviation):
    model.previewDeviated(id, precision, deviation)
  case .image(let id, let images, let map): model.withSide(id) { $0.show(map, of: images, id) }
  case .skipped(let id, let image): model.withSide(id) { $0.job?.skipped.append(image) }
  case .finished(let id, let result, let field):
    return model.finished(id, result, field) + model.pursue()
  case .failed(let id, let reason): return model.failed(id, reason.sanitised) + model.pursue()
  case .lacksHead(let id, let reason): model.lacksHead(id, reason.sanitised)
  case .probing(let id, let progress): model.probing(id, progress)
  case .probed(let id, let report): model.probed(id, report)
  case .probeFailed(let id, let reason): model.probeFailed(id, reason.sanitised)
  case .drawn(let picture): model.drawn(picture)
  case .training(let id, let report): model.training(id, report)
  case .trained(let id, let failure): model.trained(id, failure?.sanitised)
  case .kept(let id, let path, let failure): model.kept(id, path, failure?.sanitised)
  case .predicted(let id, let classes): model.predictions.answer(id, .classes(classes))
  case .predictionFailed(let id, let why): model.predictions.answer(id, .failed(why.sanitised))
  case .cancelled(let id): model.cancelled(id)
  case .stopped(let id, let part): model.stopped(id, part)
  }
  return model.pursue()
}

extension Model {
  fileprivate mutating func prepared(_ id: RequestID, _ subject: ERFSubject) -> [Effect] {
    guard let index = sides.firstIndex(where: { $0.job?.id == id }) else { return [] }
    unitsBefore = []
    sides[index].subject = subject
    sides[index].opened = sides[index].askedNetwork
    compareHash(subject, of: session.networks[index])
    refreshFacts()
    return openedFile(index)
  }

  fileprivate mutating func cancelled(_ id: RequestID) {
    ended(id)
    withSide(id) { side in
      side.job = nil
      side.isCancelled = true
    }
  }

  /// Takes note that a run that was cancelled is over: nothing more comes of it.
  mutating func ended(_ id: RequestID) {
    for index in sides.indices where sides[index].ending == id { sides[index].ending = nil }
  }

  /// Keeps the sums that the map on screen is of: it can be exported as what it is.
  fileprivate mutating func stopped(_ id: RequestID, _ part: ERFPart) {
    cancelled(id)
    for index in sides.indices {
      guard let shown = sides[index].shown, shown.id == id, !shown.isPreview,
        shown.images == part.done.count
      else { continue }
      sides[index].shown?.part = part
    }
  }

  /// Changes the side that waits for `id`; an answer that nobody waits for is dropped.
  mutating func withSide(_ id: RequestID, _ change: (inout Side) -> Void) {
    guard let index = sides.firstIndex(where: { $0.job?.id == id }) else { return }
    change(&sides[index])
  }

  /// Starts what the session asks for where that is another thing than was started last: every edit
  /// becomes a run in this one way. What was cancelled or failed stays so until the request changes.
  mutating func pursue() -> [Effect] {
    refreshFacts()
    tellMissingTarget()
    tellLostLayers()
    let openings = pursueOpenings()
    let runs = sides.indices.flatMap { index in
      if isUnopened(index) { return hold(index) }
      let wanted = request(index)
      return sides[index].asked == wanted ? [] : start(index, wanted)
    }
    return openings + runs + pursueShapeBias() + pursuePredictions() + pursuePictures()
      + pursueKernelMaps()
      + pursueDepth() + pursueGallery()
  }

  /// Supersedes what runs for a side.
  private mutating func start(_ index: Int, _ request: ERFRequest) -> [Effect] {
    var effects: [Effect] = []
    if let job = sides[index].job { effects.append(.cancel(job.id)) }
    let id = nextRequestID()
    sides[index].asked = request
    sides[index].askedNetwork = session.networks[index]
    sides[index].failure = nil
    sides[index].isCancelled = false
    sides[index].deviation = nil
    if let known = finishedMaps.take(request) {
      sides[index].job = nil
      sides[index].finish(known.result, known.field, id)
      compareHash(known.result.subject, of: session.networks[index])
      if !request.network.ownFiles.isEmpty { effects.append(.check(request.network)) }
      return effects + openedFile(index)
    }
    sides[index].job = Job(id: id)
    if let path = session.networks[index].savedMap {
      effects.append(.openMap(id, path: path))
    } else {
      effects.append(.compute(id, request, previews: previews(of: request, index)))
    }
    return effects
  }

  fileprivate mutating func finished(_ id: RequestID, _ result: ERFResult, _ field: HeatField)
    -> [Effect]
  {
    ended(id)
    withSide(id) { $0.finish(result, field, id) }
    guard let side = sides.firstIndex(where: { $0.shown?.id == id }) else { return [] }
    keepPace(result, side)
    if session.networks[side].savedMap != nil {
      compareHash(result.subject, of: session.networks[side])
    } else if let shown = sides[side].shown {
      finishedMaps.keep(
        FinishedMaps.Entry(
          request: shown.request, network: shown.network, result: result, field: field))
      keepForFilm(shown.request, shown.network, result, field)
    }
    if let report = report(side) { note(.note, [report]) }
    if let skipped = skippedReport(side) { note(.warning, [skipped]) }
    let effects = openedFile(side)
    let doubts = result.subject.weightsChoice?.notes ?? []
    guard !doubts.isEmpty else { return effects }
    tell(.note, doubts.map { "\(Self.letter(side)): \($0.sanitised)" })
    return effects
  }

  fileprivate mutating func exported(_ id: RequestID, _ paths: [String], _ failure: String?) {
    guard exporting == id else { return }
    exporting = nil
    var lines: [String] = []
    if !paths.isEmpty { lines.append("wrote " + paths.joined(separator: "  ")) }
    if let failure { lines.append(failure) }
    tell(failure == nil ? .note : .failure, lines)
  }
}

extension Side {
  mutating func show(_ map: PartialMap, of images: Int, _ id: RequestID, isPreview: Bool = false) {
    guard let asked, let network = askedNetwork else { return }
    opened = network
    shown = ShownMap(
      id: id, request: asked, network: network, subject: subject, field: map.field,
      metrics: map.metrics,
      images: map.images, ofImages: images, isPreview: isPreview, skipped: job?.skipped ?? [])
  }

  mutating func finish(_ result: ERFResult, _ field: HeatField, _ id: RequestID) {
    guard let asked, let network = askedNetwork else { return }
    subject = result.subject
    opened = network
    shown = ShownMap(
      id: id, request: asked, network: network, subject: result.subject, field: field,
      metrics: result.metrics,
      images: result.map.images,
      ofImages: max(result.map.images + result.skipped.count, job?.images ?? 0),
      skipped: result.skipped, result: result)
    job = nil
  }
}
