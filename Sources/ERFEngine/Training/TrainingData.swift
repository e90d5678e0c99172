/// The pictures of a training run, in memory: those to learn from and those held out.
struct TrainingData: Sendable {
  let training: PictureBlock
  let trainingLabels: [Int]
  let heldOut: PictureBlock
  let heldOutLabels: [Int]
  /// Names by class.
  let classes: [String]
  /// Files that could not be read.
  private(set) var skipped: [SkippedImage] = []
  /// Of all pictures as they were decoded, with their classes, in order; 16 hexadecimal digits. Files
  /// may be called and compressed otherwise and still be the same pictures.
  let hash: String

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
    let side = recipe.drawnSide
    let others = Self.heldOutShapes(count)
    try Self.requireMemory(count + others, bytes: (count + others) * side * side * 3)
    func block(_ name: String, _ count: Int) throws -> PictureBlock {
      // Not the stimuli that probes are made of.
      let seed = RandomStream(seed: recipe.seed, name: name).bits(at: 0)
      let made = workers.map(count) { index in
        BuiltInStimulus(kind: .agreeing, seed: seed, index: index).image(size: side)
      }
      try workers.cancellation.check()
      return PictureBlock(made.compactMap(\.self))
    }
    func label(_ index: Int) -> Int { StimulusKind.agreeing.categories(at: index).shape.index }
    training = try block("training stimuli", count)
    trainingLabels = (0..<count).map(label)
    heldOut = try block("held-out stimuli", others)
    heldOutLabels = (0..<others).map(label)
    classes = ObjectCategory.allCases.map(\.rawValue)
    hash = ""
  }

  private init(folder: String, _ recipe: TrainingRecipe, _ workers: Workers) throws {
    let files = try TrainingFiles(folder: folder)
    classes = files.classes
    let evaluation = recipe.evaluation
    let side = recipe.sizes.largest
    try Self.requireMemory(
      files.training.count + files.heldOut.count,
      // Photographs are about a third longer than they are high.
      bytes: files.training.count * side * side * 4
        + files.heldOut.count * recipe.size * recipe.size * 3)
    var hash = FNV1a()
    func block(
      _ entries: [TrainingFiles.Entry], _ prepared: (Image) -> Image
    ) throws -> (PictureBlock, [Int], [SkippedImage]) {
      let read = workers.map(entries.count) { index in
        Result {
          let image = try Image.load(path: entries[index].path)
          return (image: prepared(image), hash: image.hash(label: entries[index].label))
        }
      }
      try workers.cancellation.check()
      var (images, labels, skipped): ([Image], [Int], [SkippedImage]) = ([], [], [])
      for (entry, result) in zip(entries, read) {
        guard let result else { throw CancellationError() }
        do {
          let picture = try result.get()
          images.append(picture.image)
          labels.append(entry.label)
          hash.add(word: picture.hash)
        } catch let error as any ExplainedError where error.isOfTheFile {
          skipped.append(SkippedImage(name: entry.path, reason: .unreadable(error.explanation)))
        }
      }
      return (PictureBlock(images), labels, skipped)
    }
    let (learnt, held) = (
      try block(files.training) { recipe.trainingPicture($0) },
      try block(files.heldOut) { $0.fitted(evaluation.fit) }
    )
    (training, trainingLabels) = (learnt.0, learnt.1)
    (heldOut, heldOutLabels) = (held.0, held.1)
    skipped = learnt.2 + held.2
    self.hash = hash.text
    for (label, name) in classes.enumerated() where !trainingLabels.contains(label) {
      throw TrainingError.noPictures(class: name, folder: folder)
    }
  }

  private static func requireMemory(_ count: Int, bytes: Int) throws(TrainingError) {
    let limit = ProcessMemory.machineBytes / memoryShare
    guard bytes <= limit else { throw .tooMuchMemory(pictures: count, bytes: bytes, limit: limit) }
  }
}

extension TrainingRecipe {
  var preprocessing: Preprocessing {
    (try? ModelCatalogue.architecture(model))?.preprocessing ?? .imageNet
  }

  /// How held-out pictures are brought to `size`: as `classify` does.
  fileprivate var evaluation: Evaluation {
    let usual =
      (try? ModelCatalogue.architecture(model))?.evaluation
      ?? Evaluation(side: 224, shorterSide: 256, filter: .bilinear)
    return usual.resized(to: InputSize(height: size, width: size))
  }

  /// Side at which built-in stimuli are drawn.
  fileprivate var drawnSide: Int {
    switch cropping {
    case .shift(let margin): pictureSide(margin: margin)
    case .resized: sizes.largest
    }
  }

  /// What is kept of a picture to cut from: no more pixels than the largest input takes.
  fileprivate func trainingPicture(_ image: Image) -> Image {
    switch cropping {
    case .shift(let margin):
      let side = pictureSide(margin: margin)
      return image.fitted(.shorterSide(side, .bilinear, crop: side))
    case .resized:
      let (shorter, side) = (min(image.height, image.width), sizes.largest)
      guard shorter > side else { return image }
      let size = InputSize(
        height: image.height * side / shorter, width: image.width * side / shorter)
      return image.resized(to: size, filter: .bilinear)
    }
  }
}

extension Image {
  /// Of size, pixels and class.
  fileprivate func hash(label: Int) -> UInt64 {
    var hash = FNV1a()
    for number in [height, width, label] { hash.add(word: UInt64(number)) }
    hash.add(pixels)
    return hash.value
  }
}
