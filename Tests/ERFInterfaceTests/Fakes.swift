// Stand-ins of the tests: a terminal in memory, a computation under the test's control, made maps.

import Dispatch
import Synchronization

@testable import ERFEngine

@testable import ERFInterface

/// A finished run with a round map; `sigma` is its size in an input of 224.
func makeResult(
  _ request: ERFRequest, sigma: Double = 30, peak: Double = 20, images: Int = 1
) -> ERFResult {
  let shape = RoundMap(
    height: request.size.height, width: request.size.width, sigma: sigma, peak: peak,
    images: images, rule: request.rule)
  let (map, metrics) = shape.measured
  var result = ERFResult(
    subject: makeSubject(request), map: map, metrics: metrics,
    imageNames: (0..<images).map { "image \($0)" },
    seconds: ERFSeconds(total: 1.5), peakBytes: 300 << 20)
  result.seconds.fastest = 1.25
  result.features = (0..<49).map { Float($0 % 8 + $0 / 8) }
  return result
}

/// A map that falls off from the middle; made once, since the tests ask for the same few many times.
private struct RoundMap: Hashable {
  let height: Int
  let width: Int
  let sigma: Double
  let peak: Double
  let images: Int
  let rule: ERFRule

  private static let made = Mutex<[RoundMap: (ERFMap, ERFMetrics)]>([:])

  var measured: (ERFMap, ERFMetrics) {
    if let known = Self.made.withLock({ $0[self] }) { return known }
    let map = ERFMap(height: height, width: width, values: values, images: images, rule: rule)
    let result = (map, ERFMetrics(map))
    Self.made.withLock { $0[self] = result }
    return result
  }

  private var values: [Double] {
    var values = [Double](repeating: 0, count: height * width)
    for row in 0..<height {
      for column in 0..<width {
        let dy = Double(row - height / 2)
        let dx = Double(column - width / 2)
        let spread = sigma * Double(height) / 224
        let square = (dx * dx + dy * dy) / (spread * spread)
        let sign = rule.isSigned && dx < 0 ? -1.0 : 1
        values[row * width + column] = sign * peak / (1 + square * square * square)
      }
    }
    return values
  }
}

func makeSubject(_ request: ERFRequest) -> ERFSubject {
  var subject = ERFSubject(
    model: request.network.text.lowercased(), weights: request.network.weights.description,
    weightsHash: "0123456789abcdef", input: request.size,
    stages: ["stage1", "stage2", "stage3", "stage4"], tap: request.tap ?? "stage4",
    mapSize: InputSize(height: 7, width: 7),
    units: request.units.isEmpty ? [Unit(row: 3, column: 3)] : request.units, rule: request.rule)
  // The moments of a training tell of it.
  if subject.weights.hasPrefix("/state/") {
    subject.training = TrainingRecord(metadata: ["training.size": "224"])
  }
  return subject
}

/// A finished probe; `shapes` of four conflicting stimuli are decided by shape, the next by texture.
func makeReport(_ network: NetworkSpec, shapes: Int = 2, correct: Int = 48) -> ShapeBiasReport {
  let decisions = (0..<256).map { index in
    let stimulus = BuiltInStimulus(kind: .conflict, seed: 0, index: index)
    let turn = (index / 16 + index) % 4
    return CueDecision(
      subject: network.text, image: stimulus.fileName, shape: stimulus.shape,
      texture: stimulus.texture,
      response: turn < shapes
        ? stimulus.shape
        : turn == shapes
          ? stimulus.texture
          : ObjectCategory.allCases.first { ![stimulus.shape, stimulus.texture].contains($0) })
  }
  let counts = ShapeBias(subject: network.text, decisions: decisions)
  func readOut(_ tap: String) -> ReadOutReport {
    ReadOutReport(
      tap: tap, channels: 128, lambda: 1, trained: 192,
      heldOut: Accuracy(correct: correct, total: 64), counts: counts, interval: 0.5...0.75,
      shapeOnly: nil, textureOnly: nil, shuffled: [])
  }
  return ShapeBiasReport(
    model: network.text, weights: network.weights.description, weightsHash: "0123456789abcdef",
    method: .builtIn(size: 128, seed: 0), counts: counts, interval: 0.5...0.75,
    decisions: decisions, skipped: [], readOut: readOut("stage4"),
    stages: (1...4).map { readOut("stage\($0)") }, seconds: 2)
}

/// Ten classes, of which an edited network prefers others.
func makeClasses(_ request: PredictionRequest) -> Classification {
  let names = [
    "airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship",
    "American Staffordshire terrier, a dog",
  ]
  let shift = request.network.edits.isEmpty ? 0 : 6
  return Classification(
    image: "image",
    top: names.indices.map { index in
      let place = (index + shift) % names.count
      return Classification.Candidate(
        index: place, name: names[place], probability: index == 0 ? 0.55 : 0.05)
    }, label: nil)
}

func makeRequest(_ model: String = "RepLKNet-13", size: Int = 224) -> ERFRequest {
  ERFRequest(
    network: NetworkSpec(model: model), size: InputSize(height: size, width: size))
}

/// A model of one or two networks with their maps in.
func makeModel(
  _ names: [String] = ["RepLKNet-13", "RepLKNet-31"], weights: WeightsSource? = nil,
  display: Display = Display(), finished: Bool = true
) -> Model {
  let networks = names.map { NetworkSpec(shown: $0, weights: weights) }
  var model = Model(session: Session(networks: networks), display: display)
  let effects = update(&model, .opened)
  if finished { model.finish(effects) }
  return model
}

extension Model {
  /// Answers every run among `effects`: A with a small map, B with a large one.
  mutating func finish(_ effects: [Effect], images: Int = 1) {
    for effect in effects {
      if case .probe(let id, _, let network, _) = effect {
        let isFirst = shapeBias.sides[0].job?.id == id
        _ = update(&self, .probed(id, makeReport(network, shapes: isFirst ? 2 : 1)))
      }
      if case .predict(let id, let request, _) = effect {
        _ = update(&self, .predicted(id, makeClasses(request)))
      }
      if case .computeMap(let id, let request) = effect {
        let result = makeResult(request, sigma: 12)
        _ = update(&self, .mapped(id, result, HeatField(result)))
      }
      if case .computeDepth(let id, let request, let layers) = effect {
        let isFirst = depth[depthKey(0)]?.job == id
        for (place, layer) in layers.enumerated() {
          // Fields that grow from layer to layer, A's more slowly.
          let result = makeResult(request, sigma: Double(4 + place * (isFirst ? 2 : 4)))
          let field = LayerField(layer: layer, metrics: result.metrics, images: result.map.images)
          _ = update(&self, .deepened(id, DepthPoint(field)))
        }
        _ = update(&self, .deepEnough(id, failure: nil))
      }
      if case .open(let id, let network, let size, let wantsDesign) = effect {
        let engine = LocalEngine()
        let design =
          wantsDesign ? try? engine.design(of: network, cancellation: Cancellation()) : nil
        let facts = try? engine.facts(of: network, size: size, cancellation: Cancellation())
        finish(update(&self, .known(id, facts, design: design)), images: images)
      }
      if case .drawStimulus(let index) = effect {
        _ = update(&self, .drawn(StimulusPicture(index: index)))
      }
      guard case .compute(let id, let request, _) = effect else { continue }
      let side = sides.firstIndex { $0.job?.id == id } ?? 0
      let result = makeResult(request, sigma: side == 0 ? 20 : 45, images: images)
      _ = update(&self, .finished(id, result, HeatField(result)))
    }
  }
}

/// A terminal in memory, driven by a script of events that may wait for a condition.
final class FakeTerminal: Terminal {
  enum Step {
    case event(TerminalEvent)
    /// Waits until the text of the screen satisfies this.
    case until((String) -> Bool)
    case resize(ScreenSize)
    /// Something to do or check between events.
    case perform(() -> Void)
  }

  var size: ScreenSize
  let display = Display()
  let notice: String?
  private(set) var frames: [Frame] = []
  private(set) var hasMouse = false
  private(set) var isClosed = false
  private(set) var suspensions = 0
  private(set) var redraws = 0
  private(set) var copied: [String] = []
  private(set) var timedOut = false
  private var leaves = false
  /// A slice, of which the first is taken away without moving the rest.
  private var script: ArraySlice<Step>
  private let woken = Pokes()

  init(
    _ script: [Step], size: ScreenSize = ScreenSize(rows: 24, columns: 80), notice: String? = nil
  ) {
    self.script = script[...]
    self.size = size
    self.notice = notice
  }

  var screen: String { frames.last?.text ?? "" }
  var wake: @Sendable () -> Void { { [woken] in woken.poke() } }
  func present(_ frame: Frame) { frames.append(frame) }
  func redraw() { redraws += 1 }
  func copy(_ text: String) { copied.append(text) }
  func suspend() { suspensions += 1 }
  func listenToMouse(_ isOn: Bool) -> Bool {
    hasMouse = isOn
    return true
  }
  func close() { isClosed = true }

  func nextEvent(milliseconds: Int?) -> TerminalEvent {
    let clock = ContinuousClock()
    // For ever, but for tests that hang.
    let limit = clock.now + .milliseconds(milliseconds ?? 300_000)
    while true {
      switch script.first {
      case .event(let event)?:
        script.removeFirst()
        return event
      case .resize(let new)?:
        script.removeFirst()
        size = new
        return .resized
      case .perform(let action)?:
        script.removeFirst()
        action()
        continue
      case .until(let condition)?:
        if condition(screen) {
          script.removeFirst()
          continue
        }
      case nil:
        // And yes, where that is asked about.
        leaves.toggle()
        return .key(.character(leaves ? "q" : "y"))
      }
      if woken.take() { return .woken }
      if clock.now >= limit {
        if milliseconds == nil {
          timedOut = true
          return .closed
        }
        return .timeout
      }
      woken.wait()
    }
  }
}

/// Counts pokes across threads.
final class Pokes: Sendable {
  private let count = Atomic(0)
  func poke() { count.add(1, ordering: .sequentiallyConsistent) }
  func take() -> Bool { count.exchange(0, ordering: .sequentiallyConsistent) > 0 }
  /// A millisecond that others may use.
  func wait() { _ = DispatchSemaphore(value: 0).wait(timeout: .now() + .milliseconds(1)) }
}

/// A computation that reports a layer every millisecond and can be told to fail.
struct FakeComputing: TestComputing {
  struct Failure: Error, CustomStringConvertible {
    let description: String
  }

  var failure: String?
  var layers = 5
  var images = 2
  let calls = Calls()

  final class Calls: Sendable {
    let requests = Mutex<[ERFRequest]>([])
    let cancelled = Atomic(0)
    let finished = Atomic(0)
    /// While it is set, nothing is computed.
    let areHeld = Atomic(false)
  }

  func compute(
    _ request: ERFRequest, cancellation: Cancellation, progress: (ERFProgress) -> Void
  ) throws -> ERFResult {
    calls.requests.withLock { $0.append(request) }
    let pause = Pokes()
    progress(.prepared(makeSubject(request)))
    if let failure { throw Failure(description: failure) }
    while calls.areHeld.load(ordering: .sequentiallyConsistent), !cancellation.isCancelled {
      pause.wait()
    }
    for image in 0..<images {
      for layer in 0..<layers {
        pause.wait()
        if cancellation.isCancelled {
          calls.cancelled.add(1, ordering: .sequentiallyConsistent)
          throw CancellationError()
        }
        let done = Double(image * layers + layer + 1) / Double(images * layers)
        progress(
          .layer(name: "stages.0.blocks.\(layer)", image: image, images: images, fraction: done))
      }
      progress(.image(image, of: images, map: makeResult(request, images: image + 1).map))
    }
    calls.finished.add(1, ordering: .sequentiallyConsistent)
    return makeResult(request, images: images)
  }

  func probe(
    _ request: ShapeBiasRequest, of network: NetworkSpec, cancellation: Cancellation,
    progress: (ShapeBiasProgress) -> Void
  ) throws -> ShapeBiasReport {
    if let failure { throw Failure(description: failure) }
    progress(ShapeBiasProgress(phase: .agreeing, done: 0, total: 512))
    try cancellation.check()
    return makeReport(network)
  }

  func predict(
    _ request: PredictionRequest, threads: Int?, cancellation: Cancellation
  ) throws -> Classification {
    if let failure { throw Failure(description: failure) }
    return makeClasses(request)
  }

  func train(
    _ request: TrainingRequest, cancellation: Cancellation, report: (FineTuning.Report) -> Void
  ) throws {
    if let failure { throw Failure(description: failure) }
    report(.planned(makePlan(request.network)))
    for number in 1...3 {
      try cancellation.check()
      report(.progressed(makeProgress(number)))
    }
  }
}

/// Remembers what it should have written.
final class FakeExporting: TestFiles {
  let written = Mutex<[String]>([])
  let present: Set<String>
  let failure: String?

  init(present: Set<String> = [], failure: String? = nil) {
    self.present = present
    self.failure = failure
  }

  func write(_ bytes: [UInt8], to path: String) throws {
    if let failure { throw FakeComputing.Failure(description: failure) }
    written.withLock { $0.append(path) }
  }

  func copy(_ path: String, to other: String) throws {
    if let failure { throw FakeComputing.Failure(description: failure) }
    written.withLock { $0.append(other) }
  }

  func export(_ files: [ExportedFile]) throws {
    if let failure { throw FakeComputing.Failure(description: failure) }
    written.withLock { $0 += files.map(\.path) }
  }

  func exists(_ path: String) -> Bool {
    present.contains(path) || written.withLock { $0.contains(path) }
  }
}

extension PathCompletion {
  /// The longer text, and how many names begin like it.
  static func counted(_ text: String, in base: String = "") -> (longer: String, count: Int) {
    let (longer, names) = complete(text, in: base)
    return (longer, names.count)
  }
}
