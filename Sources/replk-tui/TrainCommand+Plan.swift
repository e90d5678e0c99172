// What a command line of `replk-tui train` asks for.

import ERFEngine

/// A recipe, the weights to begin with, and what the user should know before it starts.
struct TrainingPlan {
  let recipe: TrainingRecipe
  /// nil: random weights.
  let start: NetworkSpec?
  let notes: [String]

  init(_ arguments: Arguments, model: String) throws {
    let batch = arguments.whole("--batch") ?? 64
    let data = try arguments.trainingData()
    let contents = try data.contents()
    arguments.tell(data.leftOut)
    let named = try NetworkSpec(model: model).modelID()
    let id = try ModelCatalogue.id(of: named, classes: contents.classes.count)
    var notes: [String] = []
    if id != named {
      notes.append(
        "note: \(contents.classes.count.counted("class", "classes")), as many as the data has: \(id)"
      )
    }
    let perEpoch = max(1, contents.pictures / batch)
    let (sizes, steps) = try arguments.sizesAndSteps(id, stepsAnEpoch: perEpoch)
    var recipe = TrainingRecipe(model: id, data: data, steps: steps)
    recipe.sizes = sizes
    recipe.batch = batch
    try arguments.fill(&recipe)
    self.recipe = recipe
    let given = arguments.last("--from").map { text in
      text == "trained" ? NetworkSpec(model: named, weights: .trained) : NetworkSpec(file: text)
    }
    try arguments.requireCheckpoint(among: [given].compactMap(\.self), way: "--from FILE")
    start = try given.map { given in
      var start = given
      try arguments.choose(&start)
      return try Self.start(start, id: id, notes: &notes)
    }
    notes += try Self.reachNotes(recipe)
    self.notes = notes
  }

  /// The weights of `network` in the shapes of the network `id`.
  private static func start(
    _ network: NetworkSpec, id: String, notes: inout [String]
  ) throws -> NetworkSpec {
    var start = network
    let original = try start.modelID()
    let classes = (
      try ModelCatalogue.classes(of: original), try ModelCatalogue.classes(of: id)
    )
    start.source = .catalogue(id)
    start.weightsModel = original
    start.allowsMissingHead = true
    let opened = try OpenedNetwork(start)
    if !opened.holdsClassifier {
      notes.append(
        "note: \(start.weights) has no classifier of its own: a new one of "
          + "\(classes.1.counted("class", "classes")) is made")
    } else if classes.0 != classes.1 {
      notes.append(
        "note: the classifier of \(start.weights) has \(classes.0.counted("class", "classes")): a "
          + "new one of \(classes.1) is made, the other weights are kept")
    } else if original != id {
      notes.append(
        "note: \(start.weights) holds \(original): what does not fit \(id) is cropped or replaced"
      )
    }
    // What is in doubt of these weights is of those that are made of them.
    notes += opened.weightsChoice?.notes.map { "note: \($0)" } ?? []
    return start
  }

  /// Which weights no size of the recipe reaches, and which would.
  private static func reachNotes(_ recipe: TrainingRecipe) throws -> [String] {
    let side = recipe.sizes.largest
    let reach = try KernelReach(
      model: recipe.model, size: InputSize(height: side, width: side))
    guard !reach.isWhole else { return [] }
    let mend = try KernelReach.smallestWhole(model: recipe.model).map {
      "; --size \($0) is the smallest that reaches all"
    }
    return [
      "warning: at \(side) px \(reach.unreachedText) meet no pixel and stay as they were at the start"
        + (mend ?? "")
    ]
  }
}

extension Arguments {
  fileprivate func trainingData() throws(UsageError) -> TrainingRecipe.Data {
    switch last("--data") {
    case nil, "shapes":
      guard !has("--data-hash") else {
        throw .missingOption(
          command: "--data-hash", option: "--data DIR: the built-in shapes have no hash")
      }
      return .shapes(count: whole("--count") ?? 4800)
    case let folder?:
      if has("--count") { throw .conflicting("--data", "--count") }
      return .folder(folder)
    }
  }

  fileprivate func sizesAndSteps(
    _ model: String, stepsAnEpoch: Int
  ) throws -> (TrainingSizes, steps: Int) {
    if has("--epochs") && has("--steps") { throw UsageError.conflicting("--epochs", "--steps") }
    let asked = whole("--steps")
    let epochs = whole("--epochs")
    let given = last("--size").flatMap {
      TrainingSizes.parsed($0, stepsAnEpoch: stepsAnEpoch, in: OptionValues.trainingSides)
    }
    if given?.steps != nil {
      if asked != nil { throw UsageError.conflicting("--steps", "epochs in --size") }
      if epochs != nil { throw UsageError.conflicting("--epochs", "epochs in --size") }
    }
    let sizes =
      try given?.sizes
      ?? TrainingSizes(max(96, KernelReach.smallestWhole(model: model, upTo: 1024) ?? 224))
    return (sizes, given?.steps ?? asked ?? (epochs ?? 20) * stepsAnEpoch)
  }

  fileprivate func fill(_ recipe: inout TrainingRecipe) throws {
    recipe.seed = seed()
    recipe.rate = decimal("--lr") ?? recipe.rate
    recipe.smoothing = decimal("--smoothing") ?? recipe.smoothing
    recipe.stochasticDepth = decimal("--drop-path") ?? 0
    recipe.mixup = decimal("--mixup") ?? 0
    recipe.erasing = decimal("--erase") ?? 0
    recipe.averaging = decimal("--ema") ?? 0
    recipe.jitter = decimal("--jitter") ?? 0
    recipe.mirrors = !has("--no-flip")
    recipe.balances = has("--balance")
    if case .folder = recipe.data { recipe.cropping = .resized(area: 0.35) }
    if has("--crop") {
      recipe.cropping = decimal("--crop").map { .resized(area: $0) } ?? .shift(margin: 0.125)
    }
    let decay = decimal("--weight-decay")
    let rule = try parsed("--optimizer", expected: "adamw or sgd") {
      ["adamw", "sgd"].contains($0) ? $0 : nil
    }
    recipe.optimizer = rule == "sgd" ? .sgd() : .adamW()
    recipe.optimizer.weightDecay = decay ?? recipe.optimizer.weightDecay
  }
}
