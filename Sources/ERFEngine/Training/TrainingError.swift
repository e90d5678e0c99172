/// What can go wrong with training beyond files and models.
public enum TrainingError: ExplainedError, Equatable {
  case noClassifier(model: String)
  case notAFolder(path: String)
  case tooFewClasses(folder: String, found: Int)
  case classes(model: String, expected: Int, found: Int)
  case noPictures(class: String, folder: String)
  case unlikeClasses(folder: String, names: [String])
  case otherPictures(folder: String, expected: String, found: String)
  case tooFewPictures(found: Int, batch: Int)
  case tooMuchMemory(pictures: Int, bytes: Int, limit: Int)
  case notFinite(step: Int)
  case notATraining(path: String)
  case unfinished(path: String, step: Int, steps: Int)
  case exists(path: String)
  case otherRecipe(path: String, field: String, saved: String, asked: String)

  /// What the pictures to train on lie in.
  private static let wanted = "give a folder with one folder of pictures per class, at least two"

  public var isUsageError: Bool {
    switch self {
    case .notFinite, .notATraining, .otherPictures: false
    default: true
    }
  }

  public var explanation: String {
    switch self {
    case .noClassifier(let model): "\(model) has no classifier to train"
    case .notAFolder(let path): "\(path) is not a folder: \(Self.wanted)"
    case .tooFewClasses(let folder, let found):
      "\(folder) holds pictures of \(found == 1 ? "one class" : "\(found) classes"): \(Self.wanted)"
    case .classes(let model, let expected, let found):
      "\(model) has \(expected.counted("class", "classes")), the data \(found): use a free variant "
        + "such as replknet:kernels=...:classes=\(found)"
    case .noPictures(let name, let folder):
      "no picture of class \(name) in \(folder) can be read: every class needs at least one"
    case .unlikeClasses(let folder, let names):
      "\(folder) holds classes that the pictures to learn from lack: "
        + names.joined(separator: ", ")
    case .otherPictures(let folder, let expected, let found):
      "the pictures in \(folder) have the hash \(found), expected \(expected): "
        + "they are not those that were asked for"
    case .tooFewPictures(let found, let batch):
      found.counted("picture to train on does", "pictures to train on do")
        + " not fill a batch of \(batch): give a smaller --batch"
    case .tooMuchMemory(let pictures, let bytes, let limit):
      pictures.counted("picture takes", "pictures take")
        + " \(bytes >> 20) MB, more than the \(limit >> 20) MB to spare: "
        + "give a smaller --size or fewer pictures"
    case .notFinite(let step):
      "the loss became infinite or NaN in step \(step): the state before it is kept; "
        + "try a lower --lr"
    case .unfinished(let path, let step, let steps):
      "\(path) holds a training that stopped after step \(step) of \(steps): add --resume to continue, "
        + "--force to start over, or choose another file"
    case .exists(let path):
      "\(path) already exists: add --force to replace it, or choose another file"
    case .notATraining(let path): "\(path) is not a training checkpoint: nothing to resume"
    case .otherRecipe(let path, let field, let saved, let asked):
      "\(path) was trained with another recipe (\(field): \(saved), now \(asked)): "
        + "repeat the command that made it, or choose another file"
    }
  }
}
