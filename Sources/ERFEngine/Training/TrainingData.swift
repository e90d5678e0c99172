/// The pictures of a training run, in memory: those to learn from and those held out.
struct TrainingData: Sendable {
  let training: PictureBlock
  let trainingLabels: [Int]
  let heldOut: PictureBlock
  let heldOutLabels: [Int]
  /// Names by class.
  let classes: [String]

  /// Pictures may take this much of the machine's memory.
  private static let memoryShare = 4

  /// Draws or reads all pictures of `recipe`.
  ///
  /// - Throws: `TrainingError`, `ImageError`, `FileError`, `CancellationError`.
  init(_ recipe: TrainingRecipe, workers: Workers) throws {
    switch recipe.data {
    case .shapes(let count): try self.init(shapes: count, recipe, workers)
    case .folder(let path): try self.init(folder: path, recipe, workers)
    }
  }

  /// Built-in stimuli held out beside `count` to learn from: a twentieth, at most 30 of each of the 16
  /// classes.
  private static func heldOutShapes(_ count: Int) -> Int { min(480, max(16, count / 320 * 16)) }

  private init(shapes count: Int, _ recipe: TrainingRecipe, _ workers: Workers) throws {
    let side = recipe.pictureSide
    let others = Self.heldOutShapes(count)
    try Self.requireMemory(count + others, side: side)
    func block(_ name: String, _ count: Int) throws -> PictureBlock {
      // Not the stimuli that probes are made of.
      let seed = RandomStream(seed: recipe.seed, name: name).bits(at: 0)
      return try PictureBlock(count: count, side: side, workers: workers) { index in
        BuiltInStimulus(kind: .agreeing, seed: seed, index: index).image(size: side)
      }
    }
    func label(_ index: Int) -> Int { StimulusKind.agreeing.categories(at: index).shape.index }
    training = try block("training stimuli", count)
    trainingLabels = (0..<count).map(label)
    heldOut = try block("held-out stimuli", others)
    heldOutLabels = (0..<others).map(label)
    classes = ObjectCategory.allCases.map(\.rawValue)
  }

  private init(folder: String, _ recipe: TrainingRecipe, _ workers: Workers) throws {
    let files = try ImageList.expandClasses([folder]).map(\.path)
    let names = files.map { path in String(path.split(separator: "/").dropLast().last ?? "") }
    classes = Set(names).sorted()
    guard classes.count > 1 else {
      throw TrainingError.tooFewClasses(folder: folder, found: classes.count)
    }
    let side = recipe.pictureSide
    try Self.requireMemory(files.count, side: side)
    let labels = Dictionary(uniqueKeysWithValues: classes.enumerated().map { ($1, $0) })
    var seen: [String: Int] = [:]
    var parts: [(path: String, label: Int, isHeldOut: Bool)] = []
    for (path, name) in zip(files, names) {
      parts.append(
        (path, labels[name] ?? 0, TrainingRecipe.Data.isHeldOut(seen[name, default: 0])))
      seen[name, default: 0] += 1
    }
    func block(_ heldOut: Bool) throws -> (PictureBlock, [Int]) {
      let chosen = parts.filter { $0.isHeldOut == heldOut }
      let block = try PictureBlock(count: chosen.count, side: side, workers: workers) { index in
        try Image.load(path: chosen[index].path)
          .fitted(.shorterSide(side, .bilinear, crop: side))
      }
      return (block, chosen.map(\.label))
    }
    (training, trainingLabels) = try block(false)
    (heldOut, heldOutLabels) = try block(true)
  }

  private static func requireMemory(_ count: Int, side: Int) throws {
    // Once as pictures, once together.
    let bytes = 2 * count * side * side * 3
    let limit = ProcessMemory.machineBytes / memoryShare
    guard bytes <= limit else {
      throw TrainingError.tooMuchMemory(pictures: count, bytes: bytes, limit: limit)
    }
  }
}

extension TrainingRecipe.Data {
  /// Every tenth picture of a class is held out.
  static func isHeldOut(_ place: Int) -> Bool { place % 10 == 9 }

  /// Pictures to learn from.
  ///
  /// - Throws: `FileError`, `ImageError`.
  public func trainingCount() throws -> Int {
    switch self {
    case .shapes(let count): return count
    case .folder(let path):
      let folders = try ImageList.expandClasses([path]).map {
        $0.path.split(separator: "/").dropLast()
      }
      return Dictionary(grouping: folders, by: \.last).values.reduce(0) { sum, files in
        sum + files.indices.count { !Self.isHeldOut($0) }
      }
    }
  }
}

/// The batches of a recipe. Each depends on the seed and its step alone, so that a resumed run goes on
/// as if it had not been stopped.
extension TrainingData {
  struct Batch {
    /// (N, size, size, 3)
    let input: Tensor
    /// (N, classes), each row a distribution.
    let targets: [Float]
  }

  func batch(_ recipe: TrainingRecipe, step: Int, workers: Workers) -> Batch {
    let stepsAnEpoch = training.count / recipe.batch
    let order = order(epoch: step / stepsAnEpoch, seed: recipe.seed)
    let first = step % stepsAnEpoch * recipe.batch
    let pictures = order[first..<first + recipe.batch]
    let cuts = pictures.enumerated().map { place, picture in
      var random = RandomSequence(
        RandomStream(seed: recipe.seed, name: "cut \(step) \(place)"))
      return cut(of: picture, recipe, &random)
    }
    let input = training.batch(
      cuts, size: recipe.size, preprocessing: recipe.preprocessing, workers: workers)
    var targets = [Float](repeating: 0, count: recipe.batch * classes.count)
    for (place, picture) in pictures.enumerated() {
      targets[place * classes.count + trainingLabels[picture]] = 1
    }
    guard recipe.mixup > 0 else { return Batch(input: input, targets: targets) }
    var random = RandomSequence(RandomStream(seed: recipe.seed, name: "mixup \(step)"))
    let share = Float(random.beta(recipe.mixup))
    let mixed = targets.indices.map { index in
      let other = (recipe.batch - 1 - index / classes.count) * classes.count
      return share * targets[index] + (1 - share) * targets[other + index % classes.count]
    }
    return Batch(input: input.mixedWithReverse(share: share), targets: mixed)
  }

  /// All training pictures in the order of an epoch.
  func order(epoch: Int, seed: UInt64) -> [Int] {
    var random = RandomSequence(RandomStream(seed: seed, name: "order \(epoch)"))
    var order = Array(0..<training.count)
    for index in order.indices.dropFirst().reversed() {
      order.swapAt(index, random.below(index + 1))
    }
    return order
  }

  private func cut(
    of picture: Int, _ recipe: TrainingRecipe, _ random: inout RandomSequence
  ) -> PictureBlock.Cut {
    let room = training.side - recipe.size + 1
    var cut = PictureBlock.Cut(
      picture: picture, row: random.below(room), column: random.below(room),
      isMirrored: recipe.mirrors && random.next() < 0.5)
    if random.next() < recipe.erasing {
      // A fiftieth to a fifth of the area, not longer than three times its width.
      let area = (0.02 + 0.18 * random.next()) * Double(recipe.size * recipe.size)
      let aspect = 1 / 3.0 + (3 - 1 / 3.0) * random.next()
      let height = min(recipe.size, max(1, Int((area * aspect).squareRoot())))
      let width = min(recipe.size, max(1, Int((area / aspect).squareRoot())))
      let row = random.below(recipe.size - height + 1)
      let column = random.below(recipe.size - width + 1)
      cut.erased = Region(rows: row..<row + height, columns: column..<column + width)
    }
    return cut
  }

  /// The held-out pictures `range`, their middles.
  func heldOutBatch(_ recipe: TrainingRecipe, _ range: Range<Int>, workers: Workers) -> Tensor {
    let margin = (heldOut.side - recipe.size) / 2
    return heldOut.batch(
      range.map { PictureBlock.Cut(picture: $0, row: margin, column: margin) },
      size: recipe.size, preprocessing: recipe.preprocessing, workers: workers)
  }
}

extension TrainingRecipe {
  fileprivate var preprocessing: Preprocessing {
    (try? ModelCatalogue.architecture(model))?.preprocessing ?? .imageNet
  }
}

/// Random numbers one after the other.
struct RandomSequence {
  private let stream: RandomStream
  private var position: UInt64 = 0

  init(_ stream: RandomStream) { self.stream = stream }

  /// Uniform in (0, 1).
  mutating func next() -> Double {
    defer { position += 1 }
    return stream.unit(at: position)
  }

  /// Uniform in 0 ..< `count`.
  mutating func below(_ count: Int) -> Int { min(count - 1, Int(next() * Double(count))) }

  /// Beta-distributed with both parameters `alpha` (Joehnk 1964), for alpha of 1 and less; larger ones
  /// are drawn as for 1.
  mutating func beta(_ alpha: Double) -> Double {
    let power = 1 / min(1, alpha)
    while true {
      let (one, other) = (raised(next(), to: power), raised(next(), to: power))
      if one + other <= 1 && one + other > 0 { return one / (one + other) }
    }
  }
}
