/// What a run of `FineTuning` comes to: known from names and shapes alone, before a picture is read.
public struct FineTuningPlan: Sendable, Equatable {
  /// The network with as many classes as the data has; a canonical id.
  public let model: String
  /// To learn from.
  public let pictures: Int
  public let classes: Int
  /// Side of the inputs in pixels.
  public let size: Int
  /// What the user should know: a new classifier, kernel weights that the size does not reach.
  public let notes: [String]

  public init(model: String, pictures: Int, classes: Int, size: Int, notes: [String]) {
    self.model = model
    self.pictures = pictures
    self.classes = classes
    self.size = size
    self.notes = notes
  }
}

/// A plan with what the trainer needs to carry it out.
struct PreparedFineTuning {
  let plan: FineTuningPlan
  let recipe: TrainingRecipe
  /// The weights to begin with, in the shapes of the plan's network.
  let start: NetworkSpec

  /// Inputs larger than this are left out, so that a run stays one that somebody watches.
  private static let largestSide = 320
  private static let usualSide = 224
  /// Pictures a step, of which the first that fits into memory is taken.
  private static let batches = [32, 16, 8, 4]

  /// - Throws: `ModelError`, `CheckpointError`, `TrainingError`, `FileError`, `ImageError`.
  init(_ tuning: FineTuning) throws {
    let (pictures, classes) = try tuning.data.contents()
    let original = try tuning.network.modelID()
    let id = try ModelCatalogue.id(of: original, classes: classes.count)
    var start = tuning.network
    (start.source, start.edits) = (.catalogue(id), [])
    // What the edits derive of the weights is learnt like everything else.
    let unedited =
      tuning.network.isEdited ? try tuning.network.unedited.modelID() : original
    let lacksClassifier =
      if case .file = start.weights {
        try !OpenedNetwork(tuning.network.unedited).holdsClassifier
      } else {
        false
      }
    if id != unedited || lacksClassifier {
      start.weightsModel = start.weightsModel ?? unedited
    }
    var notes: [String] = []
    if lacksClassifier {
      notes.append(
        "a new classifier of \(classes.count.counted("class", "classes")) is made: "
          + "the weights have none")
    } else if id != original {
      let old = try ModelCatalogue.classes(of: original)
      notes.append(
        "the classifier of \(old.counted("class", "classes")) is replaced by a new one of "
          + "\(classes.count)")
    }
    let size = try tuning.size ?? Self.side(for: id)
    let reach = try KernelReach(model: id, size: InputSize(height: size, width: size))
    if !reach.isWhole {
      notes.append("at \(size) px \(reach.unreachedText) meet no pixel and stay as they are")
    }
    notes += tuning.data.leftOut.lines
    var recipe = TrainingRecipe(model: id, data: tuning.data, steps: tuning.steps)
    recipe.size = size
    recipe.rate = 1e-3
    // A few broken files must not leave too few for a batch.
    recipe.batch = min(max(1, pictures / 2), try Self.batch(id, size: size))
    if case .folder = tuning.data { recipe.cropping = .resized(area: 0.35) }
    plan = FineTuningPlan(
      model: id, pictures: pictures, classes: classes.count, size: size, notes: notes)
    (self.recipe, self.start) = (recipe, start)
  }

  /// The smallest side that reaches every kernel weight, or the usual one where that is too large.
  private static func side(for model: String) throws -> Int {
    max(96, try KernelReach.smallestWhole(model: model, upTo: largestSide) ?? usualSide)
  }

  private static func batch(_ model: String, size: Int) throws -> Int {
    let blueprint = try ModelCatalogue.architecture(model).blueprint()
    let side = InputSize(height: size, width: size)
    return try batches.first { batch in
      let bytes = try blueprint.trainingBytes(size: side, batch: batch, averages: false)
      return (try? MemoryError.require(bytes, for: model, advice: "")) != nil
    } ?? batches[batches.count - 1]
  }
}
