// What can happen to the explorer, and what it can ask for: values only, so that a run can be
// replayed and tested without a terminal or a network.

public import ERFEngine

/// Something that happened.
public enum Message: Sendable {
  case key(Key)
  /// Text that was pasted rather than typed.
  case pasted(String)
  /// Something done with the mouse on a screen of a size.
  case pointer(Pointer, ScreenSize)
  /// The screen has another size.
  case resized(ScreenSize)
  /// The terminal has no mouse.
  case mouseRefused
  /// The first thing after the first frame.
  case opened
  /// What there is to know of a network in a file; nil: it cannot be opened, and running it says why.
  /// Its design comes along where it was asked for.
  case known(RequestID, NetworkFacts?, design: NetworkDesign?)
  /// The worker began on a request.
  case began(RequestID)
  case prepared(RequestID, ERFSubject)
  case layer(RequestID, name: String, image: Int, images: Int, fraction: Double, elapsed: Double)
  /// A map at a smaller input, or in another precision, before the one asked for.
  case preview(RequestID, PartialMap, Precision)
  /// How far such a map of the first picture was off in that precision.
  case previewDeviated(RequestID, Precision, MapDeviation)
  /// The running mean after an image.
  case image(RequestID, of: Int, PartialMap)
  case skipped(RequestID, SkippedImage)
  case finished(RequestID, ERFResult, HeatField)
  case failed(RequestID, String)
  /// The checkpoint lacks its classifier and nothing else: a map can be had without it.
  case lacksHead(RequestID, String)
  case cancelled(RequestID)
  /// A run over several images was cancelled, with what it had summed up.
  case stopped(RequestID, ERFPart)
  case probing(RequestID, ShapeBiasProgress)
  case probed(RequestID, ShapeBiasReport)
  case probeFailed(RequestID, String)
  case predicted(RequestID, Classification)
  case predictionFailed(RequestID, String)
  case training(RequestID, FineTuning.Report)
  /// Training is over, or was stopped, or failed.
  case trained(RequestID, failure: String?)
  /// Trained weights were written.
  case kept(RequestID, path: String, failure: String?)
  /// A stimulus of the shape-bias panel.
  case drawn(StimulusPicture)
  /// The file at a path, which a network was read from, is another one now.
  case changed(path: String)
  case listed(String, FolderAnswer)
  /// What the file at a path holds; nil: another was asked for before its turn came.
  case looked(String, Browser.Contents?)
  /// Where the path leads that was typed; nil: another file was asked for before its turn came.
  case visited(String, Visit?)
  /// Paths written, and what went wrong with the rest.
  case exported(RequestID, paths: [String], failure: String?)
  case saved(RequestID, path: String, failure: String?)
  /// Nothing was written: a file would be replaced, or a folder made.
  case saveNeedsWord(RequestID, String)
  /// A path as far as what lies in its folder completes it, and the names that begin like it.
  case completed(String, longer: String, names: [String])
  /// What was read of the session at a path that was typed.
  case sessionRead(String, SessionAnswer)
  /// Whether anything lies at a path that was typed into the palette.
  case found(String, isThere: Bool)
  /// The image files that a path names, and what lies beside them and is left out; or what is wrong
  /// with it.
  case foundImages(
    RequestID, paths: [String], leftOut: ImageList.LeftOut = .init(), failure: String?)
  case pictured(PictureName, Picture)
  /// A map of the gallery.
  case mapped(RequestID, ERFResult, HeatField)
  /// A map of the gallery that does not come; without a reason it was given up.
  case mapFailed(RequestID, String?)
  /// A layer of the depth panel.
  case deepened(RequestID, DepthPoint)
  /// No more layers come, perhaps because of a failure.
  case deepEnough(RequestID, failure: String?)
  /// The kernels of each stage of a network, or what is wrong with it.
  case aggregated(RequestID, [StageKernels?], failure: String?)

  /// Whether it brings the first map of a run, or its last: a frame of its own.
  var isAwaited: Bool {
    switch self {
    case .preview, .finished: true
    case .image(_, of: _, let map): map.images == 1
    default: false
    }
  }
}

/// A map on its way with what the worker derived from it.
public struct PartialMap: Sendable {
  public var field: HeatField
  public var metrics: ERFMetrics
  public var images: Int

  public init(field: HeatField, metrics: ERFMetrics, images: Int) {
    self.field = field
    self.metrics = metrics
    self.images = images
  }
}

/// A folder for the browser with the files opened before, or why there is none.
public enum FolderAnswer: Sendable {
  case folder(CheckpointFolder, recent: [String])
  case refused(String)
}

/// The session in a file with its whole path, or why there is none.
public enum SessionAnswer: Sendable {
  case session(Session, path: String)
  case refused(String)
}

/// What lies at a path that was typed.
public enum Visit: Sendable {
  case folder(CheckpointFolder, recent: [String])
  case network(NetworkSpec, path: String)
  case refused(String)
}

/// Something to do outside the model.
public enum Effect: Sendable {
  /// `previews` are to be run first, in their order.
  case compute(RequestID, ERFRequest, previews: [ERFRequest])
  /// Opens the file of a network for what there is to know of it at an input size.
  case open(RequestID, NetworkSpec, InputSize, wantsDesign: Bool)
  /// Looks whether the files of a network, whose map is known, are still the same.
  case check(NetworkSpec)
  /// Reads a saved map, which answers like a run.
  case openMap(RequestID, path: String)
  case cancel(RequestID)
  /// Measures a network's shape bias unless it is cancelled within that time.
  case probe(RequestID, ShapeBiasRequest, NetworkSpec, afterSeconds: Double)
  /// Names the classes of the first image.
  case predict(RequestID, PredictionRequest, threads: Int?)
  /// Trains a network from the weights it has.
  case train(RequestID, TrainingRequest)
  /// Copies a file of weights to one whose name begins with `stem`.
  case keepWeights(RequestID, path: String, stem: String)
  /// Draws the conflicting stimulus of that number.
  case drawStimulus(Int)
  case export(RequestID, [ExportItem], ExportKind, colours: String)
  /// Writes the figure of what is on screen, or its table, to a file of its own with that ending.
  case exportFigure(RequestID, ending: String)
  /// Writes the screen to a file of its own with that ending.
  case exportScreen(RequestID, ending: String)
  /// Writes a file; replaces one, or makes a folder for it, only where that is sure.
  case save(RequestID, path: String, Session, isSure: Bool)
  /// Completes a path, which begins in a folder where it names none.
  case complete(String, in: String)
  /// Looks whether anything lies at a path.
  case find(String)
  /// Reads a session from a file.
  case readSession(String)
  /// Looks for the images that a path names: a file, or a folder of them.
  case listImages(RequestID, path: String)
  /// Sums the kernels of a network's stages.
  case aggregateKernels(RequestID, NetworkSpec)
  /// Computes a map of the gallery, in the background.
  case computeMap(RequestID, ERFRequest)
  /// Computes the fields of several layers of one network from the same forward passes.
  case computeDepth(RequestID, ERFRequest, layers: [String])
  /// Writes text to a file of its own whose name begins with `stem`.
  case writeText(RequestID, stem: String, ending: String, String)
  /// Makes an image small.
  case drawPicture(PictureName)
  /// Puts text on the terminal's clipboard.
  case copy(String)
  /// The same of the numbers of all maps.
  case copyMetrics
  /// Lists a folder for the browser; empty: where the program runs.
  case list(String)
  /// Tells what a checkpoint holds without reading its weights.
  case look(String)
  /// Goes to the folder or the checkpoint at a path, which begins in a folder where it names none.
  case visit(String, in: String)
  /// Puts a path first among the recent files.
  case remember(String)
  case redraw
  /// Reports clicks, or leaves the mouse to the terminal.
  case listenToMouse(Bool)
  case suspend
  case quit

  /// The network whose files it depends on; nil: there is none.
  var network: NetworkSpec? {
    switch self {
    case .compute(_, let request, previews: _), .computeMap(_, let request),
      .computeDepth(_, let request, layers: _):
      request.network
    case .open(_, let network, _, wantsDesign: _), .aggregateKernels(_, let network),
      .probe(_, _, let network, afterSeconds: _), .check(let network):
      network
    case .predict(_, let request, threads: _): request.network
    case .openMap(_, let path): NetworkSpec(shown: path)
    default: nil
    }
  }
}
