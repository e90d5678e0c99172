// What of a run is done: kept in a file, a run goes on there; several make one.

/// The sums over some of a run's images, and all it takes to tell which images of which run.
public struct ERFPart: RunPart, Equatable {
  /// An image that is in the sums.
  public struct Done: Sendable, Equatable, Codable {
    /// Its place in the run's list.
    public let index: Int
    public let name: String
    /// Hash (FNV-1a, 16 hexadecimal digits) of the input as the network saw it.
    public let hash: String
    /// Sides of the squares of the image's own map, one a threshold; 0 where not reached.
    public let sides: [Int]
  }

  /// An image that does not count.
  public struct Skipped: Sendable, Equatable, Codable {
    public let index: Int
    public let name: String
    /// The layer where NaN or Inf first appeared; else nil.
    public let layer: String?
    /// Why the file cannot be read; else nil.
    public let reason: String?

    var image: SkippedImage {
      SkippedImage(
        name: name, reason: layer.map { .nonFinite(layer: $0) } ?? .unreadable(reason ?? ""))
    }
  }

  /// What computed it: maps of several instruction sets agree to float32 rounding only.
  public struct Maker: Sendable, Hashable, Codable, Comparable {
    /// `replk-tui 0.1.0 (1a2b3c4)`.
    public let program: String
    public let instructionSet: String
    /// `oneDNN 2.6.0`.
    public let library: String

    /// What runs now.
    public static var this: Maker {
      Maker(
        program: ProgramRecord.text, instructionSet: InstructionSet.selected,
        library: "oneDNN \(ProgramRecord.oneDNN)")
    }

    public static func < (left: Maker, right: Maker) -> Bool {
      (left.program, left.instructionSet, left.library)
        < (right.program, right.instructionSet, right.library)
    }
  }

  public internal(set) var subject: ERFSubject
  /// Number of images of the whole run.
  public let images: Int
  /// ``NetworkInputs/listHash``: parts of one run have the same.
  public let list: String
  /// What to run for it, without the words that say which share and where to.
  public var command: [String]
  /// The shares that this is of, in order; empty: the whole run.
  public internal(set) var shards: [Shard]
  public var makers: [Maker]
  public internal(set) var map: ERFMap
  /// By rising index.
  public internal(set) var done: [Done] = []
  /// By rising index.
  public internal(set) var skipped: [Skipped] = []

  /// Nothing yet of a run over `inputs`.
  init(_ subject: ERFSubject, of inputs: NetworkInputs, shard: Shard?) {
    self.subject = subject
    images = inputs.count
    list = inputs.listHash
    command = []
    shards = shard.map { [$0] } ?? []
    makers = [.this]
    map = ERFMap(height: subject.input.height, width: subject.input.width, rule: subject.rule)
  }

  init(
    subject: ERFSubject, images: Int, list: String, command: [String], shards: [Shard],
    makers: [Maker], map: ERFMap, done: [Done], skipped: [Skipped]
  ) {
    self.subject = subject
    self.images = images
    self.list = list
    self.command = command
    self.shards = shards
    self.makers = makers
    self.map = map
    self.done = done
    self.skipped = skipped
  }
}

// MARK: What is left

extension ERFPart {
  public var isFinished: Bool { done.count + skipped.count == covered }

  public var total: Int { images }

  /// Those that are in the sums or skipped.
  public var indices: Set<Int> { Set(done.map(\.index) + skipped.map(\.index)) }

  /// Keeps the order of the list, whatever gaps an earlier run left.
  mutating func add(_ image: Done) {
    done.insert(image, at: (done.lastIndex { $0.index < image.index } ?? -1) + 1)
  }

  mutating func skip(_ index: Int, _ image: SkippedImage) {
    var (layer, reason): (String?, String?)
    switch image.reason {
    case .nonFinite(let name): layer = name
    case .unreadable(let words): reason = words
    }
    skipped.insert(
      Skipped(index: index, name: image.name, layer: layer, reason: reason),
      at: (skipped.lastIndex { $0.index < index } ?? -1) + 1)
  }

  /// Takes over what `other` has to say of the same weights: parts of earlier versions say nothing.
  mutating func addNotes(of other: ERFPart) {
    guard let choice = other.subject.weightsChoice else { return }
    guard subject.weightsChoice != nil else {
      subject.weightsChoice = choice
      return
    }
    let known = subject.weightsChoice.notes ?? []
    subject.weightsChoice?.notes += choice.notes.filter { !known.contains($0) }
  }

  public func difference(from other: ERFPart) -> String? {
    let (mine, its) = (subject, other.subject)
    func size(_ size: InputSize) -> String { "\(size.height)x\(size.width)" }
    func units(_ units: [Unit]) -> String { units.map { "\($0)" }.joined(separator: " ") }
    let pairs: [(String, String, String)] = [
      // Of a file its name alone: machines have it in other folders, and the hash tells what it is.
      ("model", mine.model.fileName, its.model.fileName),
      ("weights", mine.weightsHash, its.weightsHash),
      ("input", size(mine.input), size(its.input)),
      ("layer", mine.tap, its.tap),
      ("unit", units(mine.units), units(its.units)),
      ("rule", mine.rule.rawValue, its.rule.rawValue),
      ("precision", mine.precision.rawValue, its.precision.rawValue),
      ("preparation", mine.preprocessing.shown, its.preprocessing.shown),
      ("numbers of images", "\(images)", "\(other.images)"),
    ]
    if let pair = pairs.first(where: { $0.1 != $0.2 }) {
      return "\(pair.0) \(pair.1) and \(pair.2)"
    }
    return list == other.list ? nil : FNV1a.otherList(of: "images", list, other.list)
  }
}

// MARK: As a result

extension ERFPart {
  /// The map and its metrics. How long it took is known to whoever ran it.
  public func result(seconds: ERFSeconds? = nil) -> ERFResult {
    var result = ERFResult(
      subject: subject, map: map, metrics: ERFMetrics(map, around: subject.metricsOrigin),
      imageNames: done.map(\.name),
      skipped: skipped.map(\.image), seconds: seconds ?? .unknown,
      peakBytes: ProcessMemory.peakBytes)
    let input = subject.input
    if images > 1 {
      result.imageRatios = done.map { image in
        zip(ERFMetrics.thresholds, image.sides).map { threshold, side in
          AreaRatio(
            threshold: threshold, side: side > 0 ? side : nil,
            ratio: side > 0
              ? ERFMetrics.covered(
                side: side, height: input.height, width: input.width,
                around: subject.metricsOrigin) : nil)
        }
      }
    }
    result.makers = makers
    result.part = self
    return result
  }
}
