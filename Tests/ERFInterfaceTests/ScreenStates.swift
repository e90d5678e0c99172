// The states whose screens the view tests draw.

@testable import ERFEngine
@testable import ERFInterface

enum ScreenState: String, CaseIterable, CustomStringConvertible {
  case opening, computing, preview, finished, stale, failed, exported, single
  case kernels, kernelsEdited, kernelsReached, kernelsReachedZoomed, unit, metrics, images, jobs,
    zoomed
  case difference, squares, contours, crossHair, closer, signed, profileDown
  case shapeBias, shapeBiasComputing, shapeBiasStale, shapeBiasChance, shapeBiasFailed
  case shapeBiasZoomed
  case prediction, predictionEdited, predictionFailed
  case training, trainingFailed, trained, trainedZoomed
  case trainingPrompt, trainingRefused, trainingFolder
  case depth, depthZoomed, gallery, galleryZoomed, metricsZoomed
  case predictionZoomed, unitZoomed, jobsZoomed, imagesZoomed, metricsMany, depthMany
  case browser, browserRefused, browserFilter
  case browserNames, promptNames, titleNames
  case help, helpSearch, palette, exportMenu, prompt

  var description: String { rawValue }

  /// States with names in letters that the program itself has not.
  static let foreign: Set<ScreenState> = [.browserNames, .promptNames, .titleNames]

  func model(_ display: Display) -> Model {
    switch self {
    case .opening: return makeModel(display: display, finished: false)
    case .computing, .preview: return underWay(display)
    case .finished: return makeModel(display: display)
    case .single: return makeModel(["RepLKNet-31"], display: display)
    case .stale:
      var model = makeModel(display: display)
      _ = model.type("+")
      _ = update(&model, .began(model.sides[0].job!.id))
      return model
    case .failed:
      var model = makeModel(display: display)
      _ = model.type("[")
      for side in model.sides {
        _ = update(&model, .failed(side.job!.id, "out of memory: 12 bytes for a tensor"))
      }
      return model
    case .exported:
      var model = makeModel(display: display)
      _ = model.type("e")
      guard case .export(let id, let items, let kind, _)? = update(&model, .key(.enter)).first
      else { return model }
      let paths = items.flatMap { item in kind.endings.map { "\(item.stem).\($0)" } }
      _ = update(&model, .exported(id, paths: paths, failure: nil))
      return model
    case .shapeBiasComputing, .shapeBiasStale, .shapeBiasChance, .shapeBiasFailed:
      return shapeBias(display)
    case .kernelsReached, .kernelsReachedZoomed: return reached(display)
    case .training, .trainingFailed, .trained, .trainedZoomed, .trainingPrompt, .trainingRefused,
      .trainingFolder:
      return training(display)
    case .browser, .browserRefused, .browserFilter: return browsing(display)
    case .browserNames, .promptNames, .titleNames: return named(display)
    case .predictionFailed:
      var model = makeModel(weights: .file("/models/trained.pth"), display: display)
      for case .predict(let id, _, _) in model.type("8").prefix(1) {
        _ = update(
          &model,
          .predictionFailed(id, "replknet-13 has no classifier in this file: nothing to name"))
      }
      return model
    default:
      let isNamed = [.prediction, .predictionEdited, .predictionZoomed].contains(self)
      var model = makeModel(
        ["RepLKNet-13", "RepLKNet-31"], weights: isNamed ? .file("/models/trained.pth") : nil,
        display: display)
      for key in keys { model.finish(update(&model, .key(key))) }
      return model
    }
  }

  /// What is typed to get there.
  private var keys: [Key] {
    let text =
      switch self {
      case .kernels: "3"
      case .kernelsEdited: "3b"
      case .unit: "2"
      case .metrics: "4"
      case .metricsZoomed: "4z"
      case .images: "5>>"
      case .jobs: "6"
      case .depth: "G"
      case .gallery: "MS"
      case .galleryZoomed: "MSzl"
      case .depthZoomed: "Gzh"
      case .zoomed: "3z"
      case .difference: "v"
      case .squares: "d"
      case .contours: "ddv"
      case .crossHair: "llkkk"
      case .closer: "lllll>>"
      case .signed: "RR"
      case .profileDown: "ppsg"
      case .exportMenu: "ejj"
      case .prompt: "w"
      case .shapeBias, .shapeBiasComputing, .shapeBiasStale, .shapeBiasChance, .shapeBiasFailed: "7"
      case .shapeBiasZoomed: "7zjjl"
      case .prediction, .predictionEdited: "8"
      case .predictionZoomed: "8z"
      case .unitZoomed: "2z"
      case .jobsZoomed: "+-6z"
      case .imagesZoomed: "5z"
      case .metricsMany: "MS4"
      case .depthMany: "MSGz"
      case .help: "?"
      case .helpSearch: "?/stage"
      case .palette: ":net31"
      default: ""
      }
    var keys = text.unicodeScalars.map { Key.character($0) }
    if self == .kernelsEdited { keys += [.down, .down, .character(">"), .character(">")] }
    if self == .predictionEdited {
      keys += "3>".unicodeScalars.map { .character($0) } + [.character("8")]
    }
    if self == .unit { keys += [.right, .up] }
    return keys
  }

  /// B's probe is done; A's is in another state.
  private func shapeBias(_ display: Display) -> Model {
    var model = makeModel(display: display)
    if self == .shapeBiasStale {
      model.finish(model.type("7"))
      _ = model.type("3")
      let effects = model.type(">")
      model.finish(effects.filter { if case .probe = $0 { false } else { true } })
      return model
    }
    let effects = model.type("7")
    model.finish(
      effects.filter { effect in
        guard case .probe(let id, _, _, _) = effect else { return true }
        return id == model.shapeBias.sides[1].job?.id
      })
    guard let id = model.shapeBias.sides[0].job?.id else { return model }
    switch self {
    case .shapeBiasChance:
      _ = update(&model, .probed(id, makeReport(model.session.networks[0], correct: 5)))
    case .shapeBiasFailed: _ = update(&model, .probeFailed(id, "not finite from stages.2"))
    default:
      let progress = ShapeBiasProgress(phase: .conflict, done: 300, total: 512)
      _ = update(&model, .probing(id, progress))
    }
    return model
  }

  private func training(_ display: Display) -> Model {
    var model = makeModel(
      ["RepLKNet-13-nano", "RepLKNet-31-nano"], display: display)
    if self == .trainingPrompt || self == .trainingRefused {
      _ = model.type("t")
      guard self == .trainingRefused else { return model }
      for scalar in "~/photos".unicodeScalars { _ = model.type(scalar) }
      guard case .train(let id, _)? = update(&model, .key(.enter)).first else { return model }
      let reason = TrainingError.tooFewClasses(folder: "/home/user/photos", found: 1).explanation
      _ = update(&model, .trained(id, failure: reason))
      return model
    }
    let notes = [
      "the classifier of 16 classes is replaced by a new one of 10",
      "at 224 px 31 % of the kernel weights of stage 4 meet no pixel and stay as they are",
    ]
    guard
      let (id, _) = self == .trainingFolder
        ? model.startTraining(on: "photos/imagenette", notes: notes) : model.startTraining()
    else { return model }
    if self == .trainingFolder {
      _ = update(&model, .training(id, .progressed(makeProgress(1))))
      return model
    }
    if self == .trainingFailed {
      _ = update(&model, .trained(id, failure: "no memory for the pictures"))
      return model
    }
    let isOver = self == .trained || self == .trainedZoomed
    for number in 1...(isOver ? 3 : 2) {
      model.finish(update(&model, .training(id, .progressed(makeProgress(number)))))
    }
    if self == .trainedZoomed { _ = model.type("z") }
    if isOver {
      _ = update(&model, .trained(id, failure: nil))
      model.finish(update(&model, .key(.left)))
    }
    return model
  }

  /// Kernels of 31, of which training at 96 pixels met 47, 23, 11 and 5 taps.
  private func reached(_ display: Display) -> Model {
    var model = makeModel(["RepLKNet-31-nano", "RepLKNet-3-nano"], display: display)
    _ = model.type("3")
    if self == .kernelsReachedZoomed { _ = model.type("z") }
    guard let id = model.kernelMaps.job else { return model }
    func map(_ side: Int, _ width: Double) -> KernelMap {
      KernelMap(
        side: side,
        values: (0..<side * side).map { index in
          let (dy, dx) = (Double(index / side - side / 2), Double(index % side - side / 2))
          return 1 / (1 + (dy * dy + dx * dx) / (width * width))
        })
    }
    let stages = zip([31, 29, 27, 13], [47, 23, 11, 5]).map { side, taps in
      StageKernels(
        before: map(side, 9), after: map(side, 3),
        reached: taps >= side
          ? nil : StageKernels.Reached(rows: taps, columns: taps, trainedAt: 96))
    }
    _ = update(&model, .aggregated(id, stages, failure: nil))
    if let other = model.kernelMaps.job {
      _ = update(
        &model,
        .aggregated(
          other,
          stages.map { _ in StageKernels(before: map(3, 1), after: map(3, 1), reached: nil) },
          failure: nil))
    }
    if self == .kernelsReached { for _ in 0..<2 { _ = update(&model, .key(.down)) } }
    return model
  }

  private func browsing(_ display: Display) -> Model {
    var model = makeModel(display: display)
    _ = model.type("o")
    let folder = CheckpointFolder(
      path: "/home/user/checkpoints", folders: ["imagenet", "old"],
      files: [
        .init(name: "RepLKNet-31B_ImageNet-1K_224.pth", bytes: 319_000_000),
        .init(name: "resnet20-12fca82f.th", bytes: 1_130_000),
      ])
    _ = update(
      &model, .listed("", .folder(folder, recent: ["/home/user/models/mobilenet_v2.pth"])))
    switch self {
    case .browser:
      for _ in 0..<3 { _ = update(&model, .key(.down)) }
      for _ in 0..<2 { _ = update(&model, .key(.down)) }
      _ = update(&model, .key(.up))
      let path = "/home/user/checkpoints/RepLKNet-31B_ImageNet-1K_224.pth"
      _ = update(
        &model,
        .looked(
          path,
          .network(
            NetworkSpec(shown: "replknet-31", weights: .file(path)),
            summary: "PyTorch zip, 79.86 M parameters")))
    case .browserRefused:
      let path = "/home/user/models/mobilenet_v2.pth"
      let reason = "\(path): the file asks to run posix.system, which is refused"
      _ = update(&model, .looked(path, .refused(reason)))
    default: for scalar in "res2".unicodeScalars { _ = model.type(scalar) }
    }
    return model
  }

  /// Files whose names are wide, have marks over letters, are Korean in parts, or are not UTF-8.
  private func named(_ display: Display) -> Model {
    let wide = "視覚モデル・画像分類の重み.safetensors"
    let marked = "re\u{301}seau-entrai\u{302}ne\u{301}.pth"
    if self == .titleNames {
      let networks = [("RepLKNet-13", wide), ("RepLKNet-31", marked)].map { model, name in
        NetworkSpec(shown: model, weights: .file("/モデル/\(name)"))
      }
      var model = Model(session: Session(networks: networks), display: display)
      model.finish(update(&model, .opened))
      return model
    }
    var model = makeModel(display: display)
    if self == .promptNames {
      model.finish(model.type("w"))
      _ = update(&model, .key(.control("u")))
      for scalar in "図解/re\u{301}sume\u{301}-한글".unicodeScalars { _ = model.type(scalar) }
      return model
    }
    _ = model.type("o")
    let names = [
      wide, marked, "\u{1112}\u{1161}\u{11ab}\u{1100}\u{1173}\u{11af}.pth",
      SystemPath.text(Array("caf".utf8) + [0xe9] + Array(".pth".utf8)),
    ]
    let folder = CheckpointFolder(
      path: "/home/user/モデル", folders: ["학습", "vidéos"],
      files: names.map { .init(name: $0, bytes: 319_000_000) })
    _ = update(&model, .listed("", .folder(folder, recent: ["/家/図.pth"])))
    for _ in 0..<2 { _ = update(&model, .key(.down)) }
    return model
  }

  private func underWay(_ display: Display) -> Model {
    var model = makeModel(display: display, finished: false)
    let id = model.sides[0].job!.id
    let request = model.request(0)
    _ = update(&model, .began(id))
    if self == .preview {
      let small = makeResult(makeRequest(size: 96), sigma: 20).map
      _ = update(
        &model,
        .preview(
          id, PartialMap(field: HeatField(small), metrics: ERFMetrics(small), images: 1), .float32))
      return model
    }
    _ = update(&model, .prepared(id, makeSubject(request)))
    func layer(_ image: Int, _ fraction: Double, _ elapsed: Double) -> Message {
      .layer(
        id, name: "stages.0.blocks.1", image: image, images: 4, fraction: fraction,
        elapsed: elapsed)
    }
    _ = update(&model, layer(0, 0.1, 2))
    let map = makeResult(request, sigma: 20).map
    _ = update(
      &model,
      .image(id, of: 4, PartialMap(field: HeatField(map), metrics: ERFMetrics(map), images: 1)))
    _ = update(&model, layer(1, 0.4, 8))
    return model
  }
}
