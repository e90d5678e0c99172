#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// A network with a classifier over pictures: the likeliest classes, and whether they are right where
/// folders or file names tell.
public struct Classifier: Sendable {
  /// Why a network cannot classify.
  public enum Failure: ExplainedError, Equatable {
    case noClassifier(model: String, notes: [String])
    case noLabels(model: String)
    case nonFinite(image: String, layer: String)

    public var explanation: String {
      switch self {
      case .noClassifier(let model, let notes):
        "\(model) has no classifier in this file: nothing to name"
          + (notes.isEmpty ? "" : " (\(notes.joined(separator: "; ")))")
      case .noLabels(let model):
        "no folder or name gives the class of a picture: put them into folders named like the "
          + "classes of \(model)"
      case .nonFinite(let image, let layer):
        "\(image) gives no classes: NaN or Inf first appears in \(layer)"
      }
    }
  }

  public let network: Network
  /// Number of classes.
  public let classes: Int
  /// Names by class, where the weights' file or their number tells which they are.
  public let names: [String]?
  /// How pictures are brought to the network's input.
  public let evaluation: Evaluation
  private let workers: Workers
  private let logits: Tap

  /// - Parameters:
  ///   - size: input size; nil: the one that the network was trained for or is usually evaluated at.
  /// - Throws: `Failure.noClassifier`, `ClassNamesError`, `ModelError` for a size that does not fit.
  public init(
    _ network: Network, size: InputSize? = nil, threads: Int? = nil,
    cancellation: Cancellation = Cancellation()
  ) throws {
    self.network = network
    guard let logits = network.program.logits else {
      throw Failure.noClassifier(
        model: network.id, notes: network.weightsChoice?.notes ?? [])
    }
    self.logits = logits
    let usual = network.evaluation
    let asked = size ?? network.record.map { InputSize(height: $0.size, width: $0.size) }
    evaluation = asked.map(usual.resized) ?? usual
    classes = try network.shape(of: logits, input: evaluation.size).channels
    names = try network.classNames(classes)
    workers = Workers(threads: threads, cancellation: cancellation)
  }

  /// The classes of all `files` in order, and those that were skipped: pictures that were only found
  /// in folders may be none.
  ///
  /// - Parameter finished: called with the classes of each picture as soon as they are known, for those who
  ///   keep them where the run is stopped.
  /// - Throws: as `classify`; what it throws for the first picture where all were skipped.
  public func classify(
    _ files: [ImageFile], top: Int = 5, skip: (SkippedImage) -> Void = { _ in },
    finished: (Classification) -> Void = { _ in }
  ) throws -> [Classification] {
    var results: [Classification] = []
    var firstError: (any Error)?
    for file in files {
      do {
        let result = try classify(file.path, top: top)
        results.append(result)
        finished(result)
      } catch let error as any ExplainedError
        where error.isOfTheFile && !file.isNamed && !(error is Failure)
      {
        firstError = firstError ?? error
        skip(SkippedImage(name: file.path, reason: .unreadable(error.explanation)))
      }
    }
    if results.isEmpty, let firstError { throw firstError }
    return results
  }

  /// The likeliest classes of the picture at `path`, the best first, equal ones by their number.
  ///
  /// - Throws: `ImageError` and `FileError`, `Failure.nonFinite`, `CancellationError`.
  public func classify(_ path: String, top: Int = 5) throws -> Classification {
    let loaded = Result { try Image.load(path: path) }
    // A pipe that is waited for gives an error where the run was stopped.
    try workers.cancellation.check()
    return try classify(loaded.get(), from: path, top: top)
  }

  /// The likeliest classes of a picture, the best first; `path` is where it lies, or what it is called.
  ///
  /// - Throws: `Failure.nonFinite`, `CancellationError`.
  public func classify(_ image: Image, from path: String, top: Int = 5) throws -> Classification {
    let input = network.preprocessing.tensor(image, fit: evaluation.fit)
    let output = try network.program.forward(
      input, to: logits.value, keep: .nothing, workers: workers
    ).output
    guard ElementKernels.isFinite(output) else { throw nonFinite(input, path) }
    let values = output.elements.map { Double($0) }
    let probabilities = Self.softmax(values)
    let order = values.indices.sorted { (values[$1], $0) < (values[$0], $1) }
    return Classification(
      image: path,
      top: order.prefix(top).map {
        Classification.Candidate(
          index: $0, name: names?[$0], probability: probabilities[$0])
      },
      label: label(of: path), size: evaluation.size)
  }

  private func nonFinite(_ input: Tensor, _ path: String) -> any Error {
    do {
      try network.requireFinite(input, to: logits.name, workers: workers)
    } catch let error as NonFiniteError {
      return Failure.nonFinite(image: path, layer: error.layer)
    } catch {
      return error
    }
    return Failure.nonFinite(image: path, layer: logits.name)
  }

  private static func softmax(_ values: [Double]) -> [Double] {
    let largest = values.max() ?? 0
    let powers = values.map { exp($0 - largest) }
    let sum = powers.reduce(0, +)
    return powers.map { $0 / sum }
  }
}

/// What a network says of one picture.
public struct Classification: Sendable, Equatable {
  public struct Candidate: Sendable, Equatable, Encodable {
    /// Place among the network's outputs.
    public let index: Int
    public let name: String?
    public let probability: Double
  }

  public let image: String
  /// The likeliest first.
  public let top: [Candidate]
  /// What the picture shows, as its folder or name tells; nil: nothing tells.
  public let label: Int?
  /// Size of the input that the network looked at; nil: nobody said.
  public var size: InputSize?

  /// Whether the likeliest class is the right one; nil where nothing tells.
  public var isRight: Bool? {
    guard let best = top.first, let label else { return nil }
    return best.index == label
  }
}

/// Which class a picture shows, from where it lies.
extension Classifier {
  /// The picture's folder is named like a class, bears its number, or is called as ImageNet's is
  /// (`n01514668`); else its own name, with or after ImageNet's `n01514668_`, is a class's.
  func label(of path: String) -> Int? {
    let parts = path.split(separator: "/").map(String.init)
    if parts.count > 1 {
      let folder = parts[parts.count - 2]
      if let found = label(named: folder) { return found }
      if let number = Int(folder), (0..<classes).contains(number) { return number }
      if let found = label(ofSynset: folder) { return found }
    }
    guard let file = parts.last, let stem = file.split(separator: ".").first,
      Self.withoutSynset(String(stem)) != String(stem)
    else { return nil }
    return label(named: String(stem)) ?? label(ofSynset: String(stem))
  }

  /// Two of ImageNet's classes have the names of two others.
  private func label(ofSynset name: String) -> Int? {
    ClassNames.imageNetClass(of: name).flatMap { place in
      names == ClassNames.imageNet ? place : label(named: ClassNames.imageNet[place])
    }
  }

  private func label(named text: String) -> Int? {
    let wanted = Self.plain(Self.withoutSynset(text))
    return names?.firstIndex { Self.plain($0) == wanted }
  }

  private static func plain(_ name: String) -> String {
    String(name.lowercased().map { $0 == "_" || $0 == "-" ? " " : $0 })
  }

  /// `cock` of `n01514668_cock`.
  private static func withoutSynset(_ name: String) -> String {
    let parts = name.split(separator: "_", maxSplits: 1)
    guard parts.count == 2, parts[0].count == 9, parts[0].first == "n",
      parts[0].dropFirst().allSatisfy(\.isNumber)
    else { return name }
    return String(parts[1])
  }
}

extension OpenedNetwork {
  /// Checks, before any weights are loaded, that there is a classifier, also where it was allowed to be missing:
  /// whoever needs classes has no use for another layer.
  ///
  /// - Throws: as ``requireClassifier()``, `Classifier.Failure.noClassifier`.
  public func requireClasses() throws {
    try requireClassifier()
    guard holdsClassifier else {
      throw Classifier.Failure.noClassifier(model: id, notes: weightsChoice?.notes ?? [])
    }
  }
}
