/// The batches of a recipe. Each depends on the seed and its step alone, so that a resumed run goes on
/// as if it had not been stopped.
extension TrainingData {
  struct Batch {
    /// (N, size, size, 3)
    let input: Tensor
    /// (N, classes), each row a distribution.
    let targets: [Float]
  }

  func stepsAnEpoch(_ recipe: TrainingRecipe) -> Int { max(1, training.count / recipe.batch) }

  func batch(_ recipe: TrainingRecipe, step: Int, workers: Workers) -> Batch {
    let stepsAnEpoch = stepsAnEpoch(recipe)
    let order = order(epoch: step / stepsAnEpoch, recipe)
    let first = step % stepsAnEpoch * recipe.batch
    let pictures = order[first..<first + recipe.batch]
    let size = recipe.sizes.side(at: step, seed: recipe.seed)
    let cuts = pictures.enumerated().map { place, picture in
      var random = RandomSequence(
        RandomStream(seed: recipe.seed, name: "cut \(step) \(place)"))
      return cut(of: picture, recipe, size: size, &random)
    }
    let input = training.batch(
      cuts, size: size, preprocessing: recipe.preprocessing, workers: workers)
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

  /// As many pictures as there are to learn from, in the order of an epoch: each once, or as many of
  /// every class.
  func order(epoch: Int, _ recipe: TrainingRecipe) -> [Int] {
    var random = RandomSequence(RandomStream(seed: recipe.seed, name: "order \(epoch)"))
    guard recipe.balances else { return random.order(of: training.count) }
    var members = [[Int]](repeating: [], count: classes.count)
    for (picture, label) in trainingLabels.enumerated() { members[label].append(picture) }
    // A class goes on where the last epoch ended, through ever new orders of its pictures.
    var rounds = [(number: Int, pictures: [Int])](
      repeating: (number: -1, pictures: []), count: classes.count)
    let turns = (0..<training.count).map { epoch * training.count + $0 }
    let drawn = turns.map { turn in
      let (label, draw) = (turn % classes.count, turn / classes.count)
      let own = members[label]
      let number = draw / own.count
      if rounds[label].number != number {
        var shuffle = RandomSequence(
          RandomStream(seed: recipe.seed, name: "class \(label) \(number)"))
        rounds[label] = (number, shuffle.order(of: own.count).map { own[$0] })
      }
      return rounds[label].pictures[draw % own.count]
    }
    return random.order(of: training.count).map { drawn[$0] }
  }

  private func cut(
    of picture: Int, _ recipe: TrainingRecipe, size: Int, _ random: inout RandomSequence
  ) -> PictureBlock.Cut {
    let box = box(of: training.images[picture], recipe, &random)
    var cut = PictureBlock.Cut(
      picture: picture, box: box, isMirrored: recipe.mirrors && random.next() < 0.5)
    if random.next() < recipe.erasing { cut.erased = erased(size, &random) }
    if recipe.jitter > 0 {
      let (low, high) = (1 - recipe.jitter, 1 + recipe.jitter)
      cut.colour = ColourChange(
        brightness: Float(random.between(low, high)), contrast: Float(random.between(low, high)),
        saturation: Float(random.between(low, high)))
    }
    return cut
  }

  private func box(
    of image: Image, _ recipe: TrainingRecipe, _ random: inout RandomSequence
  ) -> Region {
    var (height, width) = (image.height, image.width)
    switch recipe.cropping {
    case .shift:
      let side = min(recipe.sizes.largest, height, width)
      (height, width) = (side, side)
    case .resized(let least):
      (height, width) = Self.rectangle(height, width, least: least, &random)
    }
    let row = random.below(image.height - height + 1)
    let column = random.below(image.width - width + 1)
    return Region(rows: row..<row + height, columns: column..<column + width)
  }

  /// Height and width of a random part; the middle of the picture where ten draws do not fit into it.
  private static func rectangle(
    _ height: Int, _ width: Int, least: Double, _ random: inout RandomSequence
  ) -> (Int, Int) {
    for _ in 0..<10 {
      let area = Double(height * width) * random.between(least, 1)
      // As likely wider as higher: uniform in the logarithm.
      let aspect = raised(4 / 3.0, to: random.between(-1, 1))
      let part = (
        Int((area / aspect).squareRoot().rounded()), Int((area * aspect).squareRoot().rounded())
      )
      if part.0 > 0 && part.1 > 0 && part.0 <= height && part.1 <= width { return part }
    }
    return (min(height, width * 4 / 3), min(width, height * 4 / 3))
  }

  /// A fiftieth to a fifth of the area, not longer than three times its width.
  private func erased(_ size: Int, _ random: inout RandomSequence) -> Region {
    let area = (0.02 + 0.18 * random.next()) * Double(size * size)
    let aspect = 1 / 3.0 + (3 - 1 / 3.0) * random.next()
    let height = min(size, max(1, Int((area * aspect).squareRoot())))
    let width = min(size, max(1, Int((area / aspect).squareRoot())))
    let row = random.below(size - height + 1)
    let column = random.below(size - width + 1)
    return Region(rows: row..<row + height, columns: column..<column + width)
  }

  /// Some of the held-out pictures, their middles.
  func heldOutBatch(
    _ recipe: TrainingRecipe, _ pictures: some Collection<Int>, workers: Workers
  ) -> Tensor {
    let cuts = pictures.map { picture in
      let image = heldOut.images[picture]
      let side = min(recipe.sizes.largest, image.height, image.width)
      let (row, column) = ((image.height - side) / 2, (image.width - side) / 2)
      return PictureBlock.Cut(
        picture: picture, box: Region(rows: row..<row + side, columns: column..<column + side))
    }
    return heldOut.batch(
      cuts, size: recipe.size, preprocessing: recipe.preprocessing, workers: workers)
  }
}
