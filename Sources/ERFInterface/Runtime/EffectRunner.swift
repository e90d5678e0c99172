// Carries out effects: computing on one worker thread, exporting on another, answers by mailbox.

import Dispatch
import ERFEngine

/// What an effect asks of the owner of the terminal.
enum TerminalRequest {
  case copy(String)
  case redraw
  case listenToMouse(Bool)
  case suspend
  case quit
}

/// Runs computations one after the other, so that two networks do not fight over the cores.
final class EffectRunner {
  private let engine: any Engine
  private let mailbox: Mailbox<Message>
  /// Files are opened side by side: a slow one holds up none that is asked for after it.
  private let openQueue = DispatchQueue(
    label: "replk-tui.open", qos: .userInitiated, attributes: .concurrent)
  private let computeQueue = PatientQueue(label: "replk-tui.compute", qos: .utility)
  /// Beside the maps, which need not wait for a probe of many seconds.
  private let probeQueue = DispatchQueue(label: "replk-tui.probe", qos: .background)
  private let trainingQueue = DispatchQueue(label: "replk-tui.train", qos: .background)
  private let predictionQueue = PatientQueue(label: "replk-tui.predict", qos: .utility)
  private let depthQueue = PatientQueue(label: "replk-tui.depth", qos: .background)
  /// Beside the exports, which need not wait for a picture.
  private let pictureQueue = DispatchQueue(label: "replk-tui.pictures", qos: .utility)
  private let exportQueue = DispatchQueue(label: "replk-tui.export", qos: .utility)
  private let browsing: CheckpointBrowsing
  private let unfinished = DispatchGroup()
  /// Files and folders of pictures, as they were named: nothing is exported where they would be found.
  private var namedPictures: [String]
  private var cancellations: [RequestID: Cancellation] = [:]

  init(
    engine: any Engine, mailbox: Mailbox<Message>, recentPath: String? = nil,
    namedPictures: [String] = []
  ) {
    self.namedPictures = namedPictures
    browsing = CheckpointBrowsing(mailbox: mailbox, engine: engine, recentPath: recentPath)
    self.engine = engine
    self.mailbox = mailbox
  }

  private func open(
    _ id: RequestID, _ network: NetworkSpec, _ size: InputSize, wantsDesign: Bool
  ) {
    let cancellation = register(id)
    openQueue.async(group: unfinished) { [engine, mailbox] in
      // A graph has stages even where it does not run at this size.
      let design =
        wantsDesign && !cancellation.isCancelled
        ? try? engine.design(of: network, cancellation: cancellation) : nil
      let facts =
        cancellation.isCancelled
        ? nil : try? engine.facts(of: network, size: size, cancellation: cancellation)
      mailbox.post(cancellation.isCancelled ? .cancelled(id) : .known(id, facts, design: design))
    }
  }

  private func compute(_ id: RequestID, _ request: ERFRequest, previews: [ERFRequest]) {
    let run = MapRun(
      id: id, request: request, previews: previews, cancellation: register(id), mailbox: mailbox)
    computeQueue.async(run.cancellation, group: unfinished) { [engine] in run.carryOut(engine) }
  }

  private func probe(
    _ id: RequestID, _ request: ShapeBiasRequest, of network: NetworkSpec, after seconds: Double
  ) {
    let cancellation = register(id)
    unfinished.enter()
    probeQueue.asyncAfter(deadline: .now() + seconds) { [engine, mailbox, unfinished] in
      defer { unfinished.leave() }
      do {
        try cancellation.check()
        let report = try engine.probe(request, of: network, cancellation: cancellation) {
          if !cancellation.isCancelled { mailbox.post(.probing(id, $0)) }
        }
        mailbox.post(.probed(id, report))
      } catch is CancellationError {
        mailbox.post(.cancelled(id))
      } catch {
        mailbox.post(.probeFailed(id, String(describing: error)))
      }
    }
  }

  private func train(_ id: RequestID, _ request: TrainingRequest) {
    if let folder = request.folder { namedPictures.append(folder) }
    let cancellation = register(id)
    trainingQueue.async(group: unfinished) { [engine, mailbox] in
      do {
        try engine.train(request, cancellation: cancellation) {
          mailbox.post(.training(id, $0))
        }
        mailbox.post(.trained(id, failure: nil))
      } catch is CancellationError {
        mailbox.post(.trained(id, failure: nil))
      } catch {
        mailbox.post(.trained(id, failure: String(describing: error)))
      }
    }
  }

  private func keepWeights(_ id: RequestID, _ path: String, _ stem: String) {
    exportQueue.async(group: unfinished) { [engine, mailbox] in
      let other = ExportNaming.free(stem, ["safetensors"], engine.exists) + ".safetensors"
      do {
        try engine.copy(path, to: other)
        mailbox.post(.kept(id, path: other, failure: nil))
      } catch {
        mailbox.post(.kept(id, path: other, failure: String(describing: error)))
      }
    }
  }

  private func predict(_ id: RequestID, _ request: PredictionRequest, threads: Int?) {
    let cancellation = register(id)
    predictionQueue.async(cancellation, group: unfinished) { [engine, mailbox] in
      do {
        try cancellation.check()
        let classes = try engine.predict(
          request, threads: threads, cancellation: cancellation)
        mailbox.post(.predicted(id, classes))
      } catch is CancellationError {
        mailbox.post(.cancelled(id))
      } catch {
        mailbox.post(.predictionFailed(id, String(describing: error)))
      }
    }
  }

  private func register(_ id: RequestID) -> Cancellation {
    let cancellation = Cancellation()
    cancellations = cancellations.filter { !$0.value.isCancelled }
    cancellations[id] = cancellation
    return cancellation
  }

  private func cancel(_ id: RequestID) {
    guard let cancellation = cancellations.removeValue(forKey: id) else { return }
    cancellation.cancel()
    for queue in [computeQueue, predictionQueue, depthQueue] { queue.giveUp(cancellation) }
  }

  /// Starts what an effect of a model asks for.
  ///
  /// - Returns: what only the owner of the terminal can do; nil where nothing is left to do.
  func carryOut(_ effect: Effect, of model: Model) -> TerminalRequest? {
    if let paths = effect.network?.ownFiles, !paths.isEmpty { check(paths) }
    switch effect {
    case .exportScreen(let id, let ending):
      let depth = model.display.depth == .mono ? .trueColour : model.display.depth
      let (frame, provenance) = (view(model, size: model.size), model.provenance)
      exportDrawn(id, stem: "replk-tui-screen", ending: ending, others: "it as text or SVG") {
        try Snapshot.encode(frame, ending: ending, depth: depth, provenance: provenance) ?? []
      }
    case .exportFigure(let id, let ending):
      let figure = Figure(model)
      let stem = ExportNaming.figureStem(figure.networks, model.designs)
      exportDrawn(id, stem: stem, ending: ending, others: "PDF, SVG, LaTeX or CSV") {
        try figure.encoded(ending: ending) ?? []
      }
    case .copy(let text): return .copy(text)
    case .copyMetrics: return .copy(Figure(model).tabbed)
    case .redraw: return .redraw
    case .listenToMouse(let isOn): return .listenToMouse(isOn)
    case .suspend: return .suspend
    case .quit: return .quit
    case .compute(let id, let request, let previews): compute(id, request, previews: previews)
    case .open(let id, let network, let size, let wantsDesign):
      open(id, network, size, wantsDesign: wantsDesign)
    case .check: break
    case .openMap(let id, let path): openMap(id, path)
    case .cancel(let id): cancel(id)
    case .probe(let id, let request, let network, let seconds):
      probe(id, request, of: network, after: seconds)
    case .predict(let id, let request, let threads): predict(id, request, threads: threads)
    case .train(let id, let request): train(id, request)
    case .keepWeights(let id, let path, let stem): keepWeights(id, path, stem)
    case .drawStimulus(let index):
      exportQueue.async(group: unfinished) { [engine, mailbox] in
        mailbox.post(.drawn(engine.stimulus(index)))
      }
    case .export(let id, let items, let kind, let colours):
      export(id, items, kind, colours: colours)
    case .list(let path): browsing.list(path, group: unfinished)
    case .look(let path): browsing.look(path, group: unfinished)
    case .remember(let path): browsing.remember(path, group: unfinished)
    case .save(let id, let path, let session, let isSure):
      save(id, path: path, session, isSure: isSure)
    case .visit(let text, let folder): browsing.visit(text, in: folder, group: unfinished)
    case .complete(let text, let folder): complete(text, in: folder)
    case .find(let text): browsing.find(text, group: unfinished)
    case .readSession(let text): browsing.readSession(text, group: unfinished)
    case .listImages(let id, let path): listImages(id, path, beside: model.session.images.source)
    case .aggregateKernels(let id, let spec): aggregateKernels(id, spec)
    case .computeMap(let id, let request): computeMap(id, request)
    case .computeDepth(let id, let request, let layers): computeDepth(id, request, layers)
    case .writeText(let id, let stem, let ending, let text):
      writeText(id, stem: stem, ending: ending, text)
    case .drawPicture(let name):
      pictureQueue.async(group: unfinished) { [engine, mailbox] in
        mailbox.post(.pictured(name, engine.picture(name)))
      }
    }
    return nil
  }

  private func openMap(_ id: RequestID, _ path: String) {
    exportQueue.async(group: unfinished) { [engine, mailbox] in
      do {
        let result = try engine.map(at: path)
        mailbox.post(.finished(id, result, HeatField(result)))
      } catch {
        mailbox.post(.failed(id, String(describing: error)))
      }
    }
  }

  /// Tells of files that were replaced. What is done meanwhile is then asked for anew.
  private func check(_ paths: [String]) {
    openQueue.async(group: unfinished) { [engine, mailbox] in
      for path in engine.changes(of: paths) { mailbox.post(.changed(path: path)) }
    }
  }

  private func complete(_ text: String, in folder: String) {
    exportQueue.async(group: unfinished) { [engine, mailbox] in
      let (longer, names) = engine.complete(text, in: folder)
      mailbox.post(.completed(text, longer: longer, names: names))
    }
  }

  private func listImages(_ id: RequestID, _ path: String, beside present: ImageChoice.Source) {
    namedPictures.append(path)
    openQueue.async(group: unfinished) { [engine, mailbox] in
      do {
        let (paths, leftOut) = try engine.images(at: path)
        let new = present.others(of: paths)
        mailbox.post(.foundImages(id, paths: new, leftOut: leftOut, failure: nil))
      } catch {
        mailbox.post(.foundImages(id, paths: [], failure: String(describing: error)))
      }
    }
  }

  private func aggregateKernels(_ id: RequestID, _ spec: NetworkSpec) {
    let cancellation = register(id)
    exportQueue.async(group: unfinished) { [engine, mailbox] in
      do {
        let stages = try engine.kernels(of: spec, cancellation: cancellation)
        mailbox.post(.aggregated(id, stages, failure: nil))
      } catch is CancellationError {
        mailbox.post(.aggregated(id, [], failure: nil))
      } catch {
        mailbox.post(.aggregated(id, [], failure: String(describing: error)))
      }
    }
  }

  private func computeMap(_ id: RequestID, _ request: ERFRequest) {
    let cancellation = register(id)
    depthQueue.async(cancellation, group: unfinished) { [engine, mailbox] in
      do {
        try cancellation.check()
        let result = try engine.compute(request, cancellation: cancellation) { _ in }
        mailbox.post(.mapped(id, result, HeatField(result)))
      } catch is CancellationError {
        mailbox.post(.mapFailed(id, nil))
      } catch {
        mailbox.post(.mapFailed(id, String(describing: error)))
      }
    }
  }

  private func computeDepth(_ id: RequestID, _ request: ERFRequest, _ layers: [String]) {
    let cancellation = register(id)
    depthQueue.async(cancellation, group: unfinished) { [engine, mailbox] in
      do {
        try cancellation.check()
        try engine.layerFields(request, layers: layers, cancellation: cancellation) {
          mailbox.post(.deepened(id, DepthPoint($0)))
        }
        mailbox.post(.deepEnough(id, failure: nil))
      } catch is CancellationError {
        mailbox.post(.deepEnough(id, failure: nil))
      } catch {
        mailbox.post(.deepEnough(id, failure: String(describing: error)))
      }
    }
  }

  private func writeText(_ id: RequestID, stem: String, ending: String, _ text: String) {
    exportQueue.async(group: unfinished) { [engine, mailbox] in
      let path = ExportNaming.free(stem, [ending], engine.exists) + "." + ending
      do {
        try engine.write(Array(text.utf8), to: path)
        mailbox.post(.saved(id, path: path, failure: nil))
      } catch {
        mailbox.post(.saved(id, path: path, failure: String(describing: error)))
      }
    }
  }

  private func export(
    _ id: RequestID, _ items: [ExportItem], _ kind: ExportKind, colours: String
  ) {
    exportQueue.async(group: unfinished) { [engine, mailbox, namedPictures] in
      let files = ExportedFile.all(items, kind, colours: colours, exists: engine.exists)
      let paths = files.map(\.path)
      do {
        try Self.requireOutside(namedPictures, paths, others: "NPY, CSV or JSON")
        try engine.export(files)
        mailbox.post(.exported(id, paths: paths, failure: nil))
      } catch {
        mailbox.post(.exported(id, paths: [], failure: String(describing: error)))
      }
    }
  }

  /// Writes a screen or a figure under a name that no file has yet.
  ///
  /// - Parameter others: forms of it that may lie among pictures.
  private func exportDrawn(
    _ id: RequestID, stem: String, ending: String, others: String,
    _ encoded: @escaping @Sendable () throws -> [UInt8]
  ) {
    exportQueue.async(group: unfinished) { [engine, mailbox, namedPictures] in
      do {
        let path = ExportNaming.free(stem, [ending], engine.exists) + "." + ending
        try Self.requireOutside(namedPictures, [path], others: others)
        try engine.write(encoded(), to: path)
        mailbox.post(.exported(id, paths: [path], failure: nil))
      } catch {
        mailbox.post(.exported(id, paths: [], failure: String(describing: error)))
      }
    }
  }

  /// Checks that none of the files would be found where pictures are.
  ///
  /// - Parameters:
  ///   - named: as people type it.
  ///   - others: what to export in their place.
  /// - Throws: ``AmongPicturesError``.
  private static func requireOutside(
    _ named: [String], _ paths: [String], others: String
  ) throws {
    let folders = named.flatMap { PathCompletion.all($0) }
    for path in paths {
      if var error = AmongPicturesError(writing: path, besides: folders) {
        error.advice = "start replk-tui in another folder, or export \(others)"
        throw error
      }
    }
  }

  private func save(_ id: RequestID, path typed: String, _ session: Session, isSure: Bool) {
    exportQueue.async(group: unfinished) { [engine, mailbox] in
      if let refusal = PathCompletion.folderRefusal(typed, engine) {
        return mailbox.post(.saved(id, path: typed, failure: refusal))
      }
      let path = PathCompletion.expanded(typed)
      if let refusal = session.refusal(toWrite: path) {
        return mailbox.post(.saved(id, path: path, failure: refusal))
      }
      if !isSure, let question = PathCompletion.question(path, engine) {
        return mailbox.post(.saveNeedsWord(id, question))
      }
      do {
        try engine.write(session.encoded(at: path), to: path)
        mailbox.post(.saved(id, path: path, failure: nil))
      } catch {
        mailbox.post(.saved(id, path: path, failure: String(describing: error)))
      }
    }
  }

  /// Keeps the session for the next start.
  func keep(_ session: Session, at path: String) throws {
    try engine.keep(session.encoded(at: path), at: path)
  }

  /// Cancels everything and gives the workers a moment to notice.
  func stop(seconds: Double) {
    for cancellation in cancellations.values { cancellation.cancel() }
    _ = unfinished.wait(timeout: .now() + seconds)
  }
}
